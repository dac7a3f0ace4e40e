"""Asking a model that fails in every way: nothing is lost, nothing is asked twice, nothing lost passes."""

import asyncio
import gc
import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest

from pytest_ftgate.evals.prompts import prompt_of
from pytest_ftgate.evals.sampling.client import MOST_BYTES
from pytest_ftgate.evals.sampling.store import FILE, Store

from ...chat_server import KEY, MODEL, Reply, completion, fails, gives, hangs, hangs_up, mixed, then
from .conftest import Model

ModelOf = Callable[..., Model]


def test_each_prompt_is_asked_once_and_answered(model: ModelOf) -> None:
    asked = model()
    found = asked.sample(20)
    assert [(o.key, o.text, o.state) for o in found.outputs[:2]] == [
        ("p0", "re: q0", "answered"),
        ("p1", "re: q1", "answered"),
    ]
    assert (len(found.outputs), found.faults, asked.chat.count) == (20, (), 20)


def test_what_was_answered_is_not_asked_again(model: ModelOf) -> None:
    asked = model()
    asked.sample(3)
    assert [o.text for o in asked.sample(5).outputs] == [f"re: q{i}" for i in range(5)]
    assert asked.chat.count == 5


def test_equal_prompts_are_asked_once_and_each_has_the_answer(model: ModelOf) -> None:
    asked = model(latency=0.01)
    twins = [prompt_of({"id": name, "prompt": "same"}, "x") for name in "abc"]
    assert [o.text for o in asked.sample(prompts=twins).outputs] == ["re: same"] * 3
    assert asked.chat.count == 1


def test_no_more_requests_are_open_than_the_spec_allows(model: ModelOf) -> None:
    asked = model(latency=0.01)
    asked.sample(30, concurrency=7)
    assert asked.chat.most == 7


@pytest.mark.parametrize(
    "fault",
    [
        fails(429, retry_after="0.05"),
        fails(500, retry_after_ms="1"),
        fails(503, retry_after_ms="1"),
        fails(529, retry_after_ms="1"),
        fails(408, retry_after_ms="1"),
        fails(409, retry_after_ms="1"),
        hangs_up,
        gives(200, b"<html>busy</html>"),
        gives(200, b'{"id": "x", "choi'),
        gives(200, b""),
        gives(200, []),
        gives(200, {"error": {"message": "later"}}),
        gives(200, {"model": MODEL, "choices": []}),
        gives(200, {"model": MODEL}),
        gives(200, b'\xff\xfe{"model": 1}'),
        gives(200, b"[" * 5000),
        gives(200, b'{"n": 1' + b"0" * 5000 + b"}"),
        gives(200, completion("half", finish=None)),
    ],
)
def test_what_may_pass_is_asked_again(model: ModelOf, fault: Reply) -> None:
    asked = model(then(fault))
    found = asked.sample(1)
    assert [(o.text, o.state) for o in found.outputs] == [("re: q0", "answered")]
    assert (asked.chat.count, asked.chat.early, found.faults) == (2, 0, ())


def test_what_hangs_is_given_up_and_asked_again(model: ModelOf) -> None:
    asked = model(then(hangs))
    assert [o.text for o in asked.sample(1, timeout=0.2).outputs] == ["re: q0"]
    assert asked.chat.count == 2


