"""Thresholds of gates: what the schema cannot say of bounds, targets and values is said here."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..bounds import Bound
from ..comparison import RULES, Change
from ..evals.prompts import described
from ..measures import Measure
from ..measures.rise import Rise
from ..threshold import Threshold
from .document import Where
from .reading import Body, Reading

BOUNDS = ("min", "max", "warn")


def asks_of_value(body: Body) -> bool:
    """Whether something is asked of the value itself, beside what a baseline asks."""
    alone = {"warn", "min_n", "rtol", "atol"} | (set() if "baseline" in body else {"confidence"})
    return bool({"min", "max", "near", "equals", "in", *alone} & body.keys())


def build_change(reading: Reading, where: Where, body: Body, measure: Measure, *, is_text: bool) -> Change | None:
    """How much the gate lets the baseline's value change, or None and a mistake."""
    place = (*where, "baseline")
    if is_text:
        reading.refuse(place, "text neither rises nor drops: use equals or in", at_key=True)
        return None
    if "baseline" not in reading.data:
        reading.refuse(place, "needs a baseline: write `baseline: PATH` at the top of the spec", at_key=True)
    try:
        limits = tuple((key, bound_of(body["baseline"][key])) for key in RULES if key in body["baseline"])
        for key, amount in limits:
            if problem := _change_problem(key, amount, measure):
                reading.refuse((*place, key), problem)
        return Change(limits, body.get("confidence"))
    except ValueError as e:
        reading.refuse(place, str(e), at_key=True)
        return None


def build_threshold(reading: Reading, where: Where, body: Body, bounds: dict[str, Bound]) -> Threshold | None:
    """What the value itself must be, or None and a mistake."""
    try:
        if "equals" in body and "in" in body:
            raise ValueError("takes equals or in, not both")
        values = tuple(value for _, value in _values(where, body))
        target = _target(body)
        if target and bounds.keys() & {"min", "max"}:
            raise ValueError("takes near, or min and max, not both")
        low, high, near = target or (bounds.get("min"), bounds.get("max"), "")
        sure = body.get("confidence")
        return Threshold(low, high, values, bounds.get("warn"), body.get("min_n"), sure, near)
    except ValueError as e:
        reading.refuse(where, str(e), at_key=True)
        return None


def _target(body: Body) -> tuple[Bound, Bound, str] | None:
    """The bounds that `near` stands for, and the words for it."""
    if "near" not in body:
        if body.keys() & {"rtol", "atol"}:
            raise ValueError("rtol and atol need a target: write near")
        return None
    if not body.keys() & {"rtol", "atol"}:
        raise ValueError("near needs rtol or atol: how near?")
    if {"rtol", "atol"} <= body.keys():
        raise ValueError("takes rtol or atol beside near, not both")
    said = body.get("rtol", body.get("atol"))
    centre = float(body["near"])
    reach = abs(centre) * percent_of(said) if isinstance(said, str) else float(said)
    if not reach > 0:
        raise ValueError(f"{said} around {centre:g} is no distance at all: write atol")
    return Bound(centre - reach), Bound(centre + reach), f"near {Bound(centre)} ± {said}"


def _values(where: Where, body: Body, *more: str) -> Iterator[tuple[Where, Any]]:
    """The values that `equals` and `in` admit, and those under `more` keys, with their places."""
    for key in ("equals", *more):
        if key in body:
            yield (*where, key), body[key]
    for i, value in enumerate(body.get("in", ())):
        yield (*where, "in", i), value


def check_values(reading: Reading, where: Where, body: Body, measure: Measure, *, is_text: bool) -> None:
    """A value that is never observed would be a gate that never passes, and one of another type is a slip."""
    low, high = measure.span
    for place, value in _values(where, body, "near"):
        if isinstance(value, bool) or isinstance(value, str) != is_text:
            wanted = "text, in quotes" if is_text else "a number, without quotes"
            reading.refuse(place, f"{described(value)} is never {measure.what}: write {wanted}")
        elif not is_text and not low <= value <= high:
            reading.refuse(place, f"{measure.what} is never {value}: {_span(low, high)}")


def bound_of(said: float | str) -> Bound:
    """The bound that a number, or a text in percent, says."""
    return Bound(percent_of(said), percent=True) if isinstance(said, str) else Bound(float(said))


def check_bound(reading: Reading, where: Where, bound: Bound, measure: Measure, *, is_text: bool) -> None:
    """A bound that every value or none keeps is a slip."""
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
    if isinstance(measure, Rise) and measure.is_ratio and not bound.percent and bound.value > 1:
        share = f"{100 * bound.value:g}%"
        return f"{bound} is {share}: write {bound}% or {bound.value / 100:g}, or {share} if that is meant"
    return ""


def _change_problem(key: str, amount: Bound, measure: Measure) -> str:
    """Why no value, or every one, differs from the baseline's by `amount`, or nothing."""
    low, high = measure.span
    if amount.percent:
        never = key == "max_drop" and amount.value >= 1 and low >= 0
        return f"{measure.what} never drops by more than {amount}: {_span(low, high)}" if never else ""
    if amount.value < high - low:
        return ""
    meant = measure.is_ratio and 1 < amount.value <= 100
    hint = f"; write {amount.value / 100:g}, or {amount}% of the baseline's value" if meant else ""
    return f"{measure.what} never changes by {amount}: {_span(low, high)}{hint}"


def _span(low: float, high: float) -> str:
    if (low, high) == (0.0, float("inf")):
        return "it is never negative"
    return f"it is at most {high:g}" if low == -float("inf") else f"it lies in {low:g} to {high:g}"


def percent_of(text: str) -> float:
    """The share that a text such as `7.1%` says."""
    # By way of decimals, or 7.1% would be a hair less than 0.071.
    return float(Decimal(text.removesuffix("%")) / 100)
