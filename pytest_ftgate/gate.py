"""A gate: one named condition. Measuring needs evidence; deciding needs only what was measured."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .errors import FtgateError
from .evidence import Evidence
from .files import Digest
from .measures import Measure
from .score import Score
from .threshold import PROMOTING, Decision, Status, Threshold, best, worst
from .wording import counted


@dataclass(frozen=True)
class Check:
    """A measure and the threshold that its score must meet."""

    measure: Measure
    threshold: Threshold

    def __str__(self) -> str:
        return str(self.threshold)

    def measured(self, evidence: Evidence) -> "Measured":
        """The check with its score."""
        return Measured(self, self.measure(evidence))


@dataclass(frozen=True)
class Joined:
    """Conditions of which `any` or `all` must hold."""

    how: str
    conditions: "tuple[Condition, ...]"

    def __str__(self) -> str:
        return f"{self.how} of {counted(len(self.conditions), 'condition')}"

    def measured(self, evidence: Evidence) -> "Measurements":
        """Every condition with its score: one that cannot be measured leaves nothing to decide."""
        return Measurements(self, tuple(c.measured(evidence) for c in self.conditions))


Condition = Check | Joined


@dataclass(frozen=True)
class Measured:
    """A check and the score of its measure."""

    check: Check
    score: Score

    def decide(self) -> Decision:
        """Whether the threshold admits the score."""
        return self.check.threshold.decide(self.score)

    def scores(self) -> Iterator[Score]:
        """The scores it rests on."""
        yield self.score


@dataclass(frozen=True)
class Measurements:
    """Joined conditions and their scores."""

    joined: Joined
    parts: "tuple[Measured | Measurements, ...]"

    def decide(self) -> Decision:
        """The decision over all parts.

        `all` is its worst part. `any` is its best one, save that a value which is not finite excuses nothing: a
        trade-off weighs numbers, and there is none to weigh.
        """
        decisions = [part.decide() for part in self.parts]
        finite = all(d.finite for d in decisions)
        statuses = [d.status for d in decisions]
        met = sum(status in PROMOTING for status in statuses)
        parts = "; ".join(f"{_subject(part)}{d.headline}" for part, d in zip(self.parts, decisions, strict=True))
        return Decision(
            best(statuses) if self.joined.how == "any" and finite else worst(statuses),
            f"{met} of {counted(len(decisions), 'condition')} met, {self.joined.how} wanted: {parts}",
            tuple(dict.fromkeys(detail for d in decisions for detail in d.details)),
            observed=f"{met} of {len(decisions)} met",
            wanted=str(self.joined),
            finite=finite,
        )

    def scores(self) -> Iterator[Score]:
        """The scores it rests on."""
        for part in self.parts:
            yield from part.scores()


@dataclass(frozen=True)
class Gate:
    """One named condition of a spec.

    Attributes:
        name: unique in its spec; the name of the test item.
        condition: what must hold.
        advisory: `severity: warn`: a miss warns and does not block.
        tags: pytest marks.
        line: of the spec, 1-based.
    """

    name: str
    condition: Condition
    advisory: bool = False
    tags: tuple[str, ...] = ()
    line: int = 1

    def measure(self, evidence: Evidence) -> Measured | Measurements:
        """The scores that the gate's condition asks for.

        Raises:
            FtgateError: the evidence is missing or cannot be judged; the message begins with the gate's name.
        """
        try:
            return self.condition.measured(evidence)
        except FtgateError as e:
            raise type(e)(f"{self.name} could not be judged: {e}") from None

    def decide(self, measured: Measured | Measurements) -> Decision:
        """What becomes of the gate. `severity: warn` excuses a miss, never a value that is not finite, or doubt."""
        decision = measured.decide()
        if self.advisory and decision.status is Status.FAIL and decision.finite:
            decision = replace(decision, status=Status.WARN)
        return replace(decision, headline=f"{self.name} {decision.headline}")


def digests(measured: Measured | Measurements) -> tuple[Digest, ...]:
    """The files that were read for these scores, each once."""
    return tuple(dict.fromkeys(digest for score in measured.scores() for digest in score.evidence))


def _subject(part: Measured | Measurements) -> str:
    return f"{part.score.what} " if isinstance(part, Measured) else ""
