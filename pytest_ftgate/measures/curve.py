"""The value of one metric's curve, and what every score of a curve carries."""

import math
from dataclasses import dataclass
from functools import partial

from ..directions import better, legal_range
from ..estimators import Estimate, Window, estimate
from ..evidence import Evidence
from ..job import Job, canonical
from ..score import Score
from ..series import Series
from ..statistics import normal_interval
from ..wording import counted, number
from .advice import advice
from .moment import Moment, explained, value_at


@dataclass(frozen=True)
class Metric:
    """The value of one metric: by default its final value.

    Attributes:
        name: the metric, by its canonical name or one that people know.
        at: which of its values.
        window: how many values an estimator reads.
    """

    name: str
    at: Moment = "final"
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
        found = value_at(job, series, self.at, self.window)
        others = _others(series, found.value) if self.at == "final" else ()
        return explained(scored(job, found, found.value, self.what, found.how, (series,), others), job, self.at)


def scored(
    job: Job,
    found: Estimate,
    value: float,
    what: str,
    how: str,
    series: tuple[Series, ...],
    others: tuple[tuple[str, float], ...] = (),
    doubt: str = "",
    pattern: str = "",
) -> Score:
    """A score of a curve, with every note and doubt that the job and its series carry.

    `pattern` is what a miss of it is a case of, as `advice` knows it.
    """
    notes = (*(note for s in series for note in (*s.notes, *_non_finite(s))), *job.notes)
    doubts = (job.unfinished, *(s.unusable for s in series), found.shortage, doubt, broken(job))
    return Score(
        value=float(value),
        what=what,
        how=how,
        n=found.n,
        others=others,
        details=notes,
        inconclusive=next(filter(None, doubts), ""),
        evidence=job.files,
        advice=advice(pattern if math.isfinite(value) else lost(job, *series), job),
        basis=", ".join("the whole validation set" if s.full_set else "logged rows" for s in series),
        error=found.margin / 2,
        bounds=partial(normal_interval, float(value), found.margin / 2) if found.margin else None,
    )


def lost(job: Job, *series: Series) -> str:
    """The pattern of a value of `series` that is not finite: where training is well, only the evaluation is not."""
    bad = [s for s in series if len(s.non_finite)]
    of_valid = bool(bad) and all(s.name.startswith(("valid", "full_valid")) for s in bad)
    return "invalid-evaluation" if of_valid and not broken(job) else "not-finite"


def broken(job: Job) -> str:
    """Why the model is broken, if it is: a run whose training loss ended in NaN left such a one, however it looks."""
    train = job.series.get("train_loss")
    if train is None or not len(train) or math.isfinite(train.values.iloc[-1]):
        return ""
    return f"the run's {train.logged_as} is not finite at its end, so what else it measured is of a broken model"


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
