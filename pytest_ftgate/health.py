"""What the curves say that no gate asked about: each finding names the gate that would ask."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .bounds import Bound
from .decision import Status
from .errors import FtgateError
from .evidence import Evidence
from .gate import Gate
from .job import canonical
from .measures import Measure
from .measures.balance import Balance, incomparable
from .measures.curve import Metric
from .measures.gap import Gap
from .measures.improvement import Improvement
from .measures.rise import Divergence, Overfit
from .measures.sets import PartlyLoggedError
from .measures.spikes import NonFinite, Spikes, Stuck
from .score import Score
from .threshold import Threshold

_MOST = 10_000


@dataclass(frozen=True)
class Finding:
    """Something that a practitioner would look at.

    Attributes:
        code: one word for scripts, of capitals and underscores.
        said: one sentence.
        gate: the line of a spec that would make it a gate.
    """

    code: str
    said: str
    gate: str

    def as_json(self) -> Mapping[str, str]:
        """Plain JSON."""
        return {"code": self.code, "said": self.said, "gate": self.gate}


@dataclass(frozen=True)
class _Rule:
    code: str
    said: str
    measure: Measure
    threshold: Threshold
    gate: str
    least_loss: float = 0.0


_RULES: Sequence[_Rule] = (
    _Rule(
        "NON_FINITE",
        "train_loss was not finite at times",
        NonFinite("train_loss"),
        Threshold(max=Bound(0)),
        "{non_finite: train_loss, max: 0}",
    ),
    _Rule(
        "NON_FINITE_VALID",
        "valid_loss was not finite at times",
        NonFinite("valid_loss"),
        Threshold(max=Bound(0)),
        "{non_finite: valid_loss, max: 0}",
    ),
    _Rule(
        "OVERFIT",
        "validation got worse after its best",
        Overfit("valid_loss[*]"),
        Threshold(max=Bound(0.1, percent=True)),
        '{overfit: "valid_loss[*]", max: 10%}',
    ),
    _Rule(
        "DIVERGED",
        "training ended worse than its best",
        Divergence("train_loss"),
        Threshold(max=Bound(0.25, percent=True)),
        "{divergence: train_loss, max: 25%}",
    ),
    _Rule(
        "NO_LEARNING",
        "train_loss hardly moved",
        Improvement("train_loss"),
        Threshold(min=Bound(0.01, percent=True)),
        "{improvement: train_loss, min: 1%}",
    ),
    _Rule(
        "MEMORISED",
        "valid_loss is more than twice train_loss",
        Gap("loss[*]", relative=True),
        Threshold(max=Bound(1.0, percent=True)),
        '{gap: "loss[*]", max: 100%}',
    ),
    _Rule(
        "SPIKES",
        "train_loss jumped and stayed up",
        Spikes("train_loss"),
        Threshold(max=Bound(0)),
        "{spikes: train_loss, max: 0}",
    ),
    _Rule(
        "STUCK",
        "train_loss does not change for a long stretch",
        Stuck("train_loss"),
        Threshold(max=Bound(0.25, percent=True)),
        "{stuck: train_loss, max: 25%}",
    ),
    _Rule(
        "OVERCONFIDENT",
        "few tokens carry most of the validation loss",
        Balance("valid"),
        Threshold(max=Bound(6)),
        "{any: [{balance: valid, max: 6}, {metric: valid_loss, max: 0.1}]}",
        least_loss=0.1,
    ),
)


def findings(evidence: Evidence, judged: Collection[tuple[type, str]]) -> tuple[Finding, ...]:
    """What the curves of the job say that was not asked; nothing where its metrics cannot be judged.

    Args:
        evidence: of the spec.
        judged: what the spec's gates ask about, as `asked` gives it.
    """
    rules = [rule for rule in _RULES if (type(rule.measure), metric_of(rule.measure)) not in judged]
    thinned = _thinned(evidence)
    told = (_finding(rule, evidence if isinstance(rule.measure, NonFinite) else thinned) for rule in rules)
    return (*filter(None, told), *_incomparable(evidence))


def asked(gates: Iterable[Gate]) -> frozenset[tuple[type, str]]:
    """The kind and the metric of each measure that the gates use."""
    return frozenset((type(c.measure), metric_of(c.measure)) for gate in gates for c in gate.checks())


def metric_of(measure: Measure) -> str:
    """The canonical metric that a measure of a curve reads, without its validation set; nothing for other measures."""
    names = (getattr(measure, attribute, "") for attribute in ("name", "of", "side", "metric"))
    return canonical(next(filter(None, names), "").partition("[")[0])


def _thinned(evidence: Evidence) -> Evidence:
    """The evidence with long curves thinned to every so many values: nobody asked, so it must cost next to nothing."""
    try:
        job = evidence.job
    except FtgateError:
        return evidence
    if all(len(series) <= _MOST for series in job.series.values()):
        return evidence
    series = {name: series.thinned(_MOST) for name, series in job.series.items()}
    return Evidence.holding(replace(job, series=series))


def _finding(rule: _Rule, evidence: Evidence) -> Finding | None:
    try:
        decision = rule.threshold.decide(_score(rule.measure, evidence))
        if rule.least_loss and float(Metric("valid_loss")(evidence).value) <= rule.least_loss:
            return None
    except FtgateError:
        # What is not logged, or too short, is no finding: a gate on it would say so.
        return None
    # Of a value that is no number, or in doubt, nothing is claimed but that it is not finite.
    if decision.status is not Status.FAIL or not decision.finite:
        return None
    return Finding(rule.code, f"{rule.said}: {decision.headline}", rule.gate)


def _score(measure: Measure, evidence: Evidence) -> Score:
    """The score, of the validation sets that can be measured."""
    try:
        return measure(evidence)
    except PartlyLoggedError as e:
        if e.rest is None:
            raise
        return e.rest


def _incomparable(evidence: Evidence) -> tuple[Finding, ...]:
    try:
        sides = {side: incomparable(evidence.job, side) for side in ("train", "valid")}
    except FtgateError:
        return ()
    code = "LOSS_ACCURACY_INCOMPARABLE"
    return tuple(Finding(code, why, f"{{balance: {side}, min: 0.69}}") for side, why in sides.items() if why)
