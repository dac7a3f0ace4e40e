"""The one kind of judge."""

import math
import operator
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_ftgate.bounds import Bound
from pytest_ftgate.decision import PROMOTING, Decision, Status, best, worst
from pytest_ftgate.job import Fact
from pytest_ftgate.score import Score
from pytest_ftgate.statistics import Interval
from pytest_ftgate.threshold import Threshold

VALUES = st.floats(allow_nan=False, allow_infinity=False)
RELATIONS = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


def score(value: Fact, **more: object) -> Score:
    return replace(Score(value, "valid_loss", "last of 9 values"), **more)  # type: ignore[arg-type]


def at_most(value: float, warn: Bound | None = None) -> Threshold:
    return Threshold(max=Bound(value), warn=warn)


def at_least(value: float, warn: Bound | None = None) -> Threshold:
    return Threshold(min=Bound(value), warn=warn)


def status(threshold: Threshold, value: Fact) -> Status:
    return threshold.decide(score(value)).status


def test_statuses_are_ordered_from_best_to_worst() -> None:
    assert list(Status) == ["pass", "warn", "waived", "not_evaluated", "inconclusive", "error", "fail"]


def test_the_worst_status_decides_over_several() -> None:
    assert worst([Status.PASS, Status.INCONCLUSIVE, Status.WARN]) is Status.INCONCLUSIVE


def test_the_best_status_decides_where_one_is_enough() -> None:
    assert best([Status.FAIL, Status.WARN, Status.INCONCLUSIVE]) is Status.WARN


def test_only_pass_warn_and_waived_promote() -> None:
    assert {"pass", "warn", "waived"} == PROMOTING


def test_a_miss_says_observed_relation_threshold_distance_and_estimator() -> None:
    decision = at_most(0.95).decide(score(1.043))
    assert (decision.status, decision.observed, decision.wanted) == (Status.FAIL, "1.043", "max 0.95")
    assert decision.headline == "1.043 > max 0.95 (over by 0.093): last of 9 values"


def test_a_value_below_the_minimum_is_short_by_the_distance() -> None:
    assert at_least(0.9).decide(score(0.8)).headline == "0.8 < min 0.9 (short by 0.1): last of 9 values"


def test_a_score_that_says_nothing_of_its_making_ends_the_line() -> None:
    assert at_least(0.9).decide(score(0.95, how="")).headline == "0.95 >= min 0.9"


@pytest.mark.parametrize("threshold", [at_most(0.5), at_least(0.5), Threshold(min=Bound(0.5), max=Bound(0.5))])
def test_bounds_are_inclusive(threshold: Threshold) -> None:
    assert status(threshold, 0.5) is Status.PASS


def test_percentages_are_spoken_back() -> None:
    threshold = Threshold(min=Bound(0.9, percent=True))
    assert threshold.decide(score(0.8)).headline == "80% < min 90% (short by 10 points): last of 9 values"


def test_beyond_the_warn_line_the_score_passes_with_a_warning() -> None:
    decision = at_most(0.95, warn=Bound(0.9)).decide(score(0.93))
    assert (decision.status, decision.headline[:35]) == (Status.WARN, "0.93 > warn 0.9 (over by 0.03): las")


@pytest.mark.parametrize(("value", "wanted"), [(0.9, Status.PASS), (0.85, Status.WARN), (0.8, Status.WARN)])
def test_the_warn_line_of_a_minimum_lies_above_it(value: float, wanted: Status) -> None:
    assert status(at_least(0.8, warn=Bound(0.9)), value) is wanted


def test_beyond_the_bound_a_warn_line_excuses_nothing() -> None:
    assert status(at_least(0.8, warn=Bound(0.9)), 0.79) is Status.FAIL


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("threshold", [at_most(1), at_least(0), Threshold(one_of=(1,)), Threshold(one_of=("nan",))])
def test_what_is_not_finite_is_never_admitted(threshold: Threshold, value: float) -> None:
    decision = threshold.decide(score(value, inconclusive="it is doubtful"))
    assert (decision.status, decision.finite) == (Status.FAIL, False)
    assert decision.headline == f"is {value}, not a finite number ({threshold}): last of 9 values"


@pytest.mark.parametrize("value", ["auto", True])
def test_what_is_no_number_is_never_within_bounds(value: Fact) -> None:
    decision = at_most(5).decide(score(value))
    assert decision.status is Status.FAIL
    assert "which is not a number: max 5 cannot be applied" in decision.headline


@pytest.mark.parametrize(
    ("value", "wanted"), [(3, 3.0), (3.0, 3), ("a", "a"), (True, True), (0.1, 0.1), (10**17, 10**17)]
)
def test_what_is_equal_passes(value: Fact, wanted: Fact) -> None:
    assert status(Threshold(one_of=(wanted,)), value) is Status.PASS


