"""What is read off a series: windows and estimators.

The final value of a noisy series is the median of its last window, because the last row is one batch's luck: on real
jobs it is off that median by more than 30 % in 7 runs of 11 (docs/architecture.md, "Estimators").
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from .directions import better, legal_range
from .errors import JobError, NotLoggedError
from .series import Series
from .statistics import median_margin, standard_error
from .wording import counted, listed, number

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

_TOO_LARGE = 1e100

At = Literal["final", "last", "best", "mean"] | int
"""Which value of a series is meant; a number is a step."""

Window = int | float | None
"""How many values an estimator reads: a count (an int), a share of the series (a float up to 1.0), or the default."""


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
        margin: two standard errors of a window's median or mean; 0 where one value was read.
    """

    value: float
    how: str
    n: int
    first: float
    last: float
    shortage: str = ""
    margin: float = 0.0


def estimate(series: Series, at: At = "final", window: Window = None) -> Estimate:
    """The value of `series` that `at` names.

    `final` is the median of the last window, or the last value of a full-set series; `mean` is the mean of the last
    window; `last` the last logged value; `best` the lowest loss or highest accuracy; a number the value at that step.

    Raises:
        JobError: the series is empty, has a value outside its metric's range, has no value at the step, or has no
            better direction for `best`.
    """
    if not len(series):
        raise NotLoggedError(
            f"{series.file}: {series.logged_as} has no value in any row, so {series.name} cannot be judged"
        )
    _check_range(series)
    return _at_step(series, at) if isinstance(at, int) else _ESTIMATORS[at](series, window)


def first_window(series: Series, window: Window = None) -> Estimate:
    """The median of the first window, or the first value of a full-set series."""
    size = 1 if series.full_set and window is None else window_size(len(series), window)
    return _median(series, series.values.iloc[:size], "first", _shortage(series, window))


def last_window(series: Series, window: Window = None) -> Estimate:
    """The median of the last window, of a full-set series too."""
    size = window_size(len(series), window)
    return _median(series, series.values.iloc[-size:], "last", _shortage(series, window))


def best_window(series: Series, window: Window = None) -> Estimate:
    """The best median of all windows that end before the last one begins, or of the last where none is better.

    Windows that hold a value which is not finite are no candidates.

    Raises:
        JobError: whether lower or higher is better is not known.
    """
    sign = _sign(series.name)
    size = window_size(len(series), window)
    medians = series.values.iloc[: len(series) - size].rolling(size).median() * sign
    # rolling() would skip an infinity's window only by luck: its median can be finite.
    whole = medians[_finite_windows(series, size)[: len(medians)]]
    last = last_window(series, window)
    if whole.empty or not whole.min() < last.value * sign:
        return last
    end = int((series.values.index <= whole.idxmin()).sum())
    return _median(series, series.values.iloc[end - size : end], "best", "")


def window_size(n: int, window: Window = None) -> int:
    """How many values a window holds: by default 10 % of `n`, at least 5, at most 50, never more than a quarter."""
    if window is None:
        return max(1, min(max(math.ceil(n / 10), 5), 50, n // 4))
    # Rounded first, or 7 % of 100 values would be 8: 0.07 * 100 is a little more than 7.
    return min(n, window if isinstance(window, int) else max(1, math.ceil(round(n * window, 9))))


def _sign(name: str) -> int:
    """1 where lower is better, -1 where higher is."""
    direction = better(name)
    if direction is None:
        raise JobError(f"whether lower or higher {name} is better is not known, so it has no best value")
    return 1 if direction == "lower" else -1


def _finite_windows(series: Series, size: int) -> "npt.NDArray[np.bool_]":
    """For each value, whether the window that ends with it is whole and all finite."""
    import numpy as np

    finite = np.isfinite(series.values.to_numpy()).astype(int)
    held = np.cumsum(finite) - np.concatenate([np.zeros(size, int), np.cumsum(finite)[:-size]])
    return np.asarray(held == size)


def _final(series: Series, window: Window) -> Estimate:
    if series.full_set and window is None:
        return _last(series, None)
    tail = series.values.iloc[-window_size(len(series), window) :]
    return _median(series, tail, "last", _shortage(series, window))


def _mean(series: Series, window: Window) -> Estimate:
    tail = series.values.iloc[-window_size(len(series), window) :]
    said = f"mean of the last {len(tail)} of {_of(series)}"
    return _estimate(series, tail, said, _shortage(series, window), mean=True)


def _last(series: Series, _: Window) -> Estimate:
    tail = series.values.iloc[-1:]
    return _estimate(series, tail, f"last of {_of(series)}")


def _best(series: Series, window: Window) -> Estimate:
    sign = _sign(series.name)
    end = _final(series, window)
    if not math.isfinite(end.value):
        return replace(end, how=f"{end.how}; no earlier value counts as the best of a series that ends like this")
    finite = series.values.drop(series.non_finite.index)
    place = int((finite * sign).argmin())
    row = finite.iloc[place : place + 1]
    return _estimate(series, row, f"best of {_of(series)}")


def _at_step(series: Series, step: int) -> Estimate:
    if step not in series.values.index:
        near = sorted(series.values.index, key=lambda s: abs(s - step))[:2]
        raise JobError(
            f"{series.file}: {series.logged_as} has no value at {series.axis} {step}; "
            f"the nearest are {listed(number(s) for s in sorted(near))}"
        )
    row = series.values.loc[[step]]
    return _estimate(series, row, series.logged_as, at=" at ")


_ESTIMATORS: dict[str, Callable[[Series, Window], Estimate]] = {
    "final": _final,
    "last": _last,
    "best": _best,
    "mean": _mean,
}


def _median(series: Series, part: "pd.Series[float]", which: str, shortage: str) -> Estimate:
    rows = which if len(part) == 1 else f"median of the {which} {len(part)}"
    return _estimate(series, part, f"{rows} of {_of(series)}", shortage)


def _estimate(
    series: Series, part: "pd.Series[float]", said: str, shortage: str = "", *, mean: bool = False, at: str = ", "
) -> Estimate:
    """The median (of one value: itself) or the mean of `part`."""
    import numpy as np

    bad = int((~np.isfinite(part.to_numpy())).sum())
    # The sum of two huge values is infinite, which the threshold sees; it is no news for a warning.
    with np.errstate(over="ignore"):
        # A median can be finite over a window that holds an infinity; such a window was not all measured.
        whole = len(part) == 1 or not bad
        value = float(part.mean(skipna=False) if mean else part.median(skipna=False)) if whole else math.nan
    margin = _margin(part, mean=mean) if len(part) > 1 and math.isfinite(value) else 0.0
    error = f" (± {number(margin, 2)})" if margin else ""
    how = f"{said}{error}{at}{_span(series, part)}" + (f", {bad} of them not finite" if bad and len(part) > 1 else "")
    return Estimate(value, how, len(series), float(part.index[0]), float(part.index[-1]), shortage, margin)


def _margin(part: "pd.Series[float]", *, mean: bool) -> float:
    """Two standard errors; none where the values are too large to be squared."""
    values = [float(value) for value in part]
    if max(map(abs, values)) > _TOO_LARGE:
        return 0.0
    return 2 * standard_error(values) if mean else median_margin(values)


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
        found = f"{series.logged_as} is {number(float(finite.iloc[0]))} at {series.axis} {number(finite.index[0])}"
        if series.unusable:
            raise JobError(f"{series.file}: {series.unusable}: {found}")
        wanted = "never negative" if math.isinf(high) else f"a fraction from {number(low)} to {number(high)}"
        raise JobError(f"{series.file}: {found}, but {series.name} is {wanted}")
