"""Outputs in the files of other eval tools: recognised by content, joined by id, and no error left out."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.evals.foreign.inspect_log import unpacked
from pytest_ftgate.evals.foreign.parquet import parquet_rows
from pytest_ftgate.evals.outputs import Output, recorded
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.files import File

from .foreign_files import (
    Json,
    document,
    inspect_log,
    inspect_sample,
    lines,
    lm_eval,
    oaieval,
    output_item,
    promptfoo,
    promptfoo_result,
    read,
    said,
    sampling,
)

TWO = [("a", "yes", "answered"), ("b", "no", "answered")]


def refused(file: File, *prompts: Prompt, **fields: str) -> str:
    with pytest.raises(EvidenceError) as caught:
        read(file, prompts, **fields)
    return str(caught.value)


@pytest.mark.parametrize(
    "file",
    [
        document(promptfoo(promptfoo_result("a"), promptfoo_result("b", "no"))),
        document(promptfoo(promptfoo_result("a"), promptfoo_result("b", "no")), indent=None),
        document(promptfoo(promptfoo_result("a"), promptfoo_result("b", "no"))["results"]),
        lines(promptfoo_result("a"), promptfoo_result("b", "no")),
        document(inspect_log(inspect_sample("a"), inspect_sample("b", "no"))),
        lines(
            *({"doc_id": i, "doc": {"id": k}, "resps": [[t]]} for i, (k, t) in enumerate([("a", "yes"), ("b", "no")]))
        ),
        lines(output_item("a"), output_item("b", "no")),
        document([output_item("a"), output_item("b", "no")]),
        document({"object": "list", "data": [output_item("a"), output_item("b", "no")], "has_more": False}),
        lines(*oaieval(sampling("a"), sampling("b", "no"))),
    ],
    ids=lambda file: file.name,
)
def test_a_tool_s_file_is_recognised_by_its_content(file: File) -> None:
    assert said(file) == TWO


@pytest.mark.parametrize("size", [0, 2_000_000])
@pytest.mark.parametrize("end", ["", "\n"])
def test_an_indented_file_of_a_tool_s_is_recognised_on_disk(tmp_path: Path, size: int, end: str) -> None:
    text = "x" * size + "yes"
    files = [
        document(promptfoo(promptfoo_result("a", text))),
        document(inspect_log(inspect_sample("a", text)), indent=2),
    ]
    for file in [*files, document([output_item("a", text)])]:
        path = tmp_path / "out.json"
        path.write_bytes(file.data + end.encode())
        assert [(output.key, output.text) for output in recorded(path, {}, ())[0]] == [("a", text)]


def test_a_file_of_one_line_is_read_as_one_of_many() -> None:
    assert said(lines(promptfoo_result("a"))) == said(lines(output_item("a"))) == TWO[:1]


def test_a_byte_order_mark_does_not_hide_a_tool_s_file() -> None:
    file = document(promptfoo(promptfoo_result("a")))
    assert said(File(file.path, b"\xef\xbb\xbf" + file.data)) == TWO[:1]


@pytest.mark.parametrize("text", ["", "[", "{", "[1]", '{"results": 1}\n', "[]", '{"a": \xff', '{"spec": 3}\n{}'])
def test_what_no_tool_wrote_is_read_as_our_own_lines(text: str) -> None:
    file = File(Path("out.jsonl"), text.encode("latin-1"))
    assert refused(file).startswith("out.jsonl")


def test_our_own_lines_stay_our_own() -> None:
    assert said(lines({"id": "a", "output": "yes"}, {"id": "b", "output": "no"})) == TWO


def test_each_output_says_who_answered_and_where_it_stands() -> None:
    (output,) = read(document(promptfoo(promptfoo_result("a"))))
    assert (output.model, output.where) == ("ft:m", "out.json: results[0]")
    (output,) = read(document(inspect_log(inspect_sample("a"))))
    assert (output.model, output.where, output.asked) == ("ft:m", "out.json: samples[0]", "a?")


def test_a_script_s_name_is_no_model() -> None:
    assert read(lines(promptfoo_result("a", provider={"id": "file://ask.py"})))[0].model == ""
    assert read(lines(promptfoo_result("a", provider="openai:gpt-x")))[0].model == "gpt-x"


@pytest.mark.parametrize(
    "broken",
    [
        promptfoo_result("a", failureReason=2, error="timeout"),
        promptfoo_result("a", failureReason=2, error=None),
        promptfoo_result("a", response=None, error="no route"),
        promptfoo_result("a", response={"error": "429"}),
        promptfoo_result("a", response={"output": "partial", "error": "cut"}),
    ],
)
def test_a_provider_s_error_in_promptfoo_is_an_errored_output(broken: Json) -> None:
    assert [state for _, _, state in said(lines(broken))] == ["errored"]


def test_a_failed_assertion_of_promptfoo_is_no_error_of_the_output() -> None:
    missed = promptfoo_result("a", failureReason=1, success=False, error="Expected output to equal")
    assert said(lines(missed)) == TWO[:1]


@pytest.mark.parametrize(
    ("response", "state"),
    [
        ({"output": "I will not", "isRefusal": True}, "refused"),
        ({"output": "yes", "finishReason": "length"}, "truncated"),
        ({"output": ""}, "empty"),
        ({"output": None}, "empty"),
    ],
)
def test_promptfoo_s_unfinished_answers_are_none(response: Json, state: str) -> None:
    assert read(lines(promptfoo_result("a", response=response)))[0].state == state


def test_an_output_that_promptfoo_parsed_is_text_again() -> None:
    assert said(lines(promptfoo_result("a", {"é": [1]}))) == [("a", '{"é": [1]}', "answered")]


def test_tool_calls_in_promptfoo_stay_tool_calls() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "refund", "arguments": "{}"}}
    (output,) = read(lines(promptfoo_result("a", [call])))
    assert (output.text, output.state != "answered", len(output.tools)) == ("", True, 1)


FUNCTION = {"name": "refund", "arguments": "{}"}
CHAT_CALL = {"id": "c", "type": "function", "function": FUNCTION}
RESPONSES_CALL = {"type": "function_call", "id": "fc_1", "call_id": "c", "status": "completed", **FUNCTION}
ANTHROPIC_CALL = {"type": "tool_use", "id": "toolu_1", "name": "refund", "input": {}}


@pytest.mark.parametrize(
    ("output", "text"),
    [
        (FUNCTION, ""),
        ([CHAT_CALL], ""),
        ({"role": "assistant", "content": "Done.", "tool_calls": [CHAT_CALL]}, "Done."),
        ({"role": "assistant", "content": "Done.", "function_call": FUNCTION}, "Done."),
        (json.dumps(RESPONSES_CALL), ""),
        (f"Done.\n\n{json.dumps(ANTHROPIC_CALL)}", "Done."),
    ],
)
def test_calls_in_promptfoo_are_no_answers_in_whatever_shape_a_provider_leaves_them(output: object, text: str) -> None:
    (found,) = read(lines(promptfoo_result("a", output)))
    assert (found.state, found.text, len(found.tools)) == ("called", text, 1)


@pytest.mark.parametrize(
    "output",
    [
        '{"type": "function_call", "name": "refund", "arguments": "{}"}',
        '{"type": "function_call", "call_id": "c"',
        'It made a function_call.\n{"type": 1, "id": "c"}',
        {"name": "refund", "arguments": {}, "why": "x"},
        {"name": "refund", "arguments": {}},
        {"tool_calls": [CHAT_CALL], "content": "x"},
        [{"type": "tool_use"}],
    ],
)
def test_an_answer_that_tells_of_a_call_is_none(output: object) -> None:
    (found,) = read(lines(promptfoo_result("a", output)))
    assert (found.state, found.tools) == ("answered", ())


def test_calls_in_promptfoo_that_were_cut_are_no_calls() -> None:
    cut = promptfoo_result("a", response={"output": [CHAT_CALL], "finishReason": "length"})
    assert read(lines(cut))[0].state == "truncated"
    whole = promptfoo_result("a", response={"output": [CHAT_CALL], "finishReason": "tool_calls"})
    assert read(lines(whole))[0].state == "called"


def test_an_output_that_promptfoo_was_told_to_leave_out_is_an_errored_one() -> None:
    (found,) = read(lines(promptfoo_result("a", "[output stripped]")))
    assert (found.state, "PROMPTFOO_STRIP_RESPONSE_OUTPUT" in found.why) == ("errored", True)


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"id": "anthropic:messages:y", "label": ""}, "anthropic:messages:y"),
        ({"id": "anthropic:messages:x", "label": "hot"}, "anthropic:messages:x (hot)"),
    ],
)
def test_the_results_of_two_providers_are_not_one_model_s(other: Json, name: str) -> None:
    one = promptfoo_result("a", provider={"id": "anthropic:messages:x"})
    assert refused(lines(one, promptfoo_result("b", provider=other))) == (
        f"out.jsonl:2: answered by '{name}', but those before by 'anthropic:messages:x': "
        "keep the results of one provider"
    )


def test_an_id_may_be_in_another_var_or_in_the_metadata() -> None:
    other = promptfoo_result("a", vars={"ticket": 7})
    assert read(lines(other), id="ticket")[0].key == 7
    tagged = promptfoo_result("a", vars={}, testCase={"metadata": {"id": "m"}})
    assert read(lines(tagged))[0].key == "m"


def test_a_test_without_an_id_is_refused_with_what_it_has() -> None:
    assert refused(lines(promptfoo_result("a", vars={"question": "x"}))) == (
        "out.jsonl:1: no 'id' in the test's vars or metadata, which has 'question': "
        "name the id's column, `fields: {id: ...}`"
    )


def test_what_was_asked_is_the_var_and_not_what_the_template_made_of_it() -> None:
    asked = promptfoo_result("a", vars={"id": "a", "question": "one?"})
    assert read(lines(asked))[0].asked is None
    assert read(lines(asked), prompt="question")[0].asked == "one?"


def test_fields_cannot_move_what_a_format_has_in_its_place() -> None:
    assert refused(lines(promptfoo_result("a")), output="answer") == (
        "out.jsonl: promptfoo results, whose output have their place: `fields` cannot say another"
    )


@pytest.mark.parametrize("status", ["error", "cancelled", "started"])
def test_an_inspect_run_that_did_not_succeed_is_refused(status: str) -> None:
    assert refused(document(inspect_log(inspect_sample("a"), status=status))) == (
        f"out.json: the run's status is '{status}', not 'success'"
    )


def test_an_inspect_log_that_its_owner_took_back_is_refused() -> None:
    assert refused(document(inspect_log(inspect_sample("a"), invalidated=True))).endswith("invalidated by its owner")


def test_an_inspect_log_without_samples_is_refused() -> None:
    assert "without samples" in refused(document({**inspect_log(), "samples": None}))
    assert refused(document(inspect_log())) == "out.json: holds no outputs"


ANSWERED: Json = {"choices": [{"message": {"role": "assistant", "content": "yes"}, "stop_reason": "stop"}]}
FILTERED: Json = {"choices": [{"message": {"role": "assistant", "content": ""}, "stop_reason": "content_filter"}]}


@pytest.mark.parametrize(
    ("sample", "state"),
    [
        (inspect_sample("a", stop="max_tokens"), "truncated"),
        (inspect_sample("a", stop="content_filter"), "filtered"),
        (inspect_sample("a", stop="unknown"), "unfinished"),
        (inspect_sample("a", error={"message": "boom"}), "errored"),
        (inspect_sample("a", limit={"type": "token", "limit": 5}), "unfinished"),
        ({**inspect_sample("a"), "output": {"choices": [], "error": "down"}}, "errored"),
        ({**inspect_sample("a"), "output": {}}, "errored"),
        ({**inspect_sample("a"), "output": {"error": "down", **ANSWERED}}, "errored"),
        ({**inspect_sample("a"), "output": {"error": "no", **FILTERED}}, "filtered"),
    ],
)
def test_inspect_s_unfinished_answers_are_none(sample: Json, state: str) -> None:
    assert read(document(inspect_log(sample)))[0].state == state


def test_inspect_s_conversations_and_attachments_are_put_together() -> None:
    asked = [{"role": "user", "content": "attachment://h1"}]
    sample = inspect_sample("a", "attachment://h2", input=asked, attachments={"h1": "long?", "h2": "long!"})
    (output,) = read(document(inspect_log(sample)))
    assert (output.text, output.turns) == ("long!", (("user", "long?"),))


def test_attachments_in_the_parts_of_a_content_are_put_in_their_places() -> None:
    parts = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "attachment://h"}]
    (output,) = read(document(inspect_log(inspect_sample("a", parts, attachments={"h": "long!"}))))
    assert output.text == "long!"


def test_an_answer_whose_attachment_the_log_lacks_is_not_known() -> None:
    assert refused(document(inspect_log(inspect_sample("a", "attachment://h2", attachments={"h1": "x"})))) == (
        "out.json: samples[0]: the log lacks its attachment 'h2'"
    )


def test_inspect_s_tool_calls_are_those_of_chat_completions() -> None:
    message = {"role": "assistant", "content": "", "tool_calls": [{"id": "c", "function": "f", "arguments": {"x": 1}}]}
    sample = {**inspect_sample("a"), "output": {"choices": [{"message": message, "stop_reason": "tool_calls"}]}}
    (output,) = read(document(inspect_log(sample)))
    assert (output.state != "answered", len(output.tools)) == (True, 1)


def test_a_sample_of_inspect_without_a_usable_id_is_refused() -> None:
    assert refused(document(inspect_log(inspect_sample(1.5)))).startswith(
        "out.json: samples[0]: the id is the number 1.5"
    )


def packed_log(folder: Path) -> File:
    from inspect_ai.log import EvalLog, write_eval_log

    spec = {"task": "t", "model": "openai/ft:m", "created": "2026-01-01T00:00:00+00:00", "dataset": {}, "config": {}}
    sample = inspect_sample("a", target="x")
    log = EvalLog.model_validate({"status": "success", "eval": spec, "samples": [sample]})
    write_eval_log(log, folder / "out.eval")
    return File(Path("out.eval"), (folder / "out.eval").read_bytes())


def zipped(**parts: str) -> File:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in parts.items():
            archive.writestr(f"{name}.json", text)
    return File(Path("out.eval"), packed.getvalue())


def test_a_packed_log_is_no_log_when_it_is_broken() -> None:
    assert refused(zipped(header="{")).startswith("out.eval: inspect_ai cannot read it: ")


def test_another_archive_is_no_log() -> None:
    assert refused(zipped(other="{}")) == "out.eval: a ZIP archive: unpack it first"
    assert refused(File(Path("o"), b"PK\x03\x04cut")) == "o: a ZIP archive: unpack it first"


def test_samples_of_lm_eval_may_be_one_array_as_early_versions_wrote_them() -> None:
    rows: list[Json] = [{"doc_id": i, "doc": {}, "resps": [["yes"]]} for i in (0, 1)]
    assert said(document(rows)) == [(0, "yes", "answered"), (1, "yes", "answered")]
    assert refused(document([*rows, 3])).startswith("out.json: [2]: the 'id' in the doc is null")


def test_of_several_filters_of_lm_eval_one_has_all_answers() -> None:
    rows: list[Json] = [
        {"doc_id": i, "doc": {}, "resps": [["yes"]], "filter": f} for i in (0, 1) for f in ("strict", "loose")
    ]
    assert said(lines(*rows)) == [(0, "yes", "answered"), (1, "yes", "answered")]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([["a", "b"]], "2 answers to one prompt; which of them counts is not said"),
        ([[["-1.5", "True"]]], "no generated text (a task by likelihoods?)"),
        ([["a"], ["b"]], "no generated text"),
        (None, "no generated text"),
        ([], "no generated text"),
    ],
)
def test_a_sample_of_lm_eval_without_one_text_is_refused(answers: object, why: str) -> None:
    assert refused(lines({"doc_id": 0, "doc": {}, "resps": answers})).startswith(f"out.jsonl:1: {why}")


def test_a_sample_of_lm_eval_without_any_id_is_refused() -> None:
    whole: dict[str, object] = {"doc_id": 0, "doc": {}, "resps": [["yes"]]}
    assert refused(lines(whole, {"doc": {}, "resps": [["yes"]]})) == (
        "out.jsonl:2: the 'id' in the doc is null; text or a whole number is wanted"
    )


def test_results_of_lm_eval_are_numbers_and_no_outputs() -> None:
    assert refused(document(lm_eval())) == (
        "out.json: lm-evaluation-harness results, which holds no outputs: gate on its numbers, `result: FILE`"
    )


def test_an_error_of_openai_s_evals_is_an_errored_output() -> None:
    failed = output_item("a", error={"code": "server_error", "message": "down"})
    silent = output_item("b", output=[])
    assert [state for _, _, state in said(lines(failed, silent))] == ["errored", "errored"]


def test_a_cut_output_of_openai_s_evals_is_no_answer() -> None:
    assert read(lines(output_item("a", finish_reason="length")))[0].state == "truncated"


def test_the_item_may_be_wrapped_and_bear_other_names() -> None:
    wrapped = {**output_item("a"), "datasource_item": {"item": {"ticket": "t", "question": "one?"}}}
    (output,) = read(lines(wrapped), id="ticket", prompt="question")
    assert (output.key, output.asked) == ("t", "one?")


def test_one_page_of_several_is_not_all_items() -> None:
    page = {"object": "list", "data": [output_item("a")], "has_more": True}
    assert refused(document(page)) == "out.json: one page of several (has_more): save all items, one a line"


def test_something_else_among_output_items_is_refused() -> None:
    assert refused(lines(output_item("a"), {"object": "eval.run"})).startswith(
        "out.jsonl:2: not an eval.run.output_item"
    )
    assert refused(lines({**output_item("a"), "datasource_item": {}})).startswith(
        "out.jsonl:1: no 'id' in the datasource"
    )


def test_an_oaieval_log_says_what_was_asked_and_by_whom() -> None:
    (output,) = read(lines(*oaieval(sampling("a"))))
    assert (output.model, output.turns) == ("ft:m", (("user", "a?"),))


def test_an_error_event_is_an_errored_output() -> None:
    event = {"sample_id": "a", "type": "error", "data": {"type": "Timeout", "message": ""}}
    assert said(lines(*oaieval(event))) == [("a", "", "errored")]


def test_an_event_of_oaieval_without_its_sample_is_refused() -> None:
    event: Json = {"type": "error", "data": {}}
    assert refused(lines(*oaieval(event))) == "out.jsonl:2: the id is null; text or a whole number is wanted"


def test_several_completions_of_one_sample_are_refused() -> None:
    event = {"sample_id": "a", "type": "sampling", "data": {"prompt": "x", "sampled": ["a", "b"]}}
    assert "2 completions; which of them is the answer is not said" in refused(lines(*oaieval(event)))
    bare = {"sample_id": "a", "type": "sampling", "data": {"prompt": "x", "sampled": "yes"}}
    assert said(lines(*oaieval(bare))) == TWO[:1]


@pytest.mark.parametrize(("n", "why"), [(2, "no final_report, so"), (4, "2 final reports")])
def test_an_oaieval_run_that_did_not_end_once_is_refused(n: int, why: str) -> None:
    log = [*oaieval(sampling("a")), {"final_report": {}}][:n]
    assert refused(lines(*log)).startswith(f"out.jsonl: {why}")


SENT = "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"


def prompt(key: str, text: str, *turns: tuple[str, str]) -> Prompt:
    return Prompt(key, text, None, {}, f"p.jsonl:{key}", turns=turns)


def predicted(*asked: str) -> File:
    return lines(*({"prompt": SENT.format(text), "predict": "yes", "label": "x"} for text in asked))


def test_predictions_of_llama_factory_are_joined_by_position() -> None:
    found: list[Output] = read(predicted("one?", "two?"), [prompt("a", "one?"), prompt("b", "two?")])
    assert [(output.key, output.text) for output in found] == [("a", "yes"), ("b", "yes")]


def test_every_turn_must_stand_in_what_was_sent_in_order() -> None:
    turns = (("system", "Be kind."), ("user", "one?"))
    assert read(predicted("one?"), [prompt("a", "one?", *turns)])[0].key == "a"
    assert "not made for prompt 'a'" in refused(predicted("one?"), prompt("a", "one?", *reversed(turns)))


def test_predictions_of_vllm_are_joined_though_special_tokens_were_left_out() -> None:
    sent = "system\n\nBe kind.user\n\none?assistant\n\n"
    file = lines({"prompt": sent, "predict": "yes", "label": "x"})
    assert read(file, [prompt("a", "one?", ("system", "Be kind."), ("user", "one?"))])[0].text == "yes"
    assert "not made for prompt 'a'" in refused(file, prompt("a", "on"))


def test_more_or_fewer_predictions_than_prompts_are_refused() -> None:
    assert refused(predicted("one?", "two?"), prompt("a", "one?")) == (
        "out.jsonl: 2 predictions for 1 prompt: without ids they are joined by position, which needs as many"
    )


@pytest.mark.parametrize("text", ["two?", "ne?", "one", "", " ", "prompt is in dataset"])
def test_a_prediction_for_another_text_is_refused(text: str) -> None:
    assert refused(predicted("one?"), prompt("a", text)) == (
        "out.jsonl:1: not made for prompt 'a' in its place (p.jsonl:a), by its text"
    )


def test_a_line_without_a_prediction_is_refused() -> None:
    sent = {"prompt": SENT.format("one?")}
    file = lines({**sent, "predict": "yes", "label": "x"}, {**sent, "predicted": "yes"})
    assert refused(file, prompt("a", "one?"), prompt("b", "one?")) == "out.jsonl:2: no 'predict'"


def test_a_text_that_also_begins_a_word_is_found_where_it_stands_alone() -> None:
    assert read(predicted("ones one"), [prompt("a", "one")])[0].key == "a"


def vllm(key: str, **more: object) -> Json:
    completion = {
        "model": "m",
        "choices": [{"message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}],
    }
    response = {"status_code": 200, "request_id": "r", "body": completion}
    return {"id": "vllm-1", "custom_id": key, "response": response, "error": None, **more}


def test_vllm_s_failed_lines_and_an_appended_error_file_are_errored_outputs() -> None:
    refused_by_vllm = {"status_code": 400, "request_id": "r", "body": None}
    failed = vllm("b", response=refused_by_vllm, error={"object": "error", "message": "too long", "code": 400})
    expired = vllm("c", response=None, error={"code": "batch_expired", "message": "not executed"})
    found = said(lines(vllm("a"), failed, expired))
    assert [state for _, _, state in found] == ["answered", "errored", "errored"]


def parquet(*rows: Json) -> File:
    import pyarrow as pa
    import pyarrow.parquet as pq

    packed = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), packed)
    return File(Path("out.parquet"), packed.getvalue())


def test_rows_of_parquet_are_lines() -> None:
    file = parquet({"ticket": 1, "output": "yes", "error": None}, {"ticket": 2, "output": None, "error": "down"})
    assert said(file, id="ticket") == [(1, "yes", "answered"), (2, "", "errored")]
    assert read(file, id="ticket")[1].where == "out.parquet:2"


def test_a_reason_that_is_null_in_parquet_is_a_stream_that_was_cut() -> None:
    rows: list[Json] = [{"id": "a", "output": "yes", "finish_reason": r} for r in ("stop", None)]
    assert [state for _, _, state in said(parquet(*rows))] == ["answered", "unfinished"]


def test_a_column_that_comes_twice_in_parquet_is_refused() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    packed = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["id", "id"]), packed)
    said_of = refused(File(Path("o"), packed.getvalue()))
    assert said_of == "o: cannot be read as Parquet: 'it has the column id twice'"


def test_a_cut_parquet_file_is_refused() -> None:
    file = parquet({"id": "a", "output": "yes"})
    assert refused(File(file.path, file.data[:-9])).startswith("out.parquet: cannot be read as Parquet: ")
    assert refused(File(file.path, b"PAR1")).startswith("out.parquet: cannot be read as Parquet: ")


def test_an_id_that_is_no_id_in_parquet_is_refused() -> None:
    assert refused(parquet({"id": 1.5, "output": "yes"})) == (
        "out.parquet:1: the id is the number 1.5; text or a whole number is wanted"
    )


def test_a_packed_inspect_log_is_read_through_its_own_library(tmp_path: Path) -> None:
    assert said(packed_log(tmp_path)) == TWO[:1]


def test_what_would_unpack_without_end_is_not_unpacked() -> None:
    with pytest.raises(EvidenceError, match=r"^out\.eval: would unpack to 3 bytes, more than the 2 that are read$"):
        unpacked(zipped(header="{ }"), most=2)
    with pytest.raises(EvidenceError, match=r"^out\.parquet: would unpack to .* bytes, more than the 2 that are read$"):
        list(parquet_rows(parquet({"id": "a"}), most=2))


def test_a_hostile_id_stays_inert() -> None:
    said_of = refused(document(inspect_log(inspect_sample("a", x=1), inspect_sample(["\x1b[2J"]))))
    assert "\x1b" not in said_of


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    assert refused(File(Path("o"), b'{"results": ' + b"[" * 100_000)).startswith("o:1: ")
