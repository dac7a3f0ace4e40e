"""The tables of Keras' CSVLogger, Lightning, LitGPT and Bedrock, told by their columns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from .. import files
from ..errors import JobError
from ..files import shown
from ..job import Fact, Job
from ..series import Series, build
from ..wording import listed, number, quoted
from . import endings, folder, table, zeros
from .pieces import Piece, opened
from .table import Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

METRICS = "metrics.csv"


class Kind(NamedTuple):
    """A trainer's table: its name in words, the column it counts by, and the columns that tell it."""

    name: str
    axis: str
    told_by: frozenset[str]


KINDS = (
    Kind("LitGPT metrics.csv", "step", frozenset({"iter", "step", "loss", "iter_time"})),
    Kind("Lightning metrics.csv", "step", frozenset({"step", "epoch"})),
    Kind("Bedrock step-wise metrics", "step_number", frozenset({"step_number", "epoch_number"})),
    Kind("Keras CSVLogger table", "epoch", frozenset({"epoch"})),
)
"""The first whose columns are all there is meant."""

_TRAIN = ("loss", "train_loss", "train_loss_step", "train/loss", "training_loss", "train_loss_epoch")
_VALID = ("val_loss", "valid_loss", "val/loss", "valid/loss", "validation_loss", "val_loss_epoch")
# A dump of a Hugging Face history has a `train_loss` too: the average of the whole run.
_FOREIGN = {"train_runtime", "eval_runtime", "eval_loss", "total_flos", "_step", "_runtime"}
_NOT_METRICS = re.compile(
    r"step|epoch|iter|step_number|epoch_number|iter_time|.*tokens|.*_time|time|timestamp|created_at|", re.IGNORECASE
)
_VERSIONED = (".", "lightning_logs", "csv", "logs/csv")


def recognise(piece: Piece) -> bool:
    """Whether the file is such a table, by its columns."""
    return kind(piece.header) is not None


def kind(header: Sequence[str]) -> Kind | None:
    """Which trainer's table has these columns."""
    names = set(header)
    if names & _FOREIGN or not names & {*_TRAIN, *_VALID}:
        return None
    return next((one for one in KINDS if one.told_by <= names), None)


def version_pieces(where: Path) -> list[Piece]:
    """The tables of the folder's `version_k`, which Lightning makes for each run.

    Raises:
        EvidenceError: one is broken; JobError: one is behind a symbolic link that leaves the folder.
    """
    found = []
    for path in (where / one for one in _VERSIONED):
        versions = folder.entries(path) if path.is_dir() else []
        found += [one / METRICS for one in versions if re.fullmatch(r"version_[0-9]{1,9}", one.name)]
    own = [path for path in found if path.is_file()]
    for path in own:
        folder.check_inside(path, where)
    return [opened(files.read(path, folder.MOST_BYTES)) for path in own]


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of one table.

    Raises:
        JobError: there are several, two runs in one, or a cell is no number.
    """
    if len(pieces) > 1:
        names = listed(piece.file.name for piece in pieces)
        raise JobError(f"{shown(where)}: {len(pieces)} runs' tables ({names}); point job: at one")
    [piece] = pieces
    of = kind(piece.header)
    if of is None:
        raise JobError(f"{piece.file.name}: not a table of a trainer that is known")
    found = _blanked(table.read(piece.file.name, piece.text))
    where_at, moved = _placed(found, of.axis)
    columns = _columns(found)
    series = {name: _series(found, where_at, name, column, of) for name, column in columns.items()}
    held = {name: zeros.doubted_in_table(one, series, found) for name, one in series.items() if len(one)}
    steps = [float(one.values.index[-1]) for one in held.values()]
    facts: dict[str, Fact] = {"steps": int(max(steps))} if steps and of.axis != "epoch" else {}
    notes = (*table.notes(found), *moved, *_dead(found, where_at, columns, of), *_unread(found, columns), endings.OPEN)
    return Job(of.name, where, (piece.file.digest,), facts, endings.judged(held), notes)


def _blanked(found: Table) -> Table:
    """The table without the `NA` that Keras writes for what an epoch did not measure."""
    texts = (column for column in found.columns if isinstance(column, tuple))
    blanked = [tuple("" if cell == "NA" else cell for cell in cells) for cells in texts]
    return replace(found, columns=blanked or found.columns)


def _placed(found: Table, axis: str) -> "tuple[NDArray[np.float64], tuple[str, ...]]":
    """The steps of the rows; a last row that goes back to hold a validation alone is of the end.

    LitGPT logs its final validation without a step, and the logger makes one up.
    """
    where = table.steps(found, axis)
    back = [int(k) + 1 for k in (where[1:] < where[:-1]).nonzero()[0]]
    if not back:
        return where, ()
    if back == [len(where) - 1] and _validates_alone(found, len(where) - 1):
        note = f"{found.name}: the last validation was logged without its step, read as of step {number(where[-2], 12)}"
        moved = where.copy()
        moved[-1] = where[-2]
        return moved, (note,)
    k = back[0]
    raise JobError(
        f"{found.name}:{found.lines[k]}: {axis} goes back from {number(where[k - 1], 12)} to {number(where[k], 12)}: "
        "two runs in one file; keep the rows of one"
    )


def _validates_alone(found: Table, row: int) -> bool:
    metrics = {column for column in found.header if not _NOT_METRICS.fullmatch(column)}
    measured = {column for column in metrics if not table.blank(found, column)[row]}
    return bool(measured) and all(column.startswith("val") for column in measured)


def _columns(found: Table) -> dict[str, str]:
    """The columns to read by metric; of those that are one metric the most fine-grained."""
    chosen: dict[str, str] = {}
    for metric, names in (("train_loss", _TRAIN), ("valid_loss", _VALID)):
        there = [name for name in names if name in found.header]
        if there:
            chosen[metric] = there[0]
    others = [c for c in found.header if not _NOT_METRICS.fullmatch(c) and c not in {*_TRAIN, *_VALID}]
    return {**chosen, **{column: column for column in others if _is_numeric(found, column)}}


def _is_numeric(found: Table, column: str) -> bool:
    try:
        return bool(table.readings(found, column).there.any())
    except JobError:
        return False


def _series(found: Table, where: "NDArray[np.float64]", name: str, column: str, of: Kind) -> Series:
    readings = table.readings(found, column)
    points = table.points(where, zeros.told_apart(readings, found)[0] if name == "train_loss" else readings)
    axis: Literal["step", "epoch"] = "epoch" if of.axis == "epoch" else "step"
    full = column.startswith("val") and not column.endswith("_step")
    return build(
        name,
        column,
        points,
        file=found.name,
        axis=axis,
        full_set=full,
        # The final validation may repeat the step of the last regular one.
        appended=full,
    )


def _dead(found: Table, where: "NDArray[np.float64]", columns: Mapping[str, str], of: Kind) -> tuple[str, ...]:
    if "train_loss" not in columns:
        return ()
    _, lost = zeros.told_apart(table.readings(found, columns["train_loss"]), found)
    return zeros.notes(found.name, where[lost].tolist(), of.axis)


def _unread(found: Table, columns: Mapping[str, str]) -> tuple[str, ...]:
    left = [c for c in found.header if not _NOT_METRICS.fullmatch(c) and c not in {*columns.values(), *_TRAIN, *_VALID}]
    words = [quoted(c) for c in left if not table.blank(found, c).all()]
    return (f"{found.name}: columns that are not numbers are not read: {listed(words)}",) if words else ()
