"""Charts as SVG, drawn by matplotlib. No text of a job's goes into a drawing: the page says it beside it."""

import math
import warnings
from collections.abc import Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from .charts import Chart, Level, Line
from .scales import MOST_POINTS, drawable, height, is_logarithmic, limits, thinned
from .svg import inline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ...series import Series

INKS: Mapping[str, str] = {
    name: f"#0000{place:02x}"
    for place, name in enumerate(
        ("ink", "grid", "train", "valid", "other", "limit", "warn", "window", "best", "ships", "paper"), 1
    )
}
"""The colours that are drawn with, which stand for the page's own: it has one set for light and one for dark."""

SIZES: Mapping[str, tuple[float, float]] = {"wide": (5.6, 2.6), "narrow": (3.4, 2.5)}
"""Inches: of the drawing for wide windows and for paper, and of the one for phones."""

DASHES = ("solid", (0, (5, 2)), (0, (2, 1.5)), (0, (6, 2, 1, 2)))
"""What tells validation sets of one drawing apart, beside their order in the legend."""

_MOST_MARKED = 60
_MOST_MARKS = 100
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ftgate",
    "font.family": "sans-serif",
    "font.size": 9,
    "path.simplify": True,
    "axes.formatter.useoffset": False,
    "text.usetex": False,
}


COLOURS: Mapping[str, str] = {
    "ink": "#1b1f27",
    "grid": "#d4d8df",
    "train": "#5b6b86",
    "valid": "#0b5cad",
    "other": "#5d3f94",
    "limit": "#a81622",
    "warn": "#7a5200",
    "window": "#0a7f86",
    "best": "#0f6b37",
    "ships": "#9a3a86",
    "paper": "#ffffff",
}
"""What the inks are in a drawing that stands alone, on white."""


def picture(chart: Chart) -> str:
    """The chart as an SVG file of its own.

    Raises:
        ImportError: matplotlib is not installed.
    """
    text = _svg(chart, SIZES["wide"], paper=True)
    for name, ink in INKS.items():
        text = text.replace(ink, COLOURS[name])
    return text


def drawn(chart: Chart, prefix: str) -> dict[str, str]:
    """The chart as inline SVG in each of `SIZES`; ids begin with `prefix`, so that several fit into one page.

    Raises:
        ImportError: matplotlib is not installed.
    """
    return {name: inline(_svg(chart, size), f"{prefix}-{name}", INKS) for name, size in SIZES.items()}


def _svg(chart: Chart, size: tuple[float, float], *, paper: bool = False) -> str:
    # A font, a degenerate axis or a library's age is no concern of the run, where a warning may be an error.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from matplotlib import rc_context
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        with rc_context(_SETTINGS):
            figure = Figure(figsize=size, layout="constrained")
            FigureCanvasSVG(figure)
            figure.patch.set_visible(paper)
            figure.patch.set_color(INKS["paper"])
            _draw(figure.add_subplot(), chart)
            text = StringIO()
            figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return text.getvalue()


def _draw(axes: "Axes", chart: Chart) -> None:
    _bare(axes, chart)
    windows = dict.fromkeys((one.found.first, one.found.last, one.found.value) for one in chart.windows)
    for window in islice(windows, _MOST_MARKS):
        _window(axes, *window)
    for place, line in enumerate(chart.lines):
        _curve(axes, line, DASHES[rank(chart.lines, place) % len(DASHES)])
    for value, kind in islice(dict.fromkeys((one.value, one.kind) for one in chart.levels), _MOST_MARKS):
        axes.axhline(drawable(value), color=INKS[kind], linewidth=1.3, linestyle=(0, (6, 3)), zorder=3)
    _scale(axes, chart)
    _label_levels(axes, chart)
    _weights(axes, chart)
    for line in chart.lines:
        _not_finite(axes, line.series)


def _bare(axes: "Axes", chart: Chart) -> None:
    axes.patch.set_visible(False)
    axes.grid(True, color=INKS["grid"], linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INKS["ink"])
    axes.tick_params(colors=INKS["ink"], labelcolor=INKS["ink"], length=3)
    axes.set_xlabel(chart.axis, color=INKS["ink"])
    axes.locator_params(axis="x", nbins=6, integer=chart.axis == "step")


def rank(lines: Sequence[Line], place: int) -> int:
    """How many curves of the same role come before."""
    return sum(line.role == lines[place].role for line in lines[:place])


def _curve(axes: "Axes", line: Line, dash: Any) -> None:
    steps, values = thinned(line.series)
    dots: dict[str, Any] = {"marker": "o", "markersize": 3} if len(steps) <= _MOST_MARKED else {}
    width = 1.1 if line.role == "train" else 1.8
    axes.plot(steps, [*map(drawable, values)], color=INKS[line.role], linestyle=dash, linewidth=width, zorder=4, **dots)


def _window(axes: "Axes", first: float, last: float, value: float) -> None:
    if last > first:
        axes.axvspan(first, last, color=INKS["window"], alpha=0.18, linewidth=0, zorder=1)
    if math.isfinite(value):
        axes.plot(
            [first, last], [drawable(value)] * 2, color=INKS["window"], linewidth=3, zorder=5, marker="|", markersize=7
        )


def _scale(axes: "Axes", chart: Chart) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    if is_logarithmic(chart):
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(which="minor", colors=INKS["ink"], length=2)
    axes.set_ylim(*limits(chart))


def _label_levels(axes: "Axes", chart: Chart) -> None:
    """The thresholds' words at the left end of their lines, none on top of another."""
    taken: list[float] = []
    levels = {(level.kind, level.value): level for level in reversed(chart.levels)}
    for _, level in islice(sorted(levels.items()), _MOST_MARKS):
        place = height(chart, level.value)
        if 0 <= place <= 1 and all(abs(place - other) > 0.1 for other in taken):
            taken.append(place)
            _label(axes, level, above=place < 0.85)


def _label(axes: "Axes", level: Level, *, above: bool) -> None:
    axes.annotate(
        level.label,
        (0.01, level.value),
        xycoords=("axes fraction", "data"),
        xytext=(0, 2 if above else -2),
        textcoords="offset points",
        va="bottom" if above else "top",
        color=INKS[level.kind],
        parse_math=False,
        zorder=7,
    )


def _weights(axes: "Axes", chart: Chart) -> None:
    """What can be passed on, the best, and what is."""
    if chart.checkpoints:
        edge = axes.get_xaxis_transform()
        axes.plot(
            chart.checkpoints,
            [0.0] * len(chart.checkpoints),
            "^",
            color=INKS["ink"],
            markersize=4,
            transform=edge,
            clip_on=False,
            zorder=6,
        )
    if chart.ships is not None:
        axes.axvline(chart.ships, color=INKS["ships"], linewidth=1.3, linestyle=(0, (1, 1.5)), zorder=3)
    if chart.best:
        axes.plot(
            [chart.best.first],
            [chart.best.value],
            "D",
            color=INKS["best"],
            markersize=7,
            zorder=8,
            markeredgecolor=INKS["paper"],
        )


def _not_finite(axes: "Axes", series: "Series") -> None:
    steps = [float(step) for step in series.non_finite.index]
    if steps:
        edge = axes.get_xaxis_transform()
        axes.plot(
            steps[:MOST_POINTS],
            [0.97] * len(steps[:MOST_POINTS]),
            "x",
            color=INKS["limit"],
            markersize=5,
            transform=edge,
            zorder=8,
        )
