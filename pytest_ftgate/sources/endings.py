"""What a job's series say about its end, once all of them are read."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from ..series import Series
from ..wording import number

OPEN = "the file does not say how many steps were planned, so a run or a file that broke off looks finished"
"""What to say of a job that knows its end from nothing but its last row."""


def half_a_line(name: str, *, ended: bool) -> tuple[str, ...]:
    """What to say of a file whose last line may be half of one, because it has no line end."""
    return () if ended else (f"{name} does not end in a line end, so its last number may have been cut short",)


def judged(series: Mapping[str, Series], steps: float = 0.0) -> dict[str, Series]:
    """The series; one that was last measured long before the end of training is marked as unusable.

    A validation that ran at step 1 alone says nothing of the finished model, nor does a history whose end is lost where
    the job counts its `steps` by itself.
    """
    end = max((float(one.values.index[-1]) for one in series.values()), default=0.0)
    end = max(end, steps)
    return {
        name: _noted(one if one.unusable else replace(one, unusable=_stale(one, end))) for name, one in series.items()
    }


def interval(steps: list[float]) -> float:
    """The usual distance between logged steps; 1 where there is only one."""
    apart = sorted(b - a for a, b in pairwise(steps))
    return apart[len(apart) // 2] if apart else 1.0


def _stale(series: Series, end: float) -> str:
    steps = series.values.index
    last = float(steps[-1])
    if end == last:
        return ""
    widest = float(steps.to_series().diff().max()) if len(steps) > 1 else last
    if end - last < 2 * widest:
        return ""
    return (
        f"{series.logged_as} was last measured at {series.axis} {number(last)} of {number(end)}, "
        "so it does not say how the job ended"
    )


def _noted(series: Series) -> Series:
    if series.name != "train_loss" or not (series.values == 0).all():
        return series
    note = f"every logged {series.logged_as} is exactly 0, which no healthy job logs"
    return replace(series, notes=(*series.notes, note))
