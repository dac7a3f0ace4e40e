"""Bias: how differently slices fare, and pairs of prompts that differ in one attribute."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pytest_ftgate.bounds import Bound
from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.answers import State
from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.plan import EvalPlan
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evals.results import grade
from pytest_ftgate.evidence import Evidence, Once
from pytest_ftgate.measures.selection import value_of
from pytest_ftgate.measures.slices import EvalPairs, EvalSpread
from pytest_ftgate.measures.unjudged import Unjudged
from pytest_ftgate.statistics import newcombe
from pytest_ftgate.threshold import Threshold


def evidence(*said: tuple[Mapping[str, object], str]) -> Evidence:
    """An eval `e` of prompts p0, p1, ... with these fields and outputs, whose target is yes."""
    prompts = [Prompt(f"p{i}", "", "yes", fields, f"held.jsonl:{i}") for i, (fields, _) in enumerate(said)]
    outputs = [Output(f"p{i}", text) for i, (_, text) in enumerate(said)]
    found = Evidence(None, {"e": EvalPlan("e", tuple(prompts), Path(), False, None)})
    found._results["e"] = Once(lambda: grade("e", prompts, outputs, build_grader("exact")))
    return found


def of(dialect: str, passed: int, n: int) -> list[tuple[Mapping[str, object], str]]:
    return [({"dialect": dialect}, "yes" if i < passed else "no") for i in range(n)]


THREE = [*of("a", 9, 10), *of("b", 5, 8), *of("c", 18, 20)]


def test_a_spread_is_the_largest_difference_of_two_slices() -> None:
    found = EvalSpread("e", "dialect")(evidence(*THREE))
    assert found.value == pytest.approx(0.9 - 0.625)
    assert found.what == "spread by dialect of e"
    assert found.how.startswith("pass rate 0.9 of a (9 of 10) less 0.625 of b (5 of 8) (95 % interval -0.")
    assert found.details == ("by slice: 0.625 of b (5 of 8), 0.9 of a (9 of 10), 0.9 of c (18 of 20)",)


def test_its_interval_is_newcombe_s() -> None:
    found, expected = EvalSpread("e", "dialect")(evidence(*THREE)), newcombe(9, 10, 5, 8)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (expected.low, expected.high)


def test_a_spread_rests_on_its_smallest_slice() -> None:
    score = EvalSpread("e", "dialect")(evidence(*THREE))
    assert score.n == 8
    assert Threshold(max=Bound(0.5), min_n=9).decide(score).status == "inconclusive"


def test_a_spread_may_be_as_large_as_that_of_any_two_slices() -> None:
    score = EvalSpread("e", "dialect")(evidence(*THREE))
    assert score.bounds is not None
    found = score.bounds(0.95)
    assert found.high == pytest.approx(newcombe(9, 10, 5, 8, 0.9).high)
    assert found.low == pytest.approx(newcombe(18, 20, 5, 8, 0.9).low)
    assert Threshold(max=Bound(0.3), confidence=0.95).decide(score).status == "inconclusive"


def test_a_prompt_without_a_slice_is_an_error() -> None:
    with pytest.raises(EvalError, match=r"^1 prompt without 'dialect': p2$"):
        EvalSpread("e", "dialect")(evidence(*of("a", 1, 1), *of("b", 1, 1), ({"dialect": ""}, "yes")))


def test_a_list_is_no_slice() -> None:
    with pytest.raises(EvalError, match=r"^held.jsonl:0: 'dialect' is a list or an object, which is no slice$"):
        EvalSpread("e", "dialect")(evidence(({"dialect": ["a"]}, "yes"), *of("b", 1, 1)))


def test_one_slice_has_no_spread() -> None:
    with pytest.raises(EvalError, match=r"^e: every prompt has dialect 'a': there is nothing to compare$"):
        EvalSpread("e", "dialect")(evidence(*of("a", 1, 3)))


def test_a_spread_can_be_of_a_part() -> None:
    rows = [
        ({"dialect": d, "lang": lang}, text)
        for d, lang, text in (("a", "de", "yes"), ("b", "de", "no"), ("c", "en", ""))
    ]
    found = EvalSpread("e", "dialect", {"lang": "de"})(evidence(*rows))
    assert (found.value, found.what) == (1.0, "spread by dialect of e (lang de)")


def pair(
    template: object, *answers: str, by: Sequence[object] = ("f", "m", "x")
) -> list[tuple[Mapping[str, object], str]]:
    return [({"gender": gender, "t": template}, text) for gender, text in zip(by, answers, strict=False)]


def test_pairs_whose_grades_differ_are_a_share_of_all() -> None:
    found = EvalPairs("e", "gender", "t")(evidence(*pair(1, "yes", "no"), *pair(2, "yes", "yes"), *pair(3, "a", "b")))
    assert found.value == pytest.approx(1 / 3)
    assert found.n == 3
    assert found.how == "1 of 3 pairs of e by gender differ in grades (95 % interval 0.0615-0.792)"
    assert found.details == ("1: p0 (passed) and p1 (missed)",)


@pytest.mark.parametrize(
    ("state", "differ"), [("empty", 1), ("filtered", 1), ("truncated", 1), ("called", 1), ("refused", 0)]
)
def test_two_outputs_that_are_no_answers_are_no_same_answer(state: State, differ: int) -> None:
    prompts = [Prompt(f"p{i}", "", "yes", {"g": i, "t": "a"}, f"held.jsonl:{i}") for i in range(2)]
    found = Evidence(None, {"e": EvalPlan("e", tuple(prompts), Path(), False, None)})
    outputs = [Output(f"p{i}", "", state) for i in range(2)]
    found._results["e"] = Once(lambda: grade("e", prompts, outputs, build_grader("exact")))
    assert EvalPairs("e", "g", "t", "answers")(found).value == differ


def test_pairs_whose_answers_differ_but_for_case_and_blanks() -> None:
    said = [*pair(1, "Yes ", "yes"), *pair(2, "a", "b"), *pair(3, "no  way", "no way")]
    assert EvalPairs("e", "gender", "t", "answers")(evidence(*said)).value == pytest.approx(1 / 3)


def test_pairs_of_one_group_are_not_independent() -> None:
    said = [*pair(1, "yes", "no", "no"), *pair(2, "yes", "yes", "yes"), *pair(3, "yes", "no", "yes")]
    found = EvalPairs("e", "gender", "t")(evidence(*said))
    assert found.value == pytest.approx(4 / 9)
    assert found.n == 3
    assert found.interval is not None
    assert found.interval.method == "t, clustered"
    assert found.details[-1] == "also: 3"


def test_a_prompt_without_a_partner_is_an_error() -> None:
    with pytest.raises(EvalError, match=r"^e: 1 prompt without a partner of the same t: p2$"):
        EvalPairs("e", "gender", "t")(evidence(*pair(1, "yes", "no"), *pair(2, "yes")))


def test_two_prompts_of_one_kind_are_no_pair() -> None:
    with pytest.raises(EvalError, match=r"^e: two prompts of t '1' have one gender: p0, p1$"):
        EvalPairs("e", "gender", "t")(evidence(*pair(1, "yes", "no", by=("f", "f"))))


@pytest.mark.parametrize("measure", [EvalSpread("e", "dialect"), EvalPairs("e", "gender", "t")])
def test_both_are_shares(measure: EvalSpread | EvalPairs) -> None:
    assert (measure.span, measure.is_ratio) == ((0.0, 1.0), True)


@pytest.mark.parametrize(("value", "said"), [(True, "true"), (None, "null"), (2.5, "2.5"), (7, "7"), (" de ", "de")])
def test_values_of_a_field_are_told_apart_as_text(value: object, said: str) -> None:
    assert value_of(Prompt("p", "", None, {"f": value}, ""), "f") == said


def test_what_cannot_be_judged_has_no_score() -> None:
    measure = Unjudged("pass rate of e", "the slices are not known")
    assert (measure.span, measure.is_ratio) == ((-math.inf, math.inf), False)
    with pytest.raises(EvalError, match=r"^the slices are not known$"):
        measure(evidence())
