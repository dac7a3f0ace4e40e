"""The metrics of a hosted job, merged from all that was saved of it, the stronger evidence first.

Events give every step and the whole validation set, the result file every step, checkpoints three steps at most.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..errors import JobError
from ..job import Fact, canonical
from ..series import Series, build
from ..wording import listed, number, plain, quoted
from . import endings, objects, openai_objects, openai_results
from .openai_objects import Logged, Saved

Merged = dict[str, Series]

_ROUNDING = 1e-5


@dataclass(frozen=True)
class Progress:
    """How far the metrics go, as facts, and why that is not the end."""

    facts: Mapping[str, Fact]
    unfinished: str


def merged(saved: Sequence[Saved], results: Mapping[str, Series]) -> tuple[Merged, tuple[str, ...]]:
    """The job's series by canonical name, and notes.

    Raises:
        JobError: a page of events is missing, or events and result file contradict each other.
    """
    events = openai_objects.metrics(saved)
    from_events = _series(events)
    notes: tuple[str, ...] = ()
    if events:
        _refuse_open_end(from_events, events)
    if missing := _missing_pages(events, [one for one in saved if one.kind == openai_objects.EVENT]):
        file = listed(dict.fromkeys(one.file for one in saved if one.kind == openai_objects.EVENT))
        from_events, notes = _covered(missing, from_events, results, file)
    _refuse_contradiction(from_events, results)
    from_checkpoints = _series(openai_objects.checkpoint_metrics(saved))
    if from_checkpoints and not from_events and not results:
        notes = (*notes, "only checkpoints were saved, which hold the metrics of a few steps")
    layers = (from_events, results, from_checkpoints)
    names = dict.fromkeys(name for layer in layers for name in layer)
    return {name: _joined([layer[name] for layer in layers if name in layer]) for name in names}, notes


def progress(saved: Sequence[Saved], series: Mapping[str, Series]) -> Progress:
    """How far the metrics go, and whether that is the end.

    Raises:
        JobError: they go beyond the last planned step.
    """
    longest = max(series.values(), key=len, default=None)
    done = int(max((one.values.index[-1] for one in series.values()), default=0))
    planned = _planned(saved)
    facts = {name: value for name, value in (("steps", done), ("planned_steps", planned)) if value}
    if not planned or longest is None:
        return Progress(facts, "")
    if done > planned:
        raise JobError(f"{longest.file}: the metrics go to step {done}, but the job has {planned} steps: of two jobs?")
    late = planned - done >= endings.interval(list(longest.values.index))
    return Progress(facts, f"the metrics stop at step {done} of {number(planned, 9)}" if late else "")


def _series(logged: Sequence[Logged]) -> Merged:
    found: Merged = {}
    keys = dict.fromkeys(key for one in logged for key, value in one.values.items() if _is_metric(key, value))
    for key in keys:
        name = canonical(key)
        points = list(_points(logged, key))
        file = listed(dict.fromkeys(one.saved.file for one in logged if key in one.values))
        if points and name not in found:
            one = build(name, key, points, file=file, full_set=name.startswith("full_valid_"))
            found[one.name] = one
    return found


def _points(logged: Sequence[Logged], key: str) -> Iterator[tuple[float, float]]:
    """What `key` logs; a null that no number follows was measured and came to nothing, so it is NaN."""
    last = max((one.step for one in logged if _measured(one.values.get(key))), default=math.inf)
    for one in logged:
        value = one.values.get(key)
        if value is None:
            if key in one.values and (key.startswith("train") or one.step > last):
                yield one.step, math.nan
            continue
        found = objects.measured(value)
        if found is None:
            what = f"{plain(key)} is {quoted(plain(repr(value)))} at step {number(one.step)}"
            raise JobError(f"{one.saved.file}: {what}, which is not a number")
        if not (found == -1 and openai_results.is_sentinel(canonical(key))):
            yield one.step, found


def _refuse_open_end(series: Merged, events: Sequence[Logged]) -> None:
    for name in openai_results.DENSE:
        if name in series and series[name].values.index[-1] < events[-1].step:
            step = number(events[-1].step)
            raise JobError(
                f"{events[-1].saved.file}: the last metrics event, of step {step}, has no {series[name].logged_as}"
            )


def _missing_pages(logged: Sequence[Logged], events: Sequence[Saved]) -> str:
    """Why the events cannot be all there are, or nothing.

    They are listed newest first and by page, so that what is left out is the older part.
    """
    steps = sorted({one.step for one in logged})
    more = {one.page: one.more for one in events}
    unended = bool(more) and all(more.values())
    if not steps:
        return "the page of events says has_more, and no other page is there" if unended else ""
    interval = endings.interval(steps)
    if steps[0] > interval and (len(steps) > 1 or unended):
        return f"the events begin at step {number(steps[0])}: older pages are not there"
    gap = next((a for a, b in pairwise(steps) if b - a > 2 * interval), None)
    if gap is not None and len(more) > 1:
        return f"there are no events of the steps after {number(gap)}: a page between is not there"
    return ""


def _covered(missing: str, events: Merged, results: Mapping[str, Series], file: str) -> tuple[Merged, tuple[str, ...]]:
    """The events' part of the metrics that the result file has whole; the others would hide their older values."""
    end = max((one.values.index[-1] for one in results.values()), default=-1)
    if any(one.values.index[-1] > end for one in events.values()) or not results:
        raise JobError(f"{file}: {missing}; save all pages (follow has_more), or add the job's result file")
    left_out = sorted(events.keys() - results.keys())
    note = f"{missing}; the result file gives the other steps"
    gone = f", and {listed(left_out)} was left out because its older values are missing" if left_out else ""
    return {name: one for name, one in events.items() if name in results}, (note + gone,)


def _refuse_contradiction(events: Merged, results: Mapping[str, Series]) -> None:
    """Raise where the same step has other numbers than the five decimals of a result file can explain."""
    for name in events.keys() & results.keys():
        strong, weak = events[name], results[name]
        for step in strong.values.index.intersection(weak.values.index):
            a, b = float(strong.values[step]), float(weak.values[step])
            if not (abs(a - b) <= _ROUNDING * (1 + abs(a)) or a == b or (math.isnan(a) and math.isnan(b))):
                raise JobError(
                    f"{strong.file} and {weak.file} contradict each other: {name} at step {number(step)} is "
                    f"{number(a, 7)} and {number(b, 7)}; files of two jobs?"
                )


def _joined(layers: Sequence[Series]) -> Series:
    """The first series, with the steps that only the later ones have."""
    import pandas as pd

    whole = layers[0]
    for weaker in layers[1:]:
        extra = weaker.values[~weaker.values.index.isin(whole.values.index)]
        if len(extra):
            values = pd.concat([whole.values, extra]).sort_index()
            whole = replace(whole, values=values, file=f"{whole.file}, {weaker.file}")
    return whole


def _planned(saved: Sequence[Saved]) -> int:
    data = (objects.record(one.content.get("data")) for one in saved if one.kind == openai_objects.EVENT)
    totals = (objects.number(one.get("total_steps")) for one in data)
    return int(max((total for total in totals if total is not None and math.isfinite(total)), default=0))


def _is_metric(key: str, value: object) -> bool:
    """Whether this makes `key` a metric: a number, or under the name of one anything at all, to be refused."""
    return _measured(value) or (value is not None and canonical(key).endswith(("loss", "accuracy", "reward")))


def _measured(value: object) -> bool:
    return objects.measured(value) is not None
