"""The `trainer_state.json` of Hugging Face's Trainer and of everything built on it: TRL, Unsloth, Axolotl, ..."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .. import files
from ..errors import JobError
from ..files import shown
from ..job import Fact, Job
from ..wording import listed
from . import endings, folder, hf_checkpoints, hf_results, huggingface_rows, objects, zeros
from .pieces import Piece, opened

_TYPICAL = {"learning_rate", "grad_norm", "eval_loss", "eval_runtime", "train_runtime"}

State = Mapping[str, object]


def recognise(piece: Piece) -> bool:
    """Whether the file holds a trainer's state or its history, under whatever name."""
    return next(_states(piece), None) is not None


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of a state file, or of an output folder's state files and saved results.

    The folder's own state counts, and without one the newest checkpoint's.

    Raises:
        JobError: the files are of two runs, the newest is broken, or a row of the history cannot be read.
    """
    states = [piece for piece in pieces if recognise(piece)]
    piece = states[0] if where.is_file() else _chosen(where, states)
    return _job(where, piece, _state(piece), [piece for piece in pieces if hf_results.recognise(piece)])


def checkpoint_pieces(where: Path) -> list[Piece]:
    """The states of the folder's checkpoints, oldest first; one that is not there is left to `read` to miss.

    Raises:
        EvidenceError: one is broken.
    """
    paths = [path / folder.STATE for path in folder.checkpoints(where).values()]
    return [opened(files.read(path, folder.MOST_BYTES)) for path in paths if path.is_file()]


def _states(piece: Piece) -> Iterator[State]:
    """The state that the data is, or those one level down."""
    data = piece.data
    if isinstance(data, dict) and not _as_state(data):
        yield from filter(None, map(_as_state, data.values()))
    # The lines of a JSONL file are other trainers' rows: their columns have to be named.
    elif (isinstance(data, dict) or piece.text.lstrip().startswith("[")) and (state := _as_state(data)):
        yield state


def _as_state(value: object) -> State | None:
    if isinstance(value, dict):
        return value if isinstance(value.get("log_history"), list) else None
    if not isinstance(value, list):
        return None
    rows = [objects.record(row) for row in value]
    typical = any(row.keys() & _TYPICAL and row.keys() & {"step", "epoch"} for row in rows)
    return {"log_history": value} if typical else None


def _state(piece: Piece) -> State:
    found = list(_states(piece))
    if len(found) != 1:
        raise JobError(f"{piece.file.name}: {len(found)} training histories in one file; keep the one to be judged")
    return found[0]


def _chosen(where: Path, pieces: Sequence[Piece]) -> Piece:
    own = [piece for piece in pieces if piece.file.path.parent == where]
    if len(own) > 1:
        names = listed(piece.file.name for piece in own)
        raise JobError(f"{shown(where)}: {len(own)} training histories in one folder ({names}); point job: at one file")
    saved = {number: path / folder.STATE for number, path in folder.checkpoints(where).items()}
    by_path = {piece.file.path: piece for piece in pieces}
    states = {number: by_path.get(path) for number, path in saved.items()}
    _refuse_two_runs(where, [*own, *filter(None, states.values())])
    newest = max(states, default=-1)
    for step, piece in states.items():
        if piece and _count(_state(piece), "global_step") not in (None, step):
            raise JobError(f"{piece.file.name}: its global_step is not {step}: another checkpoint's file")
    if own:
        return _not_older(own[0], newest)
    piece = states[newest]
    if piece is None:
        raise JobError(f"{shown(saved[newest])}: no such file: was the newest checkpoint saved half? Point job: at one")
    return piece


def _not_older(own: Piece, newest: int) -> Piece:
    done = _count(_state(own), "global_step")
    if done is not None and newest > done:
        raise JobError(
            f"{own.file.name}: it ends at step {done}, but there is a checkpoint-{newest}: "
            "a state of another run, or of before a resume; point job: at one file"
        )
    return own


def _refuse_two_runs(where: Path, pieces: Sequence[Piece]) -> None:
    seen: dict[str, tuple[str, Piece]] = {}
    for piece in pieces:
        for what, mark in _marks(_state(piece)).items():
            before, first = seen.setdefault(what, (mark, piece))
            if mark != before:
                raise JobError(
                    f"{shown(where)}: states of two runs in one folder: {first.file.name} and {piece.file.name} "
                    f"differ in their {what}; point job: at one file"
                )


def _marks(state: State) -> dict[str, str]:
    """What all states of one run have in common."""
    marks = {"max_steps": repr(state["max_steps"])} if "max_steps" in state else {}
    if history := _history(state):
        marks["first logged row"] = repr(sorted(objects.record(history[0]).items()))
    return marks


def _job(where: Path, piece: Piece, state: State, results: Sequence[Piece]) -> Job:
    file = piece.file
    logged = huggingface_rows.rows(_history(state), file.name)
    done, planned = _count(state, "global_step"), _count(state, "max_steps")
    stopped = _stopped(state)
    unfinished, note = _progress(done, planned, stopped, _tolerance(state, planned))
    ended = stopped or (done or 0) >= (planned or 1)
    found = hf_results.merged(state, logged, results, finished=ended)
    series = huggingface_rows.series(found.rows, file.name)
    steps = done if done is not None else int(max((row.step for row in found.rows), default=0))
    # Without a plan, or a count of what was done, nobody says that it ended.
    knows = done is not None and bool(planned)
    status = ("succeeded" if ended else "unfinished") if knows else None
    return Job(
        source=f"Hugging Face {folder.STATE}",
        where=where,
        files=(file.digest, *(one.file.digest for one in found.used)),
        facts=_facts(state, status, steps, huggingface_rows.run_average(found.rows)),
        series=endings.judged({name: zeros.doubted(one, series, found.rows) for name, one in series.items()}, steps),
        notes=(*filter(None, [note]), *found.notes, *huggingface_rows.lost_evaluations(found.rows)),
        unfinished=f"{file.name}: {unfinished}" if unfinished else "",
        checkpoints=hf_checkpoints.saved(file.path, steps, hf_checkpoints.marked(state)),
        shipped=hf_checkpoints.shipped(where, state, logged, found.measured, float(steps), finished=knows and ended),
    )


def _facts(state: State, status: str | None, steps: int, average: float | None) -> dict[str, Fact]:
    facts: dict[str, Fact | None] = {
        "status": status,
        "steps": steps,
        "planned_steps": _count(state, "max_steps") or None,
        "n_epochs": _epochs(state),
        "trained_tokens": _count(state, "num_input_tokens_seen") or None,
        "run_average_train_loss": average,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _progress(done: int | None, planned: int | None, stopped: bool, tolerance: float) -> tuple[str, str]:
    """Why the run is unfinished, or what to say of one that ended a little before its plan."""
    if done is None or not planned or done >= planned:
        return "", ""
    where = f"step {done} of {planned}"
    if stopped:
        return "", f"the trainer stopped early, at {where}"
    if planned - done > tolerance:
        return f"the run is at {where}: unfinished, or an earlier checkpoint's state", ""
    return "", f"the state is of {where}: the last checkpoint, not the very end"


def _tolerance(state: State, planned: int | None) -> float:
    every = state.get("save_steps")
    # A fraction is what the trainer keeps when it was given one, and says nothing in steps.
    saved = float(every) if isinstance(every, int) and not isinstance(every, bool) and every >= 1 else math.inf
    return min(saved, 0.1 * (planned or 0))


def _stopped(state: State) -> bool:
    control = objects.record(objects.record(state.get("stateful_callbacks")).get("TrainerControl"))
    return objects.record(control.get("args")).get("should_training_stop") is True


def _history(state: State) -> list[object]:
    history = state.get("log_history")
    return history if isinstance(history, list) else []


def _epochs(state: State) -> int | float | None:
    value = objects.number(state.get("num_train_epochs"))
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def _count(state: State, key: str) -> int | None:
    value = objects.number(state.get(key))
    return int(value) if value is not None and math.isfinite(value) and value >= 0 else None
