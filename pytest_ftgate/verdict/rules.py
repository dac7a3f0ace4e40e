"""What a spec says of a gate, as comparisons that a script can make again."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

Rule = Mapping[str, Any]
"""A gate as the spec writes it, as plain data."""

_BOUNDS = {"min": ">=", "max": "<="}
_CHANGES = ("max_rise", "max_drop", "min_rise", "min_drop")
_DOUBTS = ("min_n", "confidence")


def threshold(rule: Rule) -> list[dict[str, Any]]:
    """The comparisons of a gate: each an `op`, the `value` it compares with, and its `unit`.

    Amounts in percent are given as ratios, with the unit `ratio`; `any` and `all` hold the comparisons of each of their
    conditions in `of`.
    """
    for how in ("any", "all"):
        if how in rule:
            return [{"op": how, "of": [threshold(part) for part in rule[how]]}]
    return list(_comparisons(rule))


def severity(rule: Rule) -> str:
    """What a miss means: `block` or `warn`."""
    return str(rule.get("severity", "block"))


def amount(said: Any) -> float:
    """A number of a spec, a percentage as a ratio."""
    # By way of decimals, or 7.1% would be a hair less than 0.071.
    return float(Decimal(said.removesuffix("%")) / 100 if isinstance(said, str) else said)


def _comparisons(rule: Rule) -> Iterator[dict[str, Any]]:
    doubts = {key: rule[key] for key in _DOUBTS if key in rule}
    for key, op in _BOUNDS.items():
        if key in rule:
            warn = {"warn": amount(rule["warn"])} if "warn" in rule else {}
            yield {"op": op, **_valued(rule[key]), **warn, **doubts}
    if "near" in rule:
        reach = next(_valued(rule[key]) | {"relative": key == "rtol"} for key in ("rtol", "atol") if key in rule)
        yield {"op": "near", **_valued(rule["near"]), "within": reach, **doubts}
    if "equals" in rule:
        yield {"op": "==", "value": rule["equals"], **doubts}
    if "in" in rule:
        yield {"op": "in", "value": rule["in"], **doubts}
    for key in _CHANGES:
        if key in rule.get("baseline", {}):
            yield {"op": key, **_valued(rule["baseline"][key]), "from": "baseline", **doubts}


def _valued(said: Any) -> dict[str, Any]:
    return {"value": amount(said), "unit": "ratio" if isinstance(said, str) else "number"}
