"""The entities grader."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.entities import Matched, matched
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

UNHURRIED = settings(deadline=None)
COUNTS = st.integers(0, 50)


def graded(target: object, answer: str, **options: object) -> Grade:
    return build_grader({"type": "entities", **options})(Output("a", answer), Prompt("a", "", target, {}, "h.jsonl:3"))


@UNHURRIED
@given(COUNTS, COUNTS, COUNTS)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(tp: int, fp: int, fn: int) -> None:
    found = Matched(tp, fp, fn)
    both = found.precision + found.recall
    assert found.f1 == pytest.approx(2 * found.precision * found.recall / both if both else 0)


def test_a_list_is_met_by_hits_and_misses() -> None:
    assert matched({"a": 1, "b": 1}, {"b": 1, "c": 1, "d": 1}) == Matched(1, 2, 1)
    grade = graded(["a", "b"], '["b", "c", "d"]', min=0.5)
    assert grade.score == pytest.approx(0.4)
    assert grade.why == "f1 0.4 of the 0.5 wanted: without 'a' and with 'c', 'd' too many"


def test_each_of_the_scores_can_count() -> None:
    scores = [graded(["a", "b"], '["b", "c", "d"]', score=name).score for name in ("precision", "recall", "f1")]
    assert scores == [pytest.approx(1 / 3), 0.5, pytest.approx(0.4)]


def test_duplicates_and_order_do_not_count() -> None:
    assert graded(["a", "b"], '["b", "a", "b"]') == Grade(1.0)


def test_nothing_is_right_only_where_nothing_is_wanted() -> None:
    assert graded([], "[]").passed
    assert graded([], '["a"]').score == 0
    assert [graded(["a"], "[]", score=name).score for name in ("precision", "recall", "f1")] == [0, 0, 0]


def test_objects_are_compared_by_value_and_texts_once_they_are_folded() -> None:
    assert graded([{"text": "Anna", "n": 1}], '[{"n": 1.0, "text": "Anna"}]').passed
    assert graded(["Anna"], '["ANNA."]', normalise=["case", "punctuation"]).passed
    assert not graded(["Anna"], '["anna"]').passed


def test_a_list_may_be_at_a_path_in_lines_or_between_commas() -> None:
    assert graded(["a"], '{"found": {"names": ["a"]}}', path="$.found.names").passed
    assert graded(["a", "b"], "a\n\n b \n", read="lines").passed
    assert graded("a, b", "b,a,", read="commas").passed
    assert graded('["a"]', '{"found": ["a"]}', path="$.found").passed


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("a, b", "not JSON: expecting value at column 1: 'a, b'"),
        ('{"a": 1}', "wanted a list, got an object: '{\"a\": 1}'"),
        (json.dumps([0] * 100_001), "100,001 entities, more than the 100,000 that are compared"),
    ],
)
def test_what_is_no_list_misses(answer: str, why: str) -> None:
    assert graded(["a"], answer).why.startswith(why)


def test_deep_json_misses() -> None:
    assert not graded(["a"], "[" * 900 + "]" * 900).passed


def test_a_target_that_is_no_list_is_an_error() -> None:
    with pytest.raises(EvalError, match="its target is the number 5; a list of entities is wanted"):
        graded(5, "[]")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"min": 0}, "min is the number 0; a number above 0 and up to 1 is wanted"),
        ({"min": True}, "min is true; a number above 0 and up to 1 is wanted"),
        ({"read": "lines", "path": "$.a"}, "path is for JSON, and read is lines"),
        ({"path": 5}, "path is the number 5, but text is compared: quote it"),
    ],
)
def test_an_option_that_cannot_be_used_says_why(options: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match="the grader entities: ") as caught:
        build_grader({"type": "entities", **options})
    assert str(caught.value) == f"the grader entities: {why}"
