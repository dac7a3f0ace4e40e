"""Thresholds: the one kind of judge. A score is admitted, admitted with a warning, or not."""

import math
from dataclasses import dataclass, replace
from typing import cast

from .bounds import Bound, apart, distance, equal, kind, typed, word
from .decision import PROMOTING, Decision, Status
from .job import Fact
from .score import Score
from .wording import number


@dataclass(frozen=True)
class Threshold:
    """What a score must be.

    Attributes:
        min: inclusive lower bound.
        max: inclusive upper bound.
        one_of: the values that `equals` or `in` admit; empty where neither was given.
        warn: a second, stricter line: beyond it the score is admitted with a warning.
        min_n: fewer observations than this are inconclusive.
        confidence: how sure the bounds must be met, above 0.5 and below 1: where the score's interval holds a bound,
            the gate is inconclusive. None asks only about the value itself.
        near: the two-sided target that min and max stand for, in words.

    Raises:
        ValueError: no bound at all, bounds that admit nothing, a warn line that is not inside them, or a confidence
            that asks nothing.
    """

    min: Bound | None = None
    max: Bound | None = None
    one_of: tuple[Fact, ...] = ()
    warn: Bound | None = None
    min_n: int | None = None
    confidence: float | None = None
    near: str = ""

    def __post_init__(self) -> None:
        bounded = self.min is not None or self.max is not None
        if bounded == bool(self.one_of):
            raise ValueError("takes min and max, or equals, or in" if bounded else "needs min, max, equals or in")
        if self.min and self.max and self.min.value > self.max.value:
            raise ValueError(f"min {self.min} is above max {self.max}, so nothing can pass")
        if self.warn:
            self._check_warn(self.warn)
        if self.confidence is not None and self.one_of:
            raise ValueError("confidence needs min or max beside it")

    def __str__(self) -> str:
        sure = f" at {number(self.confidence * 100)} % confidence" if self.confidence else ""
        return (self.near or self._bounds_named()) + sure

    def _bounds_named(self) -> str:
        if self.one_of:
            words = ", ".join(word(value) for value in self.one_of)
            return f"equals {words}" if len(self.one_of) == 1 else f"one of {words}"
        return " and ".join(f"{name} {bound}" for name, bound in (("min", self.min), ("max", self.max)) if bound)

    def decide(self, score: Score) -> Decision:
        """Whether `score` is admitted: a value that is not finite never is, and a doubtful one never decides."""
        if isinstance(score.value, float) and not math.isfinite(score.value):
            said = f"is {score.value}, not a finite number ({self})"
            return replace(self._decision(Status.FAIL, said, score, str(score.value)), finite=False)
        if self.one_of:
            return self._doubted(score, self._membership(score))
        if isinstance(score.value, bool | str):
            said = f"is {word(score.value)}, which is not a number: {self} cannot be applied"
            return self._decision(Status.FAIL, said, score, word(score.value))
        return self._doubted(score, self._bounds(score, score.value))

    def _membership(self, score: Score) -> Decision:
        observed = word(score.value)
        if any(equal(score.value, wanted) for wanted in self.one_of):
            return self._decision(Status.PASS, observed, score, observed)
        kinds = {kind(value) for value in (score.value, *self.one_of)}
        told = word if len(kinds) == 1 else typed
        wanted = ("one of " if len(self.one_of) > 1 else "") + ", ".join(map(told, self.one_of))
        return self._decision(Status.FAIL, f"is {told(score.value)}, not {wanted}", score, observed)

    def _bounds(self, score: Score, value: float) -> Decision:
        for status, lower, upper in ((Status.FAIL, self.min, self.max), (Status.WARN, *self._warn_line())):
            if lower and value < lower.value:
                return self._placed(score, status, f"< {_named(status, 'min')}", lower, "short by")
            if upper and value > upper.value:
                return self._placed(score, status, f"> {_named(status, 'max')}", upper, "over by")
        if self.max:
            return self._placed(score, Status.PASS, "<= max", self.max)
        return self._placed(score, Status.PASS, ">= min", cast("Bound", self.min))

    def _warn_line(self) -> tuple[Bound | None, Bound | None]:
        return (self.warn if self.min else None, self.warn if self.max else None)

    def _placed(self, score: Score, status: Status, relation: str, bound: Bound, by: str = "") -> Decision:
        value = float(score.value)
        observed = apart(value, bound)
        far = f" ({by} {distance(value, bound)})" if by else ""
        return self._decision(status, f"{observed} {relation} {bound}{far}", score, observed)

    def _decision(self, status: Status, said: str, score: Score, observed: str) -> Decision:
        headline = f"{said}: {score.how}" if score.how else said
        advice = score.advice if status is Status.FAIL else ()
        details = (*self._others(score, status), *score.details, *advice)
        return Decision(status, headline, details, observed, str(self))

    def _others(self, score: Score, status: Status) -> tuple[str, ...]:
        """What other readings of a value that did not pass would have said: never a reason to pass, often the cause."""
        if status in PROMOTING:
            return ()
        return tuple(f"{said} is {number(value)}{self._would_pass(value)}" for said, value in score.others)

    def _would_pass(self, value: float) -> str:
        admitted = not self.one_of and math.isfinite(value) and self._bounds_admit(value)
        return " and would have passed" if admitted else ""

    def _bounds_admit(self, value: float) -> bool:
        return not (self.min and value < self.min.value) and not (self.max and value > self.max.value)

    def _doubted(self, score: Score, decision: Decision) -> Decision:
        doubt = score.inconclusive or self._unsure(score)
        if self.min_n is not None and score.n < self.min_n:
            doubt = f"it rests on {score.n} of the {self.min_n} that min_n asks for"
        if not doubt:
            return decision
        said = f"{decision.observed} cannot be held against {self}: {doubt}"
        return self._decision(Status.INCONCLUSIVE, said, score, decision.observed)

    def _unsure(self, score: Score) -> str:
        """Why the score does not tell, at the confidence asked for, on which side of its bounds the truth is."""
        if self.confidence is None:
            return ""
        if score.bounds is None:
            return "how sure it is cannot be told, and confidence is asked for"
        interval = score.bounds(self.confidence)
        low, high = interval.low, interval.high
        unsure = [self.min] if self.min and low < self.min.value <= high else []
        unsure += [self.max] if self.max and low <= self.max.value < high else []
        span = f"{number(low)} to {number(high)}"
        return f"the value may be anything from {span} ({interval.method}), {unsure[0]} among them" if unsure else ""

    def _check_warn(self, warn: Bound) -> None:
        if self.one_of or (self.min and self.max) or not (self.min or self.max):
            raise ValueError("warn needs exactly one of min and max beside it")
        if self.max and warn.value >= self.max.value:
            raise ValueError(f"warn {warn} must be below max {self.max}, or it never warns")
        if self.min and warn.value <= self.min.value:
            raise ValueError(f"warn {warn} must be above min {self.min}, or it never warns")


def _named(status: Status, bound: str) -> str:
    return "warn" if status is Status.WARN else bound