def test_nothing_is_lost_to_a_server_that_fails_by_chance(model: ModelOf) -> None:
    asked = model(mixed(3))
    found = asked.sample(60, concurrency=20, timeout=1)
    assert {o.state for o in found.outputs} == {"answered"}
    assert (len(asked.chat.succeeded), asked.chat.report()["twice"], asked.chat.early) == (60, 0, 0)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (fails(401), "the key in OPENAI_API_KEY is not accepted (401: a message)"),
        (fails(403), "the key in OPENAI_API_KEY has no right to ask (403: a message)"),
        (fails(404), f"there is no such model or address: asked for '{MODEL}' (404: a message)"),
        (
            fails(404, code="model_not_found"),
            f"there is no model '{MODEL}', or this key may not use it (404: a message)",
        ),
        (fails(429, code="insufficient_quota"), "the account's quota is used up (429: a message)"),
        (fails(402), "wants to be paid first (402: a message)"),
        (gives(307, b"", location="http://127.0.0.1:9/v1"), "answers with a redirect, which is not followed: name the"),
        (
            gives(200, completion("x", model="other")),
            f"another model answered (asked for {MODEL}, the answer is of other)",
        ),
        (gives(200, completion("x", model="")), "another model answered (the answer does not say which)"),
        (
            gives(200, completion(f"your key is {KEY}")),
            "the answer holds the key of OPENAI_API_KEY: it is not kept",
        ),
        (
            gives(200, {"error": {"message": f"{'x' * 95}{KEY}"}}),
            "the answer holds the key of OPENAI_API_KEY: it is not kept",
        ),
        (fails(429, code="billing_not_active"), "the account's billing is not active (429: a message)"),
    ],
)
def test_what_no_prompt_can_pass_stops_everything_at_once(model: ModelOf, fault: Reply, said: str) -> None:
    asked = model(fault)
    refusal = asked.refused(50)
    assert refusal.startswith(f"refunds: 127.0.0.1 was asked no further: {said}")
    assert refusal.endswith("; 0 of 50 prompts answered and kept, nothing was answered")
    assert "\n" not in refusal
    assert KEY not in refusal
    assert asked.chat.count <= 4


def test_what_was_answered_before_it_stopped_is_kept(model: ModelOf) -> None:
    asked = model(then())
    asked.sample(2)
    asked.chat.reply = fails(401)
    assert "asked no further" in asked.refused(3)
    assert [o.text for o in asked.sample(2, samples="never").outputs] == ["re: q0", "re: q1"]


@pytest.mark.parametrize("fault", [fails(400), fails(413), fails(422)])
def test_a_prompt_that_is_refused_is_an_error_and_the_others_are_asked(model: ModelOf, fault: Reply) -> None:
    asked = model()
    asked.chat.reply = lambda chat, request: (fault if request.prompt == "q1" else then())(chat, request)
    found = asked.sample(3)
    assert [o.state for o in found.outputs] == ["answered", "errored", "answered"]
    assert found.outputs[1].why.startswith("refused the request (4")
    assert found.faults[0].startswith("1 of 3 prompts got no answer, and max_errors is 0: refused the request (4")
    assert asked.chat.count == 3


def test_where_nothing_was_answered_max_errors_excuses_nothing(model: ModelOf) -> None:
    (fault,) = model(fails(400, "too long")).sample(3, max_errors=5).faults
    assert fault == "none of 3 prompts got an answer, of which nothing can be said: refused the request (400: too long)"


def test_errors_up_to_max_errors_are_no_fault_of_the_whole(model: ModelOf) -> None:
    asked = model()
    asked.chat.reply = lambda chat, request: (fails(400) if request.prompt == "q1" else then())(chat, request)
    found = asked.sample(3, max_errors=1)
    assert (found.faults, found.outputs[1].state) == ((), "errored")


def test_where_every_prompt_is_refused_the_first_ten_tell(model: ModelOf) -> None:
    asked = model(fails(400, "unknown parameter"))
    said = asked.refused(100)
    assert "none of the first 11 prompts was answered: refused the request (400: unknown parameter)" in said
    assert asked.chat.count <= 11 + 4


def test_where_every_attempt_fails_not_all_prompts_are_tried(model: ModelOf) -> None:
    asked = model(fails(500, retry_after_ms="1"))
    assert "40 attempts in a row failed, the last: failed (500: a message)" in asked.refused(100)
    assert asked.chat.count <= 40 + 4


def test_what_keeps_failing_is_given_up(model: ModelOf) -> None:
    asked = model(gives(200, b"<html>"))
    found = asked.sample(1)
    assert found.outputs[0].why == "what came is no answer (an HTML page), 4 times"
    assert asked.chat.count == 4


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (completion("half", finish="length"), "truncated"),
        (completion("...", finish="content_filter"), "filtered"),
        (completion(None, refusal="no"), "refused"),
        (completion(""), "empty"),
        (completion(None), "empty"),
    ],
)
def test_an_answer_that_is_none_is_kept_as_what_it_is(model: ModelOf, content: object, state: str) -> None:
    asked = model(gives(200, content))
    assert [o.state for o in asked.sample(1).outputs] == [state]
    assert [o.state for o in asked.sample(1, samples="never").outputs] == [state]
    assert asked.chat.count == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (completion("half", finish="abort"), "finish_reason is 'abort'"),
        (completion("half", finish="error"), "finish_reason is 'error'"),
        (completion("half", finish="insufficient_system_resource"), "finish_reason is 'insufficient_system_resource'"),
        (completion("half", finish=""), "finish_reason is ''"),
        ({"model": MODEL, "status": "queued", "output": []}, "finish_reason is 'queued'"),
        ({"model": MODEL, "output": "half"}, "a response without a status, so it may have been cut"),
        (b" ", "an empty body"),
        (b'data: {"choices": []}', "a stream of events, which was not asked for"),
    ],
)
def test_what_the_server_broke_off_is_no_answer_of_the_model(model: ModelOf, content: object, why: str) -> None:
    asked = model(then(gives(200, content)))
    assert asked.sample(1).outputs[0].text == "re: q0"
    assert model(gives(200, content)).sample(1, samples="always").outputs[0].why == (
        f"what came is no answer ({why}), 4 times"
    )


