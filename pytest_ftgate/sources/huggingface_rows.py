"""The rows of a Hugging Face trainer's `log_history`, as series.

Each of its traps would let a broken run pass: the `train_loss` of its last row is the average of the whole run; a step
whose loss was NaN is logged as `loss: 0.0`; TRL's accuracy of an evaluation set does not bear the set's name.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from ..errors import JobError
from ..job import ALIASES
from ..series import Series, build
from ..wording import counted, number, plain, quoted
from . import objects

_TRANSLATED = ("loss", "mean_token_accuracy", "token_acc", "reward", "rewards/accuracies")
_NAMES = {key: ALIASES[key] for base in _TRANSLATED for key in (base, f"eval_{base}")}
_NOT_METRICS = re.compile(
    r"step|epoch|total_flos|train_loss|(?:eval_)?num_(?:input_)?tokens(?:_seen)?|.*runtime|.*_time|.*_per_second(?:_per_gpu)?"
)
_OF_A_SET = re.compile(r"eval_(.+)_(runtime|loss)")
_GRPO = "the loss of a GRPO run does not say how good the model is; gate on train_mean_reward"


@dataclass(frozen=True)
class Row:
    """One row of the history: its place in the list, its step, and what it logs."""

    place: int
    step: float
    logged: Mapping[str, object] = field(repr=False)


def rows(history: Sequence[object], file: str) -> list[Row]:
    """The history, checked.

    Raises:
        JobError: a row is not an object, or has no step.
    """
    found = []
    for place, row in enumerate(history):
        step = objects.number(objects.record(row).get("step"))
        if step is None or not math.isfinite(step):
            what = "has no step" if isinstance(row, dict) else "is not an object"
            raise JobError(f"{file}: row {place + 1} of its history {what}, so it cannot be placed")
        found.append(Row(place, step, objects.record(row)))
    return found


def run_average(history: Sequence[Row]) -> float | None:
    """The trainer's own `train_loss`, if it is finite: the mean over the whole run, or over its last leg."""
    found = [objects.number(row.logged.get("train_loss")) for row in history if _is_summary(row)]
    last = found[-1] if found else None
    return last if last is not None and math.isfinite(last) else None


def lost_evaluations(history: Sequence[Row]) -> list[str]:
    """What to say under every gate of a run in which an evaluation's loss was not finite."""
    losses = [is_lost for row in history for key, is_lost in _evaluation_losses(row)]
    lost = sum(losses)
    return [f"eval_loss is not finite in {lost} of {counted(len(losses), 'evaluation')}"] if lost else []


def series(
    history: Sequence[Row], file: str, *, appended: bool = False, axis: Literal["step", "epoch"] = "step"
) -> dict[str, Series]:
    """The metrics of the history by canonical name; evaluations are of the whole set.

    `appended` says that the rows are of a log that a resumed run adds to; `axis` is what their steps count.

    Raises:
        JobError: a value that is not a number under a key that is a number elsewhere, or a step that is none.
    """
    progress = [row for row in history if not _is_summary(row)]
    points, dead = _points(progress, file)
    grpo = any(objects.number(row.logged.get("reward")) is not None for row in progress)
    found: dict[str, Series] = {}
    for (name, logged_as), values in points.items():
        if logged_as in _TRANSLATED and not appended:
            _refuse_going_back(values, logged_as, file)
        one = build(
            name,
            logged_as,
            values,
            file=file,
            axis=axis,
            full_set=logged_as.startswith("eval_"),
            unusable=_GRPO if grpo and name.split("[")[0] in ("train_loss", "valid_loss") else "",
            # A final evaluate() repeats a step, as may a script's own metrics; the trainer's training rows never do.
            appended=appended or logged_as not in _TRANSLATED,
        )
        found[one.name] = one
    return _with_notes(found, dead, run_average(history))


def _refuse_going_back(points: Sequence[tuple[float, float]], logged_as: str, file: str) -> None:
    # A trainer that resumes drops the rows after its checkpoint, so its own history never goes back.
    for (before, _), (step, _) in pairwise(points):
        if step < before:
            back = f"from step {number(before)} to step {number(step)}"
            raise JobError(f"{file}: {logged_as} goes back {back}: two runs in one file; keep the rows of one")


