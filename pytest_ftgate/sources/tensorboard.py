"""A run that was logged for TensorBoard: its event files, wherever they lie below one folder."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

from ..errors import JobError
from ..files import shown
from ..job import Job
from ..wording import counted, listed
from . import endings, event_file, logged
from .event_file import Log, Scalar
from .logged import Metrics, Point
from .pieces import Piece

_NO_END = "event files do not say whether the run ended, so one that broke off between two records looks finished"
_KERAS = {"train": "", "validation": "val_"}


class _Leg(NamedTuple):
    """What one folder or one file holds: the steps of each tag, in order, and when it was written, in seconds."""

    place: Path
    steps: Mapping[str, list[float]]
    begin: float
    end: float


def recognise(piece: Piece) -> bool:
    """Whether the file is an event file."""
    return piece.binary and event_file.is_event_file(piece.file.data)


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of one run's event files.

    Raises:
        JobError: the reader is not installed, a file is damaged, the files are of two runs, or hold no scalar.
    """
    logs = [event_file.read(piece.file) for piece in pieces if recognise(piece)]
    used = [log for log in logs if log.scalars]
    if not used:
        raise JobError(
            f"{shown(where)}: {counted(len(logs), 'event file')} and no scalar in any of them: nothing to judge"
        )
    cut, notes = _cut(logs, used)
    metrics = _keras(where, used) if _is_keras(used) else _plain(where, used)
    return Job(
        source="TensorBoard event files",
        where=where,
        files=tuple(log.file.digest for log in logs),
        facts=metrics.facts,
        series=metrics.series,
        notes=(*notes, *metrics.notes, _NO_END),
        unfinished=cut,
    )


def _cut(logs: Sequence[Log], used: Sequence[Log]) -> tuple[str, list[str]]:
    """Why the run is unfinished, or what to say of a leg that was cut and then resumed."""
    last = max(used, key=lambda log: max(scalar.time for scalar in log.scalars))
    names = [log.file.name for log in logs if log.cut and log is not last]
    notes = [f"the last record of {name} is cut" for name in names]
    if not last.cut:
        return "", notes
    return f"{last.file.name}: its last record is cut: the run still writes, or died", notes


def _plain(where: Path, logs: Sequence[Log]) -> Metrics:
    for before, after in pairwise(_legs(logs, lambda log: log.file.path.parent)):
        _refuse_other_folder(where, before, after)
    _refuse_restarts(where, logs)
    entries, notes = logged.together(_points(s for log in logs for s in log.scalars), shown(where))
    return logged.metrics(entries, shown(where), notes=notes)


def _points(scalars: Iterator[Scalar]) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for scalar in scalars:
        found.setdefault(scalar.tag, []).append(Point(scalar.step, scalar.value, scalar.time))
    return found


def _legs(logs: Sequence[Log], place: Callable[[Log], Path]) -> list[_Leg]:
    """The scalars by place, the place that was written to first in front."""
    places: dict[Path, list[Scalar]] = {}
    for log in logs:
        places.setdefault(place(log), []).extend(log.scalars)
    return sorted((_leg(*one) for one in places.items()), key=lambda leg: leg.begin)


def _leg(place: Path, scalars: Sequence[Scalar]) -> _Leg:
    steps: dict[str, set[float]] = {}
    for scalar in scalars:
        steps.setdefault(scalar.tag, set()).add(float(scalar.step))
    times = [scalar.time for scalar in scalars]
    return _Leg(place, {tag: sorted(found) for tag, found in steps.items()}, min(times), max(times))


def _refuse_other_folder(where: Path, before: _Leg, after: _Leg) -> None:
    """Two folders are one run where the second goes on, later, with what the first logged: a resume."""
    if not before.steps.keys() & after.steps.keys() or after.begin < before.end:
        raise _two_runs(where, before, after)


def _refuse_restarts(where: Path, logs: Sequence[Log]) -> None:
    """A resume goes on from a checkpoint, and logs as often as before; another run starts at its own beginning."""
    for before, after in combinations(_legs(logs, lambda log: log.file.path), 2):
        for tag in before.steps.keys() & after.steps.keys():
            old, new = before.steps[tag], after.steps[tag]
            apart = {endings.interval(steps) for steps in (old, new) if len(steps) > 2}
            if new[0] < old[-1] and (new[0] <= old[0] or len(apart) > 1):
                raise _two_runs(where, before, after)


def _two_runs(where: Path, *legs: _Leg) -> JobError:
    names = listed(shown(leg.place) for leg in legs)
    return JobError(f"{shown(where)}: event files of two runs ({names}); point job: at one of them")


def _is_keras(logs: Sequence[Log]) -> bool:
    """Whether the files are those of Keras, which keeps training and validation in folders of these names."""
    folders = {log.file.path.parent for log in logs}
    named = {folder.name for folder in folders} <= _KERAS.keys() and len({folder.parent for folder in folders}) == 1
    return named and any(scalar.tag.startswith("epoch_") for log in logs for scalar in log.scalars)


def _keras(where: Path, logs: Sequence[Log]) -> Metrics:
    """The values of whole epochs, by the names that Keras has for them elsewhere; others count batches."""
    for name in _KERAS:
        _refuse_restarts(where, [log for log in logs if log.file.path.parent.name == name])
    entries, notes = logged.together(_points(_of_epochs(logs)), shown(where))
    return logged.metrics(entries, shown(where), notes=notes, axis="epoch")


def _of_epochs(logs: Sequence[Log]) -> Iterator[Scalar]:
    for log in logs:
        prefix = _KERAS[log.file.path.parent.name]
        for scalar in log.scalars:
            if scalar.tag.startswith("epoch_"):
                yield scalar._replace(tag=prefix + scalar.tag.removeprefix("epoch_"))
