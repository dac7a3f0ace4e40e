"""What of its curves a chart shows, and on which scale."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...directions import better
from .charts import Chart

if TYPE_CHECKING:
    from ...series import Series

MOST_POINTS = 800
"""Points of one curve: more could not be told apart."""

_HUGE, _LEAST, _FAR = 1e100, 1e-12, 30


def thinned(series: "Series") -> tuple[list[float], list[float]]:
    """Steps and finite values: all of them, or the lowest and highest of each of at most 400 stretches."""
    import numpy as np

    values, steps = series.values.to_numpy(), series.values.index.to_numpy()
    finite = np.isfinite(values)
    values, steps = values[finite], steps[finite]
    if len(values) > MOST_POINTS:
        size = math.ceil(2 * len(values) / MOST_POINTS)
        starts = np.arange(0, len(values), size)
        parts = np.append(values, np.full(len(starts) * size - len(values), values[-1])).reshape(-1, size)
        ends = np.concatenate([starts + parts.argmin(axis=1), starts + parts.argmax(axis=1)])
        kept = np.unique(np.minimum(ends, len(values) - 1))
        values, steps = values[kept], steps[kept]
    return [float(step) for step in steps], [float(value) for value in values]


def drawable(value: float) -> float:
    """`value`, or one that is as surely outside of the drawing and does not overflow what draws it."""
    return min(max(value, -_HUGE), _HUGE)


def limits(chart: Chart) -> tuple[float, float]:
    """From the lowest to the highest of what matters: one spike does not flatten the rest of a curve."""
    values = _values(chart)
    must = _marked(chart)
    low, high = _usual(values) if values else (0.0, 1.0)
    low, high = min([low, *must]), max([high, *must])
    if is_logarithmic(chart):
        room = (high / low) ** 0.06
        return low / room, high * room
    distance = (high - low or abs(high) or 1.0) * 0.06
    return low - distance, high + distance


def is_logarithmic(chart: Chart) -> bool:
    """Whether a loss falls so far that its end, and the thresholds there, would lie on one line."""
    drawn = _values(chart)
    values = [*drawn, *_marked(chart)]
    losses = all(better(line.series.name) == "lower" for line in chart.lines)
    return losses and bool(drawn) and min(values) > _LEAST and max(values) / min(values) > _FAR


def _values(chart: Chart) -> list[float]:
    return sorted(v for line in chart.lines for v in thinned(line.series)[1] if abs(v) < _HUGE)


def _marked(chart: Chart) -> list[float]:
    """What has to be in the drawing beside the curves."""
    best = [chart.best.value] if chart.best else []
    read = [window.found.value for window in chart.windows]
    return [v for v in (*(level.value for level in chart.levels), *best, *read) if abs(v) < _HUGE]


def _usual(values: Sequence[float]) -> tuple[float, float]:
    """The ends of sorted values, without those that are far beyond the middle 96 %."""
    low, high = values[len(values) // 50], values[-1 - len(values) // 50]
    far = 8 * (high - low)
    kept = [value for value in values if low - far <= value <= high + far]
    return kept[0], kept[-1]


def cut_off(chart: Chart) -> int:
    """How many values lie outside of the drawing."""
    low, high = limits(chart)
    return sum(
        int(((line.series.values < low) | (line.series.values > high)).sum() - _infinite(line.series))
        for line in chart.lines
    )


def _infinite(series: "Series") -> int:
    return int(series.non_finite.notna().sum())


def height(chart: Chart, value: float) -> float:
    """Where a value is between the lower edge of the drawing, 0, and the upper one, 1."""
    low, high = limits(chart)
    if is_logarithmic(chart):
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)
