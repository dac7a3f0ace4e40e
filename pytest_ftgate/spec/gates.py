"""Gates: what the schema cannot say of measures and thresholds is said here."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..directions import better
from ..evals.prompts import described
from ..gate import Check, Condition, Gate, Joined
from ..job import NUMERIC_FACTS, canonical
from ..measures import MEASURES, Measure
from ..threshold import Bound, Threshold
from ..wording import quoted, suggestion
from .document import Where
from .language import UNBUILT
from .reading import Body, Reading

_REFUSED_TAGS = {"skip", "skipif", "xfail"}
_OPTIONS = ("at", "window", "score")
_BOUNDS = ("min", "max", "warn")


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
    return Gate(name, condition, "severity" in body, tuple(body.get("tags", ())), reading.line(where))


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
    kind = next(key for key in MEASURES if key in body)
    _check_reference(reading, where, kind, body)
    measure = MEASURES[kind](body[kind], **_options(reading, where, body))
    is_text = kind == "job" and body[kind] not in NUMERIC_FACTS
    _check_values(reading, where, body, measure, is_text=is_text)
    bounds = {key: _bound(body[key]) for key in _BOUNDS if key in body}
    for key, bound in bounds.items():
        _check_bound(reading, (*where, key), bound, measure, is_text=is_text)
    threshold = _threshold(reading, where, body, bounds) if len(reading.wrong) == before else None
    return Check(measure, threshold) if threshold else None


def _check_reference(reading: Reading, where: Where, kind: str, body: Body) -> None:
    """What a measure names must be there: its eval, or a job, and a direction in which the metric gets better."""
    name, place = body[kind], (*where, kind)
    if not name.isprintable() or name != name.strip():
        reading.refuse(place, f"{quoted(name)} holds invisible characters, or blanks at an end")
    elif kind == "eval":
        _check_eval(reading, place, name)
    elif not reading.data.get("job") and not reading.around.names_a_job:
        reading.refuse(where, "needs a job: write `job: PATH` in the spec, or give --ftgate-job", at_key=True)
    elif (kind == "improvement" or (kind, body.get("at")) == ("metric", "best")) and better(canonical(name)) is None:
        reading.refuse(place, f"whether lower or higher {quoted(name)} is better is not known")


def _check_eval(reading: Reading, where: Where, name: str) -> None:
    evals = reading.data.get("evals", {})
    if name not in evals:
        known = f"; evals are {', '.join(evals)}" if evals else "; the spec has no `evals:`"
        reading.refuse(where, f"there is no eval {quoted(name)}{suggestion(name, evals) or known}")


def _options(reading: Reading, where: Where, body: Body) -> dict[str, Any]:
    options = {key: body[key] for key in _OPTIONS if key in body}
    at = options.get("at", "final")
    if at == "shipped":
        reading.refuse((*where, "at"), f"'shipped' {UNBUILT}")
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
    part = _percent(said)
    if not 0 < part <= 1:
        reading.refuse(where, "must be more than 0% and at most 100% of the series")
    return part


def _threshold(reading: Reading, where: Where, body: Body, bounds: dict[str, Bound]) -> Threshold | None:
    try:
        if "equals" in body and "in" in body:
            raise ValueError("takes equals or in, not both")
        values = tuple(value for _, value in _values(where, body))
        return Threshold(**bounds, one_of=values, min_n=body.get("min_n"))
    except ValueError as e:
        reading.refuse(where, str(e), at_key=True)
        return None


def _values(where: Where, body: Body) -> Iterator[tuple[Where, Any]]:
    """The values that `equals` and `in` admit, with their places."""
    if "equals" in body:
        yield (*where, "equals"), body["equals"]
    for i, value in enumerate(body.get("in", ())):
        yield (*where, "in", i), value


def _check_values(reading: Reading, where: Where, body: Body, measure: Measure, *, is_text: bool) -> None:
    """A value that is never observed would be a gate that never passes, and one of another type is a slip."""
    low, high = measure.span
    for place, value in _values(where, body):
        if isinstance(value, bool) or isinstance(value, str) != is_text:
            wanted = "text, in quotes" if is_text else "a number, without quotes"
            reading.refuse(place, f"{described(value)} is never {measure.what}: write {wanted}")
        elif not is_text and not low <= value <= high:
            reading.refuse(place, f"{measure.what} is never {value}: {_span(low, high)}")


def _bound(said: float | str) -> Bound:
    return Bound(_percent(said), percent=True) if isinstance(said, str) else Bound(float(said))


def _check_bound(reading: Reading, where: Where, bound: Bound, measure: Measure, *, is_text: bool) -> None:
    if is_text:
        reading.refuse(where, f"{measure.what} is text: use equals or in", at_key=True)
        return
    problem = _bound_problem(str(where[-1]), bound, measure)
    if problem:
        reading.refuse(where, problem)


def _bound_problem(key: str, bound: Bound, measure: Measure) -> str:
    low, high = measure.span
    if bound.percent and not measure.is_ratio:
        return f"{bound} is a percentage, but {measure.what} is not a ratio: write a plain number"
    if not low <= bound.value <= high:
        meant = measure.is_ratio and not bound.percent and 1 < bound.value <= 100
        hint = f"; write {bound}% or {bound.value / 100:g}" if meant else ""
        return f"{measure.what} is never {bound}: {_span(low, high)}{hint}"
    if (key == "min" and bound.value <= low) or (key == "max" and bound.value >= high):
        side = "below" if key == "min" else "above"
        return f"no value of {measure.what} is {side} {bound}, so this gate could not fail"
    return ""


def _span(low: float, high: float) -> str:
    return "it is never negative" if (low, high) == (0.0, float("inf")) else f"it lies in {low:g} to {high:g}"


def _percent(text: str) -> float:
    # By way of decimals, or 7.1% would be a hair less than 0.071.
    return float(Decimal(text.removesuffix("%")) / 100)
