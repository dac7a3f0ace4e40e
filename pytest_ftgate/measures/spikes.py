"""Spikes of a loss, and stretches in which it says nothing: where a curve broke, wherever in the run."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..directions import better
from ..errors import JobError
from ..estimators import estimate
from ..evidence import Evidence
from ..score import Score
from ..series import Series
from ..wording import counted, listed, number
from .advice import advice
from .curve import lost, scored

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.floating]

_BLOCK = 4096
_TRAILING = 20
_AFTER = 10
_LEAST_BEFORE = 5
_RISE = 0.1
_LEAST_DEVIATION = 0.017
_DEVIATIONS = 6


@dataclass(frozen=True)
class Spikes:
    """How many times a loss jumped and stayed up.

    A jump is a value more than 0.1, and more than 6 median absolute deviations (of at least 0.017), above the median of
    the 20 values before it; it is sustained where the median of the 10 values from there on is so too. Isolated jumps
    are said and not counted: one odd batch makes one. A jump that stays up for the 2 to 9 values that are left is in
    doubt.

    Attributes:
        name: the metric, of which lower is better.
    """

    name: str
    span: ClassVar[tuple[float, float]] = (0.0, math.inf)
    is_ratio: ClassVar[bool] = False

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"sustained spikes of {self.name}"

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the job's metric.

        Raises:
            JobError: the metric is none of which lower is better.
        """
        job = evidence.job
        series = job.metric(self.name)
        end = estimate(series)
        if better(series.name) != "lower":
            raise JobError(f"{series.file}: spikes are looked for in losses, and {series.name} is none")
        steps = series.values.index[series.values.notna()]
        isolated, sustained, late = _jumps(series.values.dropna().to_numpy())
        stayed, passed = _places(series, steps, sustained), _places(series, steps, isolated)
        found = f"{len(sustained)} sustained{stayed} and {counted(len(isolated), 'isolated jump')}{passed}"
        how = f"{found} in {counted(len(series), 'value')} of {series.logged_as}"
        where = _places(series, steps, late)
        doubt = f"a jump{where} stayed up to the end, too near it to tell whether it would have lasted" if late else ""
        return scored(job, end, len(sustained), self.what, how, (series,), doubt=doubt, pattern="spikes")


@dataclass(frozen=True)
class NonFinite:
    """How many values of a metric, anywhere in the run, are NaN or infinite.

    Attributes:
        name: the metric.
    """

    name: str
    span: ClassVar[tuple[float, float]] = (0.0, math.inf)
    is_ratio: ClassVar[bool] = False

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"non-finite values of {self.name}"

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the job's metric."""
        series = evidence.job.metric(self.name)
        estimate(series)
        bad = series.non_finite
        where = f", first at {series.axis} {number(bad.index[0])}" if len(bad) else ""
        how = f"of {counted(len(series), 'value')} of {series.logged_as}{where}"
        # Only what was read counts here: that the run is broken is the very thing that is measured.
        files, tried = evidence.job.files, advice(lost(evidence.job, series), evidence.job)
        return Score(len(bad), self.what, how, n=len(series), details=series.notes, evidence=files, advice=tried)


@dataclass(frozen=True)
class Stuck:
    """The longest stretch, as a share of the values, over which a metric repeats one and the same value.

    Attributes:
        name: the metric.
    """

    name: str
    span: ClassVar[tuple[float, float]] = (0.0, 1.0)
    is_ratio: ClassVar[bool] = True

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"longest unchanging stretch of {self.name}"

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the job's metric."""
        job = evidence.job
        series = job.metric(self.name)
        end = estimate(series)
        start, length = _longest(series.values.to_numpy())
        first, last = (number(series.values.index[i], 9) for i in (start, start + length - 1))
        value = number(float(series.values.iloc[start]))
        how = f"{length} of {counted(len(series), 'value')} of {series.logged_as} in a row are {value}"
        share = length / len(series) if length > 1 else 0.0
        how += f", {series.axis}s {first}-{last}"
        return scored(job, end, share, self.what, how, (series,), pattern="no-learning")


def _places(series: Series, steps: object, found: list[int]) -> str:
    places = [number(float(steps[i]), 9) for i in found]  # type: ignore[index]
    return f" (at {series.axis} {listed(places, most=5)})" if found else ""


def _jumps(values: "Floats") -> tuple[list[int], list[int], list[int]]:
    """Where isolated jumps are, where sustained ones begin, and one that stays up but for too few values to say so."""
    isolated: list[int] = []
    sustained: list[int] = []
    late: list[int] = []
    settled = -1
    for i, line in _candidates(values):
        if i <= settled:
            continue
        after = sorted(values[i : i + _AFTER])
        stays = len(after) > 1 and after[(len(after) - 1) // 2] > line
        (isolated if not stays else sustained if len(after) == _AFTER else late).append(i)
        # What follows a sustained jump is compared with what was before it until that has been forgotten.
        settled = i + _TRAILING if stays else i
    return isolated, sustained, late


def _candidates(values: "Floats") -> Iterator[tuple[int, float]]:
    """The places of values that stand out from those before them, with the line that they are above."""
    import numpy as np
    import pandas as pd

    before = pd.Series(values).rolling(_TRAILING, min_periods=_LEAST_BEFORE).median().shift(1).to_numpy()
    places = np.flatnonzero(values > before + _RISE)
    padded = np.concatenate([np.full(_TRAILING, np.nan), values])
    # A block of them at a time: a noisy curve of a million values has hundreds of thousands.
    for block in (places[k : k + _BLOCK] for k in range(0, len(places), _BLOCK)):
        trailing = np.lib.stride_tricks.sliding_window_view(padded, _TRAILING)[block]
        # A line above all numbers is infinite, and nothing is above that.
        with np.errstate(over="ignore"):
            deviations = np.nanmedian(np.abs(trailing - before[block, None]), axis=1)
            lines = before[block] + np.maximum(_RISE, _DEVIATIONS * np.maximum(deviations, _LEAST_DEVIATION))
        above = values[block] > lines
        yield from zip(block[above].tolist(), lines[above].tolist(), strict=True)


def _longest(values: "Floats") -> tuple[int, int]:
    """Where the longest run of equal values begins, and its length; NaN equals NaN."""
    import numpy as np

    same = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    breaks = np.flatnonzero(~same)
    starts = np.concatenate([[0], breaks + 1])
    lengths = np.diff(np.concatenate([starts, [len(values)]]))
    place = int(lengths.argmax())
    return int(starts[place]), int(lengths[place])
