"""A gate: one named condition. Measuring needs evidence; deciding needs only what was measured."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .baseline import compared
from .bounds import word
from .comparison import Change, Comparison
from .decision import PROMOTING, Decision, Status, best, worst
from .errors import FtgateError, NoBaselineError, NotLoggedError
from .evidence import Evidence
from .files import Digest
from .measures import Measure
from .measures.sets import PartlyLoggedError
from .score import Score
from .threshold import Threshold
from .wording import counted


@dataclass(frozen=True)
class Check:
    """A measure, and what its score must be.

    Attributes:
        measure: what is measured.
        threshold: what the score must be, or None where only the baseline says.
        change: how much it may differ from the baseline's, where anything is said of that.
        if_missing: `warn` where a metric that the job did not log, or a fact that it does not say, is a warning.

    Raises:
        ValueError: neither a threshold nor a change: nothing would be asked.
    """

    measure: Measure
    threshold: Threshold | None
    change: Change | None = None
    if_missing: str = "block"

    def __post_init__(self) -> None:
        if self.threshold is None and self.change is None:
            raise ValueError("asks nothing")

    def __str__(self) -> str:
        return " and ".join(str(part) for part in (self.threshold, self.change) if part)

    def checks(self) -> "Iterator[Check]":
        """The check itself."""
        yield self

    def measured(self, evidence: Evidence, name: str) -> "Measured | Unmeasured":
        """The check with its score, in the gate called `name`."""
        try:
            score = self.measure(evidence)
        except NotLoggedError as e:
            if self.if_missing == "block":
                raise
            return self._missed_by_others(e) or Unmeasured(self, str(e), evidence.job.files)
        if self.change is None:
            return Measured(self, score)
        try:
            return Measured(self, score, compared(self.measure, score, evidence, name))
        except NoBaselineError as e:
            if evidence.if_no_baseline == "block":
                raise
            return Measured(self, score, None, str(e), evidence.if_no_baseline)

    def _missed_by_others(self, lacking: NotLoggedError) -> "Measured | None":
        """What is not there excuses nothing else: not a validation set that was logged and misses."""
        rest = lacking.rest if isinstance(lacking, PartlyLoggedError) else None
        if rest is None or self.threshold is None or self.threshold.decide(rest).status in PROMOTING:
            return None
        return Measured(replace(self, change=None), rest)


@dataclass(frozen=True)
class Joined:
    """Conditions of which `any` or `all` must hold."""

    how: str
    conditions: "tuple[Condition, ...]"

    def __str__(self) -> str:
        return f"{self.how} of {counted(len(self.conditions), 'condition')}"

    def checks(self) -> Iterator[Check]:
        """Every check among the conditions."""
        for condition in self.conditions:
            yield from condition.checks()

    def measured(self, evidence: Evidence, name: str) -> "Measurements":
        """Every condition with its score: one that cannot be measured leaves nothing to decide."""
        return Measurements(self, tuple(c.measured(evidence, name) for c in self.conditions))


Condition = Check | Joined


@dataclass(frozen=True)
class Unmeasured:
    """A check whose metric the job did not log, which its spec says is a warning."""

    check: Check
    why: str
    files: tuple[Digest, ...]

    def decide(self) -> Decision:
        """A warning."""
        said = f"is not judged, as `if_missing: warn` allows: {self.why}"
        return Decision(Status.WARN, said, (), "not logged", str(self.check), measured=False)

    def scores(self) -> Iterator[Score]:
        """What was read to find that there is nothing."""
        yield Score("not logged", self.check.measure.what, self.why, n=0, evidence=self.files)


@dataclass(frozen=True)
class Measured:
    """A check and the score of its measure.

    Attributes:
        check: what is asked.
        score: what was found.
        compared: the score beside the baseline's, where the check asks about that and there is one.
        unbased: why there is none, where the spec declares that this may be.
        declared: what the spec declares of that: `skip` or `first_run`.
    """

    check: Check
    score: Score
    compared: Comparison | None = None
    unbased: str = ""
    declared: str = ""

    def decide(self) -> Decision:
        """Whether the threshold admits the score, and the baseline the change: the worse of the two decides."""
        decisions = [d for d in (self._by_threshold(), self._by_baseline()) if d]
        status = worst(d.status for d in decisions)
        first = next(d for d in decisions if d.status is status)
        others = (detail for d in decisions for detail in (d.details if d is first else (d.headline, *d.details)))
        details = tuple(dict.fromkeys(others))
        finite = all(d.finite for d in decisions)
        told = replace(first, details=details, wanted=str(self.check))
        return replace(told, finite=finite, measured=any(d.measured for d in decisions), sure=_sure(decisions))

    def scores(self) -> Iterator[Score]:
        """The scores it rests on."""
        yield self.score
        if self.compared:
            yield self.compared.base

    def _by_threshold(self) -> Decision | None:
        return self.check.threshold.decide(self.score) if self.check.threshold else None

    def _by_baseline(self) -> Decision | None:
        if self.check.change is None:
            return None
        if self.compared:
            return self.check.change.decide(self.compared)
        said = f"is not compared, as `if_missing: {self.declared}` allows: {self.unbased}"
        wanted = str(self.check.change)
        return Decision(Status.WARN, said, self.score.details, word(self.score.value), wanted, measured=False)


@dataclass(frozen=True)
class Measurements:
    """Joined conditions and their scores."""

    joined: Joined
    parts: "tuple[Measured | Unmeasured | Measurements, ...]"

    def decide(self) -> Decision:
        """The decision over all parts.

        `all` is its worst part. `any` is its best one that was measured, save that a value which is not finite excuses
        nothing: a trade-off weighs numbers, and there is none to weigh.
        """
        decisions = [part.decide() for part in self.parts]
        finite = all(d.finite for d in decisions)
        statuses = [d.status for d in decisions]
        # What was not measured meets no `any`.
        met = sum(d.status in PROMOTING and (d.measured or self.joined.how == "all") for d in decisions)
        weighed = [d.status for d in decisions if d.measured] or statuses
        parts = "; ".join(f"{_subject(part)}{d.headline}" for part, d in zip(self.parts, decisions, strict=True))
        return Decision(
            best(weighed) if self.joined.how == "any" and finite else worst(statuses),
            f"{met} of {counted(len(decisions), 'condition')} met, {self.joined.how} wanted: {parts}",
            tuple(dict.fromkeys(detail for d in decisions for detail in d.details)),
            observed=f"{met} of {len(decisions)} met",
            wanted=str(self.joined),
            finite=finite,
            measured=any(d.measured for d in decisions),
            sure=_sure(decisions),
        )

    def scores(self) -> Iterator[Score]:
        """The scores it rests on."""
        for part in self.parts:
            yield from part.scores()


Outcome = Measured | Unmeasured | Measurements
"""What a gate's condition was measured as."""


