"""What is drawn of a job: its curves, with the thresholds, windows and weights that gates are about."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ...bounds import Bound
from ...directions import better
from ...errors import FtgateError, JobError
from ...estimators import Estimate, best_window, estimate, first_window, last_window
from ...gate import Check, Condition, Gate
from ...job import WHOLE_SET, Job
from ...measures.curve import Metric
from ...measures.gap import PAIRS, Gap
from ...measures.improvement import Improvement
from ...measures.moment import value_at
from ...measures.rise import Rise
from ...measures.spikes import NonFinite, Spikes, Stuck
from ...series import Series
from ...wording import counted, number
from ..inert import one_line

MOST = 12
"""Charts of one job."""

_MOST_SETS = 6
_MOST_SAID = 40
_HEADINGS = {"loss": "Loss", "token_accuracy": "Token accuracy", "reward": "Reward"}


@dataclass(frozen=True)
class Line:
    """One curve: a series, and whose it is: `train`, `valid` or `other`."""

    series: Series
    role: str


@dataclass(frozen=True)
class Level:
    """A threshold: `limit` or `warn`, where it is, and the gate and its words."""

    value: float
    kind: str
    gate: str
    label: str


@dataclass(frozen=True)
class Window:
    """Values that a gate read, and what it made of them."""

    found: Estimate
    gate: str


@dataclass(frozen=True)
class Chart:
    """One drawing.

    Attributes:
        heading: what it shows, in words.
        lines: its curves, all on one axis.
        levels: the thresholds of gates on these metrics.
        windows: what gates read of them.
        best: the best value of what is judged on unseen data, where a metric has a direction.
        ships: the step whose weights the job hands on.
        checkpoints: the steps whose weights were saved.
    """

    heading: str
    lines: tuple[Line, ...]
    levels: tuple[Level, ...] = ()
    windows: tuple[Window, ...] = ()
    best: Estimate | None = None
    ships: float | None = None
    checkpoints: tuple[float, ...] = ()

    @property
    def axis(self) -> str:
        """What the curves are logged by."""
        return self.lines[0].series.axis


_Read = tuple[Gate, Check, list[str]]
"""A gate's check, and the names of the series that it reads."""


def charts(job: Job, gates: Sequence[Gate]) -> list[Chart]:
    """The curves that people judge a run by, and every other that a gate reads, at most `MOST`."""
    checks = [(gate, check) for gate in gates for check in _checks(gate.condition)]
    reads = [(gate, check, _read_by(job, check)) for gate, check in checks]
    groups = [*_families(job), *_others(job, reads)]
    drawn = ((heading, axis) for heading, lines in groups for axis in _axes(lines))
    return [_chart(job, heading, axis, reads) for heading, axis in islice(drawn, MOST)]


def _chart(job: Job, heading: str, lines: tuple[Line, ...], reads: Sequence[_Read]) -> Chart:
    names = {line.series.name for line in lines}
    read = [(gate, check) for gate, check, found in reads if not names.isdisjoint(found)]
    by_step = lines[0].series.axis == "step"
    return Chart(
        heading,
        lines,
        tuple(level for gate, check in read for level in _levels(gate, check)),
        tuple(window for gate, check in read for window in _windows(job, gate, check)),
        _best(lines),
        job.shipped.step if job.shipped and by_step else None,
        tuple(one.step for one in job.checkpoints) if by_step else (),
    )


