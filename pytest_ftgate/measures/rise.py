"""How much worse a metric's last window is than its best one: overfitting, which is a trend, and divergence."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

from ..directions import better, legal_range
from ..errors import NotLoggedError
from ..estimators import Estimate, Window, best_window, estimate, last_window, window_size
from ..evidence import Evidence
from ..job import Job, canonical
from ..score import Score
from ..series import Series
from ..statistics import mann_kendall
from ..wording import number
from .curve import scored
from .sets import worst_of_sets

FEWEST = 8
"""Values of a noisy series below which nothing is said of a trend: it could not be told from chance."""

_LATE_HALF, _LATE_QUARTERS = 0.045, 0.01
"""Levels of the trend tests over the last half and the last three quarters; benchmarks/curves.py measures them."""


@dataclass(frozen=True)
class Rise:
    """How much worse the last window is than the best one before it, where that is more than noise.

    A loss by the share that it rose of its best, an accuracy or reward by how much it fell. It counts only where a rise
    shows: by a one-sided Mann-Kendall test over the last half (beside a rise of a few times the noise) or over the last
    three quarters of the values, which are fixed beforehand, or by a rise that is many times the noise; else the score
    is 0. A collapse too near the end for the median of the last window counts by the mildest of its values, where that
    is beyond all others of the last half by a few times their noise. Adding an amount that is never negative and never
    falls to the values after the best window, ties or not, never makes less of it.

    Attributes:
        name: the metric; with `[*]` after it, the worst of all validation sets.
        window: how many values are compared.
    """

    name: str
    window: Window = None
    word: ClassVar[str]
    least: ClassVar[float]

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"{self.word} of {self.name}"

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return (0.0, 1.0) if legal_range(canonical(self.name)) == (0.0, 1.0) else (0.0, math.inf)

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it: not of a reward, which has no scale."""
        metric = canonical(self.name)
        return better(metric) == "lower" or legal_range(metric) == (0.0, 1.0)

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the job's metric.

        Raises:
            FtgateError: the metric is missing, has one value, or no direction in which it gets better.
        """
        job = evidence.job
        return worst_of_sets(job, self.name, self.name, lambda name: self._score(job, job.metric(name)))

    def _score(self, job: Job, series: Series) -> Score:
        estimate(series)
        few = len(series) - len(series.non_finite) < FEWEST
        window = 1 if few and series.full_set and self.window is None else self.window
        last, best = _compared(series, window)
        rise = self._rise(series, last.value, best.value)
        if few or not math.isfinite(rise):
            doubt = self._too_few(series) if rise and math.isfinite(rise) and not series.full_set else ""
            return self._scored(job, series, last, best, rise, doubt=doubt)
        shown, why = _shows(series, abs(last.value - best.value)) if rise else (False, "")
        value = rise if shown else 0.0
        end = _collapse(series, max(abs(best.value), self.least)) if self.window is None else None
        if end and (fallen := self._rise(series, end.value, best.value)) > value:
            return self._scored(job, series, end, best, fallen, "it collapsed at its very end")
        return self._scored(
            job, series, last, best, value, why, () if shown or not rise else (("the rise alone", rise),)
        )

    def _scored(
        self,
        job: Job,
        series: Series,
        last: Estimate,
        best: Estimate,
        value: float,
        why: str = "",
        others: tuple[tuple[str, float], ...] = (),
        doubt: str = "",
    ) -> Score:
        how = f"{number(last.value)}, {last.how}, against {number(best.value)}, {best.how}{why and f'; {why}'}"
        return scored(job, last, value, self.what, how, (series,), others, doubt, pattern=self.word)

    def _rise(self, series: Series, last: float, best: float) -> float:
        if better(series.name) == "lower":
            return (last - best) / max(best, self.least)
        return best - last

    def _too_few(self, _: Series) -> str:
        """Why too few values of single batches tell nothing, where that is so."""
        return ""


@dataclass(frozen=True)
class Overfit(Rise):
    """A rise of what the model is judged by on data that it has not seen, of a loss of at least 0.1.

    Fewer than 8 values over the whole validation set have little noise, and count as they stand; of fewer than 8 values
    of single batches nothing can be said.
    """

    word = "overfit"
    least = 0.1

    def _too_few(self, series: Series) -> str:
        n = len(series) - len(series.non_finite)
        return f"{series.logged_as} has {n} values of single batches, and fewer than {FEWEST} show no trend"


@dataclass(frozen=True)
class Divergence(Rise):
    """A rise of what the model is trained on, of a loss of at least 0.4, so that 25% is never less than 0.1.

    Fewer than 8 values count as they stand.
    """

    word = "divergence"
    least = 0.4


def _compared(series: Series, window: Window) -> tuple[Estimate, Estimate]:
    """The last window, and the best."""
    # One that is not finite tells enough.
    if len(series) < 2 and math.isfinite(series.values.iloc[0]):
        raise NotLoggedError(f"{series.file}: {series.logged_as} has one value, which is no curve")
    return last_window(series, window), best_window(series, window)


def _shows(series: Series, rise: float) -> tuple[bool, str]:
    """Whether a rise is more than noise, and why."""
    sign = 1 if better(series.name) == "lower" else -1
    values = [v * sign for v in series.values.tolist() if math.isfinite(v)]
    half, quarters = values[len(values) // 2 :], values[len(values) // 4 :]
    noises = rise / noise if (noise := _noise(half)) else math.inf
    if noises > _enough(6, 72, len(half)):
        return True, "far beyond its noise"
    p_half, p_quarters = mann_kendall(half).p_rising, mann_kendall(quarters).p_rising
    late = p_half <= _LATE_HALF and noises > _enough(1.5, 40, len(half))
    trend = late or p_quarters <= _LATE_QUARTERS
    word = "it gets worse" if trend else "no trend shows above its noise"
    return trend, f"{word} (Mann-Kendall p = {number(min(p_half, p_quarters), 2)})"


def _collapse(series: Series, scale: float) -> Estimate | None:
    """The value at which a series collapsed too near its end for the median of its last window, if it did.

    The last value over the whole set is enough, or as many as the window has; of single batches it takes two, as one is
    its batch's luck, and more than half of the window is for the trend tests, which know their noise. They count
    where the mildest is beyond all others of the last half by a few times their noise, and by a twentieth of `scale`.
    """
    sign = 1 if better(series.name) == "lower" else -1
    values = [v * sign for v in series.values.tolist() if math.isfinite(v)]
    half, most = values[len(values) // 2 :], window_size(len(values)) // (1 if series.full_set else 2)
    least, enough = (1, 2.0) if series.full_set else (2, _enough(6, 72, len(half)))
    far = max(enough * _noise(half[:-most]), scale / 20)
    for count in range(least, most + 1):
        others, mildest = half[:-count], min(half[-count:])
        if mildest - max(others) > far:
            found = last_window(series, count)
            rows = found.how if count == 1 else found.how.replace("median", "mildest", 1)
            return replace(found, value=mildest * sign, how=rows, margin=0.0)
    return None


def _noise(values: list[float]) -> float:
    """The standard deviation of one value, from the steps in which the metric got better.

    Noise alone steps up as often as down, and a rise only up: a curve that gets worse never looks noisier by it.
    """
    steps = [max(0.0, a - b) for a, b in pairwise(values)]
    # The mean of the positive part of a normal difference with variance 2 is 0.5642 standard deviations.
    return math.fsum(step / len(steps) for step in steps) / 0.5642


def _enough(many: float, more: float, n: int) -> float:
    """How many times the noise of `n` values a rise must be: more where few of them tell what the noise is."""
    return many + more / (n - 2) ** 2
