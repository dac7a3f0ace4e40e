"""Jobs of other providers as their SDKs dump them: Together's list of metrics, Mistral's job."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import JobError
from ..files import shown
from ..job import Fact, Job
from ..series import build
from ..wording import listed, quoted
from . import endings, huggingface_rows, objects
from .history import Row
from .pieces import Piece

_PLACES = ("train/global_step", "eval/global_step", "global_step")
_MEASURED = ("train_loss", "valid_loss", "valid_mean_token_accuracy")

Object = Mapping[str, object]


def is_together(piece: Piece) -> bool:
    """Whether the file is what `fine_tuning.list_metrics` returned."""
    rows = objects.record(piece.data).get("metrics")
    return isinstance(rows, list) and any("train/global_step" in objects.record(row) for row in rows)


def is_mistral(piece: Piece) -> bool:
    """Whether the file is a Mistral job with its checkpoints."""
    job = objects.record(piece.data)
    found = [objects.record(one) for one in _checkpoints(job)]
    return "status" in job and any("step_number" in one and "metrics" in one for one in found)


def read_together(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of one list of metrics.

    Raises:
        JobError: there are several, a row has no step, or a value is not a number.
    """
    piece = _the_one(where, pieces)
    rows = list(_rows(piece))
    series = huggingface_rows.series(rows, piece.file.name)
    return Job(
        source="Together metrics",
        where=where,
        files=(piece.file.digest,),
        facts={"steps": int(max(row.step for row in rows))},
        series=endings.judged(series),
        notes=("this list does not say whether the job succeeded",),
    )


def read_mistral(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of one dump.

    Raises:
        JobError: there are several, or a checkpoint without step or with a value that is not a number.
    """
    piece = _the_one(where, pieces)
    job = objects.record(piece.data)
    points: dict[str, list[tuple[float, float]]] = {metric: [] for metric in _MEASURED}
    for one in map(objects.record, _checkpoints(job)):
        step = _finite(one.get("step_number"))
        if step is None:
            raise JobError(f"{piece.file.name}: a checkpoint has no step_number")
        for metric, value in objects.record(one.get("metrics")).items():
            if metric in points and value is not None:
                points[metric].append((step, _value(piece, metric, value)))
    series = {name: build(name, name, sorted(found), file=piece.file.name) for name, found in points.items() if found}
    facts = _facts(job, [step for found in points.values() for step, _ in found])
    return Job(
        source="Mistral job",
        where=where,
        files=(piece.file.digest,),
        facts=facts,
        series=endings.judged(series),
        refused=_refused(job),
        unfinished=_unfinished(piece, facts),
    )


def _the_one(where: Path, pieces: Sequence[Piece]) -> Piece:
    if len(pieces) > 1:
        raise JobError(
            f"{shown(where)}: {len(pieces)} jobs ({listed(piece.file.name for piece in pieces)}); point job: at one"
        )
    return pieces[0]


def _rows(piece: Piece) -> Iterator[Row]:
    rows = objects.record(piece.data).get("metrics")
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        logged = objects.record(row)
        step = next((step for key in _PLACES if (step := _finite(logged.get(key))) is not None), None)
        if step is None:
            raise JobError(f"{piece.file.name}: row {place + 1} of its metrics has no global_step")
        # Null is what a row of the training says of the evaluation's keys.
        held = {_key(key): value for key, value in logged.items() if value is not None and key not in _PLACES}
        yield Row(place, step, held)


def _key(key: str) -> str:
    return f"eval_{key.removeprefix('eval/')}" if key.startswith("eval/") else key.removeprefix("train/")


def _checkpoints(job: Object) -> Sequence[object]:
    found = job.get("checkpoints")
    return found if isinstance(found, list) else []


def _facts(job: Object, steps: Sequence[float]) -> dict[str, Fact]:
    told = {"job_id": "id", "model": "fine_tuned_model", "base_model": "model"}
    facts: dict[str, Fact] = {name: text for name, key in told.items() if (text := objects.word(job.get(key)))}
    if status := objects.word(job.get("status")):
        facts["status"] = "succeeded" if status == "SUCCESS" else status.casefold()
    planned = _finite(objects.record(job.get("hyperparameters")).get("training_steps"))
    tokens = _finite(job.get("trained_tokens"))
    counts = {"steps": max(steps, default=None), "planned_steps": planned, "trained_tokens": tokens}
    return {**facts, **{name: int(count) for name, count in counts.items() if count is not None}}


def _refused(job: Object) -> str:
    status = job.get("status")
    return "" if status == "SUCCESS" else f"job {quoted(str(job.get('id')))} is {quoted(str(status))}, not SUCCESS"


def _unfinished(piece: Piece, facts: Mapping[str, Fact]) -> str:
    done, planned = facts.get("steps", 0), facts.get("planned_steps", 0)
    if not isinstance(done, int) or not isinstance(planned, int) or planned - done <= 0.1 * planned:
        return ""
    return f"{piece.file.name}: its last checkpoint is of step {done} of {planned}"


def _finite(value: object) -> float | None:
    found = objects.number(value)
    return found if found is not None and math.isfinite(found) and found >= 0 else None


def _value(piece: Piece, metric: str, value: object) -> float:
    found = objects.measured(value)
    if found is None:
        raise JobError(f"{piece.file.name}: {quoted(repr(value))} under {quoted(metric)} is not a number")
    return found
