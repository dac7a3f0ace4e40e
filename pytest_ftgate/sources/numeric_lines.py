"""JSONL rows whose named keys hold nothing but numbers, read without keeping the rows."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..series import PointArrays
from . import objects


@dataclass
class Column:
    """What stands under one key: the lines with a number and these numbers, and the last line with null (0: none)."""

    lines: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))
    null: int = 0

    @property
    def ends_in_null(self) -> bool:
        """Whether the key is null in the last row that has it."""
        return self.null > (self.lines[-1] if self.lines else 0)


def columns(name: str, text: str, keys: Sequence[str]) -> dict[str, Column]:
    """The columns under `keys`; none where a row is no object, or holds anything but a number or null under a key.

    Raises:
        JobError: a line is not one whole JSON document.
    """
    found = {key: Column() for key in keys}
    for line, row in objects.lines(name, text):
        if not isinstance(row, dict):
            return {}
        for key, column in found.items():
            value = row.get(key)
            # Neither a bool nor a text, which needs a closer look.
            if type(value) is float or type(value) is int:
                column.lines.append(line)
                column.values.append(value)
            elif value is not None:
                return {}
            elif key in row:
                column.null = line
    return found if _is_logged(found.values()) else {}


def points(steps: Column, column: Column) -> PointArrays | None:
    """The column over its steps; nothing where a row with a value has no step."""
    import numpy as np

    at, where = np.array(steps.lines), np.array(column.lines)
    places = np.searchsorted(at, where).clip(max=len(at) - 1)
    if (at[places] != where).any():
        return None
    return PointArrays(np.array(steps.values)[places], np.array(column.values))


def _is_logged(found: Iterable[Column]) -> bool:
    return all(len(column.lines) > 0 for column in found)
