"""Lines that are read fast: what they are read as is what the strict reader reads, or they are left to it."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.evals.flat import flat_object
from pytest_ftgate.evals.lines import strict_json
from pytest_ftgate.evals.outputs import Output, read_outputs, recorded
from pytest_ftgate.files import File

# Marks, backslashes and lone surrogates in texts, keys that come twice in two spellings, numbers of all kinds.
CHARACTERS = st.sampled_from([*'a"\\/{}:, \n\t\x00\x7f', "ü", "\u2028", "😀", "\ud800"])
TEXTS = st.text(CHARACTERS, max_size=6)
WRITTEN = st.builds(lambda text, plain: json.dumps(text, ensure_ascii=plain), TEXTS, st.booleans())
SPELT = st.sampled_from(
    ['"id"', '"\\u0069d"', '"output"', '"finish_reason"', '"model"', '"error"', '"stop"', '"\\ud800"']
)
SCALARS = ("true", "false", "null", "0", "-0", "1", "1.5", "-0.0", "1e999", "1e-999", "9" * 30, "9" * 2000, '"stop"')
BROKEN = ("NaN", "Infinity", "'a'", "nul", '"\\x"', '"\\uD83D"', '"\t"', "[" * 2000)
OTHER = st.sampled_from([*SCALARS, *BROKEN, "[]", "{}", '[""]', '{"id":"id"}'])
PAIRS = st.lists(st.tuples(SPELT | WRITTEN, WRITTEN | OTHER), max_size=5)
BLANKS = st.sampled_from(["", "", "", " ", "\t", "\r", "\f", "\u00a0"])


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """An object, whole or cut, or with a few bytes in it that are anything."""
    gap, pairs = draw(BLANKS), draw(PAIRS)
    body = ",".join(f"{key}{gap}:{gap}{value}" for key, value in pairs)
    line = f"{gap}{{{body}}}{draw(BLANKS)}".encode("utf-8", "surrogatepass")
    at = draw(st.integers(0, len(line)))
    broken = line[:at] + draw(st.sampled_from([b'"', b"\\", b"\xff", b"\xed\xa0\x80", b",", b"}", b""])) + line[at:]
    return draw(st.sampled_from([line, line, broken, line[:at]])).replace(b"\n", b" ")


def strictly(line: bytes) -> object:
    try:
        return strict_json(line.decode())
    except ValueError:
        return None


def outputs_or_why(path: Path, *, streamed: bool) -> list[Output] | str:
    try:
        return list(recorded(path, {}, ())[0]) if streamed else read_outputs(File(path, path.read_bytes()), {})
    except EvidenceError as e:
        return str(e)


@settings(deadline=None, max_examples=500)
@given(lines())
@example(b'{"a":1,"b":"\\"\\""}')
@example(b'{"a":"x","a":"x"}')
@example(b'{"a":"\\\\","b":"\\""}')
@example(b'{"a":"\\\\","a":""}')
def test_a_line_that_is_read_fast_is_read_as_the_strict_reader_reads_it(line: bytes) -> None:
    fast = flat_object(line)
    assert fast is None or (fast == strictly(line) and repr(fast) == repr(strictly(line)))


@settings(deadline=None, max_examples=200)
@given(st.lists(lines(), max_size=3))
def test_a_file_is_read_alike_whether_lines_are_read_fast_or_strictly(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("lines") / "o.jsonl"
    path.write_bytes(b"\n".join([b'{"id":"a","output":"b"}'] * 2 + drawn))
    streamed, held = outputs_or_why(path, streamed=True), outputs_or_why(path, streamed=False)
    # Of a file that is held, these are found before its first line is read.
    sooner = isinstance(held, str) and ("NUL bytes" in held or "not UTF-8 text" in held)
    assert isinstance(streamed, str) if sooner else streamed == held


@settings(deadline=None)
@given(st.dictionaries(TEXTS, TEXTS.filter(lambda text: "\ud800" not in text) | st.booleans() | st.none(), max_size=5))
def test_flat_lines_as_most_are_written_are_read_fast(row: dict[str, object]) -> None:
    line = json.dumps(row).encode()
    hard = b"\\\\" in line and b'\\"' in line
    assert hard or b"\\ud800" in line or flat_object(line) == row


@pytest.mark.parametrize(
    "line",
    [
        b'{"id": "a", "output": "b", "output": "b"}',
        b'{"id": "a", "\\u0069d": "b"}',
        b'{"id": "a", "output": "\\ud800"}',
        b'{"id": "a", "output": NaN}',
        b'{"id": -0, "output": "b"}',
        b'{"id": 123456789012345678901234567890, "output": "b"}',
        b'{"id": "a", "output": {"content": "b"}}',
        b'{"id": "a", "output": "b"',
        b'\xef\xbb\xbf{"id": "a"}',
        b'["id"]',
        b'"id"',
        b"",
    ],
)
def test_what_is_not_certain_is_left_to_the_strict_reader(line: bytes) -> None:
    assert flat_object(line) is None
