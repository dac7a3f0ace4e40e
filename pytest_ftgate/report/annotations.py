"""GitHub's annotations: what stands in the way, on the lines of the spec that ask for it.

The commands and their escapes are those of the runner's ActionCommand: a value may hold no %, CR or LF as they are, a
property no colon and no comma either. A step shows ten annotations of a kind at most.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from ..decision import Status
from ..verdict import Judged, Verdict
from ..wording import counted
from .inert import one_line
from .rows import Record, failed_first, stands_in_the_way, status_of, word

MOST = 8
"""Annotations of single gates; one more says how many are left out."""

_LONGEST = 500


def annotations(verdict: Verdict, root: Path) -> list[str]:
    """At most `MOST` commands for the runner, and one that counts the rest; paths are relative to `root`."""
    found = [*_of_specs(verdict, root), *_of_gates(verdict, root)]
    more = len(found) - MOST
    if more <= 0:
        return found
    said = f"{counted(more, 'more annotation')} not shown: see the table in the log, or the job summary"
    kind = "error" if any(text.startswith("::error ") for text in found[MOST:]) else "warning"
    return [*found[:MOST], _command(kind, {"title": "ftgate"}, said)]


def _of_specs(verdict: Verdict, root: Path) -> Iterator[str]:
    for judged in verdict.specs:
        if judged.problem:
            yield _command("error", {**_file(judged, root), "line": "1", "title": "ftgate"}, judged.problem)


def _of_gates(verdict: Verdict, root: Path) -> Iterator[str]:
    rows = [(judged, record) for judged in verdict.specs for record in failed_first(judged.gates)]
    rows.sort(key=lambda row: not stands_in_the_way(row[1]))
    for judged, record in rows:
        if stands_in_the_way(record) or status_of(record) in (Status.WARN, Status.WAIVED):
            yield _of_gate(judged, record, root)


def _of_gate(judged: Judged, record: Record, root: Path) -> str:
    where = {**_file(judged, root), "line": str(record["line"])}
    kind = "error" if stands_in_the_way(record) else "warning"
    return _command(kind, {**where, "title": f"ftgate {word(record)}: {record['name']}"}, record["headline"])


def _file(judged: Judged, root: Path) -> dict[str, str]:
    """The spec's path in the repository, if it lies there."""
    try:
        inside = Path(os.path.realpath(judged.path)).relative_to(os.path.realpath(root))
    except ValueError:
        return {}
    return {"file": inside.as_posix()}


def _command(kind: str, properties: dict[str, str], message: str) -> str:
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{kind} {said}::{_value(message)}"


def _value(text: str) -> str:
    return one_line(text.partition("\n")[0], _LONGEST).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _value(text).replace(":", "%3A").replace(",", "%2C")
