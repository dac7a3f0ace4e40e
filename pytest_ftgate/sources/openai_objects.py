"""Saved objects of the OpenAI fine-tuning API: a job, its events and its checkpoints, however they were saved."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..checkpoints import Checkpoint
from ..errors import JobError
from ..wording import listed, number, quoted
from . import objects
from .pieces import Piece
from .rows import Rows

Object = Mapping[str, object]

JOB, EVENT, CHECKPOINT = "fine_tuning.job", "fine_tuning.job.event", "fine_tuning.job.checkpoint"

_KINDS = (JOB, EVENT, CHECKPOINT)
_TERMINAL = ("succeeded", "failed", "cancelled")
_SUCCESS = re.compile(r"succeeded|successfully completed", re.IGNORECASE)
_CREATED = re.compile(r"Created fine-tuning job: (ftjob-[A-Za-z0-9-]+)")


@dataclass(frozen=True)
class Saved:
    """One object, and the page it came in.

    Attributes:
        kind: what its `object` says.
        content: the object.
        file: the file it was read from, as messages show it.
        page: a number for the page it came in, the same for all objects of a page.
        more: whether its page says that there are more.
    """

    kind: str
    content: Object = field(repr=False)
    file: str
    page: int
    more: bool


class Logged(NamedTuple):
    """What one event or checkpoint logs: its step, and values by their names there."""

    step: float
    values: Mapping[str, object]
    saved: Saved


def recognise(piece: Piece) -> bool:
    """Whether the file holds such an object."""
    return next(saved([piece]), None) is not None


def saved(pieces: Sequence[Piece]) -> Iterator[Saved]:
    """Every object in the files: alone, in a list, in pages, by line, or under keys of the saver's own."""
    page = 0
    for piece in pieces:
        for content, more, first in _walked(piece.data, False, 4):
            page += first
            yield Saved(str(content["object"]), content, piece.file.name, page, more)


def the_job(found: Sequence[Saved]) -> Object | None:
    """The job's object; of several copies the most advanced.

    Raises:
        JobError: the objects are of more than one job.
    """
    jobs = [one.content for one in found if one.kind == JOB]
    _refuse_two_jobs(found)
    return max(jobs, key=_advance, default=None)


def metrics(found: Sequence[Saved]) -> list[Logged]:
    """The metrics events in the order of their steps.

    Raises:
        JobError: an event that has metrics has no step.
    """
    logged = []
    for one in (one for one in found if one.kind == EVENT):
        data = objects.record(one.content.get("data"))
        if one.content.get("type") in ("metrics", None) and data:
            step = objects.number(data.get("step"))
            if step is None:
                raise JobError(f"{one.file}: the metrics event {_id(one.content)} has no step")
            logged.append(Logged(step, {**_scores(data), **_flat(data)}, one))
    return sorted(logged, key=lambda event: event.step)


def checkpoint_metrics(found: Sequence[Saved]) -> list[Logged]:
    """The checkpoints in the order of their steps.

    Raises:
        JobError: a checkpoint has no step number.
    """
    logged = []
    for one in (one for one in found if one.kind == CHECKPOINT):
        step = objects.number(one.content.get("step_number"))
        if step is None:
            raise JobError(f"{one.file}: the checkpoint {_id(one.content)} has no step_number")
        metrics = objects.record(one.content.get("metrics"))
        numbers = {key: value for key, value in metrics.items() if key != "step" and value is not None}
        logged.append(Logged(step, numbers, one))
    return sorted(logged, key=lambda checkpoint: checkpoint.step)


