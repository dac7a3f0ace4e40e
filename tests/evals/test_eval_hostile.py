"""Whatever a file holds, reading it ends in values or in an error of ours."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.evals.graders import GRADERS, build_grader
from pytest_ftgate.evals.outputs import Output, read_outputs
from pytest_ftgate.evals.prompts import Prompt, read_prompts
from pytest_ftgate.files import File

UNHURRIED = settings(deadline=None)

KEYS = ["id", "custom_id", "output", "response", "error", "choices", "message", "content", "status_code", "body"]
MORE = [
    "finish_reason",
    "status",
    "model",
    "prompt",
    "messages",
    "role",
    "text",
    "type",
    "refusal",
    "tool_calls",
    "target",
]
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "a", "stop", "assistant", "message"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS + MORE), inner, max_size=6),
    max_leaves=12,
)
ROWS = st.dictionaries(st.sampled_from(KEYS + MORE), VALUES, max_size=8)


@UNHURRIED
@given(ROWS)
def test_a_line_of_any_shape_is_an_output_or_an_error(row: dict[str, object]) -> None:
    file = File(Path("out.jsonl"), json.dumps(row).encode())
    with contextlib.suppress(EvidenceError):
        (output,) = read_outputs(file, {})
        assert (output.state == "answered") == (not output.why)
        assert output.text.strip() or output.state != "answered"


@UNHURRIED
@given(ROWS)
def test_a_line_of_any_shape_is_a_prompt_or_an_error(row: dict[str, object]) -> None:
    with contextlib.suppress(EvidenceError):
        (prompt,) = read_prompts(File(Path("held.jsonl"), json.dumps(row).encode()), {})
        assert prompt.id.isprintable()


@UNHURRIED
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_of_any_kind_are_rows_or_an_error(data: bytes) -> None:
    for read in (read_prompts, read_outputs):
        with contextlib.suppress(EvidenceError):
            assert read(File(Path("any"), data), {})


@UNHURRIED
@given(VALUES, st.sampled_from(["exact", "contains", "one_of", "regex", "number", "json_schema"]), st.text(max_size=9))
def test_a_target_of_any_kind_is_graded_or_an_error(target: object, name: str, answer: str) -> None:
    with contextlib.suppress(EvidenceError):
        grade = build_grader(name)(Output("a", answer), Prompt("a", "", target, {}, "held.jsonl:3"))
        assert grade.passed == (not grade.why)
        assert grade.why.isprintable()


@UNHURRIED
@given(VALUES, st.sampled_from(["exact", "contains", "one_of", "regex", "number", "json_schema"]))
def test_options_of_any_kind_build_a_grader_or_say_why_not(value: object, name: str) -> None:
    for option in ("target", "pattern", "schema", "values", "tolerance", "pick", "ignore_case"):
        with contextlib.suppress(ValueError):
            assert callable(build_grader({"type": name, option: value}))


WANTED: dict[str, dict[str, object]] = {
    "exact": {"target": "never", "normalise": ["unicode", "case", "articles", "punctuation", "whitespace"]},
    "number": {"target": -7, "unit": ["kg", "$"]},
    "json": {"target": {"a": [[1], {}]}, "subset": True, "unordered": True},
    "tool_call": {"calls": {"name": "pay"}},
    "length": {"max": 1},
    "refusal": {},
    "forbidden": {"sets": ["email", "phone", "credit_card", "iban", "ip_address", "us_ssn"]},
    "bleu": {"target": "never"},
    "chrf": {"target": "never"},
    "rouge": {"target": "never"},
    "entities": {"target": ["never"]},
    "all_of": {"graders": ["refusal", {"type": "length", "max": 1}]},
    "any_of": {"graders": ["refusal", {"type": "length", "max": 1}]},
    "weighted": {"graders": [{"grader": "refusal"}, {"grader": {"type": "length", "max": 1}}]},
}
HOSTILE = {
    "ansi": "\x1b[2J\n::error::##vso[x]\u202e jo@example.org",
    "surrogate": "\ud800 jo@example.org",
    "long": "a1 ,." * 2_000_000,
    "deep": "[" * 100_000 + "jo@example.org",
    "nested": "[" * 900 + "]" * 900 + "jo@example.org",
    "groups": "0 " * 45_000 + "jo@example.org",
    "addresses": "a@" * 45_000 + "example.org",
}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", WANTED)
def test_a_hostile_answer_is_a_miss_in_words_that_are_safe(name: str, text: str) -> None:
    grade = build_grader({"type": name, **WANTED[name]})(Output("a", HOSTILE[text]), Prompt("a", "", None, {}, "h:3"))
    assert not grade.passed
    assert grade.why.isprintable()
    assert "##" not in grade.why
    assert 0 < len(grade.why) < 1000


@UNHURRIED
@given(VALUES, st.sampled_from(sorted(WANTED)), st.text(max_size=9))
def test_a_target_of_any_kind_is_judged_by_the_other_graders_or_an_error(target: object, name: str, text: str) -> None:
    with contextlib.suppress(EvidenceError, ValueError):
        grade = build_grader(name)(Output("a", text), Prompt("a", "", target, {}, "held.jsonl:3"))
        assert grade.passed == (not grade.why)
        assert grade.why.isprintable()


@UNHURRIED
@given(VALUES, st.sampled_from(sorted({*WANTED, "ratings"})))
def test_any_value_of_an_option_of_the_others_builds_or_says_why_not(value: object, name: str) -> None:
    kind = GRADERS[name]
    for option in (kind.reference, *kind.options):
        with contextlib.suppress(ValueError):
            assert callable(build_grader({"type": name, option: value}))
