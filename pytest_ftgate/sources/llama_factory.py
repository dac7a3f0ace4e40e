"""LLaMA-Factory's `trainer_log.jsonl`."""

import math
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import JobError
from ..files import shown
from ..job import Job
from ..wording import listed
from . import objects, progress
from .history import History, reading
from .pieces import Piece
from .progress import Logged
from .rows import Group, Packer, Rows, in_groups, without_null

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STEPS = ("current_steps", "step")
_NAMES = {"accuracy": "rewards/accuracies", "lr": "learning_rate"}
_LEFT_OUT = {*_STEPS, "total_steps", "percentage", "elapsed_time", "remaining_time", "throughput", "total_tokens"}


def recognise(piece: Piece) -> bool:
    """Whether the file's first row counts steps as LLaMA-Factory does."""
    row = progress.first(piece)
    own = "current_steps" in row or bool(row.keys() & {"loss", "epoch"})
    return own and _count(row, "total_steps") is not None and _step(row) is not None


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of one log.

    Raises:
        JobError: there are several, two runs in one, or a row that is not one of the log's.
    """
    if len(pieces) > 1:
        names = listed(piece.file.name for piece in pieces)
        raise JobError(f"{shown(where)}: {len(pieces)} LLaMA-Factory logs ({names}); point job: at one")
    file = pieces[0].file
    rows = _rows(pieces[0])
    steps, planned = _placed(file.name, rows)
    history = History(in_groups([part for group in rows.groups for part in _translated(group)], steps))
    return progress.job("LLaMA-Factory trainer_log.jsonl", where, file, history, planned)


def _rows(piece: Piece) -> Rows:
    """The rows of a log, which are not packed yet where it has but one, or a line that is no row."""
    if isinstance(piece.data, Rows):
        return piece.data
    packer = Packer(array("q"))
    for line, logged in progress.objects_of(piece):
        if _step(logged) is None or _count(logged, "total_steps") is None:
            raise _without_place(piece.file.name, line)
        packer.add(line, logged)
    return packer.packed()


def _placed(name: str, rows: Rows) -> "tuple[array[float], array[float]]":
    """The step of each row, and the steps that were planned then."""
    import numpy as np

    placed = np.full((2, len(rows)), math.nan)
    for group in rows.groups:
        places = np.asarray(group.places)
        own, other = (_counts(group, key) for key in _STEPS)
        placed[:, places] = np.where(np.isnan(own), other, own), _counts(group, "total_steps")
    without = np.isnan(placed).any(axis=0)
    if without.any():
        raise _without_place(name, rows.at[int(without.argmax())])
    steps, planned = (array("d", one.tobytes()) for one in placed)
    return steps, planned


def _without_place(name: str, line: float) -> JobError:
    return JobError(f"{name}:{line}: a row without current_steps and total_steps")


def _counts(group: Group, key: str) -> "NDArray[np.float64]":
    """The whole numbers from 0 on in a column, NaN where there is none."""
    import numpy as np

    if key not in group.columns:
        return np.full(len(group.places), math.nan)
    values = reading(group.columns[key]).values
    counts: NDArray[np.float64] = np.where(np.isfinite(values) & (values >= 0) & (values % 1 == 0), values, math.nan)
    return counts


def _translated(group: Group) -> Iterator[Group]:
    told = Group(group.places, {key: column for key, column in group.columns.items() if key not in _LEFT_OUT})
    # Older versions write null for everything that a row does not hold.
    for part in without_null(told):
        yield Group(part.places, {_NAMES.get(key, key): column for key, column in part.columns.items()})


def _step(row: Logged) -> int | None:
    return next((step for key in _STEPS if (step := _count(row, key)) is not None), None)


def _count(row: Logged, key: str) -> int | None:
    value = objects.number(row.get(key))
    return int(value) if value is not None and value >= 0 and value.is_integer() else None
