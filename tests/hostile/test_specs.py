"""Specs made to pass wrongly, to run something, or to hang the reader: each is refused, in a bounded time, in words."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import SpecError
from pytest_ftgate.spec import Spec, load
from pytest_ftgate.spec.syntax import MAX_NODES

from ..making import gates, refused

LOSS = gates("g: {metric: train_loss, max: 1}")
LOCATED = re.compile(r"[^:]*job\.yaml:\d+:\d+: \S")


def refused_bytes(folder: Path, data: bytes) -> str:
    (folder / "job.yaml").write_bytes(data)
    with pytest.raises(SpecError) as caught:
        load(folder / "job.yaml")
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize("key", ["max", "'max'", '"max"'])
def test_the_second_of_two_keys_does_not_win(tmp_path: Path, key: str) -> None:
    said = refused(tmp_path, gates("g:", "  metric: train_loss", "  max: 1", f"  {key}: 99"))
    assert said == "job.yaml:7:5: gates.g: the key 'max' comes twice, first in line 6"


def test_the_second_of_two_lists_of_gates_does_not_win(tmp_path: Path) -> None:
    assert refused(tmp_path, LOSS + "gates: {}\n") == "job.yaml:5:1: the key 'gates' comes twice, first in line 3"


def test_a_merge_key_brings_no_looser_bound(tmp_path: Path) -> None:
    text = "x: &loose {max: 99}\n" + gates("g: {<<: *loose, metric: train_loss}")
    assert refused(tmp_path, text) == (
        "job.yaml:5:7: gates.g: merge keys (<<) are not part of the language: write the keys out"
    )


def test_a_quoted_merge_key_is_an_unknown_key(tmp_path: Path) -> None:
    assert "gates.g.<<: unknown key '<<'" in refused(tmp_path, gates("g: {'<<': {max: 9}, metric: train_loss, max: 1}"))


def test_an_alias_bomb_is_counted(tmp_path: Path) -> None:
    levels = (f"  {b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    text = "ftgate: 1\nx:\n  a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(levels)
    assert refused(tmp_path, text).endswith(": x: aliases expand to more than a spec may hold")


def test_an_alias_bomb_as_a_key_does_not_expand(tmp_path: Path) -> None:
    levels = (f"- &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcd", "bcde", strict=True))
    text = "- &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(levels) + "- ? *e\n  : 1\n"
    assert refused(tmp_path, text).endswith("a key must be text")


def test_an_alias_of_what_it_stands_in_has_an_end(tmp_path: Path) -> None:
    assert "gates: aliases expand to more than a spec may hold" in refused(tmp_path, "ftgate: 1\ngates: &a\n  g: *a\n")


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("!!python/object/apply:os.system ['true']", "tag:yaml.org,2002:python/object/apply:os.system"),
        ("!!str train_loss", "tag:yaml.org,2002:str"),
        ("!env HOME", "!env"),
        ("!<x> a", "x"),
        ("!!float 1", "tag:yaml.org,2002:float"),
    ],
)
def test_a_tag_runs_nothing(tmp_path: Path, value: str, tag: str) -> None:
    said = refused(tmp_path, gates(f"g: {{metric: {value}, max: 1}}"))
    assert said == f"job.yaml:4:15: the tag {tag} is not part of the language"


@pytest.mark.parametrize("bracket", ["[", "{", "- ", "? "])
def test_200_000_brackets_are_nested_too_deep(tmp_path: Path, bracket: str) -> None:
    assert refused(tmp_path, bracket * 200_000).endswith(": nested deeper than 40 levels")


def test_more_values_than_a_spec_holds_are_not_read(tmp_path: Path) -> None:
    said = refused(tmp_path, "ftgate: [" + "1," * (MAX_NODES + 1) + "]")
    assert said.endswith(": more than 100,000 values: put long lists of prompts in a file")


def test_a_spec_beyond_a_mebibyte_is_not_read(tmp_path: Path) -> None:
    said = refused(tmp_path, "#" * (1 << 20) + "\n")
    assert said == "job.yaml: 1,048,577 bytes, more than the 1,048,576 that are read"


def test_a_scalar_that_a_pattern_could_search_for_ever_is_text(tmp_path: Path) -> None:
    assert "ftgate: must be 1, not '1_1_1_" in refused(tmp_path, "ftgate: 1" + "_1" * 200_000 + "x\n")


@pytest.mark.parametrize(
    ("rest", "place"),
    [
        ("---\nftgate: 1\n", "5:1"),
        ("--- {}\n", "5:1"),
        ("...\njunk: 1\n", "6:1"),
        ("...\n{{{{\n", "6:1"),
        ("...\n---\nftgate: 1\n", "6:1"),
    ],
)
def test_nothing_follows_the_document(tmp_path: Path, rest: str, place: str) -> None:
    assert refused(tmp_path, LOSS + rest) == f"job.yaml:{place}: a spec is one document; another begins here"


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n...\n", "\ufeff"])
def test_an_empty_spec_judges_nothing(tmp_path: Path, text: str) -> None:
    said = refused(tmp_path, text)
    assert "empty; a spec needs" in said or said.endswith("must be a mapping, not nothing")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"ftgate: 1\0", "job.yaml: holds NUL bytes, so it is not text or was cut by a crash"),
        (b"ftgate: \xe9", "job.yaml: not UTF-8 text (byte 8 is 0xe9)"),
        (b"ftgate: \xed\xa0\x80", "job.yaml: not UTF-8 text (byte 8 is 0xed)"),
        ("ftgate: 1".encode("utf-16"), "job.yaml: UTF-16 text: save it as UTF-8"),
        (b"ftgate: 1\nx: \x07", "job.yaml:2: holds the character U+0007, which YAML forbids"),
        (b"ftgate: \x1b[2J", "job.yaml:1: holds the character U+001B, which YAML forbids"),
        (b"<<<<<<< HEAD\nftgate: 1\n", "job.yaml: a file with merge conflict markers"),
        (b"version https://git-lfs.github.com/spec/v1\n", "job.yaml: a Git LFS pointer, not the file itself"),
        (b"PK\x03\x04", "job.yaml: a ZIP archive: unpack it first"),
    ],
)
def test_what_is_no_text_is_named(tmp_path: Path, data: bytes, said: str) -> None:
    assert refused_bytes(tmp_path, data).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ftgate: 1\n\tgates: 1\n", r"2:1: not YAML: found character '\t' that cannot start any token"),
        ("ftgate: [1\n", "2:1: not YAML: expected ',' or ']', but got '<stream end>'"),
        ("ftgate: 'x\n", "2:1: not YAML: found unexpected end of stream"),
        ("ftgate: *x\n", "1:9: not YAML: found undefined alias 'x'"),
        ("ftgate: {a: b: c}\n", "1:14: not YAML: expected ',' or '}', but got ':'"),
        ('ftgate: "\\q"\n', "1:11: not YAML: found unknown escape character 'q'"),
        ('ftgate: "\\UFFFFFFFF"\n', "1:12: not YAML: an escape that names no character"),
        ('ftgate: "\\U00110000"\n', "1:12: not YAML: an escape that names no character"),
        ("%YAML 3.0\n---\nftgate: 1\n", "1:1: not YAML: found incompatible YAML document (version 1.* is required)"),
    ],
)
def test_broken_yaml_says_where(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text) == f"job.yaml:{said}"


@pytest.mark.parametrize(
    "value",
    [
        *("1.0e400", "-1e400", ".inf", "-.inf", ".nan", ".NaN", "1e-400", "9" * 200),
        *("010", "0123", "007", "1_0", "0x1F", "0b11", "0o17", "1:30", "2026-11-20", "1.", "5.e3"),
        *("yes", "no", "on", "off", "y", "n", "true", "false", "~", "null", "", "Null"),
        *(
            "'1.0'",
            "１.０",
            "٠.٤",
            "'1,0'",
            "< 1",
            "inf",
            "nan",
            "1 0",
            "½",
            "∞",
            "[0.5]",
            "{a: 0.5}",
            "-0.7",
            "93",
            "0",
        ),
    ],
)
def test_a_bound_that_is_not_plainly_a_number_never_becomes_one(tmp_path: Path, value: str) -> None:
    said = refused(tmp_path, gates("g:", "  metric: valid_mean_token_accuracy", f"  min: {value}"))
    assert said.startswith("job.yaml:6:")
    assert "gates.g.min: " in said


@pytest.mark.parametrize(
    "text",
    [
        LOSS.replace("max", "m\u0430x"),
        LOSS.replace("max: 1", "max: no"),
        LOSS.replace("train_loss", "train_\u200bloss"),
        LOSS.replace("g:", '"g\\n::error::x":'),
        LOSS.replace("max: 1", '"\\e[31mmax": 1'),
        LOSS.replace("job: run", 'job: "../../\\n::warning::x"'),
        LOSS.replace("train_loss", '"a\\u202eb"'),
        LOSS + '"x\\ny": 1\n',
        LOSS + f"{'x' * 900}: 1\n",
        LOSS + 'evals: {e: {prompts: p, outputs: o, grader: "##vso[x]"}}\n',
    ],
)
def test_every_line_of_a_message_is_located_inert_and_short(tmp_path: Path, text: str) -> None:
    for line in refused(tmp_path, text).split("\n"):
        assert LOCATED.match(line)
        assert line.isprintable()
        assert "##vso[" not in line
        assert len(line) < 1000


WORDS = st.sampled_from(
    [
        "ftgate",
        "job",
        "gates",
        "evals",
        "metric",
        "max",
        "min",
        "any",
        "all",
        "gap",
        "loss",
        "eval",
        "at",
        "equals",
        "in",
    ]
)
SCALARS = WORDS | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=4)
)


def read(folder: Path, text: str) -> Spec | None:
    """The spec, or nothing where it is refused; anything else that is raised is a defect."""
    path = folder / "job.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        return load(path)
    except SpecError:
        return None


QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(DOCUMENTS)
def test_no_document_of_words_of_the_language_is_a_spec_that_judges_nothing(tmp_path: Path, document: object) -> None:
    spec = read(tmp_path, json.dumps({"ftgate": 1, "job": "run", "gates": document}))
    assert spec is None or spec.gates


@QUICK
@given(st.text())
def test_no_text_breaks_the_reader(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) is None


@QUICK
@given(st.text(alphabet="abc:{}[],&*!|>'\"%@`#-? \n\t.0123456789", max_size=60))
def test_no_punctuation_breaks_the_reader(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) is None


@QUICK
@given(st.text(min_size=1, max_size=12).filter(lambda key: key not in ("at", "window", "min", "in", "equals", "tags")))
def test_a_key_that_is_not_known_never_goes_unnoticed(tmp_path: Path, key: str) -> None:
    text = json.dumps(
        {"ftgate": 1, "job": "run", "gates": {"g": {"metric": "a", "max": 1, "warn": 0, "min_n": 1, key: 1}}}
    )
    assert read(tmp_path, text) is None or key in ("metric", "max", "warn", "min_n")
