"""Waivers: what the schema cannot say of them is said here."""

import math
import re
from collections.abc import Mapping
from datetime import date

from ..bounds import Bound
from ..comparison import RULES
from ..gate import Check, Gate
from ..waiver import Waiver
from ..wording import quoted, suggestion
from .document import Where
from .reading import Body, Reading
from .thresholds import bound_of, check_bound

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def build_waivers(reading: Reading, gates: Mapping[str, Gate]) -> dict[str, Waiver]:
    """The waivers of the spec by their gates' names; mistakes are noted."""
    found: dict[str, Waiver] = {}
    for i, body in enumerate(reading.data.get("waivers", ())):
        where: Where = ("waivers", i)
        name = body["gate"]
        if name in found:
            reading.refuse((*where, "gate"), f"{quoted(name)} has a waiver already, in line {found[name].line}")
        elif name not in gates:
            known = suggestion(name, gates) or "; a waiver is for one gate of this spec"
            reading.refuse((*where, "gate"), f"there is no gate {quoted(name)}{known}")
        else:
            waiver = _waiver(reading, where, body, gates[name])
            found |= {name: waiver} if waiver else {}
    return found


def _waiver(reading: Reading, where: Where, body: Body, gate: Gate) -> Waiver | None:
    before = len(reading.wrong)
    for key in ("reason", "owner"):
        if not body[key].strip():
            reading.refuse((*where, key), "says nothing")
    expires = _day(reading, (*where, "expires"), body["expires"])
    up_to, low, high = _reach(reading, where, body, gate)
    if expires is None or len(reading.wrong) > before:
        return None
    ticket = body.get("ticket", "")
    line = reading.line((*where, "gate"))
    return Waiver(gate.name, body["reason"], body["owner"], expires, ticket, up_to, low, high, line)


def _day(reading: Reading, where: Where, text: str) -> date | None:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        reading.refuse(where, f"{quoted(text)} is not a day: write it as 2026-12-31")
        return None


def _reach(reading: Reading, where: Where, body: Body, gate: Gate) -> tuple[Bound | None, float, float]:
    """The bound of a waiver, and the values that it covers; a mistake where there must be one and is not."""
    low, high = _limits(gate)
    none = (None, -math.inf, math.inf)
    if low is None and high is None:
        if "up_to" in body:
            reading.refuse((*where, "up_to"), f"the gate {gate.name} has no one number that could be bounded")
        return none
    if "up_to" not in body:
        reading.refuse(where, "needs 'up_to': how bad the value may be", at_key=True)
        return none
    up_to = bound_of(body["up_to"])
    if isinstance(gate.condition, Check):
        check_bound(reading, (*where, "up_to"), up_to, gate.condition.measure, is_text=False)
    if high is not None and up_to.value > high:
        return up_to, -math.inf if low is None else low, up_to.value
    if low is not None and up_to.value < low:
        return up_to, up_to.value, math.inf if high is None else high
    asked = str(gate.condition)
    reading.refuse((*where, "up_to"), f"{up_to} is not beyond what the gate admits ({asked}): it would cover nothing")
    return none


def _limits(gate: Gate) -> tuple[float | None, float | None]:
    """The bounds that a gate's value must keep.

    They are infinite where only the baseline says them, and None where there is none or the value is no number.
    """
    check = gate.condition
    if not isinstance(check, Check):
        return None, None
    if check.threshold:
        low, high = check.threshold.min, check.threshold.max
        return low.value if low else None, high.value if high else None
    upper = {RULES[key].upper for key, _ in check.change.limits} if check.change else set()
    return (math.inf if False in upper else None), (-math.inf if True in upper else None)
