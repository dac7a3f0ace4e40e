"""Means, clusters and medians: how far the estimate may be off."""

import math
from statistics import mean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvidenceError, SpecError
from pytest_ftgate.statistics import mean_interval, median_error, median_margin, standard_error

SCORES = st.lists(st.floats(0, 1), min_size=2, max_size=30)
SPREAD = SCORES.filter(lambda values: stdev(values) > 1e-3)


def test_the_error_of_a_mean_is_the_deviation_over_the_root_of_n() -> None:
    assert standard_error([1.0, 2.0, 3.0, 4.0]) == pytest.approx(math.sqrt(5 / 3) / 2)


def test_values_that_move_with_their_document_have_a_larger_error() -> None:
    # By hand: mean 0.5; the clusters' deviations add up to 1, -1 and 0; sqrt(3/2 * (1 + 1 + 0)) / 6.
    values, clusters = [1, 1, 0, 0, 1, 0], ["a", "a", "b", "b", "c", "c"]
    assert standard_error(values, clusters) == pytest.approx(math.sqrt(3) / 6)
    assert standard_error(values) == pytest.approx(math.sqrt(0.3 / 6))


def test_clusters_of_unequal_size_are_weighed_by_their_values() -> None:
    # By hand: mean 0.6; the clusters' deviations add up to 0.4 + 0.4 - 0.6, to 0.4 and to -0.6.
    values, clusters = [1.0, 1.0, 0.0, 1.0, 0.0], [1, 1, 1, 2, 3]
    total = 0.2**2 + 0.4**2 + 0.6**2
    assert standard_error(values, clusters) == pytest.approx(math.sqrt(3 / 2 * total) / 5)


@settings(deadline=None)
@given(SCORES)
def test_a_cluster_of_its_own_for_each_value_changes_nothing(values: list[float]) -> None:
    assert standard_error(values, range(len(values))) == standard_error(values)
    assert standard_error(values) == pytest.approx(stdev(values) / math.sqrt(len(values)), abs=1e-12)


def test_millers_sum_over_pairs_of_a_cluster_is_the_same_error() -> None:
    values, clusters = [0.1, 0.9, 0.4, 0.6, 0.7], "aabbb"
    pairs = [
        (x - mean(values)) * (y - mean(values))
        for i, x in enumerate(values)
        for j, y in enumerate(values)
        if clusters[i] == clusters[j]
    ]
    assert standard_error(values, clusters) == pytest.approx(math.sqrt(2 * math.fsum(pairs)) / 5)


