"""The tool_call grader."""

import json

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.pairing import unpaired
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

PARIS: dict[str, object] = {"name": "weather", "arguments": {"city": "Paris", "days": 2}}
ROME: dict[str, object] = {"name": "weather", "arguments": {"city": "Rome"}}
TIME: dict[str, object] = {"name": "time", "arguments": {}}


def call(name: str, arguments: object) -> dict[str, object]:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": "1", "type": "function", "function": {"name": name, "arguments": text}}


def graded(wanted: object, *calls: dict[str, object], target: object = None, **options: object) -> Grade:
    config = {"type": "tool_call", **({"calls": wanted} if wanted is not None else {}), **options}
    made = tuple(call(**one) if "name" in one else one for one in calls)  # type: ignore[arg-type]
    return build_grader(config)(Output("a", "", "called", tools=made), Prompt("a", "", target, {}, "h.jsonl:3"))


def test_a_call_passes_whatever_the_order_of_its_arguments() -> None:
    assert graded(PARIS, {"name": "weather", "arguments": {"days": 2.0, "city": "Paris"}}) == Grade(1.0)


def test_a_miss_names_the_argument_that_differs() -> None:
    said: dict[str, object] = {"name": "weather", "arguments": {"city": "Rome", "days": 2}}
    assert graded(PARIS, said).why == "'weather': at $.city: wanted 'Paris', got 'Rome'"
    assert graded(PARIS, ROME).why == "'weather': at $.city: wanted 'Paris', got 'Rome'"
    assert graded(PARIS, TIME).why == "wanted a call of 'weather', got 'time'"
    assert graded(PARIS).why == "wanted a call of 'weather', got no call"


def test_further_arguments_need_subset() -> None:
    wanted = {"name": "weather", "arguments": {"city": "Paris"}}
    assert graded(wanted, PARIS).why == "'weather': at $.days: got 2, but no such key is wanted"
    assert graded(wanted, PARIS, subset=True).passed


def test_without_arguments_any_will_do() -> None:
    assert graded({"name": "weather"}, PARIS).passed


def test_calls_come_in_any_order_unless_they_are_ordered() -> None:
    assert graded([PARIS, ROME], ROME, PARIS).passed
    why = "call 2 of 2, in this order: 'weather': at $.city: wanted 'Rome', got 'Paris'"
    assert graded([PARIS, ROME], ROME, PARIS, ordered=True).why == why
    assert graded([PARIS, ROME], PARIS, TIME, ROME, ordered=True, others=True).passed


def test_another_call_misses_unless_others_are_allowed() -> None:
    assert graded(PARIS, PARIS, TIME).why == "wanted 1 call, got 'weather', 'time'"
    assert graded(PARIS, PARIS, TIME, others=True).passed


def test_one_call_does_not_stand_for_two() -> None:
    assert not graded([ROME, ROME], ROME, TIME).passed


def test_no_call_at_all_can_be_wanted() -> None:
    assert graded([]).passed
    assert graded([], TIME).why == "wanted no call, got 'time'"
    with pytest.raises(ValueError, match="no call is wanted and others are allowed, so nothing could miss it"):
        graded([], others=True)


def test_a_prompt_that_wants_no_call_where_others_are_allowed_is_an_error() -> None:
    grader = build_grader({"type": "tool_call", "others": True})
    with pytest.raises(EvalError, match="prompt a cannot be graded by tool_call: no call is wanted and others are all"):
        grader(Output("a", "So."), Prompt("a", "", [], {}, "h.jsonl:3"))


@pytest.mark.parametrize(
    ("written", "why"), [("{", "not JSON"), ('{"a": NaN}', "NaN is not a JSON value"), ("[" * 100_000, "too deeply")]
)
def test_arguments_that_are_no_json_miss(written: str, why: str) -> None:
    assert why in graded(PARIS, {"name": "weather", "arguments": written}).why


def test_a_thousand_calls_miss() -> None:
    assert graded(TIME, *[TIME] * 1000, others=True).why == "1,000 calls, more than the 100 that are checked"


def test_a_custom_tool_s_input_is_text() -> None:
    made: dict[str, object] = {"id": "1", "type": "custom", "custom": {"name": "sql", "input": "select 1"}}
    assert graded({"name": "sql", "arguments": "select 1"}, made).passed
    assert not graded({"name": "sql", "arguments": "select 2"}, made).passed


def test_a_target_may_be_a_chat_completion_s_calls() -> None:
    assert graded(None, PARIS, target=[call(**PARIS)]).passed  # type: ignore[arg-type]
    assert graded(None, PARIS, target=json.dumps(PARIS)).passed


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (5, "is the number 5; a call as {name, arguments}, or a list of these, is wanted"),
        ([5], "holds the number 5; a call as {name, arguments} is wanted"),
        ({"nam": "a"}, "holds a call with 'nam'; it has a name and arguments"),
        ({"name": ""}, "holds a call whose name or arguments cannot be used: it is blank"),
        ({"name": "a", "arguments": "{"}, "holds a call whose name or arguments cannot be used: it is the text '{'"),
        ({"function": {"name": "a"}}, "holds a call that has no name or no arguments"),
        (call("a", "{"), "holds a call whose arguments '{' cannot be read"),
    ],
)
def test_a_target_that_is_no_call_is_an_error(target: object, why: str) -> None:
    with pytest.raises(EvalError) as caught:
        graded(None, PARIS, target=target)
    assert f"its target {why}" in str(caught.value)


def test_deep_arguments_end_in_a_miss() -> None:
    deep = json.loads("[" * 400 + "]" * 400)
    assert not graded({"name": "a", "arguments": deep}, {"name": "a", "arguments": "[" * 399 + "1" + "]" * 399}).passed


def test_pairing_finds_the_one_way_there_is() -> None:
    assert unpaired([[0, 1], [0]]) is None
    assert unpaired([[0], [0]]) == 1
    assert unpaired([[0, 1], [0, 2], [0]]) is None
