"""Percentiles of a sample, and where the true one may be, whatever the values are distributed like."""

import math
from collections.abc import Sequence

from ..errors import SpecError
from ..wording import number
from .interval import Interval, check_values, error_rate


def percentile(values: Sequence[float], percent: float) -> float:
    """The least value that at least `percent` of all values do not exceed: always one of the values.

    Raises:
        EvidenceError: no values, or one that is not finite.
        SpecError: `percent` is not in 0..100.
    """
    check_values(values, 1, "a percentile")
    if not 0 <= percent <= 100:
        raise SpecError(f"a percentile of {number(percent)} is not from 0 to 100")
    # A hair less, or 7 % of 100 values would be rounded to the eighth of them.
    rank = math.ceil(percent / 100 * len(values) - 1e-9)
    return sorted(values)[max(rank, 1) - 1]


def percentile_interval(
    values: Sequence[float], percent: float, span: tuple[float, float], level: float = 0.95
) -> Interval:
    """The interval of a percentile between two of the values, which holds the true one at least as often as it says.

    Source: the sign test turned round, Conover 1999, "Practical Nonparametric Statistics", section 3.2, as in
    scipy.stats.quantile_test. Where too few values lie on a side of it, the bound there is that of `span`.

    Args:
        values: one number per prompt.
        percent: which percentile, 0..100.
        span: the lowest and highest value there can be.
        level: the two-sided confidence, above 0 and below 1.

    Raises:
        EvidenceError: no values, or one that is not finite.
        SpecError: `level` is not above 0 and below 1, or `percent` not in 0..100.
    """
    from scipy.stats import binom

    percentile(values, percent)
    error, share, n = error_rate(level), percent / 100, len(values)
    ranked = sorted(values)
    below = int(binom.ppf(error, n, share)) if share > 0 else 0
    above = int(binom.isf(error, n, share)) if share < 1 else n
    low = ranked[below - 1] if below > 0 else span[0]
    high = ranked[above] if above < n else span[1]
    return Interval(low, high, level, "order statistics")
