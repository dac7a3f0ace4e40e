"""Two models on the same prompts."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvidenceError, SpecError
from pytest_ftgate.statistics import Interval, mcnemar, minimum_detectable_effect, non_inferior, tango

COUNTS = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 60)).map(
    lambda counts: (counts[0], counts[1], sum(counts))
)


def bounds(interval: Interval, digits: int = 4) -> tuple[float, float]:
    return round(interval.low, digits), round(interval.high, digits)


def likelihood_share(true: float, fixed: int, broken: int, n: int) -> float:
    """The share of broken prompts that makes the counts most likely under the difference `true`, by trying many."""

    def log_likelihood(share: float) -> float:
        chances = (share + true, share, 1 - 2 * share - true)
        counts = (fixed, broken, n - fixed - broken)
        return math.fsum(count * math.log(p) for count, p in zip(counts, chances, strict=True) if count)

    low, high = max(0.0, -true), (1 - true) / 2
    for _ in range(200):
        third = (high - low) / 3
        if log_likelihood(low + third) < log_likelihood(high - third):
            low += third
        else:
            high -= third
    return (low + high) / 2


@pytest.mark.parametrize(
    ("fixed", "two", "worse"), [(0, 6, 5), (2, 10, 9), (5, 15, 13)], ids=["0 fixed", "2 fixed", "5 fixed"]
)
def test_how_many_broken_prompts_are_no_chance(fixed: int, two: int, worse: int) -> None:
    assert mcnemar(fixed, two) < 0.05 <= mcnemar(fixed, two - 1)
    assert mcnemar(fixed, worse, "worse") < 0.05 <= mcnemar(fixed, worse - 1, "worse")


# Fagerland, Lydersen and Laake 2014, Statistics in Medicine 33:2850-2875: Cavo 2012 and Bentur 2009.
@pytest.mark.parametrize(("fixed", "broken", "p"), [(6, 16, 0.0525), (1, 7, 0.0703)])
def test_the_exact_test_is_the_published_one(fixed: int, broken: int, p: float) -> None:
    assert round(mcnemar(fixed, broken), 4) == p


def test_nothing_that_changed_is_no_evidence_of_a_change() -> None:
    assert (mcnemar(0, 0), mcnemar(0, 0, "worse")) == (1.0, 1.0)


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_the_two_sided_test_is_symmetric_and_the_binomial_sum(fixed: int, broken: int) -> None:
    changed = fixed + broken
    tail = sum(math.comb(changed, i) for i in range(min(fixed, broken) + 1))
    assert mcnemar(fixed, broken) == pytest.approx(min(1.0, 2 * tail / 2**changed))
    assert mcnemar(fixed, broken) == mcnemar(broken, fixed)


# The same paper's tables, and the vector that the R package PropCIs gives for scoreci.mp(25, 28, 618, 0.90).
@pytest.mark.parametrize(
    ("counts", "level", "published"),
    [
        ((6, 16, 161), 0.95, (-0.1240, -0.0054)),
        ((1, 7, 21), 0.95, (-0.5172, -0.0260)),
        ((28, 25, 618), 0.90, (-0.0148, 0.0247)),
    ],
)
def test_the_score_interval_is_the_published_one(
    counts: tuple[int, int, int], level: float, published: tuple[float, float]
) -> None:
    found = tango(*counts, level)
    assert (bounds(found), found.level, found.method) == (published, level, "Tango")


@pytest.mark.parametrize("counts", [(3, 8, 40), (0, 5, 30), (5, 0, 30), (7, 7, 20), (12, 1, 13)])
def test_the_score_interval_ends_where_the_most_likely_score_is_z(counts: tuple[int, int, int]) -> None:
    fixed, broken, n = counts
    found = tango(*counts)
    for end, z in ((found.low, 1.959964), (found.high, -1.959964)):
        share = likelihood_share(end, *counts)
        score = (fixed - broken - n * end) / math.sqrt(n * (2 * share + end * (1 - end)))
        assert score == pytest.approx(z, abs=1e-4)


def test_where_nothing_changed_the_interval_is_still_open() -> None:
    # There the equation is z^2 (1 - d) = n d, so that the bound is z^2 / (n + z^2).
    assert bounds(tango(0, 0, 20)) == (-0.1611, 0.1611)


def test_where_all_changed_the_interval_ends_at_the_end_of_the_scale() -> None:
    assert bounds(tango(20, 0, 20)) == (0.6777, 1.0)
    assert bounds(tango(0, 20, 20)) == (-1.0, -0.6777)
    assert tango(0, 1, 1).low == -1.0


@settings(deadline=None, max_examples=60)
@given(COUNTS, st.floats(0.5, 0.999))
def test_the_difference_lies_inside_its_interval_which_mirrors(counts: tuple[int, int, int], level: float) -> None:
    fixed, broken, n = counts
    found, mirrored = tango(fixed, broken, n, level), tango(broken, fixed, n, level)
    assert -1 <= found.low <= (fixed - broken) / n <= found.high <= 1
    assert (found.low, found.high) == (-mirrored.high, -mirrored.low)


@pytest.mark.parametrize(("fixed", "n"), [(0, 30), (4, 30), (10, 100)])
def test_one_more_broken_prompt_lowers_both_bounds(fixed: int, n: int) -> None:
    found = [tango(fixed, broken, n) for broken in range(n - fixed + 1)]
    assert sorted((x.low for x in found), reverse=True) == [x.low for x in found]
    assert sorted((x.high for x in found), reverse=True) == [x.high for x in found]


@pytest.mark.parametrize(("fixes", "breaks", "covered"), [(0.05, 0.10, 0.9576), (0.0, 0.05, 1.0)])
def test_the_lower_bound_is_kept_in_19_of_20_jobs(fixes: float, breaks: float, covered: float) -> None:
    n, true = 20, fixes - breaks
    held = 0.0
    for fixed in range(n + 1):
        for broken in range(n + 1 - fixed):
            same = n - fixed - broken
            ways = math.comb(n, fixed) * math.comb(n - fixed, broken)
            chance = ways * fixes**fixed * breaks**broken * (1 - fixes - breaks) ** same
            held += chance * (chance > 0 and tango(fixed, broken, n, 0.95, "lower").low <= true)
    assert round(held, 4) == covered


def test_a_drop_that_may_be_larger_than_allowed_is_inconclusive() -> None:
    assert bounds(tango(1, 7, 100, 0.95, "lower")) == (-0.1159, 1.0)
    assert non_inferior(1, 7, 100, 0.02) == "inconclusive"
    assert non_inferior(1, 7, 100, 0.12) == "yes"


def test_a_drop_that_is_surely_larger_than_allowed_is_a_no() -> None:
    assert tango(1, 30, 100, 0.95, "upper").low == -1.0
    assert non_inferior(1, 30, 100, 0.02) == "no"


def test_few_prompts_prove_no_small_margin_even_where_nothing_changed() -> None:
    assert non_inferior(0, 0, 20, 0.02) == "inconclusive"
    assert non_inferior(0, 0, 200, 0.02) == "yes"


@pytest.mark.parametrize(
    ("n", "share", "effect"), [(100, 0.10, 0.089), (100, 0.20, 0.125), (500, 0.10, 0.040), (500, 0.20, 0.056)]
)
def test_the_least_effect_that_is_found(n: int, share: float, effect: float) -> None:
    assert round(minimum_detectable_effect(n, share), 3) == effect


def test_prompts_of_which_none_changed_do_not_find_everything() -> None:
    assert minimum_detectable_effect(20, 0.0) == minimum_detectable_effect(20, 0.05) > 0.1
    assert minimum_detectable_effect(1, 1.0) == 1.0


@settings(deadline=None)
@given(st.integers(1, 10**6), st.floats(0, 1))
def test_more_prompts_find_less(n: int, share: float) -> None:
    assert 0 < minimum_detectable_effect(n + 1, share) <= minimum_detectable_effect(n, share) <= 1


@pytest.mark.parametrize("counts", [(-1, 2, 5), (2, -1, 5), (3, 3, 5), (0, 0, 0)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(EvidenceError, match=r"of 5 is not a share|^a share of 0 observations cannot be computed"):
        tango(*counts)


@pytest.mark.parametrize(("fixed", "broken"), [(-1, 1), (-1, 5), (5, -1), (0, -2)])
def test_a_negative_count_is_refused(fixed: int, broken: int) -> None:
    with pytest.raises(EvidenceError, match=r"is not a share|^a share of"):
        mcnemar(fixed, broken)


@pytest.mark.parametrize("margin", [-0.01, 2.0, math.nan])
def test_an_allowed_drop_that_is_no_fraction_is_refused(margin: float) -> None:
    with pytest.raises(SpecError, match=r"^an allowed drop of .* is not from 0 to 1, as 0\.02 is$"):
        non_inferior(1, 1, 10, margin)


def test_a_share_of_changes_that_is_no_fraction_is_refused() -> None:
    with pytest.raises(EvidenceError, match=r"^1\.2 is not a share of prompts, which is from 0 to 1$"):
        minimum_detectable_effect(10, 1.2)


def test_a_power_that_is_no_fraction_is_refused() -> None:
    with pytest.raises(SpecError, match=r"^a confidence of 80 is not above 0 and below 1"):
        minimum_detectable_effect(10, 0.1, power=80)
