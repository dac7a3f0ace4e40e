"""A Weights & Biases run as the server has it, asked for through the library and with the user's own login."""

import math
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import JobError
from ..job import Job
from ..wording import number, quoted
from . import deadline, extras, logged, objects
from .hosts import Access
from .wandb_run import Row, entries

_FINISHED = {"finished": "succeeded"}


@dataclass(frozen=True)
class Answer:
    """What the server has of a run: its state, its id, its history, and its last values."""

    state: str
    identity: str
    rows: Sequence[Row] = field(repr=False)
    summary: Row = field(default_factory=dict, repr=False)


def fetch(run: str, access: Access) -> Job:
    """The job of the run `entity/project/run`.

    Raises:
        JobError: the library is not installed, or the server does not give the run within the time there is.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+/[\w.-]+", run):
        raise JobError(
            f"{quoted(run)} does not name a run: write ENTITY/PROJECT/RUN; a run on disk is named by its path"
        )
    with extras.needed("wandb", run):
        # Its time is not the server's.
        import wandb  # noqa: F401

        return job(run, deadline.within(access.seconds, quoted(run), lambda: _asked(run, access)))


def job(run: str, answer: Answer) -> Job:
    """The job of what the server has.

    Raises:
        JobError: a value is not a number under a key that is a number elsewhere, or a step is none.
    """
    metrics = logged.metrics(entries(answer.rows), run, latest=answer.summary)
    status = _FINISHED.get(answer.state, answer.state)
    return Job(
        source="a Weights & Biases run",
        where=Path(run),
        files=(logged.digest(run, [answer.rows, answer.summary]),),
        facts={**metrics.facts, "status": status, "job_id": answer.identity},
        series=metrics.series,
        notes=metrics.notes,
        refused="" if status == "succeeded" else f"{run}: the run's state is {quoted(status)}, not finished",
        unfinished=_missing(run, answer),
    )


def _asked(run: str, access: Access) -> Answer:
    import wandb

    end = time.monotonic() + access.seconds
    try:
        found = wandb.Api(timeout=math.ceil(access.seconds)).run(run)
        if str(found.id) != run.rpartition("/")[2]:
            raise ValueError(f"the answer is of another run, {quoted(str(found.id))}")
        rows = [dict(row) for row in _until(end, found.scan_history())]
        return Answer(str(found.state), str(found.id), rows, dict(found.summary_metrics))
    except Exception as e:  # noqa: BLE001 - the library says nowhere what it raises of answers that it did not expect
        raise JobError(f"{quoted(run)}: Weights & Biases does not give this run: {extras.said(e)}") from None


def _until(end: float, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows; once nobody waits for them any more there are none, so that a history without end fills no memory."""
    for row in rows:
        if time.monotonic() > end:
            raise TimeoutError("its history did not end in time")
        yield row


def _missing(run: str, answer: Answer) -> str:
    """What to say of a history that ends before the last step that the summary knows of."""
    last = max((step for row in answer.rows if (step := objects.number(row.get("_step"))) is not None), default=-1.0)
    end = objects.number(answer.summary.get("_step"))
    if end is None or not last < end:
        return ""
    return f"{run}: the server's history ends at W&B's step {number(last)} of {number(end)}: rows are missing"
