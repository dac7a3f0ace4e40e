"""Two models on the same prompts: `fixed` passed only after, `broken` passed only before, of `n` prompts."""

import math
from typing import Literal

from ..errors import EvidenceError, SpecError
from ..wording import number
from .interval import Answer, Interval, Side, check_count, quantile


def mcnemar(fixed: int, broken: int, side: Literal["two", "worse"] = "two") -> float:
    """The exact p-value, 0..1, of McNemar's test: how often chance alone divides the changed prompts as unevenly.

    Source: McNemar 1947, Psychometrika 12:153-157, in its exact binomial form, through scipy; 1 where nothing changed.

    Args:
        fixed: prompts that pass now and did not before.
        broken: prompts that passed before and do not now.
        side: `worse` tests only whether more broke than were fixed.

    Raises:
        EvidenceError: a negative count.
    """
    from scipy.stats import binomtest

    if fixed + broken == 0 == fixed:
        return 1.0
    check_count(broken, fixed + broken)
    alternative = "two-sided" if side == "two" else "greater"
    return min(1.0, float(binomtest(broken, fixed + broken, 0.5, alternative).pvalue))


def tango(fixed: int, broken: int, n: int, level: float = 0.95, side: Side = "two") -> Interval:
    """The score interval of the difference of two paired rates, (fixed - broken) / n, in -1..1.

    Source: Tango 1998, Statistics in Medicine 17:891-908: the differences that the score test does not reject.

    Args:
        fixed: prompts that pass now and did not before.
        broken: prompts that passed before and do not now.
        n: all prompts, also those that did not change; at least 1.
        level: the confidence, above 0 and below 1.
        side: `lower` and `upper` give one bound, with the whole error on its side; the other is 1 or -1.

    Raises:
        EvidenceError: a negative count, or more changes than prompts.
        SpecError: `level` is not above 0 and below 1.
    """
    check_count(fixed, n)
    check_count(broken, n)
    check_count(fixed + broken, n)
    z = quantile(level, side)
    low = -1.0 if side == "upper" else _lower(fixed, broken, n, z)
    high = 1.0 if side == "lower" else -_lower(broken, fixed, n, z)
    return Interval(low, high, level, "Tango")


def non_inferior(fixed: int, broken: int, n: int, margin: float, level: float = 0.95) -> Answer:
    """Whether the rate fell by at most `margin`: both answers are one-sided at `level`.

    Args:
        fixed: prompts that pass now and did not before.
        broken: prompts that passed before and do not now.
        n: all prompts, also those that did not change; at least 1.
        margin: the drop that is allowed, 0..1.
        level: the confidence of each answer, above 0 and below 1.

    Raises:
        EvidenceError: a negative count, or more changes than prompts.
        SpecError: `level` is not above 0 and below 1, or `margin` not in 0..1.
    """
    if not 0 <= margin <= 1:
        raise SpecError(f"an allowed drop of {number(margin)} is not from 0 to 1, as 0.02 is")
    lower, upper = tango(fixed, broken, n, level, "lower"), tango(fixed, broken, n, level, "upper")
    return Interval(lower.low, upper.high, level, lower.method).reaches(-margin)


def minimum_detectable_effect(n: int, discordant_share: float, power: float = 0.8, level: float = 0.95) -> float:
    """The least true difference of two paired rates, 0..1, that a two-sided test of `n` prompts finds with `power`.

    Source: Miller 2024, "Adding Error Bars to Evals", arXiv 2411.00640, section 5, the variance of a paired difference
    being the share of prompts that change.

    Args:
        n: prompts, at least 1.
        discordant_share: the share of prompts that change, 0..1; one prompt at least is taken to.
        power: how often a difference of this size is found, above 0 and below 1.
        level: the confidence of the test, above 0 and below 1.

    Raises:
        EvidenceError: `n` is not positive, or `discordant_share` not in 0..1.
        SpecError: `power` or `level` is not above 0 and below 1.
    """
    check_count(0, n)
    if not 0 <= discordant_share <= 1:
        raise EvidenceError(f"{number(discordant_share)} is not a share of prompts, which is from 0 to 1")
    deviates = quantile(level) + quantile(power, "lower")
    return min(1.0, deviates * math.sqrt(max(discordant_share, 1 / n) / n))


def _lower(fixed: int, broken: int, n: int, z: float) -> float:
    """The difference below the estimate whose score is `z`: found by bisection, since the score falls all the way."""
    from scipy.optimize import bisect

    if broken == n:
        return -1.0
    return float(bisect(lambda true: _score(true, fixed, broken, n) - z, -1.0, (fixed - broken) / n, xtol=1e-14))


def _score(true: float, fixed: int, broken: int, n: int) -> float:
    """Tango's statistic of the difference `true`: the distance of the estimate in standard errors under it."""
    distance = fixed - broken - n * true
    # The most likely share of broken prompts under `true` is the larger root of 2n q^2 + linear q + constant.
    linear = (2 * n - fixed + broken) * true - fixed - broken
    constant = -broken * true * (1 - true)
    share = (math.sqrt(max(linear * linear - 8 * n * constant, 0.0)) - linear) / (4 * n)
    variance = n * (2 * share + true * (1 - true))
    if variance > 0:
        return distance / math.sqrt(variance)
    return math.copysign(math.inf, distance) if distance else 0.0