def test_the_deadline_ends_it_and_keeps_what_there_is(model: ModelOf) -> None:
    asked = model()
    asked.chat.reply = lambda chat, request: (hangs if request.prompt == "q2" else then())(chat, request)
    said = asked.refused(3, deadline=1.0)
    assert "the time is up: it may take 1 second (`deadline`); 2 of 3 prompts answered and kept" in said


def test_a_next_attempt_beyond_the_deadline_is_not_waited_for(model: ModelOf) -> None:
    said = model(fails(500, "boom")).refused(1, deadline=3.0, first_wait=1e6)
    assert "the next attempt would come after the deadline: failed (500: boom)" in said


def test_a_wait_beyond_the_deadline_is_not_begun(model: ModelOf) -> None:
    asked = model(fails(429, "slow down", retry_after="999"))
    assert "it asks to wait until after the deadline: too many requests (429: slow down)" in asked.refused(
        1, deadline=60
    )
    assert asked.chat.count == 1


def test_a_budget_of_tokens_is_not_passed(model: ModelOf) -> None:
    asked = model()
    said = asked.refused(50, tokens=400, parameters={"max_tokens": 20}, concurrency=1)
    assert "one more answer could pass the budget of 400 tokens; " in said
    assert 0 < asked.chat.count < 50
    assert asked.chat.count * 12 <= 400


def test_a_prompt_without_anything_to_ask_is_named(model: ModelOf) -> None:
    nothing = [prompt_of({"id": "a"}, "prompts.jsonl:1")]
    said = model().refused(prompts=nothing)
    assert said == "prompts.jsonl:1: prompt a has no prompt and no messages, so nothing can be asked"


