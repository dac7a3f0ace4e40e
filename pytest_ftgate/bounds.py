"""Numbers and words of a threshold, and how what was observed is written beside them."""

import math
from dataclasses import dataclass
from decimal import Decimal

from .job import Fact
from .wording import number, quoted

_DIGITS = 17
"""What any float needs to be told from every other."""


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


def equal(value: Fact, wanted: Fact) -> bool:
    """Equality that never takes true for 1, or a number for its text."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return value == wanted


def word(value: Fact) -> str:
    """`value` as a person would write it: text without quotes, true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value, 200)[1:-1]
    return str(value) if isinstance(value, int) else _written(_decimal(value))


def typed(value: Fact) -> str:
    """`value` with what kind of thing it is."""
    return f"{word(value)} ({kind(value)})"


def kind(value: Fact) -> str:
    """What kind of thing `value` is: nouns for messages."""
    if isinstance(value, bool):
        return "a truth value"
    return "text" if isinstance(value, str) else "a number"


def apart(value: float, bound: Bound) -> str:
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


def distance(value: float, bound: Bound) -> str:
    """How far `value` is from `bound`, in points where the bound is a percentage."""
    scale = 100 if bound.percent else 1
    gap = abs(value - bound.value) * scale
    return f"{number(gap, 3)} points" if bound.percent else number(gap, 3)
