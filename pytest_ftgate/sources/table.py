"""Reading CSV strictly: every row as wide as its header, every cell a number, blank, or an error that names it.

The rows are read by `csv` and not by pandas, which fills short rows, renames a repeated column, takes surplus cells for
an index, and reads `N/A`, `null` and a blank alike as NaN. Only a table of nothing but numbers is read at once.
"""

import csv
import io
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import JobError
from ..series import PointArrays
from ..wording import counted, listed, quoted, suggestion
from . import endings, numeric
from .objects import refuse_conflict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DIGITS = frozenset(numeric.DIGITS)
_BEGINS = re.compile(r"[+-]?\.?[0-9]")
_PLACEHOLDERS = frozenset({"na", "n/a", "#n/a", "<na>", "null", "none", "nil", "-", "--", "?"})


@dataclass(frozen=True)
class Table:
    """A CSV file.

    Attributes:
        name: the file, as messages show it.
        header: the column names, unique save for unnamed ones.
        columns: the cells of each column as text, or as float64 where all of the table is numbers; NaN is a blank.
        lines: the line on which each row ends.
        ended: whether the last line has its line end; a file cut by a crash has not.
    """

    name: str
    header: tuple[str, ...]
    columns: "Sequence[tuple[str, ...] | NDArray[np.float64]]" = field(repr=False)
    lines: Sequence[int] = field(repr=False)
    ended: bool


@dataclass(frozen=True, eq=False)
class Readings:
    """What a column says, one entry a row.

    Attributes:
        values: float64; NaN and infinities were measured and are not finite.
        there: whether something was measured; where nothing was, the value means nothing.
    """

    values: "NDArray[np.float64]"
    there: "NDArray[np.bool_]"

    def without(self, value: float) -> "Readings":
        """The readings in which `value` says that nothing was measured."""
        return Readings(self.values, self.there & (self.values != value))


def header(text: str) -> tuple[str, ...]:
    """The cells of the first line, or none where it is not CSV."""
    try:
        first = next(csv.reader(io.StringIO(text[:100_000].lstrip("\r\n"), newline=""), strict=True), [])
    except csv.Error:
        return ()
    return tuple(cell.strip() for cell in first)


def read(name: str, text: str) -> Table:
    """The table in `text`.

    Raises:
        JobError: there are no rows, a row is not as wide as the header, a column name comes twice, or the text is not
            CSV at all.
    """
    return _at_once(name, text) or cell_by_cell(name, text)


def cell_by_cell(name: str, text: str) -> Table:
    """The table in `text`, read without a short cut; `read` gives the same.

    Raises:
        JobError: as `read`.
    """
    refuse_conflict(name, text)
    rows, lines = _rows(name, text)
    if not rows:
        raise JobError(f"{name}: the file is empty: no rows")
    head = tuple(cell.strip() for cell in rows[0])
    _refuse_twice(name, head, lines[0])
    if len(rows) == 1:
        raise JobError(f"{name}: there is a header and no rows: nothing was logged, or the file was cut off")
    _refuse_ragged(name, head, rows, lines)
    del rows[0]
    return Table(name, head, list(zip(*rows, strict=True)), lines[1:], _is_ended(text))


def readings(table: Table, column: str, *, sparse: bool = False) -> Readings:
    """The column's numbers, NaN and infinities included; where a cell is blank, nothing was measured.

    In a `sparse` column, words such as `N/A` stand for a blank where a number follows in a later row; what the last
    measurement was must never be guessed.

    Raises:
        JobError: there is no such column, or a cell is neither a number nor blank.
    """
    import numpy as np

    cells = table.columns[position_of(table, column)]
    if not isinstance(cells, tuple):
        return Readings(cells, ~np.isnan(cells))
    found = _numbers(table, column, [cell.strip(" \t") for cell in cells], sparse=sparse)
    there = [value is not None for value in found]
    return Readings(np.array([math.nan if value is None else value for value in found]), np.array(there))


def steps(table: Table, column: str) -> "NDArray[np.float64]":
    """The column that counts steps or epochs, which no row may leave out.

    Raises:
        JobError: a cell is blank or not a number.
    """
    found = readings(table, column)
    if not found.there.all():
        raise JobError(f"{table.name}:{table.lines[int(found.there.argmin())]}: the row has no {column}")
    return found.values


def points(where: "NDArray[np.float64]", found: Readings) -> PointArrays:
    """The steps and values of the rows in which something was measured."""
    if found.there.all():
        return PointArrays(where, found.values)
    return PointArrays(where[found.there], found.values[found.there])


