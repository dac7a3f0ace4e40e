"""The history: one line for every verdict that was asked for, in a file that is only added to."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import FtgateError
from ..files import read, shown
from ..wording import counted, plain
from .record import is_prompt

SCHEMA = "pytest-ftgate/history/1"
FILE = Path(".ftgate") / "history.jsonl"
_BEGINNING = b'{"schema": "' + SCHEMA.encode()
MOST_PREVIOUS = 50
"""How many earlier verdicts a verdict lists."""


@dataclass(frozen=True)
class History:
    """The verdicts of a history's file, oldest first.

    Attributes:
        path: the file.
        entries: what each line says, as `entry` gives it.
        unreadable: how many lines say nothing that could be understood: cut by a crash, or edited.
    """

    path: Path
    entries: tuple[Mapping[str, Any], ...]
    unreadable: int = 0

    def previous(self, document: Mapping[str, Any], root: Path, here: Path) -> tuple[Mapping[str, Any], ...]:
        """The latest verdicts on the subject of `document` by its specs, oldest first, as a verdict lists them."""
        wanted = _key(entry(document, root, here))
        kept = ("verdict_id", "created", "verdict", "promote")
        found = [{key: e[key] for key in kept} for e in self.entries if _key(e) == wanted]
        return tuple(found[-MOST_PREVIOUS:])

    def promoted(self, spec: str) -> Mapping[str, Any] | None:
        """The latest verdict that promoted by the spec at the path `spec`, if there is one."""
        found = (e for e in self.entries if e["promote"] and any(s["path"] == spec for s in e["specs"]))
        return next(reversed(list(found)), None)

    def not_the_first(self, spec: str) -> str:
        """Why a run by this spec is no first run, to follow what is missing in a message; nothing where it may be."""
        found = self.promoted(spec)
        if found:
            when = plain(found["created"])
            return f", and first_run is over: a run by this spec promoted at {when} ({shown(self.path)})"
        if self.unreadable:
            lines = counted(self.unreadable, "line")
            return f", and whether this is the first run is not known: {shown(self.path)} has {lines} of no history"
        return ""


def read_history(path: Path) -> History:
    """The history in the file at `path`; an empty one where there is no file.

    Raises:
        EvidenceError: it cannot be read.
    """
    if not path.exists():
        return History(path, ())
    lines = [line for line in read(path).data.split(b"\n") if line.strip()]
    found = [_entry(line) for line in lines]
    return History(path, tuple(e for e in found if e), sum(e is None for e in found))


def append(path: Path, document: Mapping[str, Any], root: Path, here: Path) -> None:
    """Add a verdict to the file at `path` with one write, so that runs at the same time add whole lines.

    Raises:
        FtgateError: it cannot be written, or is something other than a history.
    """
    line = json.dumps(entry(document, root, here), allow_nan=False).encode() + b"\n"
    _refuse_other_file(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+", buffering=0) as stream:
            # After a line that a crash cut short, a new one begins.
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - 1))
            stream.write((b"" if stream.read(1) in (b"", b"\n") else b"\n") + line)
    except OSError as e:
        raise FtgateError(f"the history cannot be written to {shown(path)}: {e.strerror or e}") from None


def _refuse_other_file(path: Path) -> None:
    """A line that is added to a spec or a verdict would spoil it; one of a history may have been cut by a crash."""
    held = read(path).data.strip() if path.exists() else b""
    if SCHEMA.encode() not in held and not _BEGINNING.startswith(held):
        raise FtgateError(f"{shown(path)} exists and is no history: it is not added to")


def entry(document: Mapping[str, Any], root: Path, here: Path) -> dict[str, Any]:
    """What the history keeps of a verdict: the gates' values, and no texts.

    Args:
        document: the verdict's document.
        root: the folder that specs' paths are relative to.
        here: the folder that the document's paths are relative to.
    """
    subject = document["subject"]
    return {
        "schema": SCHEMA,
        **{key: document[key] for key in ("verdict_id", "created", "verdict", "promote", "attempt")},
        "subject": {"kind": subject["kind"], "id": subject["id"], "root_digest": subject["root_digest"]},
        "specs": [_spec(spec, root, here) for spec in document["specs"]],
        "run_url": (document["ci"] or {}).get("run_url"),
    }


def spec_name(path: Path, root: Path) -> str:
    """A spec's path as the history has it: from `root` where it lies below that."""
    real, top = Path(os.path.realpath(path)), Path(os.path.realpath(root))
    return (real.relative_to(top) if real.is_relative_to(top) else real).as_posix()


def _spec(spec: Mapping[str, Any], root: Path, here: Path) -> dict[str, Any]:
    gates = {gate["name"]: _gate(gate) for gate in spec["gates"] if not is_prompt(gate)}
    path = spec_name(here / spec["path"], root)
    return {"path": path, "sha256": spec["sha256"], "job": spec["job"], "status": spec["status"], "gates": gates}


def _gate(gate: Mapping[str, Any]) -> dict[str, Any]:
    value = gate["scores"][0]["value"] if len(gate["scores"]) else None
    return {"status": gate["status"], "value": value, "observed": gate["observed"]}


def _key(found: Mapping[str, Any]) -> tuple[object, ...]:
    """What two verdicts share that are attempts at the same: the subject, or the job where nothing binds it."""
    subject, specs = found["subject"], found["specs"]
    root = (subject["root_digest"] or {}).get("value")
    return (subject["kind"], root or subject["id"], *((s["path"], None if root else s["job"]) for s in specs))


def _entry(line: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line)
        _key(found)
        gates = [gate["status"] for spec in found["specs"] for gate in spec["gates"].values()]
        texts = [found[key] for key in ("verdict_id", "created", "verdict")] + gates
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    whole = found.get("schema") == SCHEMA and isinstance(found.get("promote"), bool)
    return found if whole and all(isinstance(text, str) for text in texts) else None
