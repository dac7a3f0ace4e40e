"""LLaMA-Factory's `trainer_log.jsonl`."""

from collections.abc import Sequence
from pathlib import Path

from ..errors import JobError
from ..files import shown
from ..job import Job
from ..wording import listed
from . import objects, progress
from .huggingface_rows import Row
from .pieces import Piece
from .progress import Logged

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
    rows: list[Row] = []
    planned: list[int] = []
    for line, logged in progress.objects_of(pieces[0]):
        step, plan = _step(logged), _count(logged, "total_steps")
        if step is None or plan is None:
            raise JobError(f"{file.name}:{line}: a row without current_steps and total_steps")
        rows.append(Row(len(rows), step, _translated(logged)))
        planned.append(plan)
    return progress.job("LLaMA-Factory trainer_log.jsonl", where, file, rows, planned)


def _translated(logged: Logged) -> Logged:
    # Older versions write null for everything that a row does not hold.
    held = {key: value for key, value in logged.items() if value is not None and key not in _LEFT_OUT}
    return {_NAMES.get(key, key): value for key, value in held.items()}


def _step(row: Logged) -> int | None:
    return next((step for key in _STEPS if (step := _count(row, key)) is not None), None)


def _count(row: Logged, key: str) -> int | None:
    value = objects.number(row.get(key))
    return int(value) if value is not None and value >= 0 and value.is_integer() else None
