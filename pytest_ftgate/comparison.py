"""A score beside the baseline's, and how much it may have changed."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .bounds import Bound, apart, distance
from .decision import PROMOTING, Decision, Status
from .score import Score
from .statistics import Interval
from .wording import number


@dataclass(frozen=True)
class Comparison:
    """A score and the baseline's score of the same measure.

    Attributes:
        score: of the job that is judged.
        base: of the baseline.
        where: the baseline, as messages name it.
        details: what tells the two apart, e.g. which prompts were fixed and which broken.
        bounds: from a confidence to the interval of the difference, each of whose ends is as sure as that.
        how: how the difference was compared, in words.
    """

    score: Score
    base: Score
    where: str
    details: tuple[str, ...] = ()
    bounds: Callable[[float], Interval] | None = None
    how: str = ""


@dataclass(frozen=True)
class Rule:
    """One limit of a change.

    Attributes:
        sign: 1 where it is reckoned up from the baseline's value, -1 where down.
        upper: whether the value must not be above the limit; else it must not be below.
    """

    sign: int
    upper: bool


RULES = {
    "max_rise": Rule(1, upper=True),
    "max_drop": Rule(-1, upper=False),
    "min_rise": Rule(1, upper=False),
    "min_drop": Rule(-1, upper=True),
}
"""The limits that a gate's `baseline:` can set."""


@dataclass(frozen=True)
class Change:
    """How much a value may, or must, differ from the baseline's.

    Attributes:
        limits: by a key of `RULES`, each an amount, or a percentage of the baseline's value.
        confidence: how sure each limit must be kept, above 0.5 and below 1; None asks only about the values.

    Raises:
        ValueError: there are no limits, or one is negative.
    """

    limits: tuple[tuple[str, Bound], ...]
    confidence: float | None = None

    def __post_init__(self) -> None:
        if not self.limits:
            raise ValueError(f"needs one of {', '.join(RULES)}")
        for key, amount in self.limits:
            if amount.value < 0:
                raise ValueError(f"{key} is {amount}: an amount is not negative")

    def __str__(self) -> str:
        return " and ".join(f"{key} {amount} from the baseline" for key, amount in self.limits)

    def decide(self, compared: Comparison) -> Decision:
        """Whether the change is admitted: the first limit that is not kept says why."""
        score, base = compared.score, compared.base
        wrong = _not_numbers(score, base)
        if wrong:
            return Decision(Status.FAIL, wrong, score.details, str(score.value), str(self), finite=False)
        decisions = [self._limit(compared, key, amount) for key, amount in self.limits]
        return next((d for d in decisions if d.status not in PROMOTING), decisions[0])

    def _limit(self, compared: Comparison, key: str, amount: Bound) -> Decision:
        score, base, rule = float(compared.score.value), float(compared.base.value), RULES[key]
        if amount.percent and not base:
            said = f"{number(score)} cannot be compared with a baseline of 0 in percent: write {key} as an amount"
            return self._decision(Status.INCONCLUSIVE, said, compared, number(score))
        change = rule.sign * (abs(base) * amount.value if amount.percent else amount.value)
        limit = Bound(base + change)
        missed = score > limit.value if rule.upper else score < limit.value
        observed = apart(score, limit)
        relation = {(True, True): ">", (True, False): "<=", (False, True): "<", (False, False): ">="}[
            rule.upper, missed
        ]
        said = f"{observed} {relation} baseline {number(base)} {'+' if rule.sign > 0 else '-'} {amount}"
        doubt = self._doubt(compared, change)
        if doubt:
            unclear = f"{observed} cannot be held against the baseline's {number(base)} ({key} {amount}): {doubt}"
            return self._decision(Status.INCONCLUSIVE, unclear, compared, observed)
        far = f" ({'over' if rule.upper else 'short'} by {distance(score, limit)})" if missed else ""
        return self._decision(Status.FAIL if missed else Status.PASS, said + far, compared, observed)

    def _doubt(self, compared: Comparison, change: float) -> str:
        doubt = compared.score.inconclusive or compared.base.inconclusive
        if doubt or self.confidence is None:
            return doubt
        if compared.bounds is None:
            return "how sure the difference is cannot be told, and confidence is asked for"
        interval = compared.bounds(self.confidence)
        if not interval.low < change < interval.high:
            return ""
        span = f"{number(interval.low)} to {number(interval.high)}"
        return f"the difference may be anything from {span} ({interval.method})"

    def _decision(self, status: Status, said: str, compared: Comparison, observed: str) -> Decision:
        how = "; ".join(filter(None, (compared.score.how, compared.how)))
        headline = f"{said}: {how}" if how else said
        base = f"baseline {number(float(compared.base.value))}: {compared.base.how} ({compared.where})"
        advice = () if status in PROMOTING else compared.score.advice
        details = (base, *compared.details, *compared.score.details, *advice)
        return Decision(status, headline, details, observed, str(self))


def _not_numbers(score: Score, base: Score) -> str:
    for whose, value in (("", score.value), ("the baseline's value ", base.value)):
        if isinstance(value, bool | str):
            return f"{whose}is {value!r}, which is not a number that could rise or drop"
        if not math.isfinite(value):
            return f"{whose}is {value}, not a finite number, so nothing can be compared"
    return ""
