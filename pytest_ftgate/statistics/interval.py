"""An interval, the answer that one gives, and what no interval can be computed from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from ..errors import EvidenceError, SpecError
from ..wording import number

Side = Literal["two", "lower", "upper"]
"""Whether an interval is bounded on two sides, or on one, the whole error being on that side."""

Answer = Literal["yes", "no", "inconclusive"]
"""What an interval says of a bound: wholly on the right side of it, wholly on the wrong side, or neither."""

_TOO_LARGE = 1e100


@dataclass(frozen=True)
class Interval:
    """A confidence interval.

    Attributes:
        low: the lower bound.
        high: the upper bound, not below `low`.
        level: the confidence, above 0 and below 1; of a one-sided interval that of its one bound.
        method: how it was computed, for messages, e.g. `Wilson`.
    """

    low: float
    high: float
    level: float
    method: str

    def reaches(self, bound: float) -> Answer:
        """Whether what was estimated is at least `bound`.

        `yes` when the lower bound reaches it, `no` when the upper one is below it, otherwise, and whenever a bound is
        not a number, `inconclusive`.
        """
        if self.low >= bound:
            return "yes"
        return "no" if self.high < bound else "inconclusive"


def quantile(level: float, side: Side = "two") -> float:
    """The standard normal deviate of an interval, e.g. 1.96 for two sides of 95 %.

    Raises:
        SpecError: `level` is not above 0 and below 1.
    """
    return NormalDist().inv_cdf(1 - error_rate(level, side))


def error_rate(level: float, side: Side = "two") -> float:
    """The chance of missing on each side that has a bound.

    Raises:
        SpecError: `level` is not above 0 and below 1.
    """
    if not 0 < level < 1:
        raise SpecError(f"a confidence of {number(level)} is not above 0 and below 1, as 0.95 is")
    return (1 - level) / 2 if side == "two" else 1 - level


def check_count(k: int, n: int) -> None:
    """Refuse what cannot be `k` of `n`.

    Raises:
        EvidenceError: `n` is not positive, or `k` is not in 0..n.
    """
    if n < 1:
        raise EvidenceError(f"a share of {n} observations cannot be computed: there has to be one at least")
    if not 0 <= k <= n:
        raise EvidenceError(f"{k} of {n} is not a share: the count is not from 0 to {n}")


def check_values(values: Sequence[float], least: int, what: str) -> None:
    """Refuse too few values, and values that no sum of squares holds.

    Raises:
        EvidenceError: fewer than `least` values, or one that is not finite or is larger than 1e100.
    """
    if len(values) < least:
        raise EvidenceError(f"{what} needs at least {least} values, and there {_are(len(values))}")
    odd = next((value for value in values if not abs(value) <= _TOO_LARGE), None)
    if odd is not None:
        why = "too large to compute with" if math.isfinite(odd) else "not finite"
        raise EvidenceError(f"{what} cannot be computed: a value is {number(odd)}, which is {why}")


def _are(n: int) -> str:
    return f"is {n}" if n == 1 else f"are {n or 'none'}"
