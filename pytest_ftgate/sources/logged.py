"""What experiment trackers hold, tags and their values over steps, as series under canonical names.

Hugging Face's trainer logs the rows of its history there, under other names; they are turned back into such rows, so
that the traps of these rows are known in one place.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, NamedTuple

from ..errors import JobError
from ..files import Digest
from ..job import Fact
from ..series import Series
from ..steps import settle
from ..wording import listed, number, plain
from . import endings, hf_results, huggingface_rows, objects, zeros
from .history import Row

_TAGS = {
    "train_loss": "loss",
    "train_loss_step": "loss",
    "training_loss": "loss",
    "train/loss_mean": "loss",
    "train_total_loss": "loss",
    "val_loss": "eval_loss",
    "val/loss": "eval_loss",
    "valid/loss": "eval_loss",
    "validation/loss": "eval_loss",
    "validation_loss": "eval_loss",
    "eval/eval_loss": "eval_loss",
    "eval/eval gpt_loss": "eval_loss",
    "eval_total_loss": "eval_loss",
    "token_acc": "mean_token_accuracy",
    "train/token_acc": "mean_token_accuracy",
    "eval_token_acc": "eval_mean_token_accuracy",
    "eval/token_acc": "eval_mean_token_accuracy",
    "train_fraction_of_correct_next_step_preds": "mean_token_accuracy",
    "eval_fraction_of_correct_next_step_preds": "eval_mean_token_accuracy",
    "eval_mean_reward": "eval_reward",
}
_SPLITS = {"train": "", "eval": "eval_", "test": "test_"}
_AVERAGE = "train/train_loss"
_RUNTIMES = ("train_runtime", "train/train_runtime")
_STEP_LOSSES = {"loss", "train/loss"}
# Keras and Lightning log these once per validation, and `val_loss_step` once per batch of it.
_WHOLE_SET = ("full_valid_", "val_", "val/")
_OF_A_STEP = {"loss", "grad_norm", "learning_rate", "train_loss"}
_UNBOUND = "is logged under one name by several validation sets, so which of them it is of is not told"


class Point(NamedTuple):
    """One value of a tag: at which step, and when it was written, in seconds."""

    step: float
    value: float
    time: float


@dataclass(frozen=True)
class Entry:
    """Values that were logged together, by their tags."""

    step: float
    logged: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Metrics:
    """What a tracker's entries come to."""

    series: Mapping[str, Series]
    facts: Mapping[str, Fact]
    notes: tuple[str, ...]


def metrics(
    entries: Sequence[Entry],
    file: str,
    *,
    latest: Mapping[str, object] | None = None,
    notes: Mapping[str, tuple[str, ...]] | None = None,
    axis: Literal["step", "epoch"] = "step",
) -> Metrics:
    """The series of entries in file order, under canonical names.

    `latest` holds the last values that the tracker keeps aside, `notes` what to say of single tags.

    Raises:
        JobError: two tags stand for one metric, or a value or step is none.
    """
    average = _run_average(entries, latest or {})
    keys = _keys(entries)
    rows = [_row(place, entry, keys) for place, entry in enumerate(entries)]
    end = max((row.step for row in rows), default=0.0)
    rows, told = hf_results.of_the_curve(rows, _parts(rows, end))
    # The summary of a Hugging Face history: what is told from it stands in notes, never in a series.
    rows += [Row(len(rows), end, {"train_runtime": 0.0, "train_loss": average})] if average else []
    found = huggingface_rows.series(rows, file)
    if _is_hugging_face(keys):
        found = {name: zeros.doubted(one, found, rows) for name, one in found.items()}
    tags = {key: tag for tag, key in keys.items()}
    series = {name: _finished(one, tags, found, notes or {}, axis) for name, one in found.items()}
    facts: dict[str, Fact] = {"steps": int(end)} if end and axis == "step" else {}
    if average is not None:
        facts["run_average_train_loss"] = average
    return Metrics(endings.judged(series), facts, (*told, *huggingface_rows.lost_evaluations(rows)))


def together(points: Mapping[str, Sequence[Point]], file: str) -> tuple[list[Entry], dict[str, tuple[str, ...]]]:
    """The values of single tags as entries by step, and what to say of each tag.

    In a run that was resumed the value that was written last counts.

    Raises:
        JobError: a tag starts again: two runs.
    """
    ended = {point.step: point.time for tag in _RUNTIMES for point in points.get(tag, ())}
    sets = _sets(points)
    entries: dict[tuple[float, str], dict[str, object]] = {}
    notes = {}
    for tag, found in points.items():
        replacing = [point for point in found if _replaces_the_end(tag, point, found, ended)]
        mine = [
            p for p in sorted(found, key=lambda p: p.time) if not _is_leftover(tag, p, ended) and p not in replacing
        ]
        if tag in _RUNTIMES or not mine:
            continue
        settled, said = settle([(p.step, p.value) for p in mine], plain(tag), file, "step", appended=True)
        notes[tag] = (*said, *(_not_read(tag, point) for point in replacing))
        for step, value in settled.items():
            entries.setdefault((step, _group(_key(tag), sets)), {})[tag] = value
    return [Entry(step, logged) for (step, _), logged in sorted(entries.items(), key=lambda one: one[0])], notes