def blank(table: Table, column: str) -> "NDArray[np.bool_]":
    """Which rows have nothing in `column`."""
    import numpy as np

    cells = table.columns[position_of(table, column)]
    return np.array([not cell.strip() for cell in cells]) if isinstance(cells, tuple) else np.isnan(cells)


def begins_with_a_number(table: Table, column: str) -> bool:
    """Whether the first cell that is not blank begins as a number does."""
    cells = table.columns[position_of(table, column)]
    if not isinstance(cells, tuple):
        return not blank(table, column).all()
    return bool(_BEGINS.match(next((bare for cell in cells if (bare := cell.strip())), "")))


def position_of(table: Table, column: str) -> int:
    """Where `column` stands in each row.

    Raises:
        JobError: there is none; the message lists those that there are.
    """
    if column not in table.header:
        raise JobError(absent(table.name, column, table.header))
    return table.header.index(column)


def absent(name: str, column: str, names: Sequence[str]) -> str:
    """What to say of a column that `name` does not have."""
    known = [n for n in names if n]
    shown = listed((quoted(n) for n in known), most=12)
    return f"{name}: there is no column {quoted(column)}{suggestion(column, known)}; it has {shown}"


def notes(table: Table) -> tuple[str, ...]:
    """What to say under a gate of a table whose end may be missing."""
    return endings.half_a_line(table.name, ended=table.ended)


def _numbers(table: Table, column: str, cells: Sequence[str], *, sparse: bool) -> list[float | None]:
    if set("".join(cells)) <= _DIGITS:
        # Of these characters float() reads exactly the numbers, and a million of them in a moment.
        with suppress(ValueError):
            return [float(cell) if cell else None for cell in cells]
    return _each_reading(table, column, cells, sparse=sparse)


def _each_reading(table: Table, column: str, cells: Sequence[str], *, sparse: bool) -> list[float | None]:
    found: list[float | None] = []
    unsure = -1
    for cell in cells:
        value = numeric.value(cell) if cell else None
        if cell and value is None:
            if not (sparse and cell.casefold() in _PLACEHOLDERS):
                raise JobError(_not_a_number(table, len(found), column))
            unsure = len(found)
        elif value is not None:
            unsure = -1
        found.append(value)
    if unsure >= 0:
        raise JobError(f"{_not_a_number(table, unsure, column)}; blank the cell if it was not measured")
    return found


def _at_once(name: str, text: str) -> Table | None:
    head = numeric.header(text)
    columns = numeric.columns(text, len(head)) if head else ()
    if not columns:
        return None
    refuse_conflict(name, text[: text.index("\n") + 1])
    _refuse_twice(name, head, 1)
    return Table(name, head, columns, range(2, len(columns[0]) + 2), _is_ended(text))


def _is_ended(text: str) -> bool:
    return text.endswith(("\n", "\r"))


def _rows(name: str, text: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines = [], []
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as e:
        raise JobError(f"{name}:{reader.line_num}: not CSV ({e})") from None
    return rows, lines


def _refuse_twice(name: str, head: Sequence[str], line: int) -> None:
    named = [column for column in head if column]
    if twice := [column for column in named if named.count(column) > 1]:
        raise JobError(f"{name}:{line}: the column {quoted(twice[0])} comes twice")


def _refuse_ragged(name: str, head: Sequence[str], rows: list[list[str]], lines: list[int]) -> None:
    width = len(head)
    wrong = next((k for k, row in enumerate(rows) if len(row) != width), None)
    if wrong is not None:
        cut = ": was the file cut off?" if wrong == len(rows) - 1 and len(rows[wrong]) < width else ""
        raise JobError(f"{name}:{lines[wrong]}: {counted(len(rows[wrong]), 'cell')} where the header has {width}{cut}")
    repeats = (k for k, row in enumerate(rows[1:], 1) if row[0].strip() == head[0] and _same(row, head))
    again = next(repeats, None)
    if again is not None:
        raise JobError(f"{name}:{lines[again]}: the header comes again: two files in one; keep the rows of one")


def _same(row: Sequence[str], head: Sequence[str]) -> bool:
    return [cell.strip() for cell in row] == list(head)


def _not_a_number(table: Table, row: int, column: str) -> str:
    cell = str(table.columns[table.header.index(column)][row])
    hint = " (write numbers with a point)" if re.fullmatch(r"\s*-?[0-9.]+,[0-9,.]+\s*", cell) else ""
    return f"{table.name}:{table.lines[row]}: {quoted(cell)} in column {quoted(column)} is not a number{hint}"
