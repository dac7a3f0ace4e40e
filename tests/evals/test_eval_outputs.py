"""Reading recorded outputs, in every shape that scripts and APIs write."""

import json
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.outputs import Output, read_outputs
from pytest_ftgate.files import File


def read(*rows: object, **fields: str) -> list[Output]:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    return read_outputs(File(Path("out.jsonl"), text.encode()), fields)


def one(row: object, **fields: str) -> Output:
    (output,) = read(row, **fields)
    return output


def refusal(*rows: object, **fields: str) -> str:
    with pytest.raises(EvalError) as caught:
        read(*rows, **fields)
    return str(caught.value)


def completion(content: object = "So.", finish_reason: object = "stop", **message: object) -> dict[str, object]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "logprobs": None}
    return {"id": "chatcmpl-1", "model": "ft:m", "choices": [{**choice, "finish_reason": finish_reason}]}


def response(*parts: object, status: str = "completed", **more: object) -> dict[str, object]:
    message = {"type": "message", "role": "assistant", "status": status, "content": list(parts)}
    return {"object": "response", "status": status, "model": "ft:m", "output": [message], **more}


def batch(body: object, status: object = 200, error: object = None) -> dict[str, object]:
    return {"id": "batch_req_1", "custom_id": "a", "response": {"status_code": status, "body": body}, "error": error}


TEXT = {"type": "output_text", "text": "So."}


@pytest.mark.parametrize(
    "row",
    [
        {"id": "a", "output": "So."},
        {"id": "a", "output": {"role": "assistant", "content": "So."}},
        {"id": "a", "output": completion()},
        {"id": "a", "output": response(TEXT)},
        {"id": "a", "output": [{"type": "message", "content": [TEXT]}]},
        {**completion(), "id": "a"},
        {**completion(), "custom_id": "a"},
        {**response(TEXT), "id": "a"},
        {"id": "a", "choices": [{"text": "So.", "finish_reason": "stop"}]},
        {
            "id": "a",
            "output": {"role": "assistant", "content": [{"type": "text", "text": "So."}], "stop_reason": "end_turn"},
        },
        batch(completion()),
        batch(response(TEXT)),
    ],
)
def test_an_answer_is_found_in_each_shape(row: object) -> None:
    output = one(row)
    assert (output.key, output.text, output.state, output.why) == ("a", "So.", "answered", "")


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("stop", "answered"),
        ("end_turn", "answered"),
        ("eos", "answered"),
        ("eos_token", "answered"),
        ("stop_sequence", "answered"),
        ("length", "truncated"),
        ("max_tokens", "truncated"),
        ("content_filter", "filtered"),
        ("tool_calls", "unfinished"),
        ("abort", "unfinished"),
        (None, "unfinished"),
        (True, "unfinished"),
        ("", "unfinished"),
    ],
)
def test_only_a_known_finish_is_an_answer(reason: object, state: str) -> None:
    assert one({"id": "a", "output": "So.", "finish_reason": reason}).state == state
    assert one(batch(completion("So.", reason))).state == state


def test_a_choice_without_a_message_is_empty() -> None:
    assert one({"id": "a", "choices": [{"message": None, "finish_reason": "stop"}]}).state == "empty"


def test_a_response_s_output_may_be_its_text() -> None:
    row = {"id": "a", "output": {"object": "response", "status": "completed", "output": "So."}}
    assert (one(row).text, one(row).state) == ("So.", "answered")


def test_a_completion_without_a_finish_reason_may_have_been_cut() -> None:
    output = one({"id": "a", "choices": [{"message": {"content": "So."}}]})
    assert (output.state, output.why) == ("unfinished", "no finish_reason, so it may have been cut")


def test_a_line_that_says_stop_does_not_soften_the_answer_inside() -> None:
    row = {"id": "a", "output": completion("So.", "length"), "finish_reason": "stop"}
    assert one(row).why == "finish_reason is 'length'"


def test_a_line_that_says_length_outweighs_the_answer_inside() -> None:
    output = one({"id": "a", "output": completion(), "finish_reason": "length"})
    assert (output.state, output.model) == ("truncated", "ft:m")


@pytest.mark.parametrize("message", [completion(None, refusal="I will not."), completion("So.", refusal="I will not.")])
def test_a_refusal_is_refused_even_beside_a_text(message: object) -> None:
    output = one(batch(message))
    assert (output.state, output.why) == ("refused", "the model refused: 'I will not.'")


def test_a_refusal_part_of_a_response_is_refused() -> None:
    assert one(batch(response({"type": "refusal", "refusal": "No."}))).state == "refused"


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_a_blank_output_is_empty(text: object) -> None:
    assert one({"id": "a", "output": text}).state == "empty"
    assert one(batch(completion(text))).state == "empty"


def test_a_tool_call_is_no_finished_answer() -> None:
    assert one(batch(completion(None, "stop", tool_calls=[{"id": "call_1"}]))).state == "unfinished"
    call = {"type": "function_call", "name": "f"}
    assert one({"id": "a", "output": [call, {"type": "message", "content": [TEXT]}]}).state == "unfinished"


def test_a_search_that_the_api_did_itself_leaves_the_answer_finished() -> None:
    search = {"type": "web_search_call", "status": "completed"}
    assert one({"id": "a", "output": [search, {"type": "message", "content": [TEXT]}]}).state == "answered"


