"""Whatever a file holds, reading it ends in values or in an error of ours."""

import contextlib
import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.evals.graders import build_grader
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
