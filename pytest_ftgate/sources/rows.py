"""Rows kept column by column, those with the same keys together: a million take the room of their numbers.

As objects of Python they would take twenty times that, and what is said of keys would be found out anew for each row.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from typing import TypeAlias, cast, overload

Record = Mapping[str, object]
Column: TypeAlias = "array[float] | array[int] | list[object]"

# Values that wait to be packed: enough of them that the packing costs little, few enough to take no room.
_WAITING = 1 << 14


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that have the same keys in the same order.

    Attributes:
        places: where each row stands among all rows, counted from 0, increasing.
        columns: what stands under each key, one entry a row: an array where all of it is floats or all of it is ints.
    """

    places: "array[int]"
    columns: Mapping[str, Column] = field(repr=False)

    def __iter__(self) -> Iterator[dict[str, object]]:
        """The rows as they were."""
        if not self.columns:
            return iter([{} for _ in self.places])
        keys = tuple(self.columns)
        return (dict(zip(keys, row, strict=True)) for row in zip(*self.columns.values(), strict=True))

    def row(self, k: int) -> dict[str, object]:
        """The `k`-th of its rows."""
        return {key: column[k] for key, column in self.columns.items()}


@dataclass(frozen=True, eq=False)
class Rows(Sequence[Record]):
    """Rows in file order.

    Attributes:
        groups: the rows by their keys.
        at: where each row is, in file order: its line, or its step.
    """

    groups: tuple[Group, ...]
    at: "array[int] | array[float]" = field(repr=False)
    _of: "array[int]" = field(repr=False)

    def __len__(self) -> int:
        return len(self._of)

    def __iter__(self) -> Iterator[Record]:
        groups = [iter(group) for group in self.groups]
        return (next(groups[k]) for k in self._of)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        if isinstance(place, slice):
            return [self[k] for k in range(*place.indices(len(self)))]
        there = range(len(self))[place]
        group = self.groups[self._of[there]]
        return group.row(bisect_left(group.places, there))

    def deep(self, key: str) -> Iterator[Record]:
        """The rows that have `key`, or hold an object or a list under any key, in file order."""
        meant = merge(*(_deep(group, number, key) for number, group in enumerate(self.groups)))
        return (self.groups[number].row(k) for _, number, k in meant)


class Packer:
    """What packs rows as they come."""

    def __init__(self, at: "array[int] | array[float]") -> None:
        """Args: at: an empty array of the type that says where a row is."""
        self._at = at
        self._groups: dict[tuple[str, ...], _Growing] = {}
        self._of = array("q")

    def add(self, at: float, row: Record) -> None:
        """Add the row at line or step `at`."""
        keys = tuple(row)
        group = self._groups.get(keys)
        if group is None:
            group = self._groups[keys] = _Growing(keys, len(self._groups))
        group.places.append(len(self._of))
        group.waiting.extend(row.values())
        self._of.append(group.number)
        self._at.append(at)  # type: ignore[arg-type]  # a line is an int
        if len(group.waiting) >= _WAITING:
            group.pack()

    def packed(self) -> Rows:
        """The rows that were added."""
        return Rows(tuple(group.packed() for group in self._groups.values()), self._at, self._of)


class _Growing:
    """A group to which rows are added."""

    def __init__(self, keys: tuple[str, ...], number: int) -> None:
        self.number = number
        self.places = array("q")
        self.waiting: list[object] = []
        self._columns: dict[str, Column] = {key: [] for key in keys}

    def pack(self) -> None:
        for k, (key, column) in enumerate(self._columns.items()):
            self._columns[key] = _joined(column, self.waiting[k :: len(self._columns)])
        self.waiting.clear()

    def packed(self) -> Group:
        self.pack()
        return Group(self.places, self._columns)


def of_lines(lines: Iterable[tuple[int, object]]) -> Sequence[object]:
    """The objects of a JSONL file with the lines they stand on; a list where a line holds something else.

    Raises:
        JobError: as the reading of `lines`.
    """
    packer, rest = Packer(array("q")), iter(lines)
    for line, value in rest:
        if not isinstance(value, dict):
            return [*packer.packed(), value, *(value for _, value in rest)]
        packer.add(line, value)
    return packer.packed()


def in_groups(groups: Iterable[Group], at: "array[float]") -> Rows:
    """The rows of `groups`, which together stand in each place once, at the steps `at`."""
    import numpy as np

    kept = tuple(groups)
    of = np.zeros(len(at), "int64")
    for k, group in enumerate(kept):
        of[np.asarray(group.places)] = k
    return Rows(kept, at, array("q", of.tobytes()))


def without_null(group: Group) -> Iterator[Group]:
    """The rows of `group`, in each only the keys that are not null."""
    if not any(isinstance(column, list) and None in column for column in group.columns.values()):
        yield group
        return
    packer = Packer(array("q"))
    for place, row in zip(group.places, group, strict=True):
        packer.add(place, {key: value for key, value in row.items() if value is not None})
    found = packer.packed()
    for one in found.groups:
        yield Group(array("q", (int(found.at[k]) for k in one.places)), one.columns)


def _joined(column: Column, more: list[object]) -> Column:
    """The column with more values at its end, as they were: ints stay ints, and what is no number itself."""
    packed: Column = _packed(more) if isinstance(column, array) or not column else more
    if not column:
        return packed
    if isinstance(column, array) and not (isinstance(packed, array) and column.typecode == packed.typecode):
        return [*column, *more]
    column.extend(packed)  # type: ignore[arg-type]  # both are of one type
    return column


def _packed(values: list[object]) -> Column:
    # Neither a bool nor a text, both of which would pass for something else.
    kinds = set(map(type, values))
    if kinds == {float}:
        return array("d", cast("list[float]", values))
    if kinds == {int}:
        try:
            return array("q", cast("list[int]", values))
        except OverflowError:
            return values
    return values


def _deep(group: Group, number: int, key: str) -> Iterator[tuple[int, int, int]]:
    """The places of the rows of a group that are meant, with its number and theirs in it."""
    if key in group.columns:
        return ((place, number, k) for k, place in enumerate(group.places))
    lists = [column for column in group.columns.values() if isinstance(column, list)]
    nested = {k for column in lists for k, value in enumerate(column) if isinstance(value, dict | list)}
    return ((group.places[k], number, k) for k in sorted(nested))