def test_the_interval_of_a_mean_is_students() -> None:
    # Student 1908, table of the additional hours of sleep: mean 1.58, deviation 1.23; t(9) = 2.262.
    found = mean_interval([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    assert (round(found.low, 2), round(found.high, 2)) == (0.70, 2.46)
    assert (found.level, found.method) == (0.95, "t")


@settings(deadline=None)
@given(SPREAD)
def test_the_mean_lies_in_the_middle_of_its_interval(values: list[float]) -> None:
    found = mean_interval(values)
    assert found.low < mean(values) < found.high
    assert (found.low + found.high) / 2 == pytest.approx(mean(values), abs=1e-9)


@settings(deadline=None)
@given(SPREAD, st.floats(-10, 10))
def test_a_constant_moves_the_interval_and_does_not_widen_it(values: list[float], constant: float) -> None:
    found, moved = mean_interval(values), mean_interval([value + constant for value in values])
    assert (moved.low - constant, moved.high - constant) == pytest.approx((found.low, found.high), abs=1e-6)


def test_clusters_count_as_observations() -> None:
    values, clusters = [0.1, 0.9, 0.4, 0.6, 0.7], "aabbb"
    found = mean_interval(values, clusters)
    assert found.high - found.low == pytest.approx(2 * 12.7062 * standard_error(values, clusters), rel=1e-5)
    assert found.method == "t, clustered"


def test_only_full_marks_are_no_certainty() -> None:
    found = mean_interval([1.0] * 29, level=0.9)
    assert found.low == pytest.approx(0.05 ** (1 / 29))
    assert (found.high, found.method) == (1.0, "Hoeffding")
    assert mean_interval([0.0] * 29, level=0.9).high == pytest.approx(1 - 0.05 ** (1 / 29))


def test_scores_without_spread_keep_the_bounds_of_what_may_be() -> None:
    found = mean_interval([0.1] * 3)
    assert 0 < found.low < 0.1 < 0.7 < found.high < 1


def test_a_large_cluster_without_spread_counts_by_its_weight() -> None:
    assert mean_interval([1.0] * 6, "aaabcd").low == pytest.approx(mean_interval([1.0] * 2).low)


def test_values_without_spread_that_are_no_scores_have_no_interval() -> None:
    with pytest.raises(EvidenceError, match=r"^all 3 values are alike: the error of their mean is unknown$"):
        mean_interval([7.0, 7.0, 7.0])


def test_the_error_of_a_median_is_that_of_its_absolute_deviations() -> None:
    from scipy.stats import median_abs_deviation

    values = [0.5, 0.7, 0.4, 0.9, 0.6, 0.8, 3.0]
    by_scipy = float(median_abs_deviation(values, scale="normal"))
    assert median_error(values) == pytest.approx(math.sqrt(math.pi / 2) * by_scipy / math.sqrt(7))
    assert median_error(values) == pytest.approx(1.2533 * 1.4826 * 0.2 / math.sqrt(7), rel=1e-4)
    assert median_margin(values) == 2 * median_error(values)


@settings(deadline=None)
@given(SCORES, st.integers(-5, 5))
def test_a_constant_changes_no_error_of_a_median(values: list[float], constant: int) -> None:
    assert median_error([value + constant for value in values]) == pytest.approx(median_error(values), abs=1e-9)


def test_one_outlier_does_not_change_the_error_of_a_median() -> None:
    assert median_error([1.0, 2.0, 3.0, 4.0, 5.0]) == median_error([1.0, 2.0, 3.0, 4.0, 5e6])


@pytest.mark.parametrize("values", [[], [0.5]])
def test_fewer_than_two_values_have_no_error(values: list[float]) -> None:
    found = "is 1" if values else "are none"
    with pytest.raises(EvidenceError, match=f"^the error of a mean needs at least 2 values, and there {found}$"):
        mean_interval(values)
    with pytest.raises(EvidenceError, match=f"^the error of a median needs at least 2 values, and there {found}$"):
        median_error(values)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_has_no_error(odd: float) -> None:
    with pytest.raises(
        EvidenceError, match=r"^the error of a mean cannot be computed: a value is .*, which is not fin"
    ):
        standard_error([1.0, odd])
    with pytest.raises(EvidenceError, match=r"^the error of a median cannot be computed: a value is .*, which is not"):
        median_margin([1.0, odd])


def test_a_value_whose_square_overflows_is_refused() -> None:
    with pytest.raises(EvidenceError, match=r"a value is 1e\+300, which is too large to compute with$"):
        standard_error([1.0, 1e300])


def test_each_value_has_one_cluster() -> None:
    with pytest.raises(EvidenceError, match=r"^3 values have 2 clusters: each value has to have one$"):
        standard_error([1.0, 2.0, 3.0], ["a", "b"])


def test_values_of_one_cluster_have_no_error() -> None:
    with pytest.raises(EvidenceError, match=r"^all 3 values are of one cluster: the error of their mean is unknown$"):
        mean_interval([1.0, 2.0, 3.0], "aaa")


@pytest.mark.parametrize("values", [[1.0, 2.0], [1.0, 1.0]])
def test_a_confidence_that_is_no_fraction_is_refused(values: list[float]) -> None:
    with pytest.raises(SpecError, match=r"^a confidence of 95 is not above 0 and below 1"):
        mean_interval(values, level=95)
