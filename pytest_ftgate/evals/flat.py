"""The lines that nearly all lines are, read fast: flat objects whose keys come once, and whose values are certain."""

from collections.abc import Mapping

import orjson

_CERTAIN = frozenset({str, bool, type(None)})
"""Values that every reader of JSON understands alike; numbers are not, when they are large."""


def flat_object(line: bytes) -> Mapping[str, object] | None:
    """The object of a line of texts, true, false and null, if it is proved to be read as a strict reader would.

    None of every other line, be it broken or merely unusual: the strict reader has to look at it.
    """
    try:
        row = orjson.loads(line)
    except ValueError:
        return None
    if type(row) is not dict:
        return None
    # Each key and each text stands between two quotation marks. A key that comes twice leaves more of them than the
    # object accounts for, and nothing else in a line takes one away.
    marks = line.count(b'"')
    if marks == 4 * len(row):
        for value in row.values():
            if type(value) is not str:
                break
        else:
            return row
    return row if _accounts_for(row, line, marks) else None


def _accounts_for(row: Mapping[str, object], line: bytes, marks: int) -> bool:
    """Whether the keys and values of `row`, all of them certain, are all that stands between marks in its line."""
    kinds = [*map(type, row.values())]
    wanted = 2 * (len(kinds) + kinds.count(str))
    # After two backslashes a mark may be either; without any such pair, one after a backslash is part of a text.
    escaped = 0 if b"\\\\" in line else line.count(b'\\"')
    return _CERTAIN.issuperset(kinds) and wanted in (marks, marks - escaped)
