"""The rows of a Hugging Face trainer's `log_history`, as series.

Each of its traps would let a broken run pass: the `train_loss` of its last row is the average of the whole run; a step
whose loss was NaN is logged as `loss: 0.0`; TRL's accuracy of an evaluation set does not bear the set's name.
"""

import math
import re
from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..errors import JobError
from ..job import ALIASES
from ..series import PointArrays, Series, build
from ..wording import counted, number, plain, quoted
from . import objects
from .history import Part, Reading, Row, measures, numbers, reading
from .history import history as kept

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TRANSLATED = ("loss", "mean_token_accuracy", "token_acc", "reward", "rewards/accuracies")
_NAMES = {key: ALIASES[key] for base in _TRANSLATED for key in (base, f"eval_{base}")}
_NOT_METRICS = re.compile(
    r"step|epoch|total_flos|train_loss|(?:eval_)?num_(?:input_)?tokens(?:_seen)?|.*runtime|.*_time|.*_per_second(?:_per_gpu)?"
)
_OF_A_SET = re.compile(r"eval_(.+)_(runtime|loss)")
_GRPO = "the loss of a GRPO run does not say how good the model is; gate on train_mean_reward"


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
    summaries = [part for part in kept(history).parts() if is_summary(part.columns)]
    newest = max(summaries, key=lambda part: int(part.places[-1]), default=None)
    last = objects.number(newest.row(-1).logged.get("train_loss")) if newest else None
    return last if last is not None and math.isfinite(last) else None


def is_metric(key: str) -> bool:
    """Whether what stands under `key` can be a metric, and is no counter, clock or average."""
    return not _NOT_METRICS.fullmatch(key)


def lost_evaluations(history: Sequence[Row]) -> list[str]:
    """What to say under every gate of a run in which an evaluation's loss was not finite."""
    losses = [found.lost for part in kept(history).parts() for found in _evaluation_losses(part)]
    lost = sum(int(one.sum()) for one in losses)
    evaluations = counted(sum(map(len, losses)), "evaluation")
    return [f"eval_loss is not finite in {lost} of {evaluations}"] if lost else []


def series(
    history: Sequence[Row], file: str, *, appended: bool = False, axis: Literal["step", "epoch"] = "step"
) -> dict[str, Series]:
    """The metrics of the history by canonical name; evaluations are of the whole set.

    `appended` says that the rows are of a log that a resumed run adds to; `axis` is what their steps count.

    Raises:
        JobError: a value that is not a number under a key that is a number elsewhere, or a step that is none.
    """
    progress = [part for part in kept(history).parts() if not is_summary(part.columns)]
    points, dead = _points(progress, file)
    grpo = any(True for part in progress for _ in numbers(part.columns.get("reward", [])))
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
    return _with_notes(found, dead, run_average(history), axis)


def _refuse_going_back(points: PointArrays, logged_as: str, file: str) -> None:
    # A trainer that resumes drops the rows after its checkpoint, so its own history never goes back.
    back = (points.steps[1:] < points.steps[:-1]).nonzero()[0]
    if len(back):
        before, step = points.steps[back[0]], points.steps[back[0] + 1]
        said = f"from step {number(float(before))} to step {number(float(step))}"
        raise JobError(f"{file}: {logged_as} goes back {said}: two runs in one file; keep the rows of one")


class _Piece(NamedTuple):
    """What one key logs in the rows of one part."""

    named: tuple[str, str]
    first: tuple[int, int]
    places: "NDArray[np.int64]"
    points: PointArrays


def _points(progress: Sequence[Part], file: str) -> tuple[dict[tuple[str, str], PointArrays], list[tuple[float, str]]]:
    """The points of each metric, in the order in which the rows name the metrics, and the rows of a loss that died."""
    keys = _metric_keys(progress)
    dead_until = _last_dead_evaluation(progress)
    pieces: list[_Piece] = []
    dead: list[tuple[Row, str]] = []
    odd: list[tuple[int, int, Row, str]] = []
    for part in progress:
        died = _dead_rows(part, dead_until)
        dead += [(part.row(k), why) for k, why in died.items()]
        for place, key in enumerate(part.columns):
            if key in keys:
                found = reading(part.columns[key])
                odd += [(int(part.places[k]), place, part.row(k), key) for k in found.odd[:1]]
                if key == "loss":
                    found.values[list(died)] = math.nan
                first = int(part.places[0]), place
                points = PointArrays(part.steps, found.values)
                pieces.append(_Piece(_named(key, part.columns), first, part.places, points))
    if odd:
        _, _, row, key = min(odd, key=lambda one: one[:2])
        raise _not_a_number(row, key, file)
    return _joined(pieces), [(row.step, why) for row, why in sorted(dead, key=lambda one: one[0].place)]