def _points(
    progress: Sequence[Row], file: str
) -> tuple[dict[tuple[str, str], list[tuple[float, float]]], list[tuple[float, str]]]:
    keys = _metric_keys(progress)
    dead_until = _last_dead_evaluation(progress)
    points: dict[tuple[str, str], list[tuple[float, float]]] = {}
    dead = []
    for row in progress:
        why = _dead(row, dead_until)
        if why:
            dead.append((row.step, why))
        for key in filter(keys.__contains__, row.logged):
            value = math.nan if why and key == "loss" else _value(row, key, file)
            points.setdefault(_named(key, row), []).append((row.step, value))
    return points, dead


def _is_summary(row: Row) -> bool:
    return "train_runtime" in row.logged


def _metric_keys(progress: Sequence[Row]) -> set[str]:
    """The keys under which a number stands anywhere; a name that a translated key takes is left to that key."""
    found = {
        key
        for row in progress
        for key, value in row.logged.items()
        if objects.measured(value) is not None and not _NOT_METRICS.fullmatch(key)
    }
    return found - {_NAMES[key] for key in found & _NAMES.keys()}


def _value(row: Row, key: str, file: str) -> float:
    value = row.logged[key]
    # TRL writes null where every number it would average was NaN.
    found = math.nan if value is None else objects.measured(value)
    if found is None:
        shown = quoted(plain(repr(value)))
        raise JobError(f"{file}: {plain(key)} is {shown} at step {number(row.step)}, which is not a number")
    return found


def _set_of(row: Row) -> str:
    """The evaluation set that a row is of, as the row's own keys say, or nothing for an unnamed one."""
    if "eval_loss" in row.logged:
        return ""
    named = [m for key in row.logged if (m := _OF_A_SET.fullmatch(key))]
    timed = [m[1] for m in named if m[2] == "runtime"]
    return min(timed or [m[1] for m in named], key=len, default="")


def _named(key: str, row: Row) -> tuple[str, str]:
    """The canonical name of what `key` logs in `row`, and how messages name the key."""
    of = _set_of(row) if key.startswith("eval_") else ""
    if not of:
        return _NAMES.get(key, key), key
    mine = key.startswith(f"eval_{of}_")
    base = "eval_" + key.removeprefix(f"eval_{of}_" if mine else "eval_")
    return f"{_NAMES.get(base, base)}[{of}]", key if mine else f"{key} of {of}"


def _last_dead_evaluation(progress: Sequence[Row]) -> float:
    steps = [row.step for row in progress for _, is_lost in _evaluation_losses(row) if is_lost]
    return max(steps, default=-math.inf)


def _evaluation_losses(row: Row) -> Iterator[tuple[str, bool]]:
    """The evaluation losses that a row logs, and whether each is NaN or infinite."""
    for key, value in row.logged.items():
        if re.fullmatch(r"eval_(?:.+_)?loss", key):
            yield key, _is_lost(value)


def _dead(row: Row, dead_until: float) -> str:
    """Why the row's `loss: 0.0` stands for NaN: the trainer's filter averages what is left when all of it was NaN."""
    if objects.number(row.logged.get("loss")) != 0:
        return ""
    lost = next((key for key in ("grad_norm", "entropy") if key in row.logged and _is_lost(row.logged[key])), None)
    if lost:
        return f"its {lost} is not finite"
    if objects.number(row.logged.get("mean_token_accuracy")) == 0:
        return "its mean_token_accuracy is 0"
    return "the evaluation after it is not finite" if row.step <= dead_until else ""


def _is_lost(value: object) -> bool:
    found = objects.measured(value)
    return value is None or (found is not None and not math.isfinite(found))


def _with_notes(found: dict[str, Series], dead: list[tuple[float, str]], average: float | None) -> dict[str, Series]:
    loss = found.get("train_loss")
    if loss is None:
        return found
    said = list(loss.notes)
    if average is not None:
        said.append(
            f"the trainer's own train_loss {number(average)} is the average of the whole run, not read as final"
        )
    if dead:
        step, why = dead[0]
        rows = counted(len(dead), "row")
        said.append(
            f"{rows} of loss 0.0 read as NaN, first at step {number(step)}: {why}, and the trainer logs NaN as 0"
        )
    return {**found, "train_loss": replace(loss, notes=tuple(said))}
