"""What is sent, and that its digest is of all of it."""

from dataclasses import replace
from typing import Any

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.prompts import prompt_of
from pytest_ftgate.evals.sampling.answer import is_same_model
from pytest_ftgate.evals.sampling.request import Request, Target, request_of
from pytest_ftgate.evals.sampling.settings import Sampling

HERE = Target("http://127.0.0.1:8000/v1", "127.0.0.1", "m")
SCHEMA = {"name": "n", "schema": {"type": "object"}}


def body(row: dict[str, object], target: Target = HERE, fields: dict[str, str] | None = None, **how: Any) -> Any:
    return request_of(prompt_of({"id": "a", **row}, "p:1", fields), fields or {}, Sampling(**how), target).body


def test_a_prompt_is_a_user_s_message() -> None:
    assert body({"prompt": "hi"}) == {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def test_messages_are_sent_as_they_are_up_to_the_user_s_last() -> None:
    image = [{"type": "image_url", "image_url": {"url": "data:,"}}, {"type": "text", "text": "what?"}]
    said = [{"role": "system", "content": "s"}, {"role": "user", "content": image, "name": "u"}]
    answered = [*said, {"role": "assistant", "content": "the answer"}]
    assert body({"messages": answered})["messages"] == said
    assert body({"talk": answered}, fields={"messages": "talk"})["messages"] == said


def test_a_conversation_that_its_own_columns_hide_is_asked_by_its_texts() -> None:
    prompt = prompt_of({"id": "a", "messages": [{"role": "user", "content": [{"text": "x"}]}]}, "p:1")
    hidden = replace(prompt, fields={"messages": "something else"})
    said = request_of(hidden, {}, Sampling(), HERE).body["messages"]
    assert said == [{"role": "user", "content": "x"}]


def test_responses_without_any_parameter_are_asked_too() -> None:
    assert list(body({"prompt": "hi"}, api="responses")) == ["model", "input", "store"]


def test_the_system_message_comes_first_and_only_once() -> None:
    assert body({"prompt": "hi"}, system="s")["messages"][0] == {"role": "system", "content": "s"}
    with pytest.raises(EvalError, match="p:1: prompt a has a system message of its own, and so has `sample:`"):
        body({"messages": [{"role": "system", "content": "t"}, {"role": "user", "content": "x"}]}, system="s")


@pytest.mark.parametrize(
    ("how", "host", "name"),
    [
        ({}, "127.0.0.1", "max_tokens"),
        ({}, "api.openai.com", "max_completion_tokens"),
        ({"source": "azure"}, "x.openai.azure.com", "max_completion_tokens"),
    ],
)
def test_the_bound_on_tokens_has_the_name_that_the_server_knows(how: Any, host: str, name: str) -> None:
    found = body({"prompt": "hi"}, Target("u", host, "m"), parameters={"max_tokens": 5}, **how)
    assert found[name] == 5
    assert len(found) == 3


def test_responses_have_other_names_for_the_same() -> None:
    parameters = {
        "max_tokens": 5,
        "temperature": 0,
        "response_format": {"type": "json_schema", "json_schema": SCHEMA},
        "tools": [{"type": "function", "function": {"name": "f"}}, {"type": "function", "name": "g"}],
    }
    assert body({"prompt": "hi"}, api="responses", parameters=parameters, extra_body={"store": True}) == {
        "model": "m",
        "input": [{"role": "user", "content": "hi"}],
        "store": True,
        "max_output_tokens": 5,
        "temperature": 0,
        "text": {"format": {"type": "json_schema", **SCHEMA}},
        "tools": [{"type": "function", "name": "f"}, {"type": "function", "name": "g"}],
    }


def test_the_digest_is_of_everything_and_not_of_the_order_of_keys() -> None:
    one = Request("http://h/v1", "j", "chat", {"model": "m", "seed": 1})
    same = Request("http://h/v1", "j", "chat", {"seed": 1, "model": "m"})
    others = [
        Request("http://g/v1", "j", "chat", one.body),
        Request("http://h/v1", "k", "chat", one.body),
        Request("http://h/v1", "j", "responses", one.body),
        Request("http://h/v1", "j", "chat", {"model": "m", "seed": 2}),
        Request("http://h/v1", "j", "chat", one.body, repeat=1),
    ]
    assert one.digest == same.digest
    assert len({one.digest, *(other.digest for other in others)}) == 6


@pytest.mark.parametrize(
    ("name", "same"),
    [("m", True), ("m-2026-01-31", True), ("m-20260131", True), ("tuned", True), ("alias", True), ("m-mini", False),
     ("m2", False), ("M", False), ("m-2026-01-31-x", False)],
)  # fmt: skip
def test_a_model_answers_under_its_name_a_dated_one_or_one_that_is_listed(name: str, *, same: bool) -> None:
    assert is_same_model(name, Target("u", "h", "m", job_model="tuned"), ("alias",)) is same
