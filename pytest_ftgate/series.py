"""One metric over training steps: its hygiene, its windows, its estimators.

The final value of a noisy series is the median of its last window, because the last row is one batch's luck: on real
jobs it is off that median by more than 30 % in 7 runs of 11 (docs/architecture.md, "Estimators").
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from .directions import better, legal_range
from .errors import JobError
from .steps import settle
from .wording import counted, listed, number, plain

if TYPE_CHECKING:
    import pandas as pd

At = Literal["final", "last", "best", "mean"] | int
"""Which value of a series is meant; a number is a step."""

Window = int | float | None
"""How many values an estimator reads: a count (an int), a share of the series (a float up to 1.0), or the default."""

_MAX_STEP = 2.0**53


@dataclass(frozen=True, eq=False)
class Series:
    """One metric over training.

    Attributes:
        name: the canonical metric name, e.g. `valid_loss` or `valid_loss[german]`.
        logged_as: the name that the job's own files give it, e.g. `eval_loss`.
        values: float64, one value per step, indexed by strictly increasing steps (or epochs); NaN and infinities are
            values that were measured and are not finite. What was not measured is not here.
        file: the file it was read from, as messages show it.
        axis: what the index counts.
        full_set: each value was measured on the whole validation set, so that it is not noisy.
        notes: sentences that belong under every gate which reads this series.
        unusable: why a comparison of its values would mean nothing; such a gate is inconclusive.
    """

    name: str
    logged_as: str
    values: "pd.Series[float]"
    file: str
    axis: Literal["step", "epoch"] = "step"
    full_set: bool = False
    notes: tuple[str, ...] = ()
    unusable: str = ""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def non_finite(self) -> "pd.Series[float]":
        """The values that are NaN or infinite."""
        import numpy as np

        return self.values[~np.isfinite(self.values.to_numpy())]

    def up_to(self, step: float) -> "Series":
        """The part at or before `step`."""
        return replace(self, values=self.values[self.values.index <= step])


@dataclass(frozen=True)
class Estimate:
    """One number read off a series.

    Attributes:
        value: the number; NaN or infinite when the values it rests on are not all finite.
        how: estimator, rows, series and steps in words.
        n: values in the whole series.
        first: first step it rests on.
        last: last step it rests on.
        shortage: why the series is too short for what was asked, or nothing.
    """

    value: float
    how: str
    n: int
    first: float
    last: float
    shortage: str = ""


def build(
    name: str,
    logged_as: str,
    points: Iterable[tuple[float, float]],
    *,
    file: str,
    axis: Literal["step", "epoch"] = "step",
    full_set: bool = False,
    notes: tuple[str, ...] = (),
    unusable: str = "",
    appended: bool = False,
) -> Series:
    """A series from (step, value) points in file order.

    `appended` says that the file is a log that a resumed run, or a second writer, adds rows to: then the last row of a
    step wins, and rows that a resume left behind are dropped. Elsewhere a step that comes twice is an error.

    Raises:
        JobError: a step that is not a whole number (or an epoch that is not finite), a step with two different values
            in a file that is not a log, or steps that start again from the beginning: two runs in one file.
    """
    import pandas as pd

    name, logged_as = plain(name), plain(logged_as)
    rows = list(points)
    _check_steps(rows, logged_as, file, axis)
    settled, found = settle(rows, logged_as, file, axis, appended=appended)
    steps = sorted(settled)
    index = pd.Index(steps, dtype="float64" if axis == "epoch" else "int64")
    values = pd.Series([settled[step] for step in steps], index=index, dtype="float64")
    return Series(name, logged_as, values, file, axis, full_set, (*notes, *found), unusable)


def estimate(series: Series, at: At = "final", window: Window = None) -> Estimate:
    """The value of `series` that `at` names.

    `final` is the median of the last window, or the last value of a full-set series; `mean` is the mean of the last
    window; `last` the last logged value; `best` the lowest loss or highest accuracy; a number the value at that step.

    Raises:
        JobError: the series is empty, has a value outside its metric's range, has no value at the step, or has no
            better direction for `best`.
    """
    if not len(series):
        raise JobError(f"{series.file}: {series.logged_as} has no value in any row, so {series.name} cannot be judged")
    _check_range(series)
    return _at_step(series, at) if isinstance(at, int) else _ESTIMATORS[at](series, window)


def first_window(series: Series, window: Window = None) -> Estimate:
    """The median of the first window, or the first value of a full-set series."""
    size = 1 if series.full_set and window is None else window_size(len(series), window)
    return _median(series, series.values.iloc[:size], "first", _shortage(series, window))


def window_size(n: int, window: Window = None) -> int:
    """How many values a window holds: by default 10 % of `n`, at least 5, at most 50, never more than a quarter."""
    if window is None:
        return max(1, min(max(math.ceil(n / 10), 5), 50, n // 4))
    # Rounded first, or 7 % of 100 values would be 8: 0.07 * 100 is a little more than 7.
    return min(n, window if isinstance(window, int) else max(1, math.ceil(round(n * window, 9))))


def _check_steps(rows: Iterable[tuple[float, float]], logged_as: str, file: str, axis: str) -> None:
    for step, _ in rows:
        if not (0 <= step < _MAX_STEP and (axis == "epoch" or float(step).is_integer())):
            raise JobError(f"{file}: {logged_as} has a row at {axis} {number(step)}, which is not a training {axis}")


def _final(series: Series, window: Window) -> Estimate:
    if series.full_set and window is None:
        return _last(series, None)
    tail = series.values.iloc[-window_size(len(series), window) :]
    return _median(series, tail, "last", _shortage(series, window))


def _mean(series: Series, window: Window) -> Estimate:
    tail = series.values.iloc[-window_size(len(series), window) :]
    how = f"mean of the last {len(tail)} of {_of(series)}, {_span(series, tail)}"
    return _estimate(series, tail, how, _shortage(series, window), mean=True)


def _last(series: Series, _: Window) -> Estimate:
    tail = series.values.iloc[-1:]
    return _estimate(series, tail, f"last of {_of(series)}, {_span(series, tail)}")


def _best(series: Series, window: Window) -> Estimate:
    direction = better(series.name)
    if direction is None:
        raise JobError(f"whether lower or higher {series.name} is better is not known, so it has no best value")
    end = _final(series, window)
    if not math.isfinite(end.value):
        return replace(end, how=f"{end.how}; no earlier value counts as the best of a series that ends like this")
    finite = series.values.drop(series.non_finite.index)
    place = int(finite.argmin() if direction == "lower" else finite.argmax())
    row = finite.iloc[place : place + 1]
    return _estimate(series, row, f"best of {_of(series)}, {_span(series, row)}")


def _at_step(series: Series, step: int) -> Estimate:
    if step not in series.values.index:
        near = sorted(series.values.index, key=lambda s: abs(s - step))[:2]
        raise JobError(
            f"{series.file}: {series.logged_as} has no value at {series.axis} {step}; "
            f"the nearest are {listed(number(s) for s in sorted(near))}"
        )
    row = series.values.loc[[step]]
    return _estimate(series, row, f"{series.logged_as} at {series.axis} {step}")


_ESTIMATORS: dict[str, Callable[[Series, Window], Estimate]] = {
    "final": _final,
    "last": _last,
    "best": _best,
    "mean": _mean,
}


def _median(series: Series, part: "pd.Series[float]", which: str, shortage: str) -> Estimate:
    rows = which if len(part) == 1 else f"median of the {which} {len(part)}"
    return _estimate(series, part, f"{rows} of {_of(series)}, {_span(series, part)}", shortage)


def _estimate(
    series: Series, part: "pd.Series[float]", how: str, shortage: str = "", *, mean: bool = False
) -> Estimate:
    """The median (of one value: itself) or the mean of `part`."""
    import numpy as np

    bad = int((~np.isfinite(part.to_numpy())).sum())
    how += f", {bad} of them not finite" if bad and len(part) > 1 else ""
    # The sum of two huge values is infinite, which the threshold sees; it is no news for a warning.
    with np.errstate(over="ignore"):
        # A median can be finite over a window that holds an infinity; such a window was not all measured.
        whole = len(part) == 1 or not bad
        value = float(part.mean(skipna=False) if mean else part.median(skipna=False)) if whole else math.nan
    return Estimate(value, how, len(series), float(part.index[0]), float(part.index[-1]), shortage)


def _of(series: Series) -> str:
    return f"{counted(len(series), 'value')} of {series.logged_as}"


def _span(series: Series, part: "pd.Series[float]") -> str:
    first, last = number(part.index[0], 6), number(part.index[-1], 6)
    return f"{series.axis} {last}" if first == last else f"{series.axis}s {first}-{last}"


def _shortage(series: Series, window: Window) -> str:
    if isinstance(window, int) and window > len(series):
        return f"{series.logged_as} has {counted(len(series), 'value')}, fewer than the window of {window}"
    return ""


def _check_range(series: Series) -> None:
    low, high = legal_range(series.name)
    outside = series.values[(series.values < low) | (series.values > high)]
    finite = outside.drop(series.non_finite.index, errors="ignore")
    if len(finite):
        wanted = "never negative" if math.isinf(high) else f"a fraction from {number(low)} to {number(high)}"
        raise JobError(
            f"{series.file}: {series.logged_as} is {number(float(finite.iloc[0]))} at "
            f"{series.axis} {number(finite.index[0])}, but {series.name} is {wanted}"
        )
