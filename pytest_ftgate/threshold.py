"""Thresholds: the one kind of judge. A score is admitted, admitted with a warning, or not."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import cast

from .job import Fact
from .score import Score
from .wording import number, quoted


class Status(StrEnum):
    """What became of a gate, best first: `worst` relies on this order."""

    PASS = "pass"  # noqa: S105 - a status, not a secret
    WARN = "warn"
    WAIVED = "waived"
    NOT_EVALUATED = "not_evaluated"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    FAIL = "fail"


_DIGITS = 17
"""What any float needs to be told from every other."""

PROMOTING = frozenset({Status.PASS, Status.WARN, Status.WAIVED})
"""The statuses that do not stand in the way of a promotion."""


@dataclass(frozen=True)
class Decision:
    """A status and why.

    Attributes:
        status: what became of the score.
        headline: observed, relation, threshold, distance, estimator: one line that stands alone.
        details: further lines.
        observed: the value as the headline writes it.
        wanted: the threshold as the headline writes it.
        finite: False when the value was NaN or infinite, which no trade-off and no `severity: warn` excuses.
    """

    status: Status
    headline: str
    details: tuple[str, ...] = ()
    observed: str = ""
    wanted: str = ""
    finite: bool = True


@dataclass(frozen=True)
class Bound:
    """A number of a spec, and whether it was written in percent."""

    value: float
    percent: bool = False

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"must be a finite number, not {self.value}")

    def __str__(self) -> str:
        return _written(_decimal(self.value, self.percent)) + ("%" if self.percent else "")


@dataclass(frozen=True)
class Threshold:
    """What a score must be.

    Attributes:
        min: inclusive lower bound.
        max: inclusive upper bound.
        one_of: the values that `equals` or `in` admit; empty where neither was given.
        warn: a second, stricter line: beyond it the score is admitted with a warning.
        min_n: fewer observations than this are inconclusive.

    Raises:
        ValueError: no bound at all, bounds that admit nothing, or a warn line that is not inside them.
    """

    min: Bound | None = None
    max: Bound | None = None
    one_of: tuple[Fact, ...] = ()
    warn: Bound | None = None
    min_n: int | None = None

    def __post_init__(self) -> None:
        bounded = self.min is not None or self.max is not None
        if bounded == bool(self.one_of):
            raise ValueError("takes min and max, or equals, or in" if bounded else "needs min, max, equals or in")
        if self.min and self.max and self.min.value > self.max.value:
            raise ValueError(f"min {self.min} is above max {self.max}, so nothing can pass")
        if self.warn:
            self._check_warn(self.warn)

    def __str__(self) -> str:
        if self.one_of:
            words = ", ".join(_word(value) for value in self.one_of)
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
            said = f"is {_word(score.value)}, which is not a number: {self} cannot be applied"
            return self._decision(Status.FAIL, said, score, _word(score.value))
        return self._doubted(score, self._bounds(score, score.value))

    def _membership(self, score: Score) -> Decision:
        observed = _word(score.value)
        if any(_equal(score.value, wanted) for wanted in self.one_of):
            return self._decision(Status.PASS, observed, score, observed)
        kinds = {_kind(value) for value in (score.value, *self.one_of)}
        told = _word if len(kinds) == 1 else _typed
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
        observed = _apart(value, bound)
        far = f" ({by} {_distance(value, bound)})" if by else ""
        return self._decision(status, f"{observed} {relation} {bound}{far}", score, observed)

    def _decision(self, status: Status, said: str, score: Score, observed: str) -> Decision:
        headline = f"{said}: {score.how}" if score.how else said
        details = (*self._others(score, status), *score.details)
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
        doubt = score.inconclusive
        if self.min_n is not None and score.n < self.min_n:
            doubt = f"it rests on {score.n} of the {self.min_n} that min_n asks for"
        if not doubt:
            return decision
        said = f"{decision.observed} cannot be held against {self}: {doubt}"
        return self._decision(Status.INCONCLUSIVE, said, score, decision.observed)

    def _check_warn(self, warn: Bound) -> None:
        if self.one_of or (self.min and self.max) or not (self.min or self.max):
            raise ValueError("warn needs exactly one of min and max beside it")
        if self.max and warn.value >= self.max.value:
            raise ValueError(f"warn {warn} must be below max {self.max}, or it never warns")
        if self.min and warn.value <= self.min.value:
            raise ValueError(f"warn {warn} must be above min {self.min}, or it never warns")


def worst(statuses: Iterable[Status]) -> Status:
    """The status that decides over several."""
    order = list(Status)
    return max(statuses, key=order.index)


def best(statuses: Iterable[Status]) -> Status:
    """The status that decides where one is enough."""
    return min(statuses, key=list(Status).index)


def _named(status: Status, bound: str) -> str:
    return "warn" if status is Status.WARN else bound


def _equal(value: Fact, wanted: Fact) -> bool:
    """Equality that never takes true for 1, or a number for its text."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return value == wanted


def _word(value: Fact) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value, 200)[1:-1]
    return str(value) if isinstance(value, int) else _written(_decimal(value))


def _typed(value: Fact) -> str:
    return f"{_word(value)} ({_kind(value)})"


def _kind(value: Fact) -> str:
    if isinstance(value, bool):
        return "a truth value"
    return "text" if isinstance(value, str) else "a number"


def _apart(value: float, bound: Bound) -> str:
    """`value` with as few digits (at least 4) as keep its relation to `bound` visibly true."""
    exact, limit = _decimal(value, bound.percent), _decimal(bound.value, bound.percent)
    # A number is whole to its last digit before the point, as 12346 is, and 12350 would be wrong.
    rounded = (Decimal(f"{exact:.{max(digits, exact.adjusted() + 1)}g}") for digits in range(4, _DIGITS))
    shown = next((r for r in rounded if r.compare(limit) == exact.compare(limit)), exact)
    return _written(shown) + ("%" if bound.percent else "")


def _decimal(value: float, percent: bool = False) -> Decimal:
    """The number that Python prints for `value`, in percent if asked for: no rounding, and no two values alike."""
    return Decimal(repr(value)).scaleb(2 if percent else 0)


def _written(value: Decimal) -> str:
    """The shortest form that is the number itself, as a person would write it."""
    if not value:
        return "0"
    return f"{value.normalize():{'f' if -7 < value.adjusted() < 15 else 'e'}}"


def _distance(value: float, bound: Bound) -> str:
    scale = 100 if bound.percent else 1
    gap = abs(value - bound.value) * scale
    return f"{number(gap, 3)} points" if bound.percent else number(gap, 3)
