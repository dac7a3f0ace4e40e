"""Reading CSV strictly: every row as wide as its header, every cell a number, blank, or an error that names it.

The rows are read by `csv` and not by pandas, which fills short rows, renames a repeated column, takes surplus cells for
an index, and reads `N/A`, `null` and a blank alike as NaN.
"""

import csv
import io
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ..errors import JobError
from ..wording import counted, listed, quoted, suggestion
from .objects import refuse_conflict

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"([+-]?)(?:(nan|1\.#ind|1\.#qnan|1\.#snan)|inf|infinity|1\.#inf)", re.IGNORECASE)
_DIGITS = frozenset("0123456789.+-eE")
_PLACEHOLDERS = frozenset({"na", "n/a", "#n/a", "<na>", "null", "none", "nil", "-", "--", "?"})


@dataclass(frozen=True)
class Table:
    """A CSV file as text.

    Attributes:
        name: the file, as messages show it.
        header: the column names, unique save for unnamed ones.
        rows: the cells, each row as long as the header.
        lines: the line on which each row ends.
        ended: whether the last line has its line end; a file cut by a crash has not.
    """

    name: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[str]] = field(repr=False)
    lines: Sequence[int] = field(repr=False)
    ended: bool


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
    refuse_conflict(name, text)
    rows, lines = _rows(name, text)
    if not rows:
        raise JobError(f"{name}: the file is empty: no rows")
    head = tuple(cell.strip() for cell in rows[0])
    named = [column for column in head if column]
    if twice := [column for column in named if named.count(column) > 1]:
        raise JobError(f"{name}:{lines[0]}: the column {quoted(twice[0])} comes twice")
    if len(rows) == 1:
        raise JobError(f"{name}: there is a header and no rows: nothing was logged, or the file was cut off")
    _refuse_ragged(name, head, rows, lines)
    return Table(name, head, rows[1:], lines[1:], text.endswith(("\n", "\r")))


def readings(table: Table, column: str, *, sparse: bool = False) -> list[float | None]:
    """One entry a row: a number, NaN and infinities included, or None where the cell is blank.

    In a `sparse` column, words such as `N/A` stand for a blank where a number follows in a later row; what the last
    measurement was must never be guessed.

    Raises:
        JobError: there is no such column, or a cell is neither a number nor blank.
    """
    position = position_of(table, column)
    cells = [row[position].strip(" \t") for row in table.rows]
    if set("".join(cells)) <= _DIGITS:
        # Of these characters float() reads exactly the numbers, and a million of them in a moment.
        with suppress(ValueError):
            return [float(cell) if cell else None for cell in cells]
    return _each_reading(table, column, cells, sparse=sparse)


def steps(table: Table, column: str) -> list[float]:
    """The column that counts steps or epochs, which no row may leave out.

    Raises:
        JobError: a cell is blank or not a number.
    """
    found = readings(table, column)
    blank = next((k for k, value in enumerate(found) if value is None), None)
    if blank is not None:
        raise JobError(f"{table.name}:{table.lines[blank]}: the row has no {column}")
    return [value for value in found if value is not None]


def points(where: Sequence[float], found: Sequence[float | None]) -> list[tuple[float, float]]:
    """The (step, value) pairs of the rows in which something was measured."""
    return [(step, value) for step, value in zip(where, found, strict=True) if value is not None]


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
    if table.ended:
        return ()
    return (f"{table.name} does not end in a line end, so its last number may have been cut short",)


def _each_reading(table: Table, column: str, cells: Sequence[str], *, sparse: bool) -> list[float | None]:
    found: list[float | None] = []
    unsure = -1
    for cell in cells:
        value = _value(cell) if cell else None
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


def _value(cell: str) -> float | None:
    if _NUMBER.fullmatch(cell):
        return float(cell)
    word = _NOT_FINITE.fullmatch(cell)
    if not word:
        return None
    return math.nan if word[2] else math.copysign(math.inf, -1.0 if word[1] == "-" else 1.0)


def _not_a_number(table: Table, row: int, column: str) -> str:
    cell = table.rows[row][table.header.index(column)]
    hint = " (write numbers with a point)" if re.fullmatch(r"\s*-?[0-9.]+,[0-9,.]+\s*", cell) else ""
    return f"{table.name}:{table.lines[row]}: {quoted(cell)} in column {quoted(column)} is not a number{hint}"
