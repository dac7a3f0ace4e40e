"""Whether a series rises, and how steeply."""

import math
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvidenceError, SpecError
from pytest_ftgate.statistics import block_medians, mann_kendall, theil_sen

# Few different values, so that there are ties.
VALUES = st.lists(st.integers(0, 6).map(float), min_size=2, max_size=25)


def with_statistic(s: int, n: int) -> list[float]:
    """An order of 0..n-1 whose pairs rise `s` times more often than they fall."""
    left, order = (n * (n - 1) // 2 - s) // 2, list[float]()
    for value in range(n):
        moved = min(left, value)
        order.insert(len(order) - moved, float(value))
        left -= moved
    return order


# Kendall 1975, "Rank Correlation Methods", appendix table 1; also Gilbert 1987, table A18.
@pytest.mark.parametrize(
    ("n", "s", "p"),
    [
        (4, 0, 0.625),
        (4, 2, 0.375),
        (4, 4, 0.167),
        (4, 6, 0.042),
        (8, 8, 0.199),
        (8, 14, 0.054),
        (8, 16, 0.031),
        (8, 18, 0.016),
        (10, 1, 0.500),
        (10, 19, 0.054),
        (10, 21, 0.036),
        (10, 25, 0.014),
    ],
)
def test_the_chance_of_a_rise_is_the_published_one(n: int, s: int, p: float) -> None:
    found = mann_kendall(with_statistic(s, n))
    assert (found.s, found.n, found.exact) == (s, n, True)
    assert round(found.p_rising, 3) == p


@settings(deadline=None)
@given(st.permutations(range(8)))
def test_without_ties_the_chance_is_that_of_scipys_exact_test(order: list[int]) -> None:
    from scipy.stats import kendalltau

    found = kendalltau(range(8), order, method="exact", alternative="greater")
    assert mann_kendall([float(value) for value in order]).p_rising == pytest.approx(float(found.pvalue))


@pytest.mark.parametrize("values", [(1, 1, 1, 2), (1, 2, 1, 2), (2, 1, 1, 3, 3), (1, 1, 2, 2, 3, 3), (3, 3, 3)])
def test_with_ties_the_chance_is_the_share_of_all_orders(values: tuple[float, ...]) -> None:
    s = mann_kendall(values).s
    all_of_them = [mann_kendall(order).s for order in permutations(values)]
    assert mann_kendall(values).p_rising == pytest.approx(sum(x >= s for x in all_of_them) / len(all_of_them))


def test_a_long_series_is_tested_with_the_normal_distribution() -> None:
    # By hand: 12 rising values, two of them equal: S = 65, variance (12*11*29 - 2*1*9)/18, one pair less.
    found = mann_kendall([1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 11])
    assert (found.s, found.exact) == (65, False)
    assert found.variance == pytest.approx(3810 / 18)
    assert found.z == pytest.approx(64 / math.sqrt(3810 / 18))
    assert found.p_rising == pytest.approx(5.4e-6, rel=0.02)


def test_values_that_are_all_the_same_do_not_rise() -> None:
    found = mann_kendall([0.0] * 50)
    assert (found.s, found.variance, found.z, found.p_rising) == (0, 0.0, 0.0, 0.5)
    assert mann_kendall([0.0] * 5).p_rising == 1.0


@settings(deadline=None)
@given(VALUES)
def test_a_reversed_series_falls_as_much_as_it_rose(values: list[float]) -> None:
    found, backwards = mann_kendall(values), mann_kendall(values[::-1])
    assert (backwards.s, backwards.z, backwards.variance) == (-found.s, -found.z, found.variance)
    assert mann_kendall([-value for value in values]).p_rising == backwards.p_rising


@settings(deadline=None)
@given(VALUES, st.integers(-100, 100))
def test_only_the_order_of_the_values_counts(values: list[float], constant: int) -> None:
    assert mann_kendall([value * 8 + constant for value in values]) == mann_kendall(values)


@settings(deadline=None)
@given(VALUES)
def test_both_chances_together_are_one_and_that_of_the_statistic_itself(values: list[float]) -> None:
    found, backwards = mann_kendall(values), mann_kendall(values[::-1])
    assert 0 <= found.p_rising <= 1
    assert found.p_rising + backwards.p_rising >= 1 - 1e-12
    assert (found.p_rising < 0.5) <= (found.s > 0)


def test_a_long_series_is_compared_by_the_medians_of_its_blocks() -> None:
    found = mann_kendall([float(step) for step in range(2500)])
    assert (found.n, found.s) == (834, 834 * 833 // 2)
    assert mann_kendall([1.0, 0.0] * 1000).n == 1000


def test_blocks_have_one_size_and_only_the_last_is_shorter() -> None:
    assert block_medians([5, 1, 3, 9, 7, 8, 4], 3) == [3.0, 8.0, 4.0]
    assert block_medians([5, 1, 3], 3) == [5.0, 1.0, 3.0]
    assert block_medians([]) == []


# Sen 1968, Journal of the American Statistical Association 63:1379-1389, section 6.
def test_the_slope_and_its_interval_are_sens_own() -> None:
    found = theil_sen([9, 15, 19, 20, 45, 55, 78], [1, 2, 3, 4, 10, 12, 18], level=0.93)
    assert found.slope == pytest.approx(4.0)
    assert (round(found.interval.low, 2), round(found.interval.high, 2)) == (3.71, 4.38)
    assert (found.interval.method, found.interval.level, found.n) == ("Theil-Sen", 0.93, 7)


@settings(deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=2, max_size=20), st.integers(-100, 100))
def test_a_constant_changes_no_slope(values: list[float], constant: int) -> None:
    steps = range(0, 10 * len(values), 10)
    found, moved = theil_sen(values, steps), theil_sen([value + constant for value in values], steps)
    assert moved.slope == pytest.approx(found.slope, abs=1e-9)
    assert found.interval.low <= found.slope <= found.interval.high


def test_one_outlier_does_not_bend_a_slope() -> None:
    values = [2.0 * step for step in range(20)]
    assert theil_sen([*values[:-1], 1e9], range(20)).slope == pytest.approx(2.0)


def test_a_long_series_has_the_slope_of_its_blocks() -> None:
    found = theil_sen([step / 2 for step in range(3001)], range(3001))
    assert found.slope == pytest.approx(0.5)
    assert found.n == 751


@pytest.mark.parametrize("steps", [[1, 1, 2], [1, 3, 2]])
def test_steps_that_do_not_increase_are_refused(steps: list[float]) -> None:
    with pytest.raises(EvidenceError, match=r"^a slope needs steps that increase, and these do not$"):
        theil_sen([1.0, 2.0, 3.0], steps)


def test_each_value_has_one_step() -> None:
    with pytest.raises(EvidenceError, match=r"^3 values have 2 steps: each value has to have one$"):
        theil_sen([1.0, 2.0, 3.0], [1, 2])


def test_steps_that_are_too_close_are_refused() -> None:
    with pytest.raises(EvidenceError, match=r"^a slope cannot be computed: the steps lie too close together"):
        theil_sen([0.0, 1e90], [0.0, 5e-324])


@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_value_has_no_trend(values: list[float]) -> None:
    with pytest.raises(EvidenceError, match=r"^a trend needs at least 2 values, and there (is 1|are none)$"):
        mann_kendall(values)
    with pytest.raises(EvidenceError, match=r"^a slope needs at least 2 values, and there (is 1|are none)$"):
        theil_sen(values, values)


@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_a_series_with_a_value_that_is_not_finite_has_no_trend(odd: float) -> None:
    with pytest.raises(EvidenceError, match=r"^a trend cannot be computed: a value is (nan|inf), which is not finite$"):
        mann_kendall([1.0, odd, 2.0])
    with pytest.raises(EvidenceError, match=r"^a slope cannot be computed: a value is (nan|inf), which is not finite$"):
        theil_sen([1.0, 2.0], [1.0, odd])


def test_a_confidence_that_is_no_fraction_is_refused() -> None:
    with pytest.raises(SpecError, match=r"^a confidence of 95 is not above 0 and below 1"):
        theil_sen([1.0, 2.0], [1, 2], level=95)
