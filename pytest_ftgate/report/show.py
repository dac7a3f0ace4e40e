"""What was found of a job: facts, series with small curves, notes. The first thing to look at when a gate surprises."""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..directions import better
from ..errors import JobError
from ..estimators import Estimate, estimate
from ..files import shown
from ..job import ALIASES, WHOLE_SET, Job
from ..series import Series
from ..wording import counted, number, plain, quoted

if TYPE_CHECKING:
    import pandas as pd

_BLOCKS = "▁▂▃▄▅▆▇█"
_PLAIN_BLOCKS = "_.-~=+*#"
_NOT_FINITE = "!"
_WIDEST_CURVE, _NARROWEST_CURVE = 32, 8
_FEW = 3
_LONGEST_NAME = 200
_GATED_FIRST = (*dict.fromkeys((*ALIASES.values(), *WHOLE_SET, *WHOLE_SET.values())),)


def as_json(job: Job) -> dict[str, Any]:
    """The job as plain JSON, for scripts; values that are not finite are their names as text."""
    return {
        "source": job.source,
        "where": shown(job.where),
        "facts": dict(job.facts),
        "refused": job.refused,
        "unfinished": job.unfinished,
        "notes": list(job.notes),
        "checkpoints": [{"step": one.step, "name": one.name} for one in job.checkpoints],
        "shipped": {"step": job.shipped.step, "why": job.shipped.why} if job.shipped else None,
        "series": [_series_json(series) for series in _ordered(job.series)],
        "files": [{"path": shown(d.path), "sha256": d.sha256, "size": d.size} for d in job.files],
    }


def as_text(job: Job, width: int = 120, *, unicode: bool = True) -> list[str]:
    """The job as lines for people; curves get what `width` leaves them, `unicode` lets them use block characters."""
    lines = [f"{shown(job.where)}: {job.source}"]
    if job.refused:
        lines.append(f"  its metrics are not judged: {job.refused}")
    if job.unfinished:
        lines.append(f"  gates on its metrics are inconclusive: {job.unfinished}")
    lines += ["", *_aligned({name: _word(value) for name, value in job.facts.items()})] if job.facts else []
    lines += ["", *_aligned(weights)] if (weights := _weights(job)) else []
    lines += ["", *_table(job, width, unicode)]
    notes = [*job.notes, *(f"{plain(s.name)}: {note}" for s in _ordered(job.series) for note in _remarks(s))]
    lines += ["", *(f"note: {note}" for note in notes)] if notes else []
    return [*lines, "", *(f"read {shown(d.path)}  sha256 {d.sha256[:12]}" for d in job.files)]


def has_blocks() -> bool:
    """Whether the standard output can show the block characters of curves."""
    return (getattr(sys.stdout, "encoding", None) or "").casefold().startswith("utf")


def curve(values: "pd.Series[float] | Sequence[float]", width: int = _WIDEST_CURVE, *, unicode: bool = True) -> str:
    """The values as at most `width` characters, lowest to highest; what is not finite is an exclamation mark."""
    blocks = _BLOCKS if unicode else _PLAIN_BLOCKS
    buckets = _buckets([float(v) for v in values], width)
    finite = [b for b in buckets if math.isfinite(b)]
    if not finite:
        return _NOT_FINITE * len(buckets)
    low, span = min(finite), (max(finite) - min(finite)) or 1.0
    top = len(blocks) - 1
    return "".join(blocks[round((b - low) / span * top)] if math.isfinite(b) else _NOT_FINITE for b in buckets)


def _weights(job: Job) -> dict[str, str]:
    """What can be passed on, and what ships; nothing of a job whose files know neither."""
    known = (
        {"checkpoints": _checkpoints([quoted(one.name, _LONGEST_NAME)[1:-1] for one in job.checkpoints])}
        if job.checkpoints
        else {}
    )
    if job.shipped:
        known["ships"] = f"step {number(job.shipped.step, 9)}: {plain(job.shipped.why)}"
    elif known:
        known["ships"] = "not known"
    return known