@pytest.mark.parametrize(
    ("value", "wanted", "said"),
    [
        (3, "3", "is 3 (a number), not 3 (text)"),
        ("3", 3, "is 3 (text), not 3 (a number)"),
        (1, True, "is 1 (a number), not true (a truth value)"),
        (False, 0, "is false (a truth value), not 0 (a number)"),
        ("failed", "succeeded", "is failed, not succeeded"),
        ("a\nb", "a", r"is a\nb, not a"),
        (0.30000000000000004, 0.3, "is 0.30000000000000004, not 0.3"),
        (10**17 + 1, 10**17, "is 100000000000000001, not 100000000000000000"),
    ],
)
def test_what_is_not_equal_fails_and_shows_why(value: Fact, wanted: Fact, said: str) -> None:
    decision = Threshold(one_of=(wanted,)).decide(score(value))
    assert (decision.status, decision.headline) == (Status.FAIL, f"{said}: last of 9 values")


def test_one_of_several_values_is_enough() -> None:
    threshold = Threshold(one_of=("dpo", "supervised"))
    assert status(threshold, "dpo") is Status.PASS
    assert threshold.decide(score("ppo")).headline.startswith("is ppo, not one of dpo, supervised: ")


def test_a_long_text_is_cut() -> None:
    assert len(Threshold(one_of=("a",)).decide(score("x" * 9999)).headline) < 300


def test_too_few_observations_are_inconclusive_even_where_the_bound_is_met() -> None:
    decision = replace(at_least(0.5), min_n=30).decide(score(0.9, n=29))
    assert decision.status is Status.INCONCLUSIVE
    assert decision.headline.startswith(
        "0.9 cannot be held against min 0.5: it rests on 29 of the 30 that min_n asks for: "
    )


def test_just_enough_observations_decide() -> None:
    assert replace(at_least(0.5), min_n=30).decide(score(0.9, n=30)).status is Status.PASS


@pytest.mark.parametrize("threshold", [at_most(1), at_least(0.9), Threshold(one_of=(0.5,))])
def test_a_doubtful_score_decides_nothing(threshold: Threshold) -> None:
    decision = threshold.decide(score(0.5, inconclusive="the run is unfinished"))
    assert decision.status is Status.INCONCLUSIVE
    assert ": the run is unfinished: " in decision.headline


def test_a_miss_says_which_other_reading_would_have_passed() -> None:
    others = (("the last value alone", 0.931), ("the best", 0.96), ("the worst", math.inf))
    decision = at_most(0.95).decide(score(1.043, others=others, details=("resumed",)))
    assert decision.details == (
        "the last value alone is 0.931 and would have passed",
        "the best is 0.96",
        "the worst is inf",
        "resumed",
    )


def test_a_pass_says_nothing_of_other_readings() -> None:
    assert at_most(0.95).decide(score(0.9, others=(("the last", 2.0),), details=("resumed",))).details == ("resumed",)


@pytest.mark.parametrize("threshold", [at_most(0.5), at_least(0.5)])
def test_another_reading_on_the_bound_itself_would_have_passed(threshold: Threshold) -> None:
    value = 0.6 if threshold.max else 0.4
    decision = threshold.decide(score(value, others=(("the last", 0.5),)))
    assert decision.details == ("the last is 0.5 and would have passed",)


def test_another_reading_never_equals() -> None:
    decision = Threshold(one_of=(1,)).decide(score(2, others=(("the last", 1.0),)))
    assert decision.details == ("the last is 1",)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({}, "needs min, max, equals or in"),
        ({"min_n": 3}, "needs min, max, equals or in"),
        ({"max": Bound(1), "one_of": (1,)}, "takes min and max, or equals, or in"),
        ({"min": Bound(2), "max": Bound(1)}, "min 2 is above max 1, so nothing can pass"),
        ({"max": Bound(1), "warn": Bound(1)}, "warn 1 must be below max 1, or it never warns"),
        ({"min": Bound(0.8), "warn": Bound(0.8)}, "warn 0.8 must be above min 0.8, or it never warns"),
        ({"min": Bound(0), "max": Bound(2), "warn": Bound(1)}, "warn needs exactly one of min and max beside it"),
        ({"one_of": (1,), "warn": Bound(1)}, "warn needs exactly one of min and max beside it"),
    ],
)
def test_a_threshold_that_cannot_judge_is_not_made(made: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        Threshold(**made)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_bound_is_finite(value: float) -> None:
    with pytest.raises(ValueError, match=r"^must be a finite number, not "):
        Bound(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.95, "0.95"),
        (1, "1"),
        (-0.0, "0"),
        (1e-5, "0.00001"),
        (1e-7, "1e-7"),
        (1e20, "1e+20"),
        (12345.678, "12345.678"),
    ],
)
def test_a_bound_is_written_as_a_person_would(value: float, text: str) -> None:
    assert str(Bound(value)) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.07, "7%"), (0.071, "7.1%"), (1 / 3, "33.33333333333333%"), (-0.05, "-5%")]
)
def test_a_percentage_is_written_without_the_noise_of_a_multiplication(value: float, text: str) -> None:
    assert str(Bound(value, percent=True)) == text


