"""Measures of one metric's curve: its value, and how far it moved."""

import math
from dataclasses import dataclass

from ..directions import better, legal_range
from ..errors import JobError
from ..evidence import Evidence
from ..job import Job, canonical
from ..score import Score
from ..series import At, Estimate, Series, Window, estimate, first_window
from ..wording import counted, number


@dataclass(frozen=True)
class Metric:
    """The value of one metric: by default its final value.

    Attributes:
        name: the metric, by its canonical name or one that people know.
        at: which of its values.
        window: how many values an estimator reads.
    """

    name: str
    at: At = "final"
    window: Window = None

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return self.name

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return legal_range(canonical(self.name))

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it."""
        return self.span == (0.0, 1.0)

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the job's metric."""
        job = evidence.job
        series = job.metric(self.name)
        found = estimate(series, self.at, self.window)
        others = _others(series, found.value) if self.at == "final" else ()
        return scored(job, found, found.value, self.what, found.how, (series,), others)


@dataclass(frozen=True)
class Improvement:
    """How much a metric improved from its first window to its last: did the model learn at all.

    A loss improves by the share of its first value that it lost; an accuracy or a reward by how much it rose. A metric
    that got worse has a negative improvement.
    """

    name: str
    window: Window = None

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"improvement of {self.name}"

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        low, high = legal_range(canonical(self.name))
        return (low - high, 1.0 if low == 0 else math.inf)

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it: not of a reward, which has no scale."""
        name = canonical(self.name)
        return better(name) == "lower" or legal_range(name) == (0.0, 1.0)

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the job's metric."""
        job = evidence.job
        series = job.metric(self.name)
        last = estimate(series, "final", self.window)
        if len(series) < 2:
            raise JobError(f"{series.file}: {series.logged_as} has one value, which shows no improvement")
        first = first_window(series, self.window)
        how = f"from {number(first.value)}, {first.how}, to {number(last.value)}, {last.how}"
        doubt = "its first and last windows overlap" if first.last >= last.first else ""
        return scored(job, last, _improvement(series, first.value, last.value), self.what, how, (series,), doubt=doubt)


def scored(
    job: Job,
    found: Estimate,
    value: float,
    what: str,
    how: str,
    series: tuple[Series, ...],
    others: tuple[tuple[str, float], ...] = (),
    doubt: str = "",
) -> Score:
    """A score of a curve, with every note and doubt that the job and its series carry."""
    notes = (*(note for s in series for note in (*s.notes, *_non_finite(s))), *job.notes)
    doubts = (job.unfinished, *(s.unusable for s in series), found.shortage, doubt, _dead(job))
    return Score(
        value=float(value),
        what=what,
        how=how,
        n=found.n,
        others=others,
        details=notes,
        inconclusive=next(filter(None, doubts), ""),
        evidence=job.files,
    )


def _dead(job: Job) -> str:
    """A run whose training loss ended in NaN left a broken model, however its other metrics look."""
    train = job.series.get("train_loss")
    if train is None or not len(train) or math.isfinite(train.values.iloc[-1]):
        return ""
    return f"the run's {train.logged_as} is not finite at its end, so what else it measured is of a broken model"


def _improvement(series: Series, first: float, last: float) -> float:
    if better(series.name) == "higher":
        return last - first
    return (first - last) / abs(first) if first else math.nan


def _others(series: Series, value: float) -> tuple[tuple[str, float], ...]:
    """What else could have been read as the final value, where it differs."""
    found = [("the last value alone", float(series.values.iloc[-1]))]
    if better(series.name) is not None:
        best = estimate(series, "best")
        found.append((f"the best, at {series.axis} {number(best.first, 9)},", best.value))
    return tuple((said, other) for said, other in found if math.isfinite(other) and other != value)


def _non_finite(series: Series) -> tuple[str, ...]:
    bad = series.non_finite
    if not len(bad):
        return ()
    return (
        f"{counted(len(bad), 'value')} of {series.logged_as} not finite, first at {series.axis} {number(bad.index[0])}",
    )