def _joined(pieces: Sequence[_Piece]) -> dict[tuple[str, str], PointArrays]:
    import numpy as np

    named: dict[tuple[str, str], list[_Piece]] = {}
    for piece in sorted(pieces, key=lambda piece: piece.first):
        named.setdefault(piece.named, []).append(piece)
    found = {}
    for name, mine in named.items():
        order = np.argsort(np.concatenate([piece.places for piece in mine]), kind="stable")
        steps, values = (
            np.concatenate([arrays[k] for arrays in ((p.points.steps, p.points.values) for p in mine)])[order]
            for k in (0, 1)
        )
        found[name] = PointArrays(steps, values)
    return found


def is_summary(logged: Container[str]) -> bool:
    """Whether it is the row that `train()` logs once, when training has ended."""
    return "train_runtime" in logged


def _metric_keys(progress: Sequence[Part]) -> set[str]:
    """The keys under which a number stands anywhere; a name that a translated key takes is left to that key."""
    columns = [(key, column) for part in progress for key, column in part.columns.items()]
    found: set[str] = set()
    for key, column in columns:
        if key not in found and is_metric(key) and measures(column):
            found.add(key)
    return found - {_NAMES[key] for key in found & _NAMES.keys()}


def _not_a_number(row: Row, key: str, file: str) -> JobError:
    shown = quoted(plain(repr(row.logged[key])))
    return JobError(f"{file}: {plain(key)} is {shown} at step {number(row.step)}, which is not a number")


def _set_of(keys: Collection[str]) -> str:
    """The evaluation set that a row is of, as the row's own keys say, or nothing for an unnamed one."""
    if "eval_loss" in keys:
        return ""
    named = [m for key in keys if (m := _OF_A_SET.fullmatch(key))]
    timed = [m[1] for m in named if m[2] == "runtime"]
    return min(timed or [m[1] for m in named], key=len, default="")


def _named(key: str, keys: Collection[str]) -> tuple[str, str]:
    """The canonical name of what `key` logs in a row of `keys`, and how messages name the key."""
    of = _set_of(keys) if key.startswith("eval_") else ""
    if not of:
        return _NAMES.get(key, key), key
    mine = key.startswith(f"eval_{of}_")
    base = "eval_" + key.removeprefix(f"eval_{of}_" if mine else "eval_")
    return f"{_NAMES.get(base, base)}[{of}]", key if mine else f"{key} of {of}"


def _last_dead_evaluation(progress: Sequence[Part]) -> float:
    lost = [part.steps[found.lost] for part in progress for found in _evaluation_losses(part)]
    return max((float(steps.max()) for steps in lost if len(steps)), default=-math.inf)


def _evaluation_losses(part: Part) -> Iterator[Reading]:
    """The evaluation losses that the rows log."""
    return (reading(column) for key, column in part.columns.items() if re.fullmatch(r"eval_(?:.+_)?loss", key))


def _dead_rows(part: Part, dead_until: float) -> dict[int, str]:
    """The rows of the part, by their numbers in it, whose loss stands for NaN, and why."""
    zero = (reading(part.columns["loss"]).values == 0).nonzero()[0] if "loss" in part.columns else ()
    return {int(k): why for k in zero if (why := _dead(part.row(k), dead_until))}


def _dead(row: Row, dead_until: float) -> str:
    """Why the row's `loss: 0.0` stands for NaN: the trainer's filter averages what is left when all of it was NaN."""
    lost = next((key for key in ("grad_norm", "entropy") if key in row.logged and _is_lost(row.logged[key])), None)
    if lost:
        return f"its {lost} is not finite"
    if objects.number(row.logged.get("mean_token_accuracy")) == 0:
        return "its mean_token_accuracy is 0"
    return "the evaluation after it is not finite" if row.step <= dead_until else ""


def _is_lost(value: object) -> bool:
    found = objects.measured(value)
    return value is None or (found is not None and not math.isfinite(found))


def _with_notes(
    found: dict[str, Series], dead: list[tuple[float, str]], average: float | None, axis: str
) -> dict[str, Series]:
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
            f"{rows} of loss 0.0 read as NaN, first at {axis} {number(step)}: {why}, and the trainer logs NaN as 0"
        )
    return {**found, "train_loss": replace(loss, notes=tuple(said))}