@pytest.mark.parametrize(
    ("threshold", "text"),
    [
        (Threshold(min=Bound(0.1), max=Bound(0.2)), "min 0.1 and max 0.2"),
        (Threshold(one_of=("a",)), "equals a"),
        (Threshold(one_of=(True, 2)), "one of true, 2"),
    ],
)
def test_a_threshold_says_what_it_wants(threshold: Threshold, text: str) -> None:
    assert str(threshold) == text


@given(VALUES, VALUES, st.booleans(), st.sampled_from(["min", "max"]))
@example(0.1, 0.30000000000000004 - 0.2, False, "max")
@example(0.949999999, 0.95, False, "min")
@example(math.nextafter(0.29, 1), 0.29, True, "max")
@example(12349.9, 12350.0, False, "min")
@example(5e-324, 0.0, True, "max")
@example(1e300, -1e300, False, "max")
def test_the_printed_relation_is_visibly_true(value: float, bound: float, percent: bool, side: str) -> None:
    threshold = Threshold(**{side: Bound(bound, percent=percent)})  # type: ignore[arg-type]
    said = re.match(r"(\S+?)%? ([<>]=?) (?:min|max) ([^%\s]+)%?(?: \(|:)", threshold.decide(score(value)).headline)
    assert said is not None
    assert RELATIONS[said[2]](Decimal(said[1]), Decimal(said[3]))


@given(VALUES, VALUES, VALUES)
def test_a_worse_value_never_turns_a_miss_into_a_pass(bound: float, one: float, other: float) -> None:
    worse, better = sorted([one, other])
    assume(status(at_least(bound), better) is Status.FAIL)
    assert status(at_least(bound), worse) is Status.FAIL
    assert status(at_most(-bound), -worse) is Status.FAIL


@given(st.sampled_from([math.nan, math.inf, -math.inf]), VALUES, VALUES)
def test_no_bounds_admit_what_is_not_finite(value: float, one: float, other: float) -> None:
    low, high = sorted([one, other])
    assert status(Threshold(min=Bound(low), max=Bound(high)), value) is Status.FAIL


def sure(bound: Threshold, low: float, high: float, value: float = 1.0) -> Decision:
    interval = Interval(low, high, 0.95, "normal")
    return replace(bound, confidence=0.95).decide(score(value, bounds=lambda _: interval))


@pytest.mark.parametrize(
    ("low", "high", "status"),
    [(0.5, 0.9, "pass"), (0.5, 1.0, "pass"), (0.9, 1.1, "inconclusive"), (1.0, 1.1, "inconclusive"), (1.1, 2, "fail")],
)
def test_confidence_decides_three_ways(low: float, high: float, status: str) -> None:
    value = (low + high) / 2
    assert sure(at_most(1.0), low, high, value).status == status


def test_an_interval_that_holds_the_bound_is_told() -> None:
    assert sure(at_most(1.0), 0.9, 1.1).headline.startswith(
        "1 cannot be held against max 1 at 95 % confidence: the value may be anything from 0.9 to 1.1 (normal), 1 among"
    )


def test_confidence_without_an_interval_is_doubt() -> None:
    found = replace(at_most(1.0), confidence=0.95).decide(score(0.5))
    assert found.status is Status.INCONCLUSIVE
    assert "how sure it is cannot be told, and confidence is asked for" in found.headline


def test_confidence_is_asked_at_the_level_that_the_spec_names() -> None:
    bound = replace(at_most(1.0), confidence=0.8)
    found = bound.decide(score(0.5, bounds=lambda level: Interval(0, 2, level, f"at {level}")))
    assert "anything from 0 to 2 (at 0.8)" in found.headline


def test_confidence_needs_a_bound() -> None:
    with pytest.raises(ValueError, match=r"^confidence needs min or max beside it$"):
        Threshold(one_of=(1,), confidence=0.9)


def test_a_value_that_is_not_finite_fails_however_sure_one_is() -> None:
    assert sure(at_most(1.0), 0, 0.5, math.nan).status is Status.FAIL


def test_a_two_sided_target_is_told_in_its_own_words() -> None:
    target = Threshold(Bound(0.9), Bound(1.1), near="near 1 ± 10%")
    assert str(target) == "near 1 ± 10%"
    assert [status(target, value) for value in (0.8, 0.9, 1.1, 1.2)] == ["fail", "pass", "pass", "fail"]
