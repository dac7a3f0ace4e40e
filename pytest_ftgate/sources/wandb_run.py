"""A Weights & Biases run on disk: its log, the logs of its legs where it was resumed, or its summary."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import JobError
from ..files import File, shown
from ..job import Job
from ..wording import counted, listed, number, quoted
from . import extras, logged, objects, wandb_log
from .logged import Entry
from .pieces import Piece

# Where Hugging Face's trainers and Lightning log the optimizer step.
_STEPS = ("train/global_step", "trainer/global_step")
_OWN = ("_step", "_runtime", "_timestamp", "_wandb", *_STEPS)
_OF_A_RUN = ("train_runtime", "train/train_runtime")
# In a row without a loss TRL logs these with the run's summary: what was left of steps that no row tells of.
_LEFT_OVER = ("train/mean_token_accuracy", "train/entropy")

_NO_END = "the log does not say that the run ended: it died, still runs, or the file was cut"

Row = Mapping[str, object]


@dataclass
class _Run:
    """What the records of one log say: a run, or one leg of a run that was resumed."""

    file: File
    id: str = ""
    started: float = 0.0
    rows: list[Row] = field(default_factory=list)
    summary: dict[str, object] = field(default_factory=dict)
    exit_code: int | None = None


def recognise(piece: Piece) -> bool:
    """Whether the file is the log of a run, or its summary."""
    return (piece.binary and wandb_log.is_log(piece.file.data)) or _is_summary(piece)


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of a run's files: its log, or its legs' logs in the order of time, or, where there is none, its summary.

    Raises:
        JobError: the files are of several runs, a log is damaged, or the library is not installed.
    """
    mine = [piece for piece in pieces if recognise(piece)]
    logs = [piece.file for piece in mine if piece.binary]
    if logs:
        legs = sorted(map(_run, logs), key=lambda leg: leg.started)
        _refuse_two_runs(where, legs)
        return _of_legs(where, legs)
    if len(mine) > 1:
        raise _several(where, [shown(piece.file.path) for piece in mine])
    return _of_summary(where, mine[0])


def _refuse_two_runs(where: Path, legs: Sequence[_Run]) -> None:
    """Legs of one run have its id, and began at a time of their own."""
    apart = {leg.started for leg in legs}
    if len(legs) > 1 and (len({leg.id for leg in legs}) > 1 or not legs[0].id or len(apart) < len(legs)):
        raise _several(where, [f"{shown(leg.file.path)} (id {quoted(leg.id)})" for leg in legs])


def _several(where: Path, names: Sequence[str]) -> JobError:
    found = f"{shown(where)}: {len(names)} Weights & Biases runs in one folder"
    return JobError(f"{found}; point job: at one of {listed(names, most=12)}")


def _of_legs(where: Path, legs: Sequence[_Run]) -> Job:
    last = legs[-1]
    name = last.file.name if len(legs) == 1 else shown(where)
    joined, resumed = _joined(legs)
    summary = {key: value for leg in legs for key, value in leg.summary.items()}
    metrics = logged.metrics(joined, name, latest=summary)
    failed = f"{last.file.name}: the run ended with exit code {last.exit_code}" if last.exit_code else ""
    status = {None: "unfinished", 0: "succeeded"}.get(last.exit_code, "failed")
    facts = {"status": status, "job_id": last.id}
    return Job(
        source="a Weights & Biases log",
        where=where,
        files=tuple(leg.file.digest for leg in legs),
        facts={**metrics.facts, **{name: value for name, value in facts.items() if value}},
        series=metrics.series,
        notes=(*resumed, *metrics.notes),
        refused=failed,
        unfinished="" if last.exit_code is not None else f"{last.file.name}: {_NO_END}",
    )


def _joined(legs: Sequence[_Run]) -> tuple[list[Entry], tuple[str, ...]]:
    """What the legs logged, without what a later leg did over again, and what to say of it."""
    found = entries(legs[0].rows)
    dropped = 0
    for leg in legs[1:]:
        new = entries(leg.rows, found[-1].step if found else 0.0)
        first = min((entry.step for entry in new), default=math.inf)
        if found and first <= found[0].step:
            raise JobError(
                f"{shown(leg.file.path)}: starts again at step {number(first)}, as the log before it did: two runs of "
                f"one id, {quoted(leg.id)}; point job: at one log"
            )
        kept = [entry for entry in found if entry.step < first]
        dropped += len(found) - len(kept)
        found = [*kept, *new]
    said = f"the run was resumed: {counted(len(legs), 'log')} of it are read in the order of their start"
    over = f", {counted(dropped, 'row')} of steps that were done over again dropped" if dropped else ""
    return found, (f"{said}{over}",) if len(legs) > 1 else ()


def _of_summary(where: Path, piece: Piece) -> Job:
    file, data = piece.file, objects.record(piece.data)
    # In a history these mark the row that sums up the run; here everything is one row.
    row = {tag: value for tag, value in data.items() if tag not in _OF_A_RUN}
    metrics = logged.metrics(entries([row]), file.name, latest=data)
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
    run = _Run(file)
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
        run.started = record.run.start_time.seconds + record.run.start_time.nanos / 1e9
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


def entries(rows: Sequence[Row], begun: float = 0.0) -> list[Entry]:
    """A history at its optimizer steps, of which the first may be `begun`; W&B's own step counts calls.

    The trainer logs twice in one step.
    """
    key = next((step for step in _STEPS if any(step in row for row in rows)), "_step")
    found: list[Entry] = []
    step = begun
    for row in rows:
        said = objects.number(row.get(key))
        step = step if said is None else said
        unread = _OWN if key == "_step" or "train/loss" in row else (*_OWN, *_LEFT_OVER)
        found.append(Entry(step, {tag: value for tag, value in row.items() if tag not in unread}))
    return found
