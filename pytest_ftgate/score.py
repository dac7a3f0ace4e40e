"""What a measure found: a value that explains itself."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from .files import Digest
from .job import Fact
from .samples import Samples
from .statistics import Interval


@dataclass(frozen=True)
class Score:
    """A measured value.

    Attributes:
        value: a plain float, int, bool or str (never a numpy scalar: it has to cross processes as JSON).
        what: what was measured, as a gate's message names it, e.g. `valid_loss`.
        how: how it was computed: estimator, rows, series, steps.
        n: how many observations it rests on: logged values or prompts.
        others: other readings of the same evidence, in words and numbers, e.g. the last value alone: a gate that
            misses says which of them would have passed.
        details: further lines under the message's first line.
        inconclusive: why comparing the value would mean nothing, or nothing.
        evidence: digests of the files it was read from.
        origin: where answers that are in no file come from, in sentences.
        samples: which stored answers of a model it was read from.
        basis: what kind of values it was read from; scores of two kinds are not compared.
        error: the standard error of the value; 0 where it is not known.
        interval: where the value may be, at 95 % confidence on two sides, as it is printed and recorded; None where
            nothing is known of that.
        bounds: from a confidence to the interval whose each end is as sure as that; what `confidence:` decides by.
        advice: what people try next where such a score is missed: at most two lines, said only then.
    """

    value: Fact
    what: str
    how: str
    n: int = 1
    others: tuple[tuple[str, float], ...] = ()
    details: tuple[str, ...] = ()
    inconclusive: str = ""
    evidence: tuple[Digest, ...] = ()
    origin: tuple[str, ...] = ()
    samples: tuple[Samples, ...] = ()
    basis: str = ""
    error: float = 0.0
    interval: Interval | None = None
    bounds: Callable[[float], Interval] | None = field(default=None, compare=False, repr=False)
    advice: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The score as plain JSON, so that what was decided on it can be decided again."""
        finite = not isinstance(self.value, float) or math.isfinite(self.value)
        span = self.interval
        return {
            "what": self.what,
            "value": self.value if finite else str(self.value),
            "how": self.how,
            "n": self.n,
            "basis": self.basis,
            "error": self.error,
            "inconclusive": self.inconclusive,
            "interval": None
            if span is None
            else {"low": _end(span.low), "high": _end(span.high), "level": span.level, "method": span.method},
        }


def _end(value: float) -> float | None:
    """An end of an interval; None where it is open, for which JSON has no number."""
    return value if math.isfinite(value) else None
