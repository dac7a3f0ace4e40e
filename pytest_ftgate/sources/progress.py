"""A log to which a trainer appends one row at a time: what it says of the run's end, and the job it makes."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import JobError
from ..files import File
from ..job import Fact, Job
from ..series import Series
from . import endings, huggingface_rows, objects
from .huggingface_rows import Row
from .pieces import Piece

Logged = Mapping[str, object]

_HEALTH = ("grad_norm", "entropy", "mean_token_accuracy", "token_acc")


def first(piece: Piece) -> Logged:
    """The first object of a JSONL file; of anything else an empty one."""
    if not piece.text.lstrip().startswith("{"):
        return {}
    return objects.record(piece.data[0] if isinstance(piece.data, list) and piece.data else piece.data)


def objects_of(piece: Piece) -> Iterator[tuple[int, Logged]]:
    """The rows of a JSONL file with their line numbers.

    Raises:
        JobError: a line is not a JSON object.
    """
    for line, value in objects.lines(piece.file.name, piece.text):
        if not isinstance(value, dict):
            raise JobError(f"{piece.file.name}:{line}: not a JSON object")
        yield line, value


def job(source: str, where: Path, file: File, rows: Sequence[Row], planned: Sequence[int]) -> Job:
    """The job of a log of Hugging Face rows, each with the steps that were planned when it was written.

    Raises:
        JobError: the log starts again, or a value is not a number.
    """
    series = huggingface_rows.series(rows, file.name, appended=True)
    done, plan = int(rows[-1].step), planned[-1]
    facts: dict[str, Fact | None] = {
        "status": "succeeded" if done >= plan > 0 else "unfinished",
        "steps": done,
        "planned_steps": plan,
        "run_average_train_loss": huggingface_rows.run_average(rows),
    }
    changed = min(planned) != max(planned)
    return Job(
        source=source,
        where=where,
        files=(file.digest,),
        facts={name: value for name, value in facts.items() if value is not None},
        series=endings.judged({name: doubted(one, series, rows) for name, one in series.items()}),
        notes=(f"{file.name}: the planned steps changed from {planned[0]} to {plan}",) if changed else (),
        unfinished=_unfinished(file.name, done, plan, series),
    )


def doubted(one: Series, series: Mapping[str, Series], rows: Sequence[Row]) -> Series:
    """`one`, marked unusable where its end may be a dead run's: a loss of 0 that nothing else vouches for.

    Hugging Face's trainer logs a loss that became NaN as 0, and only the gradient or an evaluation tells it apart.
    """
    if one.name != "train_loss" or not len(one) or one.values.iloc[-1] != 0:
        return one
    last = next((row for row in reversed(rows) if row.logged.get("loss") == 0), None)
    vouched = last is not None and any(key in last.logged for key in _HEALTH)
    return one if vouched or any(_alive(other, one) for other in series.values()) else replace(one, unusable=_DEAD)


_DEAD = (
    "its last loss is exactly 0, which is also how a run whose loss became NaN is logged, "
    "and no grad_norm or later evaluation tells them apart"
)


def _alive(other: Series, loss: Series) -> bool:
    if not other.name.startswith("valid_loss"):
        return False
    return bool(other.values.index[-1] >= loss.values.index[-1]) and math.isfinite(float(other.values.iloc[-1]))


def _unfinished(name: str, done: int, plan: int, series: Mapping[str, Series]) -> str:
    loss = series.get("train_loss")
    every = endings.interval([float(step) for step in loss.values.index]) if loss is not None else 1.0
    if plan > 0 and plan - done <= min(every, 0.1 * plan):
        return ""
    return f"{name}: the log ends at step {done} of {plan}: unfinished, stopped early, or cut off"
