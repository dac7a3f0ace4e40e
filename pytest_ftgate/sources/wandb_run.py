"""A Weights & Biases run: its log on disk, its summary on disk, or what the server has of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import JobError
from ..files import File, shown
from ..job import Job
from ..wording import listed, plain, quoted
from . import extras, logged, objects, wandb_log
from .logged import Entry
from .pieces import Piece

_STEP = "train/global_step"
_OWN = ("_step", "_runtime", "_timestamp", "_wandb", _STEP)
_OF_A_RUN = ("train_runtime", "train/train_runtime")
# In a row without a loss TRL logs these with the run's summary: what was left of steps that no row tells of.
_LEFT_OVER = ("train/mean_token_accuracy", "train/entropy")
_FINISHED = {"finished": "succeeded"}

Row = Mapping[str, object]


@dataclass
class _Run:
    """What the records of one run say."""

    id: str = ""
    rows: list[Row] = field(default_factory=list)
    summary: dict[str, object] = field(default_factory=dict)
    exit_code: int | None = None


def recognise(piece: Piece) -> bool:
    """Whether the file is the log of a run, or its summary."""
    return (piece.binary and wandb_log.is_log(piece.file.data)) or _is_summary(piece)


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of a run's files: its log, or, where there is none, its summary.

    Raises:
        JobError: the files are of several runs, the log is damaged, or the library is not installed.
    """
    mine = [piece for piece in pieces if recognise(piece)]
    found = [piece for piece in mine if piece.binary] or mine
    if len(found) > 1:
        names = listed((shown(piece.file.path) for piece in found), most=12)
        raise JobError(
            f"{shown(where)}: {len(found)} Weights & Biases runs in one folder; point job: at one of {names}"
        )
    return _of_log(where, found[0].file) if found[0].binary else _of_summary(where, found[0])


def fetch(run: str) -> Job:
    """The job of the run `entity/project/run`, as the server has it; asked for with the user's own login.

    Raises:
        JobError: the library is not installed, or the server does not give the run.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+/[\w.-]+", run):
        raise JobError(
            f"{quoted(run)} does not name a run: write ENTITY/PROJECT/RUN; a run on disk is named by its path"
        )
    with extras.needed("wandb", run):
        import wandb

        try:
            found = wandb.Api().run(run)
            rows: list[Row] = [dict(row) for row in found.scan_history()]
            summary: Row = dict(found.summary_metrics)
            state, identity = str(found.state), str(found.id)
        except (wandb.Error, ValueError, OSError) as e:
            said = plain(" ".join(str(e).split()))[:300]
            raise JobError(f"{quoted(run)}: Weights & Biases does not give this run: {said}") from None
    return of_server(run, rows, summary, state, identity)


def of_server(run: str, rows: Sequence[Row], summary: Row, state: str, identity: str) -> Job:
    """The job of what the server has of a run: its history, its summary, its state, and its id.

    Raises:
        JobError: a value is not a number under a key that is a number elsewhere, or a step is none.
    """
    metrics = logged.metrics(_entries(rows), run, latest=summary)
    status = _FINISHED.get(state, state)
    return Job(
        source="a Weights & Biases run",
        where=Path(run),
        files=(logged.digest(run, [rows, summary]),),
        facts={**metrics.facts, "status": status, "job_id": identity},
        series=metrics.series,
        notes=metrics.notes,
        refused="" if status == "succeeded" else f"{run}: the run's state is {quoted(status)}, not finished",
    )


def _of_log(where: Path, file: File) -> Job:
    run = _run(file)
    metrics = logged.metrics(_entries(run.rows), file.name, latest=run.summary)
    failed = f"{file.name}: the run ended with exit code {run.exit_code}" if run.exit_code else ""
    status = {None: "unfinished", 0: "succeeded"}.get(run.exit_code, "failed")
    facts = {"status": status, "job_id": run.id}
    return Job(
        source="a Weights & Biases log",
        where=where,
        files=(file.digest,),
        facts={**metrics.facts, **{name: value for name, value in facts.items() if value}},
        series=metrics.series,
        notes=metrics.notes,
        refused=failed,
        unfinished=""
        if run.exit_code is not None
        else f"{file.name}: the log does not say that the run ended: it died, still runs, or the file was cut",
    )


def _of_summary(where: Path, piece: Piece) -> Job:
    file, data = piece.file, objects.record(piece.data)
    # In a history these mark the row that sums up the run; here everything is one row.
    row = {tag: value for tag, value in data.items() if tag not in _OF_A_RUN}
    metrics = logged.metrics(_entries([row]), file.name, latest=data)
    return Job(
        source="a Weights & Biases summary",
        where=where,
        files=(file.digest,),
        facts=metrics.facts,
        series=metrics.series,
        notes=(*metrics.notes, "a summary holds last values only: no curve, and not whether the run ended well"),
    )


def _is_summary(piece: Piece) -> bool:
    own = objects.record(piece.data).keys() & {"_step", "_runtime", "_timestamp", "_wandb"}
    return len(own) > 1


def _run(file: File) -> _Run:
    run = _Run()
    with extras.needed("wandb", file.name):
        from google.protobuf.message import DecodeError
        from wandb.proto import wandb_internal_pb2

        for data in wandb_log.records(file):
            try:
                _note(run, wandb_internal_pb2.Record.FromString(data), file)
            except DecodeError:
                raise JobError(
                    f"{file.name}: a record is not what Weights & Biases writes: copy the file again"
                ) from None
    return run


def _note(run: _Run, record: Any, file: File) -> None:
    kind = record.WhichOneof("record_type")
    if kind == "run":
        run.id = record.run.run_id
    elif kind == "history":
        step = {"_step": record.history.step.num}
        run.rows.append({**step, **_values(record.history.item, file)})
    elif kind == "summary":
        run.summary.update(_values(record.summary.update, file))
    elif kind == "exit":
        run.exit_code = record.exit.exit_code


def _values(items: Iterable[object], file: File) -> Row:
    return {_name(item): _value(item, file) for item in items}


def _name(item: Any) -> str:
    return str(item.key or ".".join(item.nested_key))


def _value(item: Any, file: File) -> object:
    """A value as it was logged: newer versions write plain ones by their type, others as JSON."""
    fields = item.DESCRIPTOR.fields_by_name
    kind = item.WhichOneof("value") if "number" in fields else None
    if kind in ("boolean", "integer", "number", "text"):
        return getattr(item, kind)
    text = getattr(item, kind) if kind == "json" else item.value_json
    # An item without a value is one that is null.
    return objects.document(file.name, text) if text else None


def _entries(rows: Sequence[Row]) -> list[Entry]:
    """The rows at their optimizer steps; W&B's own step counts calls, and the trainer logs twice in one step."""
    own = not any(_STEP in row for row in rows)
    found: list[Entry] = []
    step = 0.0
    for row in rows:
        said = objects.number(row.get("_step" if own else _STEP))
        step = step if said is None else said
        unread = _OWN if own or "train/loss" in row else (*_OWN, *_LEFT_OVER)
        found.append(Entry(step, {tag: value for tag, value in row.items() if tag not in unread}))
    return found
