"""What a measure found: a value that explains itself."""

from dataclasses import dataclass

from .files import Digest
from .job import Fact


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
    """

    value: Fact
    what: str
    how: str
    n: int = 1
    others: tuple[tuple[str, float], ...] = ()
    details: tuple[str, ...] = ()
    inconclusive: str = ""
    evidence: tuple[Digest, ...] = ()
