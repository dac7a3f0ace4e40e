"""The parts of each eval side by side: what was observed of each slice, how sure that is, and the threshold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...measures.kinds import KINDS
from ...measures.selection import in_words
from ...verdict.rules import threshold
from ..inert import one_line
from ..rows import Record, failed_first, status_of, word
from ..scored import Found, Scored, finite, observed, scored, value_of, written

MOST = 100
"""Rows of one table."""

_WHOLE = "all prompts"
_KEYS = ("eval", "score", "percentile", "average", "label", "of", "k")
"""What a rule says of its score: gates that agree in these are about one quantity."""

_OTHER = ("spread", "pairs")
"""What is measured between slices, and of none."""


@dataclass(frozen=True)
class Mark:
    """A threshold in a drawing: `limit` or `warn`, and where it is, 0..100."""

    kind: str
    place: float


@dataclass(frozen=True)
class Slice:
    """One part of an eval as it is shown; every text is bounded and harmless.

    Attributes:
        name: which part.
        gate: that asks about it, without the slice that it may be named after.
        n: how many prompts.
        observed: the value as the gate says it.
        interval: where it may be, in words.
        wanted: the threshold.
        status: of its gate.
        word: the status as it is read.
        dot: where the value is in the drawing, 0..100; None where there is none.
        span: where its interval is.
        marks: where the thresholds are.
    """

    name: str
    gate: str
    n: str
    observed: str
    interval: str
    wanted: str
    status: str
    word: str
    dot: float | None
    span: tuple[float, float] | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Slices:
    """One score of one eval by slice.

    Attributes:
        heading: what was measured.
        low: the left end of the drawings, in words.
        high: the right end.
        rows: the parts, the whole eval first where a gate asks about it, then what failed.
        more: how many are not shown.
    """

    heading: str
    low: str
    high: str
    rows: tuple[Slice, ...]
    more: int = 0

    @property
    def warns(self) -> bool:
        """Whether a drawing has a warn line."""
        return any(mark.kind == "warn" for row in self.rows for mark in row.marks)


_Found = tuple[Record, Scored]


def slices(records: Sequence[Record]) -> list[Slices]:
    """The scores of which a gate asks about a part of the prompts, each with all of its parts."""
    groups: dict[tuple[str, ...], list[_Found]] = {}
    for record in failed_first(records):
        for one in scored(record):
            if "eval" in one.rule and not any(key in one.rule for key in _OTHER):
                groups.setdefault(tuple(str(one.rule.get(key)) for key in _KEYS), []).append((record, one))
    return [_table(found) for found in groups.values() if any(_part(*one) != _WHOLE for one in found)]


def _table(found: list[_Found]) -> Slices:
    found.sort(key=lambda one: _part(*one) != _WHOLE)
    low, high = _ends(found)
    like = next((text for text in (observed(*one) for one in found) if text != "-"), "")
    rows = tuple(_row(record, one, (low, high)) for record, one in found[:MOST])
    return Slices(_heading(found), written(low, like), written(high, like), rows, max(0, len(found) - MOST))


def _heading(found: Sequence[_Found]) -> str:
    rule = found[0][1].rule
    said = next((str(one.score["what"]) for _, one in found if one.score), "")
    words = said.partition(f" of {rule['eval']} (")[0].removesuffix(f" of {rule['eval']}")
    return one_line(f"{words or str(rule.get('score', 'pass_rate')).replace('_', ' ')} of {rule['eval']}", 200)


def _row(record: Record, one: Scored, ends: tuple[float, float]) -> Slice:
    value, span = value_of(one.score), _interval(one.score, ends)
    said = observed(record, one)
    return Slice(
        name=one_line(_part(record, one), 200),
        gate=one_line(str(record["name"]).partition("@" if "by" in one.rule else "\0")[0], 200),
        n=f"{one.score['n']:,}" if one.score else "-",
        observed=one_line(said, 200),
        interval=_in_words(one.score, said),
        wanted=one_line(_wanted(record, one), 300),
        status=status_of(record).value,
        word=word(record),
        dot=None if value is None else _place(value, ends),
        span=(_place(span[0], ends), _place(span[1], ends)) if span else None,
        marks=tuple(Mark(kind, _place(value, ends)) for kind, value in _limits(one.rule)),
    )


def _part(record: Record, one: Scored) -> str:
    """Which prompts a condition looks at; a slice that could not be measured is known by what the spec says."""
    if one.score:
        found = str(one.score["what"]).partition(f" of {one.rule['eval']} (")[2]
        return found[:-1] or _WHOLE
    part = one.rule.get("slice", {})
    by = [f"{one.rule['by']} {str(record['name']).partition('@')[2]}"] if "by" in one.rule else []
    return ", ".join([*([in_words(part)] if part else []), *by]) or _WHOLE


def _wanted(record: Record, one: Scored) -> str:
    if one.rule is record["rule"]:
        return str(record["wanted"]) or "-"
    return " and ".join(f"{key} {one.rule[key]}" for key in ("min", "max", "near") if key in one.rule) or "-"


def _known(found: Found | None) -> tuple[float | None, float | None]:
    """The ends of a score's interval, as far as they are known."""
    said = (found["interval"] if found else None) or {}
    return finite(said.get("low")), finite(said.get("high"))


def _interval(found: Found | None, ends: tuple[float, float]) -> tuple[float, float] | None:
    """A score's interval as it is drawn: what is open reaches to the end of the axis."""
    low, high = _known(found)
    if low is None and high is None:
        return None
    return ends[0] if low is None else low, ends[1] if high is None else high


def _in_words(found: Found | None, like: str) -> str:
    low, high = _known(found)
    if low is None and high is None:
        return "-"
    if low is None or high is None:
        return f"up to {written(high, like)}" if low is None else f"{written(low, like)} or more"
    return f"{written(low, like)} to {written(high, like)}"


def _limits(rule: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for wanted in threshold(rule):
        if wanted["op"] in (">=", "<="):
            yield "limit", float(wanted["value"])
            if "warn" in wanted:
                yield "warn", float(wanted["warn"])


def _ends(found: Sequence[_Found]) -> tuple[float, float]:
    """The ends of the axis: of rates and grades all that there can be, of seconds and money what there is."""
    kind = KINDS.get(str(found[0][1].rule.get("score", "pass_rate")))
    if kind is None or kind.top == 1:
        return 0.0, 1.0
    scores = [one.score for _, one in found]
    values = [value for score in scores if (value := value_of(score)) is not None]
    ends = [end for score in scores for end in _known(score) if end is not None]
    every = [0.0, *values, *ends, *(value for _, one in found for _, value in _limits(one.rule))]
    return min(every), max(every) if max(every) > min(every) else min(every) + 1


def _place(value: float, ends: tuple[float, float]) -> float:
    low, high = ends
    return round(min(max((value - low) / (high - low), 0.0), 1.0) * 100, 2)
