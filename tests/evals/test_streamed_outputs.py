"""Outputs that are graded as they are read: the same results and complaints, and little that is kept."""

import gc
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvalError, EvidenceError
from pytest_ftgate.evals import results as results_module
from pytest_ftgate.evals.bulk import undisturbed
from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.outputs import Output, read_outputs, recorded
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evals.results import MOST_REASONS, grade
from pytest_ftgate.files import File, Stream

from ..making import Row, jsonl

VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just("stop")
ROWS = st.dictionaries(st.sampled_from(["id", "output", "finish_reason", "model", "error", "repeat"]), VALUES)


def outputs_of(path: Path) -> list[Output]:
    return list(recorded(path, {}, ())[0])


@settings(deadline=None)
@given(st.lists(ROWS, min_size=2, max_size=5))
def test_a_file_that_streams_is_read_as_one_that_is_held(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Row]
) -> None:
    path = jsonl(tmp_path_factory.mktemp("outputs") / "o.jsonl", lines)
    try:
        held: object = read_outputs(File(path, path.read_bytes()), {})
    except EvidenceError as e:
        held = str(e)
    try:
        streamed: object = outputs_of(path)
    except EvidenceError as e:
        streamed = str(e)
    assert streamed == held


def test_the_digest_is_known_at_the_end_and_is_that_of_the_file(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "o.jsonl", [{"id": i, "output": "x" * 300_000} for i in range(9)])
    outputs, file = recorded(path, {}, ())
    assert isinstance(file, Stream)
    with pytest.raises(EvidenceError, match=r"o.jsonl: was not read to its end$"):
        _ = file.digest
    assert len(list(outputs)) == 9
    assert (file.digest.size, file.digest.sha256) == (
        path.stat().st_size,
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def test_a_single_line_is_held(tmp_path: Path) -> None:
    outputs, file = recorded(jsonl(tmp_path / "o.jsonl", [{"id": 1, "output": "x"}]), {}, ())
    assert isinstance(file, File)
    assert [output.key for output in outputs] == [1]


@pytest.mark.parametrize("text", ["", "[]", "id,output\n1,x\n", "version https://git-lfs.github.com/spec/v1\n"])
def test_what_is_no_lines_of_json_is_refused_as_ever(tmp_path: Path, text: str) -> None:
    (tmp_path / "o").write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError):
        recorded(tmp_path / "o", {}, ())


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (b"{", r"o:3: not JSON: .*; one JSON object a line is wanted$"),
        (b"[1]", r"o:3: '\[1\]' is not a JSON object; one a line is wanted$"),
        (b'{"id": "a", "output": "\xff"}', r"o:3: not UTF-8 text \(byte 23 is 0xff\)$"),
        (b'{"id": "a", "id": "a"}', r"o:3: the key 'id' comes twice in one object; one JSON object a line is wanted$"),
        (b'{"id": "a"}', r"o:3: no 'output', 'choices' or 'response'; the line has 'id'$"),
        (b"[" * 100_000, r"o:3: JSON nested too deeply to be read; one JSON object a line is wanted$"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, last: bytes, said: str) -> None:
    (tmp_path / "o").write_bytes(b'{"id": "x", "output": "y"}\n' * 2 + last)
    with pytest.raises(EvidenceError, match=said):
        outputs_of(tmp_path / "o")


def test_a_byte_order_mark_and_blank_lines_are_no_outputs(tmp_path: Path) -> None:
    (tmp_path / "o").write_bytes(b'\xef\xbb\xbf{"id": "x", "output": "y"}\n\n{"id": "z", "output": "y"}\r\n  \n')
    assert [output.key for output in outputs_of(tmp_path / "o")] == ["x", "z"]


def test_a_mapped_column_that_no_line_has_is_an_error(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "o.jsonl", [{"id": i, "answer": "y"} for i in range(2)])
    assert [output.text for output in recorded(path, {"output": "answer"}, ())[0]] == ["y", "y"]
    with pytest.raises(EvalError, match="no row has 'modle', which `fields` names as model"):
        list(recorded(path, {"output": "answer", "model": "modle"}, ())[0])


@pytest.mark.parametrize("row", [{"id": "a", "output": " "}, {"id": "a", "output": "x", "finish_reason": None}])
def test_a_plain_line_is_as_strict_as_any(tmp_path: Path, row: Row) -> None:
    path = jsonl(tmp_path / "o.jsonl", [row, row])
    assert {output.state for output in outputs_of(path)} <= {"empty", "unfinished"}


def test_what_was_answered_is_kept_only_where_it_is_looked_at() -> None:
    prompts = [Prompt(i, "", "yes", {}, "") for i in range(2)]
    answers = [Output(0, "yes"), Output(1, "no" * 5000)]
    kept = grade("e", prompts, answers, build_grader("exact")).results
    bounded = grade("e", prompts, answers, build_grader("exact"), keeps=False).results
    assert [len(result.text) for result in kept.values()] == [3, 10_000]
    assert [len(result.text) for result in bounded.values()] == [0, 2000]


def test_of_very_many_misses_only_the_first_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results_module, "MOST_REASONS", 2)
    prompts = [Prompt(i, "", "yes", {}, "") for i in range(4)]
    found = grade("e", prompts, [Output(i, "no") for i in range(4)], build_grader("exact"), keeps=False)
    assert [result.text for result in found.results.values()] == ["no", "no", "", ""]
    assert found.results["3"].why == f"it misses as {MOST_REASONS:,} others do"
    assert (found.passes, found.n) == (0, 4)


@pytest.mark.parametrize("on", [True, False])
def test_the_search_for_garbage_is_left_as_it_was(on: bool) -> None:
    was_on = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        with undisturbed():
            assert not gc.isenabled()
        assert gc.isenabled() == on
    finally:
        (gc.enable if was_on else gc.disable)()


def test_a_stream_is_of_a_regular_file(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"a directory$"):
        Stream(tmp_path)
    with pytest.raises(EvidenceError, match=r"gone: no such file$"):
        Stream(tmp_path / "gone")


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_ftgate.files.MAX_LINE", 10)
    path = jsonl(tmp_path / "o.jsonl", [{"id": "a", "output": "b"}] * 2)
    path.write_bytes(path.read_bytes() + json.dumps({"id": "x" * 2_000_000}).encode())
    with pytest.raises(EvidenceError, match=r"o.jsonl: a line of more than 10 bytes$"):
        outputs_of(path)