@dataclass(frozen=True)
class Gate:
    """One named condition of a spec.

    Attributes:
        name: unique in its spec; the name of the test item.
        condition: what must hold.
        advisory: `severity: warn`: a miss warns and does not block.
        tags: pytest marks.
        line: of the spec, 1-based.
        rule: what the spec says of it, as plain data.
    """

    name: str
    condition: Condition
    advisory: bool = False
    tags: tuple[str, ...] = ()
    line: int = 1
    rule: Mapping[str, Any] = field(default_factory=dict)

    def checks(self) -> Iterator[Check]:
        """Every check of the gate's condition."""
        yield from self.condition.checks()

    def measure(self, evidence: Evidence) -> Outcome:
        """The scores that the gate's condition asks for.

        Raises:
            FtgateError: the evidence is missing or cannot be judged; the message begins with the gate's name.
        """
        try:
            return self.condition.measured(evidence, self.name)
        except FtgateError as e:
            raise type(e)(f"{self.name} could not be judged: {e}") from None

    def decide(self, measured: Outcome) -> Decision:
        """What becomes of the gate. `severity: warn` excuses a miss, never a value that is not finite, or doubt."""
        decision = measured.decide()
        if self.advisory and decision.status is Status.FAIL and decision.finite:
            decision = replace(decision, status=Status.WARN)
        return replace(decision, headline=f"{self.name} {decision.headline}")


def digests(measured: Outcome) -> tuple[Digest, ...]:
    """The files that were read for these scores, each once."""
    return tuple(dict.fromkeys(digest for score in measured.scores() for digest in score.evidence))


def _sure(decisions: Iterable[Decision]) -> bool:
    return all(d.sure and d.status is not Status.INCONCLUSIVE for d in decisions)


def _subject(part: Outcome) -> str:
    return f"{part.check.measure.what} " if not isinstance(part, Measurements) else ""
