"""An OpenAI or Azure fine-tuning job from its saved objects and its result file."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeGuard

from ..checkpoints import Checkpoint, Shipped
from ..errors import JobError
from ..files import shown
from ..job import Fact, Job
from ..wording import listed, quoted
from . import endings, objects, openai_metrics, openai_objects, openai_results
from .openai_objects import Object
from .pieces import Piece

_ALONE = "a result file by itself does not say how the job ended, nor whether the file is whole"
_TERMS = ("n_epochs", "batch_size", "learning_rate_multiplier")


def recognise(piece: Piece) -> bool:
    """Whether the file is a result file or holds saved objects."""
    return openai_results.recognise(piece) or openai_objects.recognise(piece)


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job that the files are of.

    Raises:
        JobError: they are of several jobs or contradict each other, a page of events is missing, or one is broken.
    """
    tables = [piece for piece in pieces if openai_results.recognise(piece)]
    if len(tables) > 1:
        names = listed(piece.file.name for piece in tables)
        raise JobError(f"{shown(where)}: {len(tables)} result files ({names}); keep one, or point job: at one")
    saved = list(openai_objects.saved([piece for piece in pieces if not openai_results.recognise(piece)]))
    results, cut = openai_results.read(tables[0]) if tables else ({}, ())
    job = openai_objects.the_job(saved)
    series, notes = openai_metrics.merged(saved, results)
    progress = openai_metrics.progress(saved, series)
    refused = _refused(job) if job is not None else openai_objects.failure(saved)
    checkpoints = openai_objects.checkpoints(saved)
    end = _end(progress.facts, whole=bool(results or openai_objects.metrics(saved)))
    return Job(
        source="OpenAI job files",
        where=where,
        files=tuple(piece.file.digest for piece in pieces),
        facts={**_facts(job), **progress.facts},
        series=endings.judged(series),
        notes=(*cut, *notes, *(() if saved else (_ALONE,))),
        refused=refused,
        unfinished=progress.unfinished,
        checkpoints=checkpoints,
        shipped=_shipped(job, checkpoints, end) if job is not None and not refused else None,
    )


def _end(facts: Mapping[str, Fact], *, whole: bool) -> float | None:
    """The last step of training; `whole` says that metrics of all steps are there, not of checkpoints alone."""
    end = facts.get("planned_steps") or (facts.get("steps") if whole else None)
    return float(end) if end else None


def _shipped(job: Object, checkpoints: Sequence[Checkpoint], end: float | None) -> Shipped | None:
    """The step whose weights the job's model is: of the checkpoint with its id, else the last one."""
    model = job.get("fine_tuned_model")
    same = [one for one in checkpoints if one.name == model]
    if len(same) == 1:
        return Shipped(same[0].step, "the model id of its checkpoint is the job's fine_tuned_model")
    if same or end is None:
        return None
    return Shipped(end, "a job that succeeded hands on the model of its last step")


def _facts(job: Object | None) -> dict[str, Fact]:
    if job is None:
        return {}
    method = objects.record(job.get("method"))
    kind = objects.word(method.get("type"))
    terms = {**objects.record(objects.record(method.get(kind or "")).get("hyperparameters"))}
    terms.update(objects.record(job.get("hyperparameters")))
    told = {
        "job_id": job.get("id"),
        "status": job.get("status"),
        "model": job.get("fine_tuned_model"),
        "base_model": job.get("model"),
        "method": kind,
        "seed": job.get("seed"),
        "trained_tokens": job.get("trained_tokens"),
        "training_file": job.get("training_file"),
        "validation_file": job.get("validation_file"),
        **{name: terms.get(name) for name in _TERMS if _is_said(terms.get(name))},
    }
    return {name: value for name, value in told.items() if _is_fact(value)}


def _is_said(term: object) -> bool:
    """Whether a hyperparameter is a number that was chosen, and not `auto`, which is -1 at Azure."""
    return isinstance(term, int | float) and term >= 0


def _is_fact(value: object) -> TypeGuard[str | int | float]:
    if isinstance(value, int | float):
        return not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, str) and bool(value)


def _refused(job: Object) -> str:
    """Why a job that is not a healthy, finished one must not be judged, or nothing."""
    name = f"job {quoted(str(job.get('id')))}"
    status = job.get("status")
    error = _error(job.get("error"))
    if status != "succeeded":
        is_so = f"is {quoted(status)}, not succeeded" if isinstance(status, str) else "says no status"
        return f"{name} {is_so}{f': {error}' if error else ''}"
    if error:
        return f"{name} says succeeded, but carries an error: {error}"
    if not objects.word(job.get("fine_tuned_model")):
        return f"{name} says succeeded, but names no fine-tuned model"
    return ""


def _error(value: object) -> str:
    """The provider's error; an object whose fields are all null, or an empty one, is what healthy jobs carry."""
    if isinstance(value, dict):
        return quoted(": ".join(str(part) for key in ("code", "message") if (part := value.get(key))), 300)[1:-1]
    return quoted(str(value), 300) if value else ""
