"""One rate, k of n: what it may really be, and what n would prove it. And the difference of two independent ones."""

import math
from bisect import bisect_left
from collections.abc import Callable
from statistics import NormalDist

from .interval import Answer, Interval, Side, check_count, error_rate


def wilson(k: int, n: int, level: float = 0.95) -> Interval:
    """The score interval of a rate: the one to show. As a proof it is a little too narrow near 0 and 1.

    Source: Wilson 1927, Journal of the American Statistical Association 22:209-212.

    Args:
        k: how many passed, 0..n.
        n: how many there were, at least 1.
        level: the confidence, above 0 and below 1.

    Raises:
        EvidenceError: `k` of `n` is not a share.
        SpecError: `level` is not above 0 and below 1.
    """
    check_count(k, n)
    # Not by scipy.stats, which has it, because importing that takes a second, and nearly every eval prints one.
    z = -NormalDist().inv_cdf(error_rate(level))
    centre = (k + z * z / 2) / (n + z * z)
    reach = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    # At k = 0 and k = n the formula's bound is the rate itself, which rounding can miss on the wrong side.
    return Interval(max(min(centre - reach, k / n), 0.0), min(max(centre + reach, k / n), 1.0), level, "Wilson")


def clopper_pearson(k: int, n: int, level: float = 0.95, side: Side = "two") -> Interval:
    """The exact interval of a rate, which holds the true rate at least as often as it says: the one to prove with.

    Source: Clopper and Pearson 1934, Biometrika 26:404-413, by the quantiles of the beta distribution.

    Args:
        k: how many passed, 0..n.
        n: how many there were, at least 1.
        level: the confidence, above 0 and below 1.
        side: `lower` and `upper` give one bound, with the whole error on its side; the other is 1 or 0.

    Raises:
        EvidenceError: `k` of `n` is not a share.
        SpecError: `level` is not above 0 and below 1.
    """
    from scipy.special import betaincinv

    check_count(k, n)
    error = error_rate(level, side)
    low = 0.0 if side == "upper" or k == 0 else float(betaincinv(k, n - k + 1, error))
    # The upper quantile by symmetry: its own function is not in every scipy that is supported.
    high = 1.0 if side == "lower" or k == n else 1.0 - float(betaincinv(n - k, k + 1, error))
    return Interval(low, high, level, "Clopper-Pearson")


def at_least(k: int, n: int, threshold: float, level: float = 0.95) -> Answer:
    """Whether the true rate is at least `threshold`: both answers are exact one-sided proofs at `level`.

    Raises:
        EvidenceError: `k` of `n` is not a share.
        SpecError: `level` is not above 0 and below 1.
    """
    lower, upper = clopper_pearson(k, n, level, "lower"), clopper_pearson(k, n, level, "upper")
    return Interval(lower.low, upper.high, level, lower.method).reaches(threshold)


def needed_to_prove(threshold: float, level: float = 0.95) -> int | None:
    """The least n of which n passes prove a rate of at least `threshold`; None when no n does.

    The exact lower bound of n of n is (1 - level)^(1/n), e.g. 29 for 0.90 at 95 %: the "rule of three" in reverse
    (Hanley and Lippman-Hand 1983, JAMA 249:1743-1745).

    Raises:
        SpecError: `level` is not above 0 and below 1.
    """
    error = error_rate(level, "lower")
    if not 0 < threshold < 1:
        return 1 if threshold <= 0 else None
    n = max(1, math.ceil(math.log(error) / math.log(threshold)))
    near = (m for m in (n - 1, n) if m and at_least(m, m, threshold, level) == "yes")
    return next(near, n + 1)


def least_passes(n: int, threshold: float, level: float = 0.95) -> int | None:
    """The least k of n that proves a rate of at least `threshold`; None when even n of n does not.

    Raises:
        EvidenceError: `n` is not positive.
        SpecError: `level` is not above 0 and below 1.
    """
    return _first(n, lambda k: at_least(k, n, threshold, level) == "yes")


def most_passes_that_fail(n: int, threshold: float, level: float = 0.95) -> int | None:
    """The greatest k of n that proves a rate below `threshold`; None when even 0 of n does not.

    Raises:
        EvidenceError: `n` is not positive.
        SpecError: `level` is not above 0 and below 1.
    """
    first = _first(n, lambda k: at_least(k, n, threshold, level) != "no")
    return (n if first is None else first - 1) if first != 0 else None


def newcombe(k: int, n: int, other_k: int, other_n: int, level: float = 0.95) -> Interval:
    """The hybrid score interval of the difference k/n - other_k/other_n of two independent rates, in -1..1.

    Source: Newcombe 1998, Statistics in Medicine 17:873-890, method 10: the distances of both rates from their Wilson
    bounds, added as squares.

    Raises:
        EvidenceError: `k` of `n` or `other_k` of `other_n` is not a share.
        SpecError: `level` is not above 0 and below 1.
    """
    one, other = wilson(k, n, level), wilson(other_k, other_n, level)
    rate, other_rate = k / n, other_k / other_n
    low = rate - other_rate - math.hypot(rate - one.low, other.high - other_rate)
    high = rate - other_rate + math.hypot(one.high - rate, other_rate - other.low)
    return Interval(max(low, -1.0), min(high, 1.0), level, "Newcombe")


def _first(n: int, holds: Callable[[int], bool]) -> int | None:
    """The least k in 0..n that holds, where every greater one holds too."""
    check_count(0, n)
    k = bisect_left(range(n + 1), True, key=holds)
    return k if k <= n else None
