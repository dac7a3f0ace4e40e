"""A score beside the baseline's: what may change, both values always named, and nothing that passes unmeasured."""

import math
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftgate.bounds import Bound
from pytest_ftgate.comparison import RULES, Change, Comparison
from pytest_ftgate.decision import Decision, Status
from pytest_ftgate.job import Fact
from pytest_ftgate.score import Score
from pytest_ftgate.statistics import Interval, normal_interval

NAN = math.nan
FINITE = st.floats(-1e6, 1e6)


def compared(value: Fact, base: Fact, **more: object) -> Comparison:
    score, other = Score(value, "valid_loss", "last of 9"), Score(base, "valid_loss", "last of 8")
    return replace(Comparison(score, other, "runs/old"), **more)  # type: ignore[arg-type]


def change(key: str, amount: float, *, percent: bool = False, confidence: float | None = None) -> Change:
    return Change(((key, Bound(amount, percent)),), confidence)


def decided(key: str, amount: float, value: Fact, base: Fact, *, percent: bool = False) -> Decision:
    return change(key, amount, percent=percent).decide(compared(value, base))


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("max_rise", 1.1, "pass"),
        ("max_rise", 1.2, "fail"),
        ("max_rise", 0.1, "pass"),
        ("max_drop", 0.9, "pass"),
        ("max_drop", 0.8, "fail"),
        ("max_drop", 9.0, "pass"),
        ("min_rise", 1.2, "pass"),
        ("min_rise", 1.05, "fail"),
        ("min_drop", 0.8, "pass"),
        ("min_drop", 0.95, "fail"),
    ],
)
def test_a_limit_is_reckoned_from_the_baseline_s_value(key: str, value: float, status: str) -> None:
    assert decided(key, 0.1, value, 1.0).status == status


def test_a_miss_names_both_values_and_by_how_much() -> None:
    found = decided("max_rise", 0.02, 1.1, 1.0)
    assert found.headline == "1.1 > baseline 1 + 0.02 (over by 0.08): last of 9"
    assert found.details == ("baseline 1: last of 8 (runs/old)",)
    assert (found.observed, found.wanted) == ("1.1", "max_rise 0.02 from the baseline")


def test_a_pass_names_both_values_too() -> None:
    assert decided("max_drop", 0.02, 1.1, 1.0).headline == "1.1 >= baseline 1 - 0.02: last of 9"


def test_a_percentage_is_of_the_baseline_s_value() -> None:
    found = decided("max_rise", 0.05, 2.2, 2.0, percent=True)
    assert found.headline == "2.2 > baseline 2 + 5% (over by 0.1): last of 9"


def test_a_percentage_of_a_negative_baseline_still_allows_only_that_much() -> None:
    assert decided("max_drop", 0.1, -2.1, -2.0, percent=True).status is Status.PASS
    assert decided("max_drop", 0.1, -2.3, -2.0, percent=True).status is Status.FAIL


def test_a_percentage_of_nothing_is_in_doubt() -> None:
    found = decided("max_rise", 0.05, 0.1, 0.0, percent=True)
    assert found.status is Status.INCONCLUSIVE
    assert found.headline == (
        "0.1 cannot be compared with a baseline of 0 in percent: write max_rise as an amount: last of 9"
    )


def test_several_limits_must_all_be_kept() -> None:
    both = Change((("max_rise", Bound(0.1)), ("max_drop", Bound(0.1))))
    assert [both.decide(compared(value, 1.0)).status for value in (0.8, 1.0, 1.2)] == ["fail", "pass", "fail"]
    assert str(both) == "max_rise 0.1 from the baseline and max_drop 0.1 from the baseline"


