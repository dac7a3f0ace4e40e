"""The `all_results.json`, `eval_results.json` and `train_results.json` that Hugging Face scripts save beside the state.

They hold the evaluation that a script ran after training, which the saved state often does not. With
`load_best_model_at_end` that evaluation is of the best checkpoint, not of the end of the curve: then it is told and not
read.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..errors import JobError
from ..wording import number, quoted
from . import objects
from .hf_checkpoints import marked, split
from .history import Row
from .huggingface_rows import run_average
from .pieces import Piece

State = Mapping[str, object]
Results = Mapping[str, object]

_TIMED = re.compile(r"eval_(?:(.+)_)?runtime")
# Older trainers round the epochs of their rows to two decimals.
_SAME_EPOCH = 0.011
_SAME_VALUE = 1e-4


def recognise(piece: Piece) -> bool:
    """Whether the file is what `save_metrics` writes: one object with the runtime of a training or an evaluation."""
    data = piece.data
    if not isinstance(data, dict) or data.keys() & {"log_history", "step", "_runtime", "_step"}:
        return False
    return "train_runtime" in data or any(map(_TIMED.fullmatch, data))


class Merged(NamedTuple):
    """A history and the results that were saved beside it.

    Attributes:
        rows: the history with the final evaluation that the results add.
        notes: what to say of them.
        used: the files that were used.
        measured: every evaluation in them, which ran after training.
    """

    rows: list[Row]
    notes: list[str]
    used: list[Piece]
    measured: list[Row]


def merged(state: State, rows: Sequence[Row], pieces: Sequence[Piece], *, finished: bool) -> Merged:
    """The history and its saved results.

    `finished` says that the state is of the end of its run.

    Raises:
        JobError: the results are of another run, or contradict each other.
    """
    mine, notes = [], []
    for piece in pieces:
        if said := _not_of_the_end(state, rows, piece, finished=finished):
            notes.append(said)
        else:
            mine.append(piece)
    values, names = _joined(mine)
    curve, told = of_the_curve(rows, split(rows), state)
    added = [Row(len(rows) + k, _end(state, rows), one) for k, one in enumerate(_evaluations(values))]
    kept = []
    for row in added:
        if _repeats(rows, row):
            continue
        if said := _told_apart(state, curve, row, names):
            notes.append(said)
        kept += [] if said else [row]
    return Merged([*curve, *kept], [*told, *notes], mine, added)


def of_the_curve(
    rows: Sequence[Row], parts: tuple[Sequence[Row], Sequence[Row]], state: State | None = None, axis: str = "step"
) -> tuple[list[Row], list[str]]:
    """The rows without an evaluation after training that is of other weights than the end's, and what to say of it.

    It has the step of the end, so that it would take the place of the last evaluation of the curve. `parts` are the
    rows of the training, and those that may be such evaluations.
    """
    training, after = parts
    told = {row.place: _told_apart(state or {}, training, row, "the evaluation after training", axis) for row in after}
    return [row for row in rows if not told.get(row.place)], list(filter(None, told.values()))


def _not_of_the_end(state: State, rows: Sequence[Row], piece: Piece, *, finished: bool) -> str:
    """Why the results are left out though they are not another run's, or nothing."""
    name, results = piece.file.name, objects.record(piece.data)
    _refuse_another_average(rows, piece)
    epoch, end = objects.number(results.get("epoch")), _epoch(state, rows)
    if epoch is None or end is None:
        return f"{name} says no epoch, so which weights it measured is not known: not read"
    if abs(epoch - end) <= _SAME_EPOCH:
        return ""
    where = f"{name} is of epoch {number(epoch, 6)}, the trainer's state of epoch {number(end, 6)}"
    if finished or not epoch > end:
        raise JobError(f"{where}: results of another run, or of before a resume; move them, or point job: at one file")
    return f"{where}: not read"


def _refuse_another_average(rows: Sequence[Row], piece: Piece) -> None:
    own, theirs = run_average(rows), objects.number(objects.record(piece.data).get("train_loss"))
    if own is not None and theirs is not None and not _close(own, theirs):
        raise JobError(
            f"{piece.file.name}: its train_loss is {number(theirs)}, the state's {number(own)}: "
            "results of another run; move them, or point job: at one file"
        )


