"""What each condition of a gate found, as its record tells it: the rule, the score, and the baseline's score."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..wording import number
from .rows import Record

Found = Mapping[str, Any]
"""A score as `Score.as_json` gives it."""

_HUGE = 1e100


@dataclass(frozen=True)
class Scored:
    """One condition.

    Attributes:
        rule: what the spec says of it.
        score: what was measured; None where nothing could be.
        base: the same of the baseline, where the condition asks about one and there is one.
    """

    rule: Mapping[str, Any]
    score: Found | None
    base: Found | None = None


def scored(record: Record) -> list[Scored]:
    """The conditions of a gate with their scores; none where it cannot be told which score is whose."""
    rules, scores = [*_leaves(record.get("rule", {}))], list(record["scores"])
    based = sum("baseline" in rule for rule in rules)
    if not scores:
        return [Scored(rule, None) for rule in rules]
    if len(scores) not in (len(rules), len(rules) + based):
        return []
    compared, rest = len(scores) > len(rules), iter(scores)
    return [Scored(rule, next(rest), next(rest) if compared and "baseline" in rule else None) for rule in rules]


def value_of(found: Found | None) -> float | None:
    """The value of a score, if it is a number that can be drawn."""
    return finite(found["value"]) if found else None


def finite(value: object) -> float | None:
    """`value` as a number that can be drawn, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _HUGE:
        return None
    return None if math.isnan(value) else float(value)


def written(value: float | None, like: str) -> str:
    """A value in percent where `like` is, else as a number; a dash where there is none."""
    if value is None:
        return "-"
    return f"{number(value * 100)}%" if like.endswith("%") else number(value)


def observed(record: Record, one: Scored) -> str:
    """What one condition of a gate observed: as the gate says it, where it has no other condition."""
    joined = any(how in record["rule"] for how in ("any", "all"))
    return written(value_of(one.score), "") if joined else str(record["observed"]) or "-"


def _leaves(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The conditions without conditions of their own, in the order in which they are measured."""
    parts = next((rule[how] for how in ("any", "all") if how in rule), None)
    if parts is None:
        yield rule
    else:
        for part in parts:
            yield from _leaves(part)
