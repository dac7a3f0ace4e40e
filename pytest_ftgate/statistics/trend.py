"""Whether a series rises, and how steeply, whatever its noise is distributed like."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import NormalDist, median

from ..errors import EvidenceError
from .interval import Interval, check_values, error_rate

_MOST = 1000
_EXACT = 10


@dataclass(frozen=True)
class MannKendall:
    """The Mann-Kendall test of a series.

    Attributes:
        s: pairs that rise minus pairs that fall.
        variance: the variance of `s` where there is no trend, ties counted.
        z: `s` in standard deviations, moved towards 0 by one pair; 0 where all values are the same.
        p_rising: the chance, 0..1, of an `s` this large or larger where there is no trend.
        n: how many points were compared.
        exact: `p_rising` is from the exact distribution of `s`, not from the normal one.
    """

    s: int
    variance: float
    z: float
    p_rising: float
    n: int
    exact: bool


@dataclass(frozen=True)
class TheilSen:
    """A robust slope.

    Attributes:
        slope: the median of the slopes of all pairs, per unit of the steps.
        interval: where the true slope is.
        n: how many points were compared.
    """

    slope: float
    interval: Interval
    n: int


def mann_kendall(values: Sequence[float]) -> MannKendall:
    """Test one-sided whether `values`, in their order, rise; give them negated to test whether they fall.

    Sources: Mann 1945, Econometrica 13:245-259; Kendall 1975, "Rank Correlation Methods", for the variance with ties
    and for the exact distribution, which is used up to 10 values (with ties: that of the inversions of a multiset,
    MacMahon 1916). Up to 1000 points are compared; a longer series is replaced by the medians of its blocks. The
    values have to be noisy independently: never test a moving average.

    Raises:
        EvidenceError: fewer than 2 values, or one that is not finite.
    """
    check_values(values, 2, "a trend")
    points = block_medians(values)
    n, ties = len(points), list(Counter(points).values())
    s = _rises_minus_falls(points)
    variance = (_weight(n) - sum(map(_weight, ties))) / 18
    z = math.copysign(max(abs(s) - 1, 0), s) / math.sqrt(variance) if variance else 0.0
    exact = n <= _EXACT
    return MannKendall(s, variance, z, _tail(ties, s) if exact else NormalDist().cdf(-z), n, exact)


def theil_sen(values: Sequence[float], steps: Sequence[float], level: float = 0.95) -> TheilSen:
    """The slope of `values` over `steps`, with its two-sided interval.

    Sources: Theil 1950, Proceedings KNAW 53:386-392; Sen 1968, Journal of the American Statistical Association
    63:1379-1389, through scipy. Up to 1000 points are compared; a longer series is replaced by the medians of its
    blocks.

    Args:
        values: one number per step.
        steps: strictly increasing, in any unit.
        level: the confidence, above 0 and below 1.

    Raises:
        EvidenceError: fewer than 2 values, not one step per value, a value or step that is not finite, or steps that
            do not increase or lie so close together that the slope is infinite.
        SpecError: `level` is not above 0 and below 1.
    """
    import numpy as np
    from scipy.stats import theilslopes

    _check_steps(values, steps)
    error_rate(level)
    points, places = block_medians(values), block_medians(steps)
    with np.errstate(over="ignore", invalid="ignore"):
        found = theilslopes(points, places, level)
    if not math.isfinite(found.slope):
        raise EvidenceError("a slope cannot be computed: the steps lie too close together for their values")
    interval = Interval(float(found.low_slope), float(found.high_slope), level, "Theil-Sen")
    return TheilSen(float(found.slope), interval, len(points))


def block_medians(values: Sequence[float], most: int = _MOST) -> list[float]:
    """The medians of blocks of equal size, in order, so many that there are at most `most`; the last can be shorter."""
    size = max(1, math.ceil(len(values) / most))
    return [float(median(values[start : start + size])) for start in range(0, len(values), size)]


def _rises_minus_falls(points: Sequence[float]) -> int:
    import numpy as np

    row = np.asarray(points)
    above = row[None, :] > row[:, None]
    return int(np.triu(above).sum() - np.tril(above).sum())


def _weight(n: int) -> int:
    return n * (n - 1) * (2 * n + 5)


def _tail(ties: Sequence[int], s: int) -> float:
    """The share of all orders of the values, `ties` saying how many are alike, whose statistic is `s` or larger.

    An order's statistic is the number of its untied pairs less twice its falling ones. These are counted by placing
    one group of equal values after the other among those placed before.
    """
    orders, placed = Counter({0: 1}), 0
    for size in ties:
        placed += size
        falls = Counter(sum(places) - math.comb(size, 2) for places in combinations(range(placed), size))
        orders = _added(orders, falls)
    pairs = math.comb(placed, 2) - sum(math.comb(size, 2) for size in ties)
    return sum(count for fall, count in orders.items() if pairs - 2 * fall >= s) / orders.total()


def _added(orders: Counter[int], falls: Counter[int]) -> Counter[int]:
    """The distribution of the sum of two independent counts."""
    both: Counter[int] = Counter()
    for one, ways in orders.items():
        for other, others in falls.items():
            both[one + other] += ways * others
    return both


def _check_steps(values: Sequence[float], steps: Sequence[float]) -> None:
    check_values(values, 2, "a slope")
    check_values(steps, 2, "a slope")
    if len(values) != len(steps):
        raise EvidenceError(f"{len(values)} values have {len(steps)} steps: each value has to have one")
    if any(later <= earlier for earlier, later in pairwise(steps)):
        raise EvidenceError("a slope needs steps that increase, and these do not")