def _joined(pieces: Sequence[Piece]) -> tuple[dict[str, object], str]:
    values: dict[str, object] = {}
    first: dict[str, str] = {}
    for piece in pieces:
        for key, value in objects.record(piece.data).items():
            before = values.setdefault(key, value)
            if key.startswith("eval_") and repr(before) != repr(value):
                raise JobError(
                    f"{piece.file.name}: {quoted(key)} is another than in {first[key]}: "
                    "results of two evaluations; keep one"
                )
            first.setdefault(key, piece.file.name)
    evaluated = [name for key, name in first.items() if _TIMED.fullmatch(key)]
    return values, evaluated[0] if evaluated else ""


def _evaluations(values: Results) -> Iterator[dict[str, object]]:
    """One row for each validation set.

    With several sets a key without a set's name was overwritten by each in turn, so it is nobody's.
    """
    found = {key: value for key, value in values.items() if key.startswith("eval_") and not key.endswith("_samples")}
    sets = [timed[1] for key in found if (timed := _TIMED.fullmatch(key))]
    if len(sets) == 1:
        yield found
    elif sets and None in sets:
        named = tuple(f"eval_{one}_" for one in sets if one)
        yield {key: value for key, value in found.items() if not key.startswith(named)}
    for one in sets if len(sets) > 1 else ():
        if one:
            yield {key: value for key, value in found.items() if key.startswith(f"eval_{one}_")}


def _told_apart(state: State, rows: Sequence[Row], row: Row, name: str, axis: str = "step") -> str:
    """What to say of an evaluation that is not of the end of the curve; nothing of one that is."""
    key, found, logged = _comparable(rows, row)
    # One that is not finite is never left out: it must fail.
    if found is None or not math.isfinite(found) or not logged:
        return ""
    if _close(found, logged[-1][1]):
        return _of_the_best(state, row, f"{name}: {key} is {number(found)}", (logged[-1][0], logged[-1][1] == found))
    curve = f"{name}: {key} is {number(found)}, the last in the curve {number(logged[-1][1])}"
    earlier = [step for step, v in logged if _close(found, v)]
    if earlier:
        return f"{curve}: it is of the best checkpoint, {axis} {number(earlier[-1])}, loaded again after training"
    if state.get("best_model_checkpoint") or logged[-1][0] >= row.step:
        return f"{curve}: measured on other weights or data than the curve, and not read"
    return ""


def _of_the_best(state: State, row: Row, said: str, last: tuple[float, bool]) -> str:
    """What to say where the last evaluation of the curve is repeated: to the last digit, the weights are its own."""
    step, exactly = last
    best = marked(state)
    if not exactly or best is None or not best.step == step < row.step:
        return ""
    at = number(step)
    return f"{said}, as at step {at}: it is of the best checkpoint, step {at}, loaded again after training"


def _comparable(rows: Sequence[Row], row: Row) -> tuple[str, float | None, list[tuple[float, float]]]:
    """A metric of the evaluation that the curve has too, its loss if it can be, with the curve's points."""
    keys = sorted(filter(_measures, row.logged), key=lambda key: not key.endswith("loss"))
    for key in keys:
        logged = [(r.step, v) for r in rows if (v := objects.measured(r.logged.get(key))) is not None]
        if logged or not math.isfinite(objects.measured(row.logged[key]) or 0.0):
            return key, objects.measured(row.logged[key]), logged
    return "", None, []


def _repeats(rows: Sequence[Row], row: Row) -> bool:
    """Whether the state has this evaluation, so that reading it again adds nothing."""
    values = [value for key, value in row.logged.items() if _measures(key)]
    held = [r.logged for r in rows if r.step == row.step and r.logged.keys() >= {k for k in row.logged if _measures(k)}]
    return bool(values) and any(
        all(repr(r[key]) == repr(value) for key, value in row.logged.items() if _measures(key)) for r in held
    )


def _measures(key: str) -> bool:
    return not re.fullmatch(r".*(?:runtime|_per_second)", key)


def _end(state: State, rows: Sequence[Row]) -> float:
    done = objects.number(state.get("global_step"))
    return done if done is not None else max((row.step for row in rows), default=0.0)


def _epoch(state: State, rows: Sequence[Row]) -> float | None:
    own = objects.number(state.get("epoch"))
    logged = [epoch for row in rows if (epoch := objects.number(row.logged.get("epoch"))) is not None]
    return own if own is not None else max(logged, default=None)


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_SAME_VALUE, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))
