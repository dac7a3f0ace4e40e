"""A verdict's records in the order in which people want to read them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..decision import PROMOTING, Status
from ..verdict import is_prompt

Record = Mapping[str, Any]
"""What became of one condition, as a verdict holds it."""

_DISTANCE = re.compile(r"\(((?:over|short) by [^()]{1,40})\)")
_ORDER = (
    Status.FAIL,
    Status.ERROR,
    Status.INCONCLUSIVE,
    Status.NOT_EVALUATED,
    Status.WAIVED,
    Status.WARN,
    Status.PASS,
)


def status_of(record: Record) -> Status:
    """The record's status."""
    return Status(record["status"])


def stands_in_the_way(record: Record) -> bool:
    """Whether the record alone keeps the model from being promoted."""
    return status_of(record) not in PROMOTING


def failed_first(records: Iterable[Record]) -> list[Record]:
    """What stands in the way first, and of the same status in the order of the spec; gates before prompts."""
    return sorted(records, key=lambda record: (_ORDER.index(status_of(record)), is_prompt(record)))


def word(record: Record) -> str:
    """The status as it is read: in capitals where it stands in the way."""
    said = status_of(record).value.replace("_", " ")
    return said.upper() if stands_in_the_way(record) else said


def distance(record: Record) -> str:
    """How far the value is from its threshold, where it missed one: `over by 1.16`."""
    found = _DISTANCE.search(str(record["headline"])) if stands_in_the_way(record) else None
    return found[1] if found else ""
