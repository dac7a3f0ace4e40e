"""Outputs that call tools: how they are read, and who judges them."""

import json
from pathlib import Path

import pytest

from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.grade import CALLS, WideGrader
from pytest_ftgate.evals.outputs import Output, read_outputs
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evals.results import Results, grade
from pytest_ftgate.files import File

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
ITEM = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": '{"x": 1}'}
PART = {"type": "tool_use", "id": "call_1", "name": "f", "input": {"x": 1}}
TEXT = {"type": "message", "content": [{"type": "output_text", "text": "Let me look."}]}


def read(row: object) -> Output:
    (output,) = read_outputs(File(Path("out.jsonl"), json.dumps(row).encode()), {})
    return output


def completion(reason: object = "tool_calls", **message: object) -> dict[str, object]:
    said = {"role": "assistant", "content": None, **message}
    return {"id": "a", "choices": [{"message": said, "finish_reason": reason}]}


def judged(output: Output, config: object) -> Results:
    return grade("tools", [Prompt("a", "", "So.", {}, "h:1")], [output], build_grader(config))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "row",
    [
        completion(tool_calls=[CALL]),
        completion("stop", tool_calls=[CALL]),
        completion("function_call", tool_calls=[CALL]),
        {"id": "a", "output": {"role": "assistant", "content": None, "tool_calls": [CALL]}},
        {"id": "a", "output": {"role": "assistant", "tool_calls": [CALL]}, "finish_reason": "tool_calls"},
        {"id": "a", "output": [ITEM]},
        {"id": "a", "object": "response", "status": "completed", "output": [{**ITEM, "status": "completed"}]},
        {"id": "a", "output": {"role": "assistant", "content": [PART], "stop_reason": "tool_use"}},
    ],
)
def test_a_call_is_found_in_each_shape_and_written_in_one(row: object) -> None:
    output = read(row)
    assert (output.state, output.text) == ("called", "")
    (call,) = output.tools
    assert (call["id"], call["type"]) == ("call_1", "function")
    assert call["function"] == {"name": "f", "arguments": '{"x": 1}'}


def test_the_one_call_of_older_completions_is_a_call() -> None:
    output = read(completion("function_call", function_call={"name": "f", "arguments": "{"}))
    assert output.tools == ({"id": None, "type": "function", "function": {"name": "f", "arguments": "{"}},)


def test_a_call_of_a_custom_tool_keeps_its_input() -> None:
    wanted = {"id": "c", "type": "custom", "custom": {"name": "sql", "input": "select 1"}}
    assert read(completion(tool_calls=[wanted])).tools == (wanted,)
    row = {"id": "a", "output": [{"type": "custom_tool_call", "call_id": "c", "name": "sql", "input": "select 1"}]}
    assert read(row).tools == (wanted,)


def test_what_is_said_beside_a_call_is_kept() -> None:
    output = read({"id": "a", "output": [TEXT, ITEM, ITEM]})
    assert (output.state, output.text, len(output.tools)) == ("called", "Let me look.", 2)


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (completion("length", tool_calls=[CALL]), "truncated"),
        (completion("content_filter", tool_calls=[CALL]), "filtered"),
        (completion(None, tool_calls=[CALL]), "unfinished"),
        (completion(tool_calls=[CALL], refusal="No."), "refused"),
        (completion(), "unfinished"),
        (completion(tool_calls=[]), "unfinished"),
        ({"id": "a", "output": {"tool_calls": [CALL]}, "finish_reason": "length"}, "truncated"),
        ({"id": "a", "output": [{**ITEM, "status": "in_progress"}]}, "unfinished"),
        ({"id": "a", "output": "So.", "finish_reason": "tool_calls"}, "unfinished"),
    ],
)
def test_a_call_that_was_cut_filtered_or_refused_is_none(row: object, state: str) -> None:
    output = read(row)
    assert (output.state, output.tools) == (state, ())


@pytest.mark.parametrize(
    "call",
    [
        {},
        5,
        None,
        {"id": "call_1"},
        {"type": "function", "function": "f"},
        {"type": "function", "function": {"name": "", "arguments": "{}"}},
        {"type": "function", "function": {"name": 5, "arguments": "{}"}},
        {"type": "function", "function": {"name": "f"}},
        {"type": "function", "function": {"name": "f", "arguments": 5}},
        {"type": "teleport", "name": "f", "arguments": "{}"},
        {"type": ["function"], "name": "f", "arguments": "{}"},
    ],
)
def test_beside_a_call_that_is_none_no_call_is_judged(call: object) -> None:
    output = read(completion(tool_calls=[CALL, call]))
    assert (output.state, output.tools) == ("unfinished", ())


def test_calls_that_are_no_list_are_none() -> None:
    assert read(completion(tool_calls="f()")).state == "unfinished"


def test_a_call_that_waits_for_the_caller_otherwise_is_not_judged() -> None:
    row = {"id": "a", "output": [ITEM, {"type": "mcp_approval_request", "name": "f", "arguments": "{}"}]}
    assert read(row).state == "unfinished"


def test_a_call_is_a_miss_to_every_grader_of_text() -> None:
    results = judged(read(completion(tool_calls=[CALL])), "exact")
    (result,) = results.results.values()
    assert (result.state, result.passed) == ("called", False)
    assert result.why == "called: the model called a tool and gave no final answer"
    assert results.faults == ()


def test_a_call_is_judged_by_a_grader_of_calls() -> None:
    check = {"type": "string_check", "input": "{{ sample.output_tools[0].function.name }}", "reference": "f"}
    assert judged(read(completion(tool_calls=[CALL])), check).passes == 1
    (missed,) = judged(read(completion(tool_calls=[CALL])), {**check, "reference": "g"}).results.values()
    assert (missed.state, missed.why) == ("missed", "wanted 'g', got 'f'")


def test_of_a_list_the_graders_of_text_still_miss_a_call() -> None:
    check = {"type": "string_check", "input": "{{ sample.output_tools[0].function.name }}", "reference": "f"}
    (missed,) = judged(read(completion(tool_calls=[CALL])), [check, "exact"]).results.values()
    assert (missed.state, missed.score) == ("missed", 0.0)
    assert missed.why == "the model called a tool and gave no final answer"


def test_a_grader_of_calls_judges_answers_too() -> None:
    grader = WideGrader(lambda output, _: Grade(1.0 if output.text == "So." else 0.0), CALLS)
    prompt = Prompt("a", "", None, {}, "h:1", grader)
    assert grade("tools", [prompt], [Output("a", "So.")], None).passes == 1


def test_a_call_for_another_wording_of_the_prompt_is_stale() -> None:
    output = read({**completion(tool_calls=[CALL]), "prompt": "Why?"})
    asked = [Prompt("a", "When?", None, {}, "h:1", WideGrader(lambda *_: Grade(1.0), CALLS))]
    assert grade("tools", asked, [output], None).results["a"].state == "stale"
