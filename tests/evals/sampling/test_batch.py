"""Asking through a batch service."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from pytest_ftgate.evals.sampling.store import FILE, Store

from ...batch_server import Batches, answered
from ...chat_server import KEY, MODEL, completion, http
from .conftest import Model

ModelOf = Callable[..., Model]


def batched(model: ModelOf, **what: Any) -> tuple[Model, Batches]:
    asked, service = model(), Batches(**what)
    asked.chat.other = service.answer
    return asked, service


def error(status: int, message: str = "no") -> bytes:
    return http(status, {"error": {"message": message}}, retry_after_ms="1")


def test_all_prompts_go_out_in_one_batch_and_their_answers_are_kept(model: ModelOf) -> None:
    asked, service = batched(model)
    found = asked.sample(5, batch=True, parameters={"max_tokens": 9})
    assert [o.text for o in found.outputs] == [f"re: q{i}" for i in range(5)]
    assert (found.faults, service.made, asked.chat.count) == ((), 1, 0)
    assert service.lines[0]["url"] == "/v1/chat/completions"
    assert service.lines[0]["body"]["max_tokens"] == 9
    assert asked.sample(5, parameters={"max_tokens": 9}).outputs[4].text == "re: q4"
    assert "years" not in found.origin[0]
    assert "the oldest is" in found.origin[0]


def test_only_what_is_missing_goes_out(model: ModelOf) -> None:
    asked, service = batched(model)
    asked.sample(2)
    asked.sample(3, batch=True)
    assert len(service.lines) == 1


def test_a_batch_that_is_not_done_in_time_is_gone_on_with(model: ModelOf) -> None:
    asked, service = batched(model, polls=10**9)
    said = asked.refused(3, batch=True, deadline=0.05)
    assert "the batch 'batch_0' goes on after 0 seconds (`deadline`): it is not lost" in said
    service.polls = 0
    assert [o.text for o in asked.sample(3, batch=True).outputs] == ["re: q0", "re: q1", "re: q2"]
    assert service.made == 1


def test_a_batch_whose_making_was_not_heard_of_is_found_again(model: ModelOf) -> None:
    asked, service = batched(model)
    heard = service.answer

    def deaf(method: str, path: str, data: bytes) -> bytes | None:
        found = heard(method, path, data)
        return error(500) if (method, path) == ("POST", "/v1/batches") else found

    asked.chat.other = deaf
    assert "failed (500: no)" in asked.refused(2, batch=True)
    asked.chat.other = heard
    assert len(asked.sample(2, batch=True).outputs) == 2
    assert service.made == 1


def test_what_may_pass_is_tried_again_but_never_the_making(model: ModelOf) -> None:
    faults = {"GET /batches": [error(500)], "POST /files": [error(429)], "GET /files/out/content": [error(503)]}
    asked, service = batched(model, faults=faults)
    assert asked.sample(2, batch=True).faults == ()
    assert (service.made, service.seen.count("POST /batches")) == (1, 1)


@pytest.mark.parametrize(
    ("line", "state", "why"),
    [
        (
            {"response": {"status_code": 400, "body": {"error": {"message": "bad"}}}, "error": None},
            "errored",
            "status 400",
        ),
        ({"response": None, "error": {"code": "batch_expired", "message": "expired"}}, "errored", "an error instead"),
        (
            {"response": {"status_code": 200, "body": {"model": MODEL}}, "error": None},
            "errored",
            "the output is an obj",
        ),
        ({"response": {"status_code": 200, "body": [1]}}, "errored", "no JSON object"),
        ({"response": 5, "error": None}, "errored", "no response"),
        (
            {"response": {"status_code": 200, "body": completion("half", MODEL, "length")}, "error": None},
            "truncated",
            "finish_reason is 'length'",
        ),
        (None, "errored", "the batch ended without an answer to it"),
        (b'{"custom_id": ', "errored", "the batch ended without an answer to it"),
        (b"[1]", "errored", "the batch ended without an answer to it"),
    ],
)
def test_a_prompt_that_the_batch_did_not_answer_is_none(model: ModelOf, line: Any, state: str, why: str) -> None:
    asked, _ = batched(model, outputs={"q1": line})
    found = asked.sample(3, batch=True)
    assert [o.state for o in found.outputs] == ["answered", state, "answered"]
    assert found.outputs[1].why.startswith(why)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (completion("x", "other"), f"another model answered (asked for {MODEL}, the answer is of other)"),
        (completion(KEY), "the answer holds the key of OPENAI_API_KEY: it is not kept"),
    ],
)
def test_an_answer_that_no_prompt_may_have_stops_it(model: ModelOf, body: object, said: str) -> None:
    asked, _ = batched(model, outputs={"q0": {"response": {"status_code": 200, "body": body}, "error": None}})
    assert said in asked.refused(2, batch=True)


def test_a_batch_that_is_refused_is_named_and_forgotten(model: ModelOf) -> None:
    asked, service = batched(model, status="failed")
    assert "the batch 'batch_0' was refused: 'the input file is empty'" in asked.refused(2, batch=True)
    service.status, service.polls = "completed", 0
    assert asked.sample(2, batch=True).faults == ()
    assert service.made == 2


def test_a_batch_that_the_service_no_longer_knows_is_made_again(model: ModelOf) -> None:
    asked, service = batched(model, polls=10**9)
    asked.refused(1, batch=True, deadline=0.05)
    service.batches.clear()
    service.polls = 0
    assert asked.sample(1, batch=True).outputs[0].text == "re: q0"


@pytest.mark.parametrize(
    "path", ["GET /batches", "POST /files", "POST /batches"]
)  # fmt: skip
@pytest.mark.parametrize("content", [b"<html>", b"[]"])
def test_a_service_that_is_none_is_named(model: ModelOf, path: str, content: bytes) -> None:
    asked, service = batched(model, faults={path: [http(200, content)]})
    assert "the batch service answers with something else than an object: is the address right?" in asked.refused(
        1, batch=True
    )
    assert service.made == 0


@pytest.mark.parametrize("batch", [{"object": "batch"}, {"id": ""}, {"id": 5}])
def test_a_batch_without_an_id_is_none(model: ModelOf, batch: object) -> None:
    asked, _ = batched(model, faults={"POST /batches": [http(200, batch)]})
    assert "answers with something else than a batch" in asked.refused(1, batch=True)


def test_the_budget_must_hold_the_whole_batch(model: ModelOf) -> None:
    asked, service = batched(model)
    said = asked.refused(50, batch=True, tokens=500, parameters={"max_tokens": 9})
    assert "the batch could pass the budget of 500 tokens" in said
    assert service.seen == []


def test_another_run_that_asks_for_everything_makes_its_own_batch(model: ModelOf) -> None:
    asked, service = batched(model)
    for run in ("a", "b"):
        service.polls = 0
        asked.sample(2, batch=True, samples="always", run=run)
    assert service.made == 2


FAILED = {"response": {"status_code": 500, "body": {"error": {"message": "overloaded"}}}, "error": None}


def test_an_error_of_nothing_but_nulls_is_none(model: ModelOf) -> None:
    line = {"response": {"status_code": 200, "body": completion("fine")}, "error": {"code": None, "message": None}}
    asked, _ = batched(model, outputs={"q1": line})
    assert [o.text for o in asked.sample(2, batch=True).outputs] == ["re: q0", "fine"]


@pytest.mark.parametrize("blanks", [0, 60])
def test_no_key_is_in_what_a_batch_says_of_an_error(model: ModelOf, blanks: int) -> None:
    error = {"response": {"status_code": 400, "body": {"error": {"message": f"{'x' * blanks}{KEY}"}}}}
    asked, _ = batched(model, outputs={"q0": error})
    found = asked.sample(2, batch=True)
    assert f"{'x' * blanks}[key]" in found.faults[0]
    assert KEY.encode()[:12] not in (asked.folder / FILE).read_bytes()


def test_no_key_is_in_why_a_batch_was_refused(model: ModelOf) -> None:
    asked, service = batched(model, polls=10**9)
    rows_of(asked, service, 1)
    asked.chat.other = writes(service, [], status="failed", errors={"data": [{"message": f"no {KEY}"}]})
    assert "the batch 'batch_0' was refused: 'no [key]'" in asked.refused(1, batch=True)


@pytest.mark.parametrize("content", [b"<html>busy</html>", b"[1]", b'{"custom_id": '])
def test_a_file_that_is_no_batch_s_loses_no_answer(model: ModelOf, content: bytes) -> None:
    asked, service = batched(model, faults={"GET /files/out/content": [http(200, content)] * 4})
    assert "the file 'out' holds no line of a batch: the next run reads it again" in asked.refused(2, batch=True)
    assert [o.text for o in asked.sample(2, batch=True).outputs] == ["re: q0", "re: q1"]
    assert service.made == 1


def test_a_file_that_came_cut_is_read_again(model: ModelOf) -> None:
    asked, service = batched(model, polls=10**9)
    rows = b"\n".join(json.dumps(row).encode() for row in rows_of(asked, service, 2))
    service.faults["GET /files/out/content"] = [http(200, rows[:-40])]
    assert asked.sample(2, batch=True).faults == ()
    assert service.made == 1


def test_a_file_without_an_id_is_none(model: ModelOf) -> None:
    asked, service = batched(model, faults={"POST /files": [http(200, {"object": "file"})]})
    assert "the batch service answers with something else than a file" in asked.refused(1, batch=True)
    assert service.made == 0


def writes(service: Batches, *files: list[Any], **batch: object) -> Callable[[str, str, bytes], bytes | None]:
    """The service, whose output and error files have these rows, and whose ended batches say this."""

    def answer(method: str, path: str, data: bytes) -> bytes | None:
        if path.endswith("/content"):
            rows = files[int(path.split("/")[-2])]
            return http(200, b"\n".join(json.dumps(row).encode() for row in rows))
        found = service.answer(method, path, data)
        ended = next(iter(service.batches.values()), {}).get("status") == "completed"
        if not found or method != "GET" or "/batches/" not in path or not ended:
            return found
        named = dict(zip(("output_file_id", "error_file_id"), map(str, range(len(files))), strict=False))
        return http(200, {**json.loads(found.partition(b"\r\n\r\n")[2]), **named, **batch})

    return answer


def rows_of(asked: Model, service: Batches, count: int) -> list[Any]:
    """What the service answers to so many prompts."""
    asked.refused(count, batch=True, deadline=0.05)
    service.polls = 0
    return [answered(line) for line in service.lines]


def test_a_batch_that_answered_nothing_is_not_taken_for_one_that_nobody_heard_of(model: ModelOf) -> None:
    asked, service = batched(model, outputs={"q0": FAILED, "q1": FAILED})
    assert "2 of 2 prompts got no answer" in asked.sample(2, batch=True, run="a").faults[0]
    service.outputs, service.polls = {}, 0
    assert asked.sample(2, batch=True, run="b").faults == ()
    assert service.made == 2


def test_a_batch_whose_files_are_gone_is_made_again(model: ModelOf) -> None:
    asked, service = batched(model, faults={"GET /files/out/content": [error(404, "no such file")]})
    assert "the batch ended without an answer to it" in asked.sample(1, batch=True, run="a").faults[0]
    service.polls = 0
    assert asked.sample(1, batch=True, run="b").outputs[0].text == "re: q0"
    assert service.made == 2


def test_two_answers_to_one_request_are_none_unless_they_are_alike(model: ModelOf) -> None:
    asked, service = batched(model, polls=10**9)
    first, second = rows_of(asked, service, 2)
    other = {**first, "response": {"status_code": 200, "body": completion("better", MODEL)}}
    asked.chat.other = writes(service, [other, second, second], [first])
    found = asked.sample(2, batch=True)
    assert [o.state for o in found.outputs] == ["errored", "answered"]
    assert found.outputs[0].why == "the batch answers it more than once, and not alike"


def test_lines_count_in_any_order_and_those_of_other_requests_not_at_all(model: ModelOf) -> None:
    asked, service = batched(model, polls=10**9)
    first, second = rows_of(asked, service, 2)
    asked.chat.other = writes(service, [{**second, "custom_id": "elsewhere"}, second, first])
    assert [o.text for o in asked.sample(2, batch=True).outputs] == ["re: q0", "re: q1"]


def test_a_file_that_has_no_name_was_not_written(model: ModelOf) -> None:
    asked, service = batched(model, polls=10**9)
    rows = rows_of(asked, service, 1)
    asked.chat.other = writes(service, rows, error_file_id="")
    assert asked.sample(1, batch=True).outputs[0].text == "re: q0"


@pytest.mark.parametrize("at", [10**400, -1, True, 4e9, "yesterday", None])
def test_no_answer_is_older_or_newer_than_can_be(model: ModelOf, at: object) -> None:
    asked, service = batched(model, polls=10**9)
    rows, before = rows_of(asked, service, 1), time.time()
    asked.chat.other = writes(service, rows, completed_at=at)
    assert asked.sample(1, batch=True).faults == ()
    with Store(asked.folder / FILE) as store:
        (stored,) = store.answers()
    assert before <= stored.at <= time.time()


@pytest.mark.parametrize(
    "batch", [{"id": "x", "metadata": "text"}, {"id": "x", "status": [1]}, 5, {"metadata": {"ftgate": 5}}]
)
def test_a_listed_batch_of_another_shape_is_none_of_ours(model: ModelOf, batch: object) -> None:
    asked, service = batched(model, faults={"GET /batches": [http(200, {"data": [batch]})]})
    assert asked.sample(1, batch=True).faults == ()
    assert service.made == 1


@pytest.mark.parametrize("status", [None, [1], "resting"])
def test_a_batch_of_no_known_status_goes_on(model: ModelOf, status: object) -> None:
    asked, _ = batched(model, status=status, polls=0)
    assert "goes on after 0 seconds" in asked.refused(1, batch=True, deadline=0.05)