def _families(job: Job) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Training and validation of one quantity belong into one drawing."""
    for of, (train, valid) in PAIRS.items():
        names = [train, *_sets(job, valid), *_sets(job, WHOLE_SET.get(valid, valid))]
        found = [job.series[name] for name in dict.fromkeys(names) if name in job.series and len(job.series[name])]
        if found:
            lines = tuple(Line(s, "train" if s.name == train else "valid") for s in found)
            yield _HEADINGS.get(of, of.replace("_", " ").capitalize()), lines


def _sets(job: Job, name: str) -> list[str]:
    return [name, *list(job.sets(name))[:_MOST_SETS]]


def _others(job: Job, reads: Sequence[_Read]) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """What gates read and no family shows."""
    families = {line.series.name for _, lines in _families(job) for line in lines}
    names = dict.fromkeys(name for *_, found in reads for name in found)
    for name in names:
        if name not in families and len(job.series[name]):
            yield one_line(name, 80), (Line(job.series[name], "other"),)


def _axes(lines: tuple[Line, ...]) -> Iterator[tuple[Line, ...]]:
    """Steps and epochs are not drawn on one axis."""
    for axis in dict.fromkeys(line.series.axis for line in lines):
        yield tuple(line for line in lines if line.series.axis == axis)


def _checks(condition: Condition) -> Iterator[Check]:
    if isinstance(condition, Check):
        yield condition
    else:
        for part in condition.conditions:
            yield from _checks(part)


def _read_by(job: Job, check: Check) -> list[str]:
    """The series that a check reads, by their names in the job."""
    measure = check.measure
    if isinstance(measure, Gap):
        of, bracket, rest = measure.of.partition("[")
        wanted = [PAIRS[of][0], *job.sets(PAIRS[of][1] + bracket + rest)]
    else:
        name = getattr(measure, "name", "")
        wanted = list(job.sets(name)) if name and isinstance(measure, _OF_A_CURVE) else []
    return [series.name for series in (_found(job, name) for name in wanted) if series]


_OF_A_CURVE = (Metric, Improvement, Rise, Spikes, NonFinite, Stuck)


def _found(job: Job, name: str) -> Series | None:
    try:
        return job.metric(name)
    except JobError:
        return None


def _levels(gate: Gate, check: Check) -> Iterator[Level]:
    """The thresholds on a metric itself; one on a gap or a rise is on no axis of the curves."""
    if not isinstance(check.measure, Metric) or check.threshold is None:
        return
    threshold = check.threshold
    bounds: tuple[tuple[str, Bound | None], ...] = (("min", threshold.min), ("max", threshold.max))
    for name, bound in (*bounds, ("warn", threshold.warn)):
        if bound is not None:
            yield Level(bound.value, "warn" if name == "warn" else "limit", gate.name, f"{name} {bound}")


def _windows(job: Job, gate: Gate, check: Check) -> Iterator[Window]:
    try:
        for found in _estimates(job, check):
            yield Window(found, gate.name)
    except FtgateError:
        # The gate's own message says why its values cannot be read.
        return


def _estimates(job: Job, check: Check) -> list[Estimate]:
    measure = check.measure
    if isinstance(measure, Metric):
        return [value_at(job, job.metric(measure.name), measure.at, measure.window)]
    if isinstance(measure, Improvement):
        series = job.metric(measure.name)
        return [first_window(series, measure.window), estimate(series, "final", measure.window)]
    if isinstance(measure, Rise):
        series = job.metric(measure.name)
        return [best_window(series, measure.window), last_window(series, measure.window)]
    if isinstance(measure, Gap):
        of, bracket, rest = measure.of.partition("[")
        return [value_at(job, job.metric(PAIRS[of][1] + bracket + rest), measure.at, measure.window)]
    return []


def _best(lines: Sequence[Line]) -> Estimate | None:
    """The best value on unseen data; a training loss is best where it was learnt by heart."""
    series = next((line.series for line in reversed(lines) if line.role == "valid"), None)
    if series is None or better(series.name) is None:
        return None
    try:
        found = estimate(series, "best")
    except JobError:
        return None
    return found if math.isfinite(found.value) else None


def described(chart: Chart) -> str:
    """The drawing in words, for people who do not see it."""
    said = []
    for line in chart.lines:
        values = line.series.values
        first, last = float(values.iloc[0]), float(values.iloc[-1])
        where = f"{number(float(values.index[0]), 9)} to {chart.axis} {number(float(values.index[-1]), 9)}"
        said.append(f"{one_line(line.series.logged_as, 80)}: {number(first)} to {number(last)}, {chart.axis} {where}")
    if chart.best:
        said.append(f"best validation value {number(chart.best.value)} at {chart.axis} {number(chart.best.first, 9)}")
    if chart.ships is not None:
        said.append(f"step {number(chart.ships, 9)} ships")
    said += [f"{one_line(level.gate, 80)}: {level.label}" for level in chart.levels[:_MOST_SAID]]
    if len(chart.levels) > _MOST_SAID:
        said.append(f"{counted(len(chart.levels) - _MOST_SAID, 'more threshold')}")
    return "; ".join(said) + "."