def test_without_a_key_only_this_machine_is_asked(model: ModelOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    asked = model()
    assert asked.sample(1).outputs[0].text == "re: q0"
    assert asked.refused(1, options={}).startswith("no key: set OPENAI_API_KEY to ask api.openai.com, or replay")
    assert asked.chat.requests[0].headers["authorization"] == "Bearer none"


def test_responses_are_asked_and_read_as_well(model: ModelOf) -> None:
    asked = model()
    found = asked.sample(1, api="responses", system="Be brief.", parameters={"max_tokens": 5})
    assert found.outputs[0].text == "re: q0"
    body = asked.chat.requests[0].body
    assert (body["instructions"], body["max_output_tokens"], body["store"]) == ("Be brief.", 5, False)


def test_an_azure_deployment_is_asked_by_its_path(model: ModelOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    asked = model()
    options = {"endpoint": asked.chat.url.removesuffix("/v1"), "api_version": "2024-10-21"}
    assert asked.sample(1, source="azure", options=options, model="tuned").outputs[0].state == "answered"
    request = asked.chat.requests[0]
    assert request.path == "/openai/deployments/tuned/chat/completions?api-version=2024-10-21"
    assert request.headers["api-key"] == KEY


def test_a_dated_name_answers_for_its_alias_and_the_spec_may_name_others(model: ModelOf) -> None:
    dated = model(gives(200, completion("x", model=f"{MODEL}-2026-01-31")))
    assert dated.sample(1).outputs[0].model == MODEL
    other = model(gives(200, completion("x", model="alias")))
    assert other.sample(2, served_as=("alias",)).outputs[1].model == MODEL


def test_answers_come_no_faster_than_the_spec_says(model: ModelOf) -> None:
    asked = model()
    found = asked.sample(4, rpm=6000.0, tpm=10_000_000.0)
    assert (len(found.outputs), asked.chat.count) == (4, 4)


def test_it_is_asked_also_where_a_loop_is_running_already(model: ModelOf) -> None:
    asked = model()

    async def within() -> int:
        return len(asked.sample(2).outputs)

    assert asyncio.run(within()) == 2


def test_a_store_that_cannot_be_written_to_stops_it_in_one_line(
    model: ModelOf, caplog: pytest.LogCaptureFixture
) -> None:
    asked = model(latency=0.01)
    asked.sample(1)
    with sqlite3.connect(asked.folder / "samples.sqlite") as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON answers BEGIN SELECT RAISE(FAIL, 'disk is full'); END")
    connection.close()
    assert asked.refused(9).endswith("samples.sqlite: the store of answers cannot be used: disk is full")
    gc.collect()
    assert caplog.text == ""


def test_a_budget_waits_for_what_is_in_flight_before_it_says_no(model: ModelOf) -> None:
    asked = model(latency=0.01)
    found = asked.sample(6, tokens=350, parameters={"max_tokens": 20})
    assert (len(found.outputs), asked.chat.most < 4) == (6, True)


def test_a_wait_for_a_turn_ends_when_it_is_over(model: ModelOf) -> None:
    asked = model()
    assert "the time is up" in asked.refused(9, rpm=10.0, deadline=1.0)
    assert asked.chat.count == 1


def test_azure_can_be_asked_by_its_newer_address(model: ModelOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-other")
    asked = model()
    assert asked.sample(1, source="azure").outputs[0].state == "answered"
    assert "openai-organization" not in asked.chat.requests[0].headers
    options = {"endpoint": asked.chat.url.removesuffix("/v1")}
    monkeypatch.delenv("OPENAI_API_VERSION", raising=False)
    assert asked.refused(1, source="azure", options=options, model="x").startswith("azure needs an api_version (or")


@pytest.mark.parametrize("key", ["sk-two words-0123", "sk-line\nbreak-012", "sk-\u00e9-01234567890"])
def test_a_key_that_is_no_key_is_not_sent(model: ModelOf, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    said = model().refused(1)
    assert said == "the key in OPENAI_API_KEY holds a blank, a line break or a strange character"


def test_a_client_that_cannot_be_set_up_is_named(model: ModelOf, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = model()
    monkeypatch.setenv("ALL_PROXY", "socks9://user:secret@host")
    elsewhere = "look at its variables, and at those of proxies and certificates"
    assert asked.refused(1) == f"the openai SDK cannot be set up (ValueError): {elsewhere}"
    monkeypatch.delenv("ALL_PROXY")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    assert asked.refused(1) == f"the openai SDK cannot be set up (FileNotFoundError): {elsewhere}"


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_no_proxy_is_between_this_machine_and_itself(
    model: ModelOf, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    asked = model()
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    assert asked.sample(1).outputs[0].text == "re: q0"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (gives(200, completion("x"), content_encoding="gzip"), "compressed, which was not asked for (compressed), 1 t"),
        (gives(200, b" " * (MOST_BYTES + 1)), "the answer is too large, or compressed"),
    ],
)
def test_an_answer_without_bounds_is_not_read(model: ModelOf, fault: Reply, said: str) -> None:
    asked = model(fault)
    assert said.removesuffix(", 1 t") in asked.sample(1).outputs[0].why
    assert asked.chat.count == 1


def test_a_stored_answer_of_another_shape_is_named(model: ModelOf) -> None:
    asked = model()
    asked.sample(1)
    with Store(asked.folder / FILE) as store:
        (one,) = list(store.answers())
        store.keep([replace(one, body='{"choices": [1]}')])
    assert asked.refused(1).startswith("refunds: the stored answer to p0: a choice is the number 1; an object is want")


def test_a_prompt_that_cannot_be_written_is_an_error(model: ModelOf) -> None:
    odd = [prompt_of({"id": "a", "prompt": "\ud800"}, "p:1"), prompt_of({"id": "b", "prompt": "fine"}, "p:2")]
    found = model().sample(prompts=odd)
    assert [o.state for o in found.outputs] == ["errored", "answered"]
    assert found.outputs[0].why == "the request cannot be sent (UnicodeEncodeError)"
