"""Means and medians: how far the estimate may be off."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from statistics import NormalDist, median

from ..errors import EvidenceError
from .interval import Interval, check_values, error_rate


def standard_error(values: Sequence[float], clusters: Sequence[Hashable] | None = None) -> float:
    """The standard error of the mean, where values of one cluster (a document, a conversation) may move together.

    Source: Miller 2024, "Adding Error Bars to Evals", arXiv 2411.00640, section 2.2, with the correction G/(G-1) for
    few clusters (Cameron and Miller 2015, Journal of Human Resources 50:317-372). Without clusters it is the
    square root of (sample variance / n). The repeats of one prompt are averaged by the caller, or are its cluster.

    Args:
        values: one number per prompt.
        clusters: the cluster of each value, in the same order; None when each stands alone.

    Raises:
        EvidenceError: fewer than 2 values or clusters, not one cluster per value, or a value that is not finite.
    """
    totals = _totals(values, clusters)
    count = len(totals)
    return math.sqrt(count / (count - 1) * math.fsum(total * total for total in totals)) / len(values)


def mean_interval(values: Sequence[float], clusters: Sequence[Hashable] | None = None, level: float = 0.95) -> Interval:
    """The interval of a mean: Student's t with one degree of freedom less than there are clusters.

    Values that show no spread tell nothing of their error, so that t would call the mean certain. Where they are
    scores in 0..1 the bound of Hoeffding 1963 (Journal of the American Statistical Association 58:13-30, theorem 1)
    is given instead, which asks for nothing but that range: for ones only, it is the exact bound of a rate.

    Args:
        values: one number per prompt.
        clusters: the cluster of each value, in the same order; None when each stands alone.
        level: the two-sided confidence, above 0 and below 1.

    Raises:
        EvidenceError: fewer than 2 values or clusters, not one cluster per value, a value that is not finite, or
            values without spread that are not scores in 0..1.
        SpecError: `level` is not above 0 and below 1.
    """
    from scipy.special import stdtrit

    error = standard_error(values, clusters)
    mean = math.fsum(values) / len(values)
    sizes = Counter(range(len(values)) if clusters is None else clusters)
    if error <= 1e-12 * max(map(abs, values)):
        return _without_spread(values, mean, len(values) / max(sizes.values()), level)
    reach = error * -float(stdtrit(len(sizes) - 1, error_rate(level)))
    return Interval(mean - reach, mean + reach, level, "t" if clusters is None else "t, clustered")


def normal_interval(value: float, error: float, level: float) -> Interval:
    """The interval around a value with a normal error, each end of which is as sure as `level` on its own side.

    Args:
        value: the estimate.
        error: its standard error, not negative.
        level: the one-sided confidence, above 0.5 and below 1.

    Raises:
        SpecError: `level` is not above 0 and below 1.
    """
    error_rate(level)
    reach = error * NormalDist().inv_cdf(level)
    return Interval(value - reach, value + reach, level, "normal")


def median_error(values: Sequence[float]) -> float:
    """The standard error of a window's median, from the median absolute deviation: 1.2533 * 1.4826 * MAD / sqrt(n).

    1.2533 is the square root of pi/2, the price of a median where the noise is normal; 1.4826 makes the MAD a standard
    deviation there (Rousseeuw and Croux 1993, Journal of the American Statistical Association 88:1273-1283). It is 0
    where more than half of the values are the same.

    Raises:
        EvidenceError: fewer than 2 values, or one that is not finite.
    """
    check_values(values, 2, "the error of a median")
    middle = median(values)
    deviation = median(abs(value - middle) for value in values) / NormalDist().inv_cdf(0.75)
    return math.sqrt(math.pi / 2 / len(values)) * deviation


def median_margin(values: Sequence[float]) -> float:
    """What is printed after ± beside a window's median: two standard errors.

    Raises:
        EvidenceError: fewer than 2 values, or one that is not finite.
    """
    return 2 * median_error(values)


def _totals(values: Sequence[float], clusters: Sequence[Hashable] | None) -> list[float]:
    """What each cluster's values add to the deviation from the mean."""
    check_values(values, 2, "the error of a mean")
    names = range(len(values)) if clusters is None else clusters
    if len(names) != len(values):
        raise EvidenceError(f"{len(values)} values have {len(names)} clusters: each value has to have one")
    mean = math.fsum(values) / len(values)
    parts: dict[Hashable, list[float]] = {}
    for name, value in zip(names, values, strict=True):
        parts.setdefault(name, []).append(value - mean)
    if len(parts) < 2:
        raise EvidenceError(f"all {len(values)} values are of one cluster: the error of their mean is unknown")
    return [math.fsum(part) for part in parts.values()]


def _without_spread(values: Sequence[float], mean: float, count: float, level: float) -> Interval:
    """Hoeffding's interval; `count` is how many clusters of the largest's size there would be."""
    if not 0 <= min(values) <= max(values) <= 1:
        raise EvidenceError(f"all {len(values)} values are alike: the error of their mean is unknown")
    mean, most = min(max(mean, 0.0), 1.0), -math.log(error_rate(level)) / count
    return Interval(_hoeffding(mean, most), 1 - _hoeffding(1 - mean, most), level, "Hoeffding")


def _hoeffding(mean: float, most: float) -> float:
    """The least true mean whose relative entropy to `mean` is at most `most`."""
    from scipy.optimize import bisect
    from scipy.special import rel_entr

    def beyond(true: float) -> float:
        return float(rel_entr(mean, true) + rel_entr(1 - mean, 1 - true)) - most

    return float(bisect(beyond, 0.0, mean)) if mean > 0 else 0.0
