"""Which checkpoints a Hugging Face trainer left, and which step's weights it hands on.

With `load_best_model_at_end` the trainer's last act is to load its best checkpoint again; the state does not say
whether it was on. What tells: a state without a best checkpoint had none to load; an evaluation after training
measures the weights that are there then. Where neither tells, what ships is not known.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..checkpoints import Checkpoint, Shipped
from ..errors import JobError
from ..wording import number, quoted
from . import folder, huggingface_rows, objects
from .history import Row

State = Mapping[str, object]

_NAME = re.compile(r"checkpoint-([0-9]{1,15})")
_BEST = "best_model_checkpoint"
_SAME_VALUE = 1e-4


def saved(file: Path, done: float, *told: Checkpoint | None) -> tuple[Checkpoint, ...]:
    """The `checkpoint-N` folders of the run whose state or log is `file`, up to its step `done`.

    Later ones are another run's, or of what the file does not tell. Where none is there, because the file was copied
    alone, they are those that it tells of. A folder that cannot be listed has none.
    """
    output = file.parent.parent if _NAME.fullmatch(file.parent.name) else file.parent
    try:
        there = folder.checkpoints(output)
    except JobError:
        there = {}
    known = [Checkpoint(float(step), path.name) for step, path in there.items()]
    by_step = {one.step: one for one in known or filter(None, told) if one.step <= done}
    return tuple(by_step[step] for step in sorted(by_step))


def marked(state: State, key: str = _BEST) -> Checkpoint | None:
    """The checkpoint that the state names under `key`, by its folder's name, or nothing."""
    name = _name(state.get(key))
    match = _NAME.fullmatch(name)
    step = float(match[1]) if match else objects.number(state.get("best_global_step")) if key == _BEST else None
    known = name and step is not None and math.isfinite(step) and step >= 0
    return Checkpoint(step, name) if known and step is not None else None


def shipped(
    where: Path, state: State, rows: Sequence[Row], results: Sequence[Row], done: float, *, finished: bool
) -> Shipped | None:
    """The step whose weights ship, or None where that is not known.

    Args:
        where: what `job:` names.
        state: the trainer's state.
        rows: its history, with nothing added.
        results: the evaluations of saved results, which ran after training.
        done: the last step of the state.
        finished: whether the state says that this is the end of training.
    """
    named = _named(where)
    if named is not None:
        return Shipped(done, "it is the checkpoint that job: names") if named == done else None
    curve, after = split(rows)
    measured = [*after, *results]
    told = _from_evaluation(marked(state), curve, measured, done)
    return told if told or not finished else _from_state(state, curve, measured, done)


def split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The history of the training, and the evaluations that were logged after its summary."""
    ends = [k for k, row in enumerate(rows) if huggingface_rows.is_summary(row.logged)]
    end = ends[-1] if ends else len(rows)
    return list(rows[:end]), [row for row in rows[end + 1 :] if any(_evaluated(row))]


def _name(path: object) -> str:
    # Written on another machine, maybe on Windows.
    return re.split(r"[/\\]", (objects.word(path) or "").rstrip("/\\"))[-1]


def _named(where: Path) -> float | None:
    """The number of the checkpoint that `where` is, or lies in."""
    match = _NAME.fullmatch(where.name if where.is_dir() else where.parent.name)
    return float(match[1]) if match else None


def _from_evaluation(
    best: Checkpoint | None, curve: Sequence[Row], measured: Sequence[Row], done: float
) -> Shipped | None:
    """What the evaluation after training tells: it repeats what was measured at one of two steps and not the other."""
    steps, last = _repeated(curve, measured), _last(curve, measured)
    if best is None or last is None or (best.step == last and not (last < done and _exactly(curve, measured, last))):
        return None
    said = f"the evaluation after training repeats that of step {number(best.step, 9)}, {quoted(best.name)[1:-1]}"
    if best.step == last:
        more = f"though training went on to step {number(done, 9)}"
        return Shipped(best.step, f"{said}, {more}: the best checkpoint was loaded again")
    if best.step in steps and last not in steps:
        return Shipped(
            best.step, f"{said}, and not that of step {number(last, 9)}: the best checkpoint was loaded again"
        )
    if last == done and last in steps and best.step not in steps:
        return Shipped(done, f"the evaluation after training repeats that of the last step, {number(done, 9)}")
    return None


def _from_state(state: State, curve: Sequence[Row], measured: Sequence[Row], done: float) -> Shipped | None:
    """What the state tells of a run whose evaluation after training, if any, does not speak against it."""
    last = _last(curve, measured)
    if last == done and last not in _repeated(curve, measured):
        return None
    best = marked(state)
    if best is not None and best.step == done:
        return Shipped(done, "the last step is the trainer's best checkpoint too")
    if _BEST in state and state[_BEST] is None:
        return Shipped(done, "training ended there, and the trainer marked no checkpoint as the best, so loaded none")
    return None


def _repeated(curve: Sequence[Row], measured: Sequence[Row]) -> set[float]:
    """The steps at which all that was measured after training had been measured with the same values."""
    found: list[set[float]] = []
    for key, value in _values(measured):
        logged = [(row.step, v) for row in curve if (v := objects.measured(row.logged.get(key))) is not None]
        if logged:
            found.append({step for step, v in logged if _same(v, value)})
    return set.intersection(*found) if found else set()


def _exactly(curve: Sequence[Row], measured: Sequence[Row], step: float) -> bool:
    """Whether all of it was measured at that step to the last digit, as other weights do not."""
    at = dict(_values([row for row in curve if row.step == step]))
    return all(at.get(key) == value for key, value in _values(measured))


def _last(curve: Sequence[Row], measured: Sequence[Row]) -> float | None:
    """The last step at which something was measured that was measured after training too."""
    keys = {key for key, _ in _values(measured)}
    steps = [row.step for row in curve if keys & {*_evaluated(row)}]
    return max(steps, default=None)


def _values(measured: Sequence[Row]) -> Iterator[tuple[str, float]]:
    for row in measured:
        for key in _evaluated(row):
            value = objects.measured(row.logged[key])
            if value is not None:
                yield key, value


def _evaluated(row: Row) -> Iterator[str]:
    return (key for key in row.logged if key.startswith("eval_") and huggingface_rows.is_metric(key))


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_SAME_VALUE, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))
