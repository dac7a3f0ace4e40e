"""One rate, k of n, and the difference of two independent ones."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvidenceError, SpecError
from pytest_ftgate.statistics import (
    Interval,
    Side,
    at_least,
    clopper_pearson,
    least_passes,
    most_passes_that_fail,
    needed_to_prove,
    newcombe,
    wilson,
)

LEVELS = st.floats(0.5, 0.999)
SHARES = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def bounds(interval: Interval, digits: int = 4) -> tuple[float, float]:
    return round(interval.low, digits), round(interval.high, digits)


# Newcombe 1998, Statistics in Medicine 17:857-872, table I, methods 3 and 5.
@pytest.mark.parametrize(
    ("k", "n", "score", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_intervals_of_a_rate_are_the_published_ones(
    k: int, n: int, score: tuple[float, float], exact: tuple[float, float]
) -> None:
    assert bounds(wilson(k, n)) == score
    assert bounds(clopper_pearson(k, n)) == exact


def test_an_interval_says_its_level_and_its_method() -> None:
    assert wilson(1, 2, 0.9) == Interval(wilson(1, 2, 0.9).low, wilson(1, 2, 0.9).high, 0.9, "Wilson")
    assert (clopper_pearson(1, 2, 0.8).level, clopper_pearson(1, 2, 0.8).method) == (0.8, "Clopper-Pearson")


def test_the_exact_interval_agrees_with_scipys_own_search() -> None:
    from scipy.stats import binomtest

    found = binomtest(18, 20).proportion_ci(0.95, "exact")
    assert clopper_pearson(18, 20).low == pytest.approx(found.low, abs=1e-9)
    assert clopper_pearson(18, 20).high == pytest.approx(found.high, abs=1e-9)


@settings(deadline=None)
@given(SHARES, LEVELS)
def test_the_rate_lies_inside_its_intervals(share: tuple[int, int], level: float) -> None:
    k, n = share
    for found in (wilson(k, n, level), clopper_pearson(k, n, level)):
        assert 0 <= found.low <= k / n <= found.high <= 1


@settings(deadline=None)
@given(SHARES, LEVELS)
def test_failures_have_the_mirrored_interval_of_passes(share: tuple[int, int], level: float) -> None:
    k, n = share
    for method in (wilson, clopper_pearson):
        assert method(n - k, n, level).low == pytest.approx(1 - method(k, n, level).high, abs=1e-12)


@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_one_more_pass_raises_both_bounds(method: Callable[[int, int], Interval]) -> None:
    found = [bounds(method(k, 40), 12) for k in range(41)]
    assert found == sorted(found)
    assert sorted(high for _, high in found) == [high for _, high in found]


@pytest.mark.parametrize("n", [1, 2, 5, 20, 50])
@pytest.mark.parametrize("side", ["lower", "upper", "two"])
def test_the_exact_interval_holds_every_true_rate_as_often_as_it_says(n: int, side: Side) -> None:
    from scipy.stats import binom

    found = [clopper_pearson(k, n, 0.95, side) for k in range(n + 1)]
    for true in (i / 200 for i in range(201)):
        held = math.fsum(binom.pmf(k, n, true) for k in range(n + 1) if found[k].low <= true <= found[k].high)
        assert held >= 0.95 - 1e-12


def test_a_one_sided_bound_has_the_whole_error_and_leaves_the_other_side_open() -> None:
    assert bounds(clopper_pearson(20, 20, 0.95, "lower")) == (0.8609, 1.0)
    assert bounds(clopper_pearson(0, 20, 0.95, "upper")) == (0.0, 0.1391)
    assert clopper_pearson(7, 20, 0.95, "lower").low == pytest.approx(clopper_pearson(7, 20, 0.90).low)


@pytest.mark.parametrize(
    ("threshold", "n"), [(0.80, 14), (0.90, 29), (0.95, 59), (0.99, 299), (0.0, 1), (1.0, None), (math.nan, None)]
)
def test_how_many_passes_prove_a_rate(threshold: float, n: int | None) -> None:
    assert needed_to_prove(threshold) == n


@settings(deadline=None)
@given(st.floats(0.01, 0.999), LEVELS)
def test_what_is_needed_proves_and_one_less_does_not(threshold: float, level: float) -> None:
    n = needed_to_prove(threshold, level)
    assert n is not None
    assert at_least(n, n, threshold, level) == "yes"
    assert n == 1 or at_least(n - 1, n - 1, threshold, level) != "yes"


def test_a_threshold_next_to_1_needs_more_than_anyone_has() -> None:
    needed = needed_to_prove(1 - 1e-15)
    assert needed is not None
    assert needed > 1e15


@pytest.mark.parametrize(
    ("n", "proves", "fails"), [(20, None, 15), (50, 49, 40), (100, 96, 84), (200, 188, 172), (1, None, None)]
)
def test_how_many_of_n_prove_90_percent_and_how_many_disprove_it(n: int, proves: int | None, fails: int | None) -> None:
    assert (least_passes(n, 0.90), most_passes_that_fail(n, 0.90)) == (proves, fails)


def test_the_ends_of_the_scale_are_proved_by_anything_and_by_nothing() -> None:
    assert (least_passes(5, 0.0), most_passes_that_fail(5, 0.0)) == (0, None)
    assert (least_passes(5, 1.0), most_passes_that_fail(5, 1.0)) == (None, 4)
    assert (least_passes(5, 1.5), most_passes_that_fail(5, 1.5)) == (None, 5)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 60), st.floats(0.05, 0.99))
def test_the_answer_changes_where_the_helps_say(n: int, threshold: float) -> None:
    answers = [at_least(k, n, threshold) for k in range(n + 1)]
    least, most = least_passes(n, threshold), most_passes_that_fail(n, threshold)
    assert answers.count("yes") == (0 if least is None else n + 1 - least)
    assert answers.count("no") == (0 if most is None else most + 1)


def test_18_of_20_neither_prove_90_percent_nor_disprove_it() -> None:
    assert at_least(18, 20, 0.90) == "inconclusive"
    assert round(clopper_pearson(18, 20, 0.95, "lower").low, 3) == 0.717


def test_a_bound_that_is_not_a_number_is_never_reached() -> None:
    assert Interval(0.9, 1.0, 0.95, "Wilson").reaches(math.nan) == "inconclusive"
    assert Interval(math.nan, math.nan, 0.95, "Wilson").reaches(0.1) == "inconclusive"


# Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10.
@pytest.mark.parametrize(
    ("counts", "published"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
    ],
)
def test_the_interval_of_a_difference_is_the_published_one(
    counts: tuple[int, int, int, int], published: tuple[float, float]
) -> None:
    assert bounds(newcombe(*counts)) == published


@settings(deadline=None)
@given(SHARES, SHARES, LEVELS)
def test_the_difference_lies_inside_its_interval_which_mirrors(
    one: tuple[int, int], other: tuple[int, int], level: float
) -> None:
    found, swapped = newcombe(*one, *other, level), newcombe(*other, *one, level)
    assert -1 <= found.low <= one[0] / one[1] - other[0] / other[1] <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((-swapped.high, -swapped.low), abs=1e-12)


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5)])
def test_a_count_outside_its_total_is_refused(k: int, n: int) -> None:
    for method in (wilson, clopper_pearson):
        with pytest.raises(EvidenceError, match=f"^{k} of 5 is not a share: the count is not from 0 to 5$"):
            method(k, n)


@pytest.mark.parametrize("n", [0, -3])
def test_a_share_of_nothing_is_refused(n: int) -> None:
    message = f"^a share of {n} observations cannot be computed: there has to be one at least$"
    for call in (lambda: wilson(0, n), lambda: clopper_pearson(0, n), lambda: least_passes(n, 0.9)):
        with pytest.raises(EvidenceError, match=message):
            call()


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, -0.5, math.nan, math.inf])
def test_a_confidence_that_is_no_fraction_is_refused(level: float) -> None:
    for call in (
        lambda: wilson(1, 2, level),
        lambda: clopper_pearson(1, 2, level),
        lambda: needed_to_prove(0.9, level),
    ):
        with pytest.raises(SpecError, match=r"^a confidence of .* is not above 0 and below 1, as 0\.95 is$"):
            call()
