"""From one number per prompt to a value: a rate, a mean or a percentile, with its interval."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ..errors import EvidenceError
from ..statistics import (
    Interval,
    clopper_pearson,
    mean_interval,
    percentile,
    percentile_interval,
    standard_error,
    wilson,
)
from ..wording import number

Bounds = Callable[[float], Interval]


@dataclass(frozen=True)
class Estimate:
    """A value, and where it may be.

    Attributes:
        value: the estimate.
        interval: at 95 % confidence on two sides, or None where nothing is known.
        bounds: from a confidence to the interval whose each end is as sure as that, or None.
        error: the standard error; 0 where it is not known.
    """

    value: float
    interval: Interval | None = None
    bounds: Bounds | None = None
    error: float = 0.0

    @property
    def said(self) -> str:
        """The interval in words, in brackets; nothing where there is none."""
        return f" ({in_words(self.interval)})" if self.interval else ""


def rate(k: int, n: int) -> Estimate:
    """A share of independent observations: shown with Wilson's interval, proven by the exact one."""
    return Estimate(k / n, wilson(k, n), partial(_exact, k, n))


def mean(values: Sequence[float], clusters: Sequence[str] | None, span: tuple[float, float]) -> Estimate:
    """A mean of prompts, with Student's interval."""
    value = sum(values) / len(values)
    try:
        bounds = partial(_student, values, clusters, span)
        return Estimate(value, bounds(0.975, 0.95), bounds, standard_error(values, clusters))
    except EvidenceError:
        # One prompt, or one cluster, tells nothing of the spread.
        return Estimate(value)


def shares(values: Sequence[float], clusters: Sequence[str] | None, *, binary: bool) -> Estimate:
    """A rate where the prompts are independent and each passes or not, else a mean."""
    if binary and clusters is None:
        return rate(round(sum(values)), len(values))
    return mean(values, clusters, (0.0, 1.0))


def at_percentile(
    values: Sequence[float], percent: float, span: tuple[float, float], *, independent: bool = True
) -> Estimate:
    """A percentile, with an interval where the values are independent."""
    if not independent:
        return Estimate(percentile(values, percent))
    bounds = partial(_ranks, values, percent, span)
    return Estimate(percentile(values, percent), bounds(0.975, 0.95), bounds)


def in_words(interval: Interval) -> str:
    """An interval in words, e.g. `95 % interval 0.816-0.895`."""
    low, high = number(interval.low, 3), number(interval.high, 3)
    sure = f"{number(interval.level * 100)} % interval"
    if math.isinf(interval.high):
        return f"{sure} {low} or more"
    return f"{sure} {low} to {high}" if "-" in low + high else f"{sure} {low}-{high}"


def two_sided(level: float) -> float:
    """The confidence of a two-sided interval, each of whose ends is as sure as `level`."""
    return 2 * level - 1


def _exact(k: int, n: int, level: float) -> Interval:
    low, high = clopper_pearson(k, n, level, "lower"), clopper_pearson(k, n, level, "upper")
    return Interval(low.low, high.high, level, low.method)


def _student(
    values: Sequence[float],
    clusters: Sequence[str] | None,
    span: tuple[float, float],
    level: float,
    said: float | None = None,
) -> Interval:
    found = mean_interval(values, clusters, two_sided(level))
    return Interval(max(found.low, span[0]), min(found.high, span[1]), said or level, found.method)


def _ranks(
    values: Sequence[float], percent: float, span: tuple[float, float], level: float, said: float | None = None
) -> Interval:
    found = percentile_interval(values, percent, span, two_sided(level))
    return Interval(found.low, found.high, said or level, found.method)