def _checkpoints(names: Sequence[str]) -> str:
    """How many there are, with the first and the last few."""
    few = names if len(names) <= 2 * _FEW else [*names[:_FEW], "...", *names[-_FEW:]]
    return f"{len(names)}: {', '.join(few)}"


def _table(job: Job, width: int, unicode: bool) -> list[str]:
    if not job.series:
        return ["no metrics were logged"]
    ordered = _ordered(job.series)
    rows = [("metric", "rows", "first", "best", "final", ""), *map(_row, ordered)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    cells = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    left = min(width - len(cells[0]) - 2, _WIDEST_CURVE)
    if left < _NARROWEST_CURVE:
        return [line.rstrip() for line in cells]
    curves = ["curve", *(curve(series.values, left, unicode=unicode) for series in ordered)]
    return [f"{line}  {drawn}" for line, drawn in zip(cells, curves, strict=True)]


def _row(series: Series) -> tuple[str, ...]:
    final, best = _read(series, "final"), _read(series, "best") if better(series.name) else None
    first = number(float(series.values.iloc[0])) if len(series) else "-"
    at = f"{number(best.value)} @{number(best.first, 9)}" if best and math.isfinite(best.value) else "-"
    how = "full set" if series.full_set else f"median of {_window(final)}" if final else ""
    shown_final = number(final.value) if final and math.isfinite(final.value) else "not finite" if final else "-"
    return plain(series.name), str(len(series)), first, at, shown_final, how


def _window(found: Estimate) -> str:
    words = found.how.split()
    return words[words.index("last") + 1] if found.how.startswith("median") else "1"


def _series_json(series: Series) -> dict[str, Any]:
    final, best = _read(series, "final"), _read(series, "best") if better(series.name) else None
    return {
        "name": series.name,
        "logged_as": series.logged_as,
        "axis": series.axis,
        "full_set": series.full_set,
        "rows": len(series),
        "first": _plain_number(float(series.values.iloc[0])) if len(series) else None,
        "best": {"value": _plain_number(best.value), series.axis: best.first} if best else None,
        "final": {"value": _plain_number(final.value), "how": final.how} if final else None,
        "notes": list(_remarks(series)),
        "file": series.file,
    }


def _read(series: Series, at: Any) -> Estimate | None:
    """An estimate, or None where the series cannot give one; `_remarks` says why."""
    try:
        return estimate(series, at)
    except JobError:
        return None


def _remarks(series: Series) -> Iterator[str]:
    yield from series.notes
    if series.unusable:
        yield f"gates on it are inconclusive: {series.unusable}"
    bad = series.non_finite
    if len(bad):
        yield f"{counted(len(bad), 'value')} not finite, first at {series.axis} {number(float(bad.index[0]))}"
    try:
        estimate(series)
    except JobError as e:
        yield f"gates on it are errors: {e}"


def _ordered(series: Mapping[str, Series]) -> list[Series]:
    """What gates are mostly about first, then the rest by name."""
    rank = {name: i for i, name in enumerate(_GATED_FIRST)}
    return sorted(series.values(), key=lambda s: (rank.get(s.name.partition("[")[0], len(rank)), s.name))


def _aligned(facts: Mapping[str, str]) -> list[str]:
    width = max(map(len, facts))
    return [f"{name.ljust(width)}  {value}" for name, value in facts.items()]


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else plain(str(value))


def _plain_number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _buckets(values: list[float], width: int) -> list[float]:
    if len(values) <= width:
        return values
    edges = [round(i * len(values) / width) for i in range(width + 1)]
    parts = (values[a:b] for a, b in pairwise(edges))
    return [math.nan if any(not math.isfinite(v) for v in part) else sorted(part)[len(part) // 2] for part in parts]