@pytest.mark.parametrize(
    ("details", "state"),
    [({"reason": "max_output_tokens"}, "truncated"), ({"reason": "content_filter"}, "filtered"), (None, "unfinished")],
)
def test_an_incomplete_response_is_no_answer(details: object, state: str) -> None:
    assert one(batch(response(TEXT, status="incomplete", incomplete_details=details))).state == state


def test_an_incomplete_response_is_no_answer_where_the_line_itself_is_one() -> None:
    row = {"id": "a", "status": "incomplete", "output": [{"type": "message", "content": [TEXT]}]}
    assert one(row).state == "unfinished"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            batch(None, error={"code": "batch_expired", "message": "too late"}),
            "an error instead of an answer: 'too late'",
        ),
        (
            batch({"error": {"message": "no such model"}}, status=404),
            "status 404, an error instead of an answer: 'no such model'",
        ),
        (batch(completion(), status=None), "status null, no answer"),
        (batch(completion(), status="200"), "status '200', no answer"),
        ({"custom_id": "a", "response": None, "error": None}, "no response"),
        (batch({"error": {"code": "x"}}), "an error instead of an answer: 'x'"),
        ({"id": "a", "output": "So.", "error": "timeout"}, "an error instead of an answer: 'timeout'"),
        ({"id": "a", "error": {"detail": ["x"]}}, "an error instead of an answer: a mapping"),
        (batch({"choices": []}), "a completion without choices"),
        (batch({"choices": None}), "a completion without choices"),
    ],
)
def test_an_error_record_is_no_answer(row: object, why: str) -> None:
    output = one(row)
    assert (output.key, output.state, output.why) == ("a", "errored", why)


@pytest.mark.parametrize("error", [None, {}, "", {"code": None, "message": None}])
def test_an_empty_error_is_none(error: object) -> None:
    assert one({"id": "a", "output": "So.", "error": error}).state == "answered"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"id": "a", "completion": "So."}, "no 'output', 'choices' or 'response'; the line has 'id', 'completion'"),
        ({"output": "So."}, "no 'id'; the line has 'output'"),
        ({"id": 1.5, "output": "So."}, "the id is the number 1.5; text or a whole number is wanted"),
        ({"id": None, "output": "So."}, "the id is null; text or a whole number is wanted"),
        ({"id": "a", "output": 5}, "the output is the number 5; text is wanted"),
        ({"id": "a", "output": {"answer": 5}}, "the output is an object with 'answer', not a message or a completion"),
        (
            {"id": "a", "output": {"role": "user", "content": "x"}},
            "the output is a message by 'user'; the assistant's is wanted",
        ),
        (
            {"id": "a", "output": [{"role": "user", "content": "Say so."}, {"role": "assistant", "content": "No."}]},
            "the output is a message by 'user'; the assistant's is wanted",
        ),
        ({"id": "a", "choices": [{}, {}]}, "2 choices; which of them is the answer is not said: record one"),
        ({"id": "a", "output": "x", "model": 5}, "the model is the number 5; text is wanted"),
        ({"id": "a", "output": "x", "prompt": 5}, "the prompt is the number 5; text or a list of messages is wanted"),
        ({"id": "a", "choices": [5]}, "a choice is the number 5; an object is wanted"),
        ({"id": "a", "output": ["x"]}, "the response's output is a list; a list of objects is wanted"),
        (batch("So."), "the response's body is the text 'So.'; an object is wanted"),
    ],
)
def test_a_line_that_is_no_output_names_itself(row: object, why: str) -> None:
    assert refusal({"id": "ok", "output": "x"}, row) == f"out.jsonl:2: {why}"


def test_the_answerer_s_own_name_outranks_the_label_on_the_line() -> None:
    assert one({"id": "a", "output": completion(), "model": "ft:other"}).model == "ft:m"
    assert one({"id": "a", "output": "x", "model": "ft:other"}).model == "ft:other"


def test_a_batch_line_is_joined_on_its_custom_id() -> None:
    assert one(batch(completion())).key == "a"


def test_fields_map_our_names_to_the_columns_of_the_file() -> None:
    row = {"nr": 7, "reply": "So.", "why": "length", "by": "ft:m", "question": "Why?"}
    output = one(row, id="nr", output="reply", finish_reason="why", model="by", prompt="question")
    assert (output.key, output.text, output.state, output.model, output.asked) == (
        7,
        "So.",
        "truncated",
        "ft:m",
        "Why?",
    )


def test_a_response_s_parts_may_stand_in_a_column_of_any_name() -> None:
    assert one({"id": "a", "reply": [{"type": "message", "content": [TEXT]}]}, output="reply").text == "So."


def test_a_line_of_very_many_columns_is_refused_at_once() -> None:
    told = refusal({f"c{i}": 0 for i in range(200_000)} | {"id": "a"})
    assert told.endswith("'c10', 'c11' and 199989 more")


def test_a_mapped_field_that_no_line_has_is_an_error() -> None:
    told = refusal({"id": 1, "output": "x", "reason": "length"}, finish_reason="reson")
    assert told.startswith("out.jsonl: no row has 'reson', which `fields` names as finish_reason; rows have 'id'")
    assert told.endswith("did you mean 'reason'?")


def test_a_field_of_the_prompts_is_not_looked_for_among_the_outputs() -> None:
    assert one({"id": 1, "output": "x"}, target="expected", prompt="question").text == "x"


def test_a_file_without_outputs_is_an_error() -> None:
    assert refusal() == "out.jsonl: holds no outputs"


def test_lone_surrogates_and_escape_codes_are_read_as_they_are() -> None:
    assert one({"id": "a", "output": "\ud800\x1b[31m"}).text == "\ud800\x1b[31m"