def checkpoints(found: Sequence[Saved]) -> tuple[Checkpoint, ...]:
    """The checkpoints that have a model id to use them by, in the order of their steps.

    Raises:
        JobError: a step is none, or two model ids are of one step.
    """
    by_step: dict[float, Checkpoint] = {}
    for step, _, one in checkpoint_metrics(found):
        if not (math.isfinite(step) and step >= 0 and step.is_integer()):
            raise JobError(f"{one.file}: the checkpoint {_id(one.content)} is of step {number(step)}, which is none")
        if name := objects.word(one.content.get("fine_tuned_model_checkpoint")):
            before = by_step.setdefault(step, Checkpoint(step, name))
            if before.name != name:
                both = listed([quoted(before.name), quoted(name)])
                raise JobError(f"{one.file}: two checkpoints of step {number(step, 9)}: {both}; files of two jobs?")
    return tuple(by_step.values())


def failure(found: Sequence[Saved]) -> str:
    """What the newest error event says, where no later event says that the job succeeded."""
    events = [one for one in found if one.kind == EVENT]
    ended = [_created(one) for one in events if _SUCCESS.search(str(one.content.get("message")))]
    errors = [one for one in events if one.content.get("level") == "error" and _created(one) >= max(ended, default=0.0)]
    newest = max(errors, key=_created, default=None)
    return f"{newest.file}: the job's events end in an error: {_said(newest)}" if newest else ""


def _walked(data: object, more: bool, depth: int) -> Iterator[tuple[Object, bool, bool]]:
    """Objects as (object, whether its page has more, whether it is the first of its page)."""
    if isinstance(data, dict):
        if data.get("object") in _KINDS:
            yield data, more, True
        elif isinstance(data.get("data"), list):
            yield from _page(data["data"], data.get("has_more") is True, depth)
        elif depth:
            for value in data.values():
                yield from _walked(value, False, depth - 1)
    elif isinstance(data, list | Rows) and depth:
        # A row without the key, and with nothing in it, holds no such object.
        yield from _page(data if isinstance(data, list) else data.deep("object"), more, depth)


def _page(items: Iterable[object], more: bool, depth: int) -> Iterator[tuple[Object, bool, bool]]:
    first = True
    for item in items:
        for content, has_more, begins in _walked(item, more, depth - 1):
            plain = objects.record(item).get("object") in _KINDS
            yield content, has_more, first if plain else begins
            first = False


def _refuse_two_jobs(found: Sequence[Saved]) -> None:
    ids: dict[str, str] = {}
    for one in found:
        if identity := _job_id(one):
            ids.setdefault(identity, one.file)
    if len(ids) > 1:
        shown = listed(f"{quoted(identity)} in {file}" for identity, file in ids.items())
        raise JobError(f"files of {len(ids)} jobs are mixed: {shown}; keep those of one")


def _job_id(one: Saved) -> str | None:
    if one.kind == JOB:
        return objects.word(one.content.get("id")) or "a job without an id"
    if one.kind == CHECKPOINT:
        return objects.word(one.content.get("fine_tuning_job_id"))
    created = _CREATED.search(str(one.content.get("message")))
    return created[1] if created else None


def _advance(job: Object) -> tuple[bool, float, bool]:
    times = [objects.number(job.get(key)) or 0.0 for key in ("updated_at", "finished_at")]
    # Of two that ended at the same time, the one that failed is believed.
    return job.get("status") in _TERMINAL, max(times), job.get("status") != "succeeded"


def _created(event: Saved) -> float:
    return objects.number(event.content.get("created_at")) or 0.0


def _said(event: Saved) -> str:
    return quoted(str(event.content.get("message")), 200)


def _flat(data: Object) -> dict[str, object]:
    kept = {key: value for key, value in data.items() if key not in ("step", "total_steps")}
    return {key: value for key, value in kept.items() if not isinstance(value, dict | list)}


def _scores(data: Object) -> dict[str, object]:
    scores = objects.record(data.get("scores"))
    names = {"train_reward_mean": "train_mean_reward", "valid_reward_mean": "valid_mean_reward"}
    return {name: scores[key] for key, name in names.items() if key in scores}


def _id(content: Object) -> str:
    return quoted(str(content.get("id")))
