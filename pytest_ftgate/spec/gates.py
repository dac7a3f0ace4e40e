"""Gates: what the schema cannot say of measures and thresholds is said here."""

from typing import Any

from ..bounds import Bound
from ..directions import better
from ..gate import Check, Condition, Gate, Joined
from ..job import NUMERIC_FACTS, canonical
from ..measures import MEASURES, Measure
from ..measures.golden import Golden
from ..measures.sets import EVERY
from ..threshold import Threshold
from ..wording import quoted, suggestion
from .document import Where
from .own_measures import build_own
from .reading import Body, Reading
from .results import build_reported
from .scores import build_score
from .thresholds import (
    BOUNDS,
    asks_of_value,
    bound_of,
    build_change,
    build_threshold,
    check_bound,
    check_values,
    percent_of,
)
from .training import build_data

_REFUSED_TAGS = {"skip", "skipif", "xfail"}
_OPTIONS = ("at", "window")
_DIRECTED = ("improvement", "overfit", "divergence")


def build_gate(reading: Reading, name: str, body: Body) -> Gate | None:
    """The gate, or None and a mistake."""
    where = ("gates", name)
    condition = _condition(reading, where, body)
    for i, tag in enumerate(body.get("tags", ())):
        if tag in _REFUSED_TAGS:
            why = "a gate is not skipped or expected to fail"
            reading.refuse((*where, "tags", i), f"{quoted(tag)} cannot be a tag: {why}")
    if condition is None:
        return None
    return Gate(name, condition, "severity" in body, tuple(body.get("tags", ())), reading.line(where), body)


def evals_named(body: Body) -> set[str]:
    """The evals that a gate's conditions judge."""
    parts = [*body.get("any", ()), *body.get("all", ())]
    return {body["eval"]} if "eval" in body else {name for part in parts for name in evals_named(part)}


def _condition(reading: Reading, where: Where, body: Body) -> Condition | None:
    for how in ("any", "all"):
        if how in body:
            parts = [_condition(reading, (*where, how, i), part) for i, part in enumerate(body[how])]
            return Joined(how, tuple(part for part in parts if part))
    return _check(reading, where, body)


def _check(reading: Reading, where: Where, body: Body) -> Check | None:
    before = len(reading.wrong)
    kind = next(key for key in (*MEASURES, *reading.around.measures) if key in body)
    measure = _measure(reading, where, kind, body)
    is_text = kind == "job" and body[kind] not in NUMERIC_FACTS
    check_values(reading, where, body, measure, is_text=is_text)
    bounds = {key: bound_of(body[key]) for key in BOUNDS if key in body}
    for key, bound in bounds.items():
        check_bound(reading, (*where, key), bound, measure, is_text=is_text)
    if len(reading.wrong) > before:
        return None
    if kind == "golden":
        return Check(measure, Threshold(max=Bound(0)))
    threshold = build_threshold(reading, where, body, bounds) if asks_of_value(body) else None
    change = build_change(reading, where, body, measure, is_text=is_text) if "baseline" in body else None
    if not threshold and not change:
        if len(reading.wrong) == before:
            reading.refuse(where, "needs min, max, near, equals or in, or a baseline", at_key=True)
        return None
    return Check(measure, threshold, change, body.get("if_missing", "block"))


def _measure(reading: Reading, where: Where, kind: str, body: Body) -> Measure:
    if kind == "result":
        return build_reported(reading, where, body)
    if kind == "golden":
        return _golden(reading, where, body)
    if kind == "data":
        return build_data(reading, where, body)
    if kind in reading.around.measures:
        return build_own(reading, where, kind, body)
    _check_reference(reading, where, kind, body)
    if kind == "eval":
        return build_score(reading, where, body)
    options = _options(reading, where, body)
    if kind == "gap" and body["gap"].partition("[")[0] == "loss":
        options["relative"] = _relative(reading, where, body)
    return MEASURES[kind](body[kind], **options)


def _golden(reading: Reading, where: Where, body: Body) -> Golden:
    """A curve beside an expected one, which a tolerance of nothing at all would miss by rounding."""
    said, place = body["golden"], (*where, "golden")
    if said == "baseline" and "baseline" not in reading.data:
        reading.refuse(place, "needs a baseline: write `baseline: PATH` at the top of the spec")
    if not body.keys() & {"rtol", "atol"}:
        reading.refuse(where, "needs rtol or atol: how near?", at_key=True)
    _check_reference(reading, where, "metric", body)
    expected = None if said == "baseline" else reading.path(place, said)
    rtol = percent_of(body["rtol"]) if "rtol" in body else 0.0
    return Golden(body["metric"], expected, rtol, float(body.get("atol", 0)), tuple(body.get("steps", ())))


def _relative(reading: Reading, where: Where, body: Body) -> bool:
    """A gap of losses with bounds in percent is one relative to the training loss."""
    kinds = {isinstance(body[key], str) for key in BOUNDS if key in body}
    if len(kinds) > 1:
        reading.refuse(
            where, "has bounds in percent, which are relative, and others: write all of them alike", at_key=True
        )
    return kinds == {True}


def _check_reference(reading: Reading, where: Where, kind: str, body: Body) -> None:
    """What a measure names must be there: its eval, or a job, and a direction in which the metric gets better."""
    name, place = body[kind], (*where, kind)
    if not name.isprintable() or name != name.strip():
        reading.refuse(place, f"{quoted(name)} holds invisible characters, or blanks at an end")
    elif kind == "eval":
        _check_eval(reading, place, name)
    elif not reading.data.get("job") and not reading.around.names_a_job:
        reading.refuse(where, "needs a job: write `job: PATH` in the spec, or give --ftgate-job", at_key=True)
    elif name.endswith(EVERY) and kind not in (*_DIRECTED, "gap"):
        reading.refuse(place, f"{EVERY}, every validation set, has a meaning only for {', '.join(_DIRECTED)} and gap")
    elif (kind in _DIRECTED or (kind, body.get("at")) == ("metric", "best")) and better(canonical(name)) is None:
        reading.refuse(place, f"whether lower or higher {quoted(name)} is better is not known")
    elif kind == "spikes" and better(canonical(name)) != "lower":
        reading.refuse(place, f"spikes are looked for in losses, and {quoted(name)} is none")


def _check_eval(reading: Reading, where: Where, name: str) -> None:
    evals = reading.data.get("evals", {})
    if name not in evals:
        known = f"; evals are {', '.join(evals)}" if evals else "; the spec has no `evals:`"
        reading.refuse(where, f"there is no eval {quoted(name)}{suggestion(name, evals) or known}")


def _options(reading: Reading, where: Where, body: Body) -> dict[str, Any]:
    options = {key: body[key] for key in _OPTIONS if key in body}
    at = options.get("at", "final")
    if isinstance(at, dict):
        options["at"] = at["step"]
    if "window" in options:
        options["window"] = _window(reading, (*where, "window"), options["window"], at)
    return options


def _window(reading: Reading, where: Where, said: int | str, at: object) -> int | float:
    if at not in ("final", "mean"):
        reading.refuse(where, "a window has a meaning only beside `at: final` and `at: mean`", at_key=True)
    if isinstance(said, int):
        return said
    part = percent_of(said)
    if not 0 < part <= 1:
        reading.refuse(where, "must be more than 0% and at most 100% of the series")
    return part
