"""What gates found beside what their baseline has: both values, and which prompts were fixed and which broken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...wording import number
from ..inert import one_line
from ..rows import Record, failed_first, status_of, word
from ..scored import Scored, observed, scored, value_of, written

_BASE = "baseline "
_PROMPTS = ("broken: ", "fixed: ")


@dataclass(frozen=True)
class Compared:
    """One condition beside the baseline's value as it is shown; every text is bounded and harmless.

    Attributes:
        name: of the gate.
        what: what was measured.
        here: the value that was judged.
        there: the baseline's.
        change: the first less the second.
        status: of the gate.
        word: the status as it is read.
        notes: how the baseline's value was read and where, and which prompts are fixed and broken.
    """

    name: str
    what: str
    here: str
    there: str
    change: str
    status: str
    word: str
    notes: tuple[str, ...]


def compared(records: Sequence[Record]) -> list[Compared]:
    """The conditions that ask about a baseline, what failed first; those for which there is none are among them."""
    return [
        _compared(record, one) for record in failed_first(records) for one in scored(record) if "baseline" in one.rule
    ]


def _compared(record: Record, one: Scored) -> Compared:
    here = observed(record, one)
    return Compared(
        name=one_line(record["name"], 300),
        what=one_line(one.score["what"], 200) if one.score else "-",
        here=one_line(here, 200),
        there=one_line(_there(one, here), 200),
        change=_change(one, here),
        status=status_of(record).value,
        word=word(record),
        notes=tuple(one_line(line) for line in _notes(record)) if one.base else (),
    )


def _there(one: Scored, here: str) -> str:
    value = value_of(one.base)
    return str(one.base["value"]) if one.base and value is None else written(value, here)


def _change(one: Scored, here: str) -> str:
    value, base = value_of(one.score), value_of(one.base)
    if value is None or base is None:
        return "-"
    points = here.endswith("%")
    change = (value - base) * (100 if points else 1)
    sign = "+" if change > 0 else ""
    return f"{sign}{number(change, 3)}{' points' if points else ''}"


def _notes(record: Record) -> Iterator[str]:
    """What the gate says of its baseline: lines of other kinds may begin alike, as ids of prompts stand in them."""
    of_base = False
    for line in map(str, record["details"]):
        of_base = line.startswith(_BASE) or (of_base and line.startswith(_PROMPTS))
        if of_base:
            yield line