@pytest.mark.parametrize(
    ("value", "base", "said"),
    [
        (NAN, 1.0, "is nan, not a finite number, so nothing can be compared"),
        (math.inf, 1.0, "is inf, not a finite number, so nothing can be compared"),
        (1.0, NAN, "the baseline's value is nan, not a finite number, so nothing can be compared"),
        ("high", 1.0, "is 'high', which is not a number that could rise or drop"),
        (1.0, True, "the baseline's value is True, which is not a number that could rise or drop"),
    ],
)
@pytest.mark.parametrize("key", RULES)
def test_what_is_no_number_never_passes(key: str, value: Fact, base: Fact, said: str) -> None:
    found = decided(key, 0.5, value, base)
    assert (found.status, found.headline) == (Status.FAIL, said)


def test_a_comparison_with_what_is_not_finite_is_excused_by_nothing() -> None:
    assert decided("max_rise", 0.5, NAN, 1.0).finite is False
    assert decided("max_rise", 0.5, 1.0, NAN).finite is False


@pytest.mark.parametrize("doubtful", ["score", "base"])
def test_doubt_on_either_side_is_doubt(doubtful: str) -> None:
    found = compared(1.0, 1.0)
    found = replace(found, **{doubtful: replace(getattr(found, doubtful), inconclusive="it broke off")})
    decision = change("max_rise", 0.1).decide(found)
    assert decision.status is Status.INCONCLUSIVE
    assert decision.headline.startswith("1 cannot be held against the baseline's 1 (max_rise 0.1): it broke off")


def test_confidence_without_an_interval_is_doubt() -> None:
    found = change("max_rise", 0.1, confidence=0.95).decide(compared(1.0, 1.0))
    assert found.status is Status.INCONCLUSIVE
    assert "how sure the difference is cannot be told, and confidence is asked for" in found.headline


@pytest.mark.parametrize(
    ("value", "error", "status"),
    [(1.0, 0.01, "pass"), (1.09, 0.01, "inconclusive"), (1.2, 0.01, "fail"), (1.2, 1.0, "inconclusive")],
)
def test_confidence_decides_three_ways(value: float, error: float, status: str) -> None:
    found = compared(value, 1.0, bounds=partial(normal_interval, value - 1.0, error))
    assert change("max_rise", 0.1, confidence=0.95).decide(found).status == status


def test_an_interval_that_holds_the_limit_is_told() -> None:
    found = compared(1.1, 1.0, bounds=lambda level: Interval(0.05, 0.15, level, "normal"))
    said = change("max_rise", 0.1, confidence=0.9).decide(found).headline
    assert "the difference may be anything from 0.05 to 0.15 (normal)" in said


def test_a_miss_ends_with_what_people_try() -> None:
    found = compared(2.0, 1.0)
    found = replace(found, score=replace(found.score, advice=("try less",)), details=("2 broken",))
    assert change("max_rise", 0.1).decide(found).details == ("baseline 1: last of 8 (runs/old)", "2 broken", "try less")
    assert change("max_rise", 3.0).decide(found).details == ("baseline 1: last of 8 (runs/old)", "2 broken")


def test_a_change_without_limits_asks_nothing() -> None:
    with pytest.raises(ValueError, match=r"^needs one of max_rise, max_drop, min_rise, min_drop$"):
        Change(())


def test_an_amount_is_not_negative() -> None:
    with pytest.raises(ValueError, match=r"^max_rise is -0.1: an amount is not negative$"):
        change("max_rise", -0.1)


@given(FINITE, FINITE, st.floats(0, 10), st.floats(0, 10))
def test_a_larger_value_is_never_admitted_by_max_rise_where_a_smaller_is_not(
    base: float, value: float, amount: float, more: float
) -> None:
    here, there = (decided("max_rise", amount, one, base).status for one in (value, value + more))
    assert (here, there) != (Status.FAIL, Status.PASS)


@given(FINITE, st.floats(0, 10))
def test_the_same_value_neither_rises_nor_drops(value: float, amount: float) -> None:
    assert decided("max_rise", amount, value, value).status is Status.PASS
    assert decided("max_drop", amount, value, value).status is Status.PASS
