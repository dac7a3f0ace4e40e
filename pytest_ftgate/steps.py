"""The rows of a log as one value per step: what repeats folds, what a resume left behind goes, two runs are refused."""

import heapq
import math
from collections.abc import Sequence
from itertools import pairwise

from .errors import JobError
from .wording import counted, number

Points = Sequence[tuple[float, float]]
"""(step, value) rows in file order."""


def settle(
    rows: Points, logged_as: str, file: str, axis: str, *, appended: bool
) -> tuple[dict[float, float], tuple[str, ...]]:
    """The value of each step, and what to say of how it was found.

    Exact repeats fold. In a log that is `appended` to, the last row of a step wins, and rows that a resume left behind
    are dropped.

    Raises:
        JobError: a step with two values in a file that is not such a log, or a log that starts again.
    """
    if appended:
        return _last_words(rows, logged_as, file, axis)
    settled: dict[float, float] = {}
    for step, value in rows:
        first = settled.setdefault(step, value)
        if not _same(first, value):
            values = f"{number(first, 12)} and {number(value, 12)}"
            raise JobError(f"{file}: {logged_as} has {axis} {number(step)} twice, with {values}; two runs in one file?")
    return settled, ()


def _last_words(rows: Points, logged_as: str, file: str, axis: str) -> tuple[dict[float, float], tuple[str, ...]]:
    settled: dict[float, float] = {}
    # The steps of `settled`, the latest on top: a log of nothing but resumes would else be searched whole at each.
    latest: list[float] = []
    interval = _logging_interval([step for step, _ in rows])
    repeated = dropped = 0
    previous, lowest = -math.inf, math.inf
    for step, value in rows:
        lowest = min(lowest, step)
        if previous - step > interval:
            _refuse_second_run(step, lowest, latest, logged_as, file, axis)
            dropped += _forget(settled, latest, step)
        if step not in settled:
            heapq.heappush(latest, -step)
        repeated += step in settled and not _same(settled[step], value)
        settled[step] = value
        previous = step
    said = {
        f"{logged_as} was resumed: {counted(dropped, 'value')} from before the resume dropped": dropped,
        f"{logged_as} logs {counted(repeated, 'step')} more than once: the last value of each counts": repeated,
    }
    return settled, tuple(note for note, count in said.items() if count)


def _forget(settled: dict[float, float], latest: list[float], step: float) -> int:
    """Drop what is settled from `step` on, and say how many values that were."""
    before = len(settled)
    while latest and -latest[0] >= step:
        del settled[-heapq.heappop(latest)]
    return before - len(settled)


def _refuse_second_run(
    step: float, lowest: float, latest: Sequence[float], logged_as: str, file: str, axis: str
) -> None:
    if step <= lowest:
        raise JobError(
            f"{file}: {logged_as} starts again at {axis} {number(step)} after {axis} {number(-latest[0])}: "
            "two runs in one file; keep the rows of one"
        )


def _logging_interval(steps: list[float]) -> float:
    """The usual distance between rows: a step back by no more is two writers taking turns, not a resume."""
    forward = sorted(b - a for a, b in pairwise(steps) if b > a)
    return forward[len(forward) // 2] if forward else 0.0


def _same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))
