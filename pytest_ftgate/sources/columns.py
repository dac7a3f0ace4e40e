"""A table of any trainer, CSV or JSONL, whose columns the spec names.

A name that begins with `full_valid_` is a series over the whole validation set, whose final value is its last; every
other series, `valid_loss` too, is read through a window.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from .. import files
from ..errors import JobError
from ..files import File
from ..job import Fact, Job, canonical
from ..series import PointArrays, Series, build
from ..wording import listed, plain, quoted
from . import endings, numeric_lines, objects, table, zeros

Row = Mapping[str, object]
Axis = Literal["step", "epoch"]
Points = Mapping[str, PointArrays | list[tuple[float, float]]]


def read(path: Path, form: Literal["csv", "jsonl"], named: Mapping[str, str]) -> Job:
    """The job whose metrics are the named columns of the file at `path`; other columns are not read.

    Raises:
        EvidenceError: the file cannot be read, a named column is not there, or a value is not a number.
    """
    file = files.read(path)
    metrics = _metrics(file.name, named)
    text = file.text()
    axis, points, notes = (
        _csv(file.name, text, named, metrics) if form == "csv" else _jsonl(file.name, text, named, metrics)
    )
    series = {name: _series(name, metrics[name], found, file, axis, form) for name, found in points.items() if found}
    facts: dict[str, Fact] = {}
    if axis == "step" and series:
        facts["steps"] = int(max(one.values.index[-1] for one in series.values()))
    return Job(
        f"the named columns of a {form.upper()} file", path, (file.digest,), facts, endings.judged(series), notes
    )


def _metrics(name: str, named: Mapping[str, str]) -> dict[str, str]:
    _refuse_shared(name, named)
    found: dict[str, str] = {}
    for metric, column in named.items():
        if metric in ("step", "epoch"):
            continue
        if canonical(metric) in found:
            raise JobError(f"{name}: two columns are named for {canonical(metric)}; name one")
        found[canonical(metric)] = column
    if not found:
        raise JobError(f"{name}: no metric's column is named: columns: {{train_loss: ..., valid_loss: ...}}")
    return found


def _refuse_shared(name: str, named: Mapping[str, str]) -> None:
    """Refuse one column for two metrics: the gap between them would be none, whatever the job is like."""
    first: dict[str, str] = {}
    for metric, column in named.items():
        other = first.setdefault(column, metric)
        if other != metric:
            both = f"{quoted(other)[1:-1]} and for {quoted(metric)[1:-1]}"
            raise JobError(
                f"{name}: the column {quoted(column)} is named for {both}: name a column of its own for each"
            )


def _axis(name: str, named: Mapping[str, str], there: list[str]) -> tuple[Axis, str]:
    for axis in ("step", "epoch"):
        if axis in named:
            return ("step" if axis == "step" else "epoch"), named[axis]
    if "step" in there:
        return "step", "step"
    known = listed((quoted(n) for n in there if n), most=12)
    raise JobError(
        f"{name}: name the column that counts steps, columns: {{step: ...}} or {{epoch: ...}}; it has {known}"
    )


def _csv(
    name: str, text: str, named: Mapping[str, str], metrics: Mapping[str, str]
) -> tuple[Axis, Points, tuple[str, ...]]:
    found = table.read(name, text)
    axis, column = _axis(name, named, list(found.header))
    where = table.steps(found, column)
    columns = {
        metric: table.readings(found, of, sparse=not metric.startswith("train_")) for metric, of in metrics.items()
    }
    notes = table.notes(found)
    if losses := columns.get("train_loss"):
        columns["train_loss"], lost = zeros.told_apart(losses, found)
        notes = (*notes, *zeros.notes(name, where[lost].tolist(), axis))
    return axis, {metric: table.points(where, one) for metric, one in columns.items()}, notes


def _jsonl(
    name: str, text: str, named: Mapping[str, str], metrics: Mapping[str, str]
) -> tuple[Axis, Points, tuple[str, ...]]:
    if plain := _plain_jsonl(name, text, named, metrics):
        return plain
    rows = [(line, _row(name, line, value)) for line, value in objects.lines(name, text)]
    if not rows:
        raise JobError(f"{name}: the file is empty: no rows")
    there = list(dict.fromkeys(key for _, row in rows for key in row))
    axis, column = _axis(name, named, there)
    for wanted in (column, *metrics.values()):
        if wanted not in there:
            raise JobError(table.absent(name, wanted, there))
    rows, lost = _told_apart(rows, metrics.get("train_loss", ""))
    zeroed = zeros.notes(name, [_step(name, line, column, row, zeros.GRADIENT) for line, row in lost], axis)
    points = {metric: list(_points(name, rows, column, of)) for metric, of in metrics.items()}
    return axis, points, (*_nulls(name, rows, metrics.values()), *zeroed)


def _told_apart(rows: Sequence[tuple[int, Row]], of: str) -> tuple[list[tuple[int, Row]], list[tuple[int, Row]]]:
    """The rows with NaN where a loss of 0 stands for it, and those rows."""
    lost = [(line, row) for line, row in rows if row.get(of) == 0 and zeros.is_lost(row)]
    lines = {line for line, _ in lost}
    return [(line, {**row, of: math.nan} if line in lines else row) for line, row in rows], lost


def _plain_jsonl(
    name: str, text: str, named: Mapping[str, str], metrics: Mapping[str, str]
) -> tuple[Axis, Points, tuple[str, ...]] | None:
    """The table where its named columns are plain numbers; of any other, nothing."""
    axis, column = _axis(name, named, ["step"])
    found = numeric_lines.columns(name, text, [column, *metrics.values()])
    points = {metric: numeric_lines.points(found[column], found[of]) for metric, of in metrics.items() if found}
    whole = {metric: one for metric, one in points.items() if one is not None}
    if len(whole) < len(metrics) or _holds_zeros(whole, text):
        return None
    nulls = ((found[of].null, of) for of in metrics.values() if found[of].ends_in_null)
    return axis, whole, tuple(_null_note(name, line, of) for line, of in nulls)


def _holds_zeros(points: Mapping[str, PointArrays], text: str) -> bool:
    """Whether a loss is exactly 0 in a log that has gradients to tell what it stands for."""
    losses = points.get("train_loss")
    return losses is not None and bool((losses.values == 0).any()) and f'"{zeros.GRADIENT}"' in text


def _points(name: str, rows: Sequence[tuple[int, Row]], column: str, of: str) -> Iterator[tuple[float, float]]:
    for line, row in rows:
        if row.get(of) is not None:
            yield _step(name, line, column, row, of), _measured(name, line, of, row[of])


def _nulls(name: str, rows: Sequence[tuple[int, Row]], keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        line, row = next(((line, row) for line, row in reversed(rows) if key in row), (0, {}))
        if row.get(key, 0) is None:
            yield _null_note(name, line, key)


def _null_note(name: str, line: int, key: str) -> str:
    return f"{name}:{line}: {key} is null in its last row, read as not measured"


def _row(name: str, line: int, value: object) -> Row:
    if not isinstance(value, dict):
        raise JobError(f"{name}:{line}: not a JSON object")
    return value


def _measured(name: str, line: int, key: str, value: object) -> float:
    found = objects.measured(value)
    if found is None:
        raise JobError(f"{name}:{line}: {quoted(plain(repr(value)))} under {quoted(key)} is not a number")
    return found


def _step(name: str, line: int, column: str, row: Row, of: str) -> float:
    value = row.get(column)
    # ms-swift writes the step as "430/438".
    done = re.fullmatch(r"([0-9]{1,15})/[0-9]+", value) if isinstance(value, str) else None
    found = float(done[1]) if done else objects.number(value)
    if found is None:
        raise JobError(f"{name}:{line}: the row has {quoted(of)} but no number under {quoted(column)}")
    return found


def _series(
    name: str,
    column: str,
    points: PointArrays | list[tuple[float, float]],
    file: File,
    axis: Axis,
    form: Literal["csv", "jsonl"],
) -> Series:
    full = name.startswith("full_valid_")
    return build(name, column, points, file=file.name, axis=axis, full_set=full, appended=form == "jsonl")
