"""The json grader, and comparing JSON values by path."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.json_values import Rule, canonical, difference
from pytest_ftgate.evals.graders.paths import parsed_path
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

UNHURRIED = settings(deadline=None)
LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([1.0, 0.5, -0.0, "", "1", "a"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner), max_leaves=8
)


def graded(target: object, answer: str, **options: object) -> Grade:
    return build_grader({"type": "json", **options})(Output("a", answer), Prompt("a", "", target, {}, "h.jsonl:3"))


@UNHURRIED
@given(VALUES, VALUES)
def test_two_values_share_a_canonical_text_if_and_only_if_they_do_not_differ(one: object, other: object) -> None:
    assert (canonical(one) == canonical(other)) == (not difference(one, other, Rule()))
    bags = canonical(one, unordered=True) == canonical(other, unordered=True)
    assert bags == (not difference(one, other, Rule(unordered=True)))


@UNHURRIED
@given(VALUES, VALUES)
def test_a_looser_rule_never_turns_a_pass_into_a_miss(one: object, other: object) -> None:
    if not difference(one, other, Rule()):
        assert not difference(one, other, Rule(subset=True))
        assert not difference(one, other, Rule(unordered=True))
    if not difference(one, other, Rule(unordered=True)):
        assert not difference(one, other, Rule(subset=True, unordered=True))


def test_numbers_count_by_value_and_are_neither_booleans_nor_text() -> None:
    assert graded({"a": 1}, '{"a": 1.0}').passed
    assert graded({"a": 1}, '{"a": true}').why == "at $.a: wanted 1, got true"
    assert graded({"a": 1}, '{"a": "1"}').why == "at $.a: wanted 1, got '1'"
    assert graded([0], "[-0.0]", unordered=True).passed


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ('{"a": [1, {"b": 3}]}', "at $.a[1].b: wanted 2, got 3"),
        ('{"a": [1]}', "at $.a: wanted 2 items, got 1"),
        ('{"a": [1, {"b": 2}], "c": 0}', "at $.c: got 0, but no such key is wanted"),
        ("{}", "at $.a: wanted a list, but there is no such key"),
        ("[]", "at $: wanted an object, got a list"),
        ("{", "wanted JSON, got '{': not JSON: expecting property name enclosed in double quotes at column 2"),
    ],
)
def test_a_miss_names_the_first_path_that_differs(answer: str, why: str) -> None:
    assert graded({"a": [1, {"b": 2}]}, answer).why == why


def test_a_part_of_the_answer_can_be_judged() -> None:
    assert graded("x", '{"items": [{"sku": "x"}]}', path="$.items[0].sku").passed
    why = "at $.items[0].sku: wanted 'x', got 'y'"
    assert graded("x", '{"items": [{"sku": "y"}]}', path="$.items[0].sku").why == why
    assert graded("x", '{"items": []}', path="$.items[0].sku").why == "there is no $.items[0] in '{\"items\": []}'"
    assert graded("x", "[]", path="$.items").why == "there is no $.items in '[]'"


@pytest.mark.parametrize("path", ["a.b", "$.", "$a", "$[-1]", "$[01]", "$..a", "$[*]", "$.a[0", "$['a']"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"path '.+' is not a path such as \$\.a\.b\[0\]"):
        graded(1, "1", path=path)


def test_a_path_is_keys_and_indexes() -> None:
    assert parsed_path("$.a b.c-d[10][0]") == ("a b", "c-d", 10, 0)


def test_subset_lets_objects_have_more_and_lists_only_without_order() -> None:
    assert graded({"a": {"b": 1}}, '{"a": {"b": 1, "c": 2}, "d": 3}', subset=True).passed
    assert graded([1], "[1, 2]", subset=True).why == "at $: wanted 1 item, got 2"
    assert graded([{"a": 1}, {}], '[{"x": 0}, {"a": 1, "b": 2}]', subset=True, unordered=True).passed
    assert not graded([{"a": 1}, {"a": 1}], '[{"a": 1}, {"b": 2}]', subset=True, unordered=True).passed


def test_a_list_without_order_counts_its_items() -> None:
    assert graded([1, 2, [3, 4]], "[[4, 3], 2, 1]", unordered=True).passed
    why = "at $: 1, item 1 of what is wanted, is not among the items"
    assert graded([1, 1, 2], "[1, 2, 2]", unordered=True).why == why
    assert graded([1], "[1, 1]", unordered=True).why == "at $: wanted 1 item, got 2"


def test_a_target_of_text_is_json_where_it_is_json() -> None:
    assert graded('{"a": 1}', '{"a": 1}').passed
    assert graded("5", "5").passed
    assert graded('"5"', '"5"').passed
    assert graded("Paris", '"Paris"').passed


@pytest.mark.parametrize("target", ["{", "[1", " ", {"a": float("nan")}])
def test_a_target_that_is_no_json_is_an_error(target: object) -> None:
    with pytest.raises(EvalError, match="prompt a cannot be graded by json: its target is"):
        graded(target, "1")


def test_a_null_is_no_target() -> None:
    with pytest.raises(ValueError, match="the grader json: target is null; a JSON value is wanted"):
        build_grader({"type": "json", "target": None})


def test_deep_and_endless_lists_end_in_a_miss() -> None:
    deep = json.loads("[" * 400 + "]" * 400)
    assert graded(deep, "[" * 900 + "]" * 900, unordered=True).why.startswith("JSON nested too deeply")
    many = json.dumps([[i] for i in range(60_000)])
    assert graded([[-1], [-2]], many, subset=True, unordered=True).why.endswith("too many to be compared in any order")


@pytest.mark.parametrize("target", [{}, [], "{}"])
def test_an_empty_part_is_in_everything_and_decides_nothing(target: object) -> None:
    with pytest.raises(EvalError, match="its target is empty, and with subset: true everything of its kind holds that"):
        graded(target, "5", subset=True, unordered=True)
    assert graded([], "[1]", subset=True).why == "at $: wanted 0 items, got 1"
