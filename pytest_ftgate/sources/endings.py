"""What a job's series say about its end, once all of them are read."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from ..series import Series
from ..wording import number


def judged(series: Mapping[str, Series]) -> dict[str, Series]:
    """The series; one that was last measured long before the end of training is marked as unusable.

    A validation that ran at step 1 alone says nothing of the finished model.
    """
    end = max((float(one.values.index[-1]) for one in series.values()), default=0.0)
    return {
        name: _noted(one if one.unusable else replace(one, unusable=_stale(one, end))) for name, one in series.items()
    }


def interval(steps: list[float]) -> float:
    """The usual distance between logged steps; 1 where there is only one."""
    apart = sorted(b - a for a, b in pairwise(steps))
    return apart[len(apart) // 2] if apart else 1.0


def _stale(series: Series, end: float) -> str:
    steps = series.values.index.to_series()
    last = float(steps.iloc[-1])
    widest = float(steps.diff().max()) if len(steps) > 1 else last
    if end - last < 2 * widest or end == last:
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
