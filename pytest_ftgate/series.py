"""One metric over training steps, with the hygiene of its rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from .errors import JobError
from .steps import settle
from .wording import number, plain

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

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

    def thinned(self, most: int) -> "Series":
        """Every so many values, so that there are at most `most`; the last is among them."""
        stride = -(-len(self.values) // most)
        return self if stride <= 1 else replace(self, values=self.values.iloc[::-stride].iloc[::-1])

    def up_to(self, step: float) -> "Series":
        """The part at or before `step`."""
        return replace(self, values=self.values[self.values.index <= step])


@dataclass(frozen=True, eq=False)
class PointArrays:
    """(step, value) points in file order, as two float64 arrays of one length: what a big table has."""

    steps: "NDArray[np.float64]"
    values: "NDArray[np.float64]"

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[tuple[float, float]]:
        return iter(zip(self.steps.tolist(), self.values.tolist(), strict=True))


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
    rows = points if isinstance(points, PointArrays) else _arrays(points)
    _check_steps(rows, logged_as, file, axis)
    found: tuple[str, ...] = ()
    # A million rows in the order of their steps have nothing to settle.
    if not (rows.steps[1:] > rows.steps[:-1]).all():
        settled, found = settle(list(rows), logged_as, file, axis, appended=appended)
        rows = _arrays(sorted(settled.items()))
    index = pd.Index(rows.steps.astype("float64" if axis == "epoch" else "int64"))
    values = pd.Series(rows.values, index=index, dtype="float64")
    return Series(name, logged_as, values, file, axis, full_set, (*notes, *found), unusable)


def _arrays(points: Iterable[tuple[float, float]]) -> PointArrays:
    import numpy as np

    rows = list(points)
    steps, values = ([row[k] for row in rows] for k in (0, 1))
    return PointArrays(np.array(steps, dtype="float64"), np.array(values, dtype="float64"))


def _check_steps(rows: PointArrays, logged_as: str, file: str, axis: str) -> None:
    import numpy as np

    steps = rows.steps
    with np.errstate(invalid="ignore"):
        fit = (steps >= 0) & (steps < _MAX_STEP) & ((axis == "epoch") | (steps == np.floor(steps)))
    if not fit.all():
        step = number(float(steps[fit.argmin()]))
        raise JobError(f"{file}: {logged_as} has a row at {axis} {step}, which is not a training {axis}")
