"""How much a metric improved over the run: did the model learn at all."""

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ..directions import better, legal_range
from ..errors import NotLoggedError
from ..estimators import Window, estimate, first_window
from ..evidence import Evidence
from ..job import Job, canonical
from ..score import Score
from ..series import Series
from ..statistics import mann_kendall
from ..wording import number
from .curve import scored
from .sets import worst_of_sets

_FEWEST = 8
_LEVEL = 0.01
_FAR = 6
"""Times its noise that a first value must be from the end to be where the metric began, and not one odd batch."""


@dataclass(frozen=True)
class Improvement:
    """How much a metric improved from its first window to its last, where that is more than noise.

    A loss improves by the share of its first value that it lost; an accuracy or a reward by how much it rose. A metric
    that got worse has a negative improvement. Of 8 values or more it counts only where it shows: by a one-sided
    Mann-Kendall test over all of them, or by a first value that is far off the rest, as of a run that learned all at
    once; else the score is 0.

    Attributes:
        name: the metric; with `[*]` after it, the worst of all validation sets.
        window: how many values are compared.
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
        """The score of the job's metric.

        Raises:
            FtgateError: the metric is missing, or has one value.
        """
        job = evidence.job
        return worst_of_sets(
            job, self.name, self.name, lambda name: self._score(job, job.metric(name)), larger_is_worse=False
        )

    def _score(self, job: Job, series: Series) -> Score:
        last = estimate(series, "final", self.window)
        # One that is not finite tells enough.
        if len(series) < 2 and math.isfinite(series.values.iloc[0]):
            raise NotLoggedError(f"{series.file}: {series.logged_as} has one value, which shows no improvement")
        first = first_window(series, self.window)
        how = f"from {number(first.value)}, {first.how}, to {number(last.value)}, {last.how}"
        doubt = "its first and last windows overlap" if first.last >= last.first else ""
        value, why = _beyond_noise(series, first.value, last.value)
        how += f"; {why}" if why else ""
        return scored(job, last, value, self.what, how, (series,), doubt=doubt, pattern="no-learning")


def _beyond_noise(series: Series, first: float, last: float) -> tuple[float, str]:
    """The improvement that shows, and why it is another than that between the windows."""
    value = _improved(series, first, last)
    sign = _sign(series)
    values = [v * sign for v in series.values.tolist() if math.isfinite(v)]
    if len(values) < _FEWEST or not math.isfinite(value):
        return value, ""
    fall = values[0] - last * sign
    if fall > _FAR * _noise(values[1:]) and _improved(series, float(series.values.iloc[0]), last) >= value:
        began = float(series.values.iloc[0])
        return _improved(series, began, last), f"its first value, {number(began)}, is far off the rest"
    p = mann_kendall([-v for v in values]).p_rising
    if value <= 0 or p <= _LEVEL:
        return value, ""
    return 0.0, f"the {number(value * 100, 2)} % between these are no more than noise (Mann-Kendall p = {number(p, 2)})"


def _improved(series: Series, first: float, last: float) -> float:
    if better(series.name) == "higher":
        return last - first
    return (first - last) / abs(first) if first else math.nan


def _sign(series: Series) -> int:
    return -1 if better(series.name) == "higher" else 1


def _noise(values: list[float]) -> float:
    """The standard deviation of one value, from the median step between neighbours."""
    return median(abs(b - a) for a, b in pairwise(values)) / 0.9539
