"""What an output took: seconds, tokens, money, as far as its line says so."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

_COLUMNS = ("usage", "latency", "latency_ms", "cost")
_INPUT = ("prompt_tokens", "input_tokens")
_OUTPUT = ("completion_tokens", "output_tokens")
_TOTAL = ("total_tokens",)

Object = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Used:
    """What one output took; None stands for what is not said, or not with a number of 0 or more.

    Attributes:
        latency: seconds.
        input: tokens of the prompt.
        output: tokens of the answer.
        tokens: of both.
        cost: in the currency of whoever recorded it.
    """

    latency: float | None = None
    input: float | None = None
    output: float | None = None
    tokens: float | None = None
    cost: float | None = None


def used_by(row: Object, fields: Mapping[str, str], answer: object) -> Used | None:
    """What an output took, by the columns of its line, or by the usage that the API's `answer` in it states."""
    inner = answer.get("usage") if isinstance(answer, Mapping) else None
    columns = [fields.get(name, name) for name in _COLUMNS]
    if inner is None and not any(column in row for column in columns):
        return None
    usage, latency, milliseconds, cost = map(row.get, columns)
    stated = usage if isinstance(usage, Mapping) else inner if isinstance(inner, Mapping) else {}
    given, made = _first(stated, _INPUT), _first(stated, _OUTPUT)
    total = _first(stated, _TOTAL)
    if total is None and given is not None and made is not None:
        total = given + made
    return Used(_seconds(latency, milliseconds), given, made, total, _amount(cost))


def _seconds(seconds: object, milliseconds: object) -> float | None:
    found = _amount(seconds)
    if found is not None:
        return found
    found = _amount(milliseconds)
    return None if found is None else found / 1000


def _first(usage: Object, names: tuple[str, ...]) -> float | None:
    return next((_amount(usage[name]) for name in names if name in usage), None)


def _amount(value: object) -> float | None:
    """A number of 0 or more; the text of one too, because a table of text has nothing else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and found >= 0 else None
