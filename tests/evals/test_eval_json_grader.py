"""The json_schema grader."""

import json

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

TICKET = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}


def graded(schema: object, answer: str) -> Grade:
    return build_grader({"type": "json_schema", "schema": schema})(
        Output("a", answer), Prompt("a", "", None, {}, "h.jsonl:3")
    )


def refusal(schema: object) -> str:
    with pytest.raises(ValueError, match="the grader json_schema: ") as caught:
        build_grader({"type": "json_schema", "schema": schema})
    return str(caught.value).removeprefix("the grader json_schema: schema ")


def test_an_answer_that_meets_the_schema_passes() -> None:
    assert graded(TICKET, '{"city": "Paris"}') == Grade(1.0)


def test_a_miss_says_where_and_how() -> None:
    assert graded(TICKET, '{"city": 5}').why == "at $.city: 5 is not of type 'string'"
    assert graded(TICKET, "{}").why == "at $: 'city' is a required property"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("NaN", "NaN is not a JSON value"),
        ('{"city": "a", "city": "b"}', "the key 'city' comes twice in one object"),
        ('{"city": "a"} Done.', "not JSON: extra data at column 15"),
        ("1e999", "the number '1e999' is out of range"),
        ("[" * 100_000, "JSON nested too deeply to be read"),
        (json.dumps("a" * 1_000_000), "1,000,002 characters, more than the 1,000,000 that are checked"),
        ('```json\n{"city": "a"}\n```', "not JSON: expecting value at column 1 (it is inside a code fence)"),
    ],
)
def test_what_is_not_one_strict_json_value_misses(answer: str, why: str) -> None:
    assert graded({}, answer).why.endswith(why)


def test_a_nested_answer_to_a_recursive_schema_misses() -> None:
    schema = {"type": "array", "items": {"$ref": "#"}}
    assert graded(schema, "[[[]]]").passed
    assert graded(schema, "[" * 400 + "]" * 400).why == "nested too deeply, or with numbers too large, to be checked"


def test_a_number_too_large_to_be_divided_misses() -> None:
    assert not graded({"multipleOf": 0.5}, "1" + "0" * 900).passed


def test_a_pattern_without_end_is_an_error_and_never_a_pass() -> None:
    with pytest.raises(EvalError, match=r"prompt a cannot be graded by json_schema: the pattern '\(x\+x\+\)\+y' took"):
        graded({"pattern": "(x+x+)+y"}, json.dumps("x" * 5_000 + "z"))


def test_a_key_that_is_not_allowed_misses() -> None:
    assert not graded({**TICKET, "additionalProperties": False}, '{"city": "a", "zip": 1}').passed


def test_patterns_are_checked() -> None:
    assert graded({"items": {"pattern": "^a"}}, '["ab", "ba"]').why == "at $[1]: 'ba' does not match '^a'"


def test_a_dialect_named_in_the_schema_does_not_change_what_is_checked() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "items": {"$ref": "#/$defs/a"},
        "$defs": {"a": {"pattern": r"^\p{Lu}"}},
    }
    assert graded(schema, '["É"]').passed
    assert not graded(schema, '["é"]').passed


def test_many_items_are_compared_in_one_go() -> None:
    items = [{"a": i} for i in range(20_000)]
    assert graded({"uniqueItems": True}, json.dumps(items)).passed
    assert graded({"uniqueItems": True}, json.dumps([*items, {"a": 7.0}])).why == "at $: items are not unique"
    assert graded({"uniqueItems": True}, "[1, true, [1], {}]").passed


def test_formats_are_checked() -> None:
    assert graded({"format": "date"}, '"2018-09-27"').passed
    assert not graded({"format": "date"}, '"27.9.2018"').passed


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ("x", "is the text 'x'; a JSON Schema as a mapping is wanted"),
        ({"type": "objekt"}, "is not a JSON Schema: at $.type: 'objekt' is not valid under any of the given schemas"),
        ({"typ": "object"}, "has the keyword 'typ', which is not checked here, did you mean 'type'?"),
        (
            {"items": {"requird": ["a"]}},
            "has the keyword 'requird', which is not checked here, did you mean 'required'?",
        ),
        (
            {"$ref": "https://example.com/a.json"},
            "has the $ref 'https://example.com/a.json'; only '#' and '#/$defs/<a name that is there>' are followed",
        ),
        ({"$ref": "#/$defs/a"}, "has the $ref '#/$defs/a'; only '#' and '#/$defs/<a name that is there>' are followed"),
        ({"$ref": "#"}, "refers to itself without end"),
        (
            {"format": "uri"},
            "has the format 'uri', which is not checked here; date, email, ipv4, ipv6, uuid are, "
            "and pattern is for the rest",
        ),
        ({"then": {"required": ["a"]}}, "has the keyword 'then', which says nothing without 'if'"),
        ({"if": {"required": ["a"]}}, "has the keyword 'if', which says nothing without 'then' or 'else'"),
        (
            {"items": {"type": "array", "minContains": 1}},
            "has the keyword 'minContains', which says nothing without 'contains'",
        ),
        ({"pattern": "("}, "is unusable: its pattern '(' is not a regular expression: missing ) at position 1"),
        ({"maximum": float("nan")}, "is not JSON: it holds a date, NaN or the like, or has no end"),
    ],
)
def test_a_schema_that_would_go_unchecked_is_refused(schema: object, why: str) -> None:
    assert refusal(schema) == why


def test_a_schema_without_end_is_refused() -> None:
    schema: dict[str, object] = {"type": "object"}
    for _ in range(400):
        schema = {"not": schema}
    assert refusal(schema) == "is nested too deeply"


def test_a_pattern_says_nothing_about_what_is_no_text() -> None:
    assert graded({"pattern": "^a"}, "5").passed


def test_a_schema_may_come_from_the_prompt() -> None:
    grader = build_grader("json_schema")
    assert grader(Output("a", '{"city": "Paris"}'), Prompt("a", "", TICKET, {}, "h.jsonl:3")).passed
