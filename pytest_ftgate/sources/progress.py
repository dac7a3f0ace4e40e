"""A log to which a trainer appends one row at a time: what it says of the run's end, and the job it makes."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..checkpoints import Checkpoint
from ..errors import JobError
from ..files import File
from ..job import Fact, Job
from ..series import Series
from . import endings, hf_checkpoints, huggingface_rows, objects, zeros
from .history import History
from .pieces import Piece
from .rows import Rows

Logged = Mapping[str, object]


def first(piece: Piece) -> Logged:
    """The first object of a JSONL file; of anything else an empty one."""
    if not piece.text.lstrip().startswith("{"):
        return {}
    return objects.record(piece.data[0] if isinstance(piece.data, list | Rows) and piece.data else piece.data)


def objects_of(piece: Piece) -> Iterator[tuple[int, Logged]]:
    """The rows of a JSONL file with their line numbers.

    Raises:
        JobError: a line is not a JSON object.
    """
    if isinstance(piece.data, Rows):
        yield from zip(map(int, piece.data.at), piece.data, strict=True)
        return
    for line, value in objects.lines(piece.file.name, piece.text):
        if not isinstance(value, dict):
            raise JobError(f"{piece.file.name}:{line}: not a JSON object")
        yield line, value


def job(source: str, where: Path, file: File, rows: History, planned: Sequence[float], *told: Checkpoint | None) -> Job:
    """The job of a log of Hugging Face rows, each with the steps that were planned when it was written.

    `told` are the checkpoints that the log tells of, for where their folders are not beside it.

    Raises:
        JobError: the log starts again, or a value is not a number.
    """
    series = huggingface_rows.series(rows, file.name, appended=True)
    done, plan = int(rows[-1].step), int(planned[-1])
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
        series=endings.judged({name: zeros.doubted(one, series, rows) for name, one in series.items()}),
        notes=(f"{file.name}: the planned steps changed from {int(planned[0])} to {plan}",) if changed else (),
        unfinished=_unfinished(file.name, done, plan, series),
        checkpoints=hf_checkpoints.saved(file.path, done, *told),
    )


def _unfinished(name: str, done: int, plan: int, series: Mapping[str, Series]) -> str:
    loss = series.get("train_loss")
    every = endings.interval([float(step) for step in loss.values.index]) if loss is not None else 1.0
    if plan > 0 and plan - done <= min(every, 0.1 * plan):
        return ""
    return f"{name}: the log ends at step {done} of {plan}: unfinished, stopped early, or cut off"
