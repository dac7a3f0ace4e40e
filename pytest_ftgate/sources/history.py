"""The rows of a trainer's history, one by one or, where there may be a million, by their keys."""

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, overload

from . import objects
from .rows import Column, Group, Packer, Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Row:
    """One row of the history: its place in the list, its step, and what it logs."""

    place: int
    step: float
    logged: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Part:
    """The rows of a history that have the same keys.

    Attributes:
        group: the rows.
        places: where each stands in the history, increasing.
        steps: the step of each, float64.
    """

    group: Group
    places: "NDArray[np.int64]"
    steps: "NDArray[np.float64]"

    @property
    def columns(self) -> Mapping[str, Column]:
        """What the rows log, by key."""
        return self.group.columns

    def row(self, k: int) -> Row:
        """The `k`-th of these rows."""
        return Row(int(self.places[k]), float(self.steps[k]), self.group.row(k))


@dataclass(frozen=True, eq=False)
class History(Sequence[Row]):
    """A history whose rows are kept by their keys; `rows` are at their steps."""

    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [self[k] for k in range(*place.indices(len(self)))]
        there = range(len(self))[place]
        return Row(there, self.rows.at[there], self.rows[there])

    def parts(self) -> list[Part]:
        """The rows by their keys."""
        import numpy as np

        steps = np.asarray(self.rows.at, "float64")
        places = [np.asarray(group.places) for group in self.rows.groups]
        return [Part(group, at, steps[at]) for group, at in zip(self.rows.groups, places, strict=True)]


@dataclass(frozen=True, eq=False)
class Reading:
    """What a column measures.

    Attributes:
        values: float64; NaN where null stands, as where a NaN was measured.
        odd: the numbers of the rows, in the group, that hold something that is neither a number nor null.
    """

    values: "NDArray[np.float64]"
    odd: Sequence[int]

    @property
    def lost(self) -> "NDArray[np.bool_]":
        """Which rows hold null, NaN or an infinity."""
        import numpy as np

        found: NDArray[np.bool_] = ~np.isfinite(self.values)
        found[list(self.odd)] = False
        return found


def history(rows: Iterable[Row]) -> History:
    """The rows, none of which is kept; a history as it is."""
    if isinstance(rows, History):
        return rows
    packer = Packer(array("d"))
    for row in rows:
        packer.add(row.step, row.logged)
    return History(packer.packed())


def reading(column: Column) -> Reading:
    """The numbers of a column, and of the words for those that are not finite."""
    import numpy as np

    if not isinstance(column, list) or set(map(type, column)) <= {float, int}:
        return Reading(np.array(column, "float64"), ())
    found = [objects.measured(value) for value in column]
    odd = [k for k, value in enumerate(found) if value is None and column[k] is not None]
    return Reading(np.array([math.nan if value is None else value for value in found]), odd)


def measures(column: Column) -> bool:
    """Whether a number, or a word for one, stands anywhere in the column."""
    return not isinstance(column, list) or any(objects.measured(value) is not None for value in column)


def numbers(column: Column) -> Iterator[float]:
    """The JSON numbers in the column."""
    return (found for value in column if (found := objects.number(value)) is not None)