def digest(run: str, content: object) -> Digest:
    """What binds a decision to a run that was read from a server: its id, and the digest of what was read as JSON."""
    data = json.dumps(content, sort_keys=True, default=repr).encode()
    return Digest(Path(run), len(data), hashlib.sha256(data).hexdigest())


def _is_leftover(tag: str, point: Point, ended: Mapping[float, float]) -> bool:
    """Whether TRL wrote the value with the summary of the run: what was left of steps that no row tells of."""
    key = _key(tag)
    told = key in _OF_A_STEP or key.startswith(("eval_", "test_"))
    return not told and point.time >= ended.get(point.step, math.inf)


def _replaces_the_end(tag: str, point: Point, found: Sequence[Point], ended: Mapping[float, float]) -> bool:
    """Whether it is an evaluation after training of other weights than the end's, which had been evaluated as well.

    A trainer that loads its best checkpoint again evaluates that one, and logs it at the last step.
    """
    end = ended.get(point.step, math.inf)
    if not _key(tag).startswith("eval_") or point.time < end or not math.isfinite(point.value):
        return False
    before = [p.value for p in found if p.step == point.step and p.time < end]
    return bool(before) and not any(math.isclose(value, point.value, rel_tol=1e-6) for value in before)


def _not_read(tag: str, point: Point) -> str:
    at = f"{plain(tag)}: {number(point.value)} was measured after training, at step {number(point.step)}"
    return f"{at}, on other weights or data than the curve: not read"


def _key(tag: str) -> str:
    """The name that a row of a Hugging Face history has for what is logged under `tag`."""
    bare = tag.removeprefix("/")
    if bare in _TAGS:
        return _TAGS[bare]
    split, slash, rest = bare.partition("/")
    return _SPLITS[split] + rest if slash and split in _SPLITS else bare


def _keys(entries: Sequence[Entry]) -> dict[str, str]:
    """The row's name for each tag; the average of the whole run has none."""
    tags = {tag for entry in entries for tag, value in entry.logged.items() if objects.measured(value) is not None}
    averages = {_AVERAGE, "train_loss"} if _is_hugging_face(tags) else {_AVERAGE}
    keys = {tag: _key(tag) for tag in sorted(tags - averages)}
    _refuse_two_tags(keys)
    return keys


def _refuse_two_tags(keys: Mapping[str, str]) -> None:
    by_key: dict[str, str] = {}
    for tag, key in keys.items():
        first = by_key.setdefault(key, tag)
        if first != tag:
            raise JobError(
                f"{plain(first)} and {plain(tag)} both stand for {plain(key)}: which one is meant is not told"
            )


def _is_hugging_face(tags: Iterable[str]) -> bool:
    """Whether a bare `train_loss` among these is the average of the whole run."""
    return bool({*_STEP_LOSSES, *_RUNTIMES}.intersection(tags))


def _run_average(entries: Sequence[Entry], latest: Mapping[str, object]) -> float | None:
    last: dict[str, object] = {tag: value for entry in entries for tag, value in entry.logged.items()}
    last = {**latest, **last}
    value = last.get(_AVERAGE, last.get("train_loss") if _is_hugging_face(last) else None)
    found = objects.number(value)
    return found if found is not None and math.isfinite(found) else None


def _row(place: int, entry: Entry, keys: Mapping[str, str]) -> Row:
    summary = any(tag in entry.logged for tag in _RUNTIMES)
    named = {keys[tag]: value for tag, value in entry.logged.items() if tag in keys}
    return Row(place, entry.step, {**named, **({"train_runtime": 0.0} if summary else {})})


def _parts(rows: Sequence[Row], end: float) -> tuple[list[Row], list[Row]]:
    """The rows, and apart from them the evaluations at the end that measure once more what was measured there."""
    before: set[str] = set()
    parts: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        keys = {key for key in row.logged if key.startswith("eval_")} if row.step == end else set()
        parts[bool(keys) and keys <= before].append(row)
        before |= keys
    return parts


def _sets(tags: Iterable[str]) -> list[str]:
    """The validation sets that the tags name, where there are several; longer names first."""
    keys = {_key(tag) for tag in tags}
    named = {match[1] for key in keys if (match := re.fullmatch(r"eval_(.+)_loss", key))}
    return sorted(named, key=len, reverse=True) if len(named) > 1 and "eval_loss" not in keys else []


def _group(key: str, sets: Sequence[str]) -> str:
    """Which row of its step a key belongs to: one for training, one for each of several sets, one for what has none."""
    if not sets or not key.startswith("eval_"):
        return ""
    return next((f"of {name}" for name in sets if key.startswith(f"eval_{name}_")), "of none")


def _finished(
    one: Series,
    tags: Mapping[str, str],
    found: Mapping[str, Series],
    notes: Mapping[str, tuple[str, ...]],
    axis: Literal["step", "epoch"],
) -> Series:
    tag = tags.get(one.logged_as, one.logged_as)
    of_sets = [name for name in found if name.startswith("valid_loss[")]
    unbound = len(of_sets) > 1 and one.logged_as.startswith("eval_") and "[" not in one.name
    return replace(
        one,
        logged_as=plain(tag),
        axis=axis,
        full_set=one.full_set or (one.name.startswith(_WHOLE_SET) and not one.name.endswith("_step")),
        notes=(*notes.get(tag, ()), *one.notes),
        unusable=one.unusable or (f"{plain(tag)} {_UNBOUND} ({listed(of_sets)})" if unbound else ""),
    )
