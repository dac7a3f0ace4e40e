"""Which files of a job's folder to open: small text that may be a job's, never weights, never other folders."""

import re
import stat
from pathlib import Path

from .. import files
from ..errors import EvidenceError, JobError
from ..files import shown
from . import table
from .pieces import Piece, is_base64, is_printed, opened

MOST_BYTES = 1 << 28
STATE = "trainer_state.json"

_HEAD = 4096
_NAMED = re.compile(
    r"trainer_state|(?<![a-z])(?:(?:ft)?job|events?|checkpoints?|results?|(?:step_)?metrics)(?![a-z])", re.IGNORECASE
)
_LOGS = {".log", ".txt", ".out"}
_DATA = {".json", ".jsonl", ".csv"}
_MARKS = (
    b'"log_history"',
    b'"fine_tuning.job',
    b'"step"',
    b'"current_steps"',
    b'"global_step/',
    b'"iteration"',
    b'"step_number"',
)
_AXES = frozenset({"step", "epoch", "step_number"})
_PACKED = ("c3RlcC", "77u/c3RlcC")


def entries(folder: Path) -> list[Path]:
    """What is in `folder`, by name.

    Raises:
        JobError: it cannot be read.
    """
    try:
        return sorted(folder.iterdir())
    except OSError as e:
        raise JobError(f"{shown(folder)}: the folder cannot be read ({e.strerror})") from None


def pieces(folder: Path) -> list[Piece]:
    """The files of `folder` that may be a job's, opened.

    Symbolic links that leave the folder are not followed. A file that bears the name of a job's file must be whole:
    beside a broken newest file, an older one would be judged in its place.

    Raises:
        EvidenceError: a file that bears such a name, or holds such data, is broken.
    """
    found = {}
    for path in entries(folder):
        inside = _inside(path, folder)
        if inside is not None and inside not in found and (piece := _piece(path)):
            found[inside] = piece
    return list(found.values())


def checkpoints(folder: Path) -> dict[int, Path]:
    """The `checkpoint-N` folders in `folder` by their number, smallest first."""
    found = {}
    for path in entries(folder):
        name = re.fullmatch(r"checkpoint-([0-9]{1,15})", path.name)
        if name and path.is_dir() and _inside(path, folder):
            found[int(name[1])] = path
    return dict(sorted(found.items()))


def _inside(path: Path, folder: Path) -> Path | None:
    try:
        target = path.resolve()
    except (OSError, RuntimeError):
        return None
    return target if target.is_relative_to(folder.resolve()) else None


def _piece(path: Path) -> Piece | None:
    head = _head(path)
    if head is None:
        return None
    if path.suffix.casefold() in _DATA and _NAMED.search(path.stem):
        return opened(files.read(path, MOST_BYTES))
    text = _text(head)
    if text is None:
        return None
    if text.lstrip()[:1] in ("{", "[") and not is_printed(text):
        return _marked(path)
    if _is_table(text):
        return opened(files.read(path, MOST_BYTES))
    return _log(path) if path.suffix.casefold() in _LOGS else None


def _log(path: Path) -> Piece | None:
    """A printed log that has a loss somewhere."""
    file = files.read(path, MOST_BYTES)
    if b"loss" not in file.data:
        return None
    try:
        return opened(file)
    except EvidenceError:
        return None


def _head(path: Path) -> bytes | None:
    """The first bytes of a regular file that is small enough to be a job's, or nothing."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
            return None
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError:
        return None


def _text(head: bytes) -> str | None:
    # A character may be cut at the end of the head, so only what stands before it can be judged.
    text = head.decode("utf-8-sig", "ignore")
    return None if b"\x00" in head or len(text.encode()) + 7 < len(head) else text


def _marked(path: Path) -> Piece | None:
    file = files.read(path, MOST_BYTES)
    if not any(mark in file.data for mark in _MARKS):
        return None
    try:
        return opened(file)
    except EvidenceError:
        if path.suffix.casefold() in _DATA:
            raise
        return None


def _is_table(text: str) -> bool:
    return bool(_AXES.intersection(table.header(text))) or (text.startswith(_PACKED) and is_base64(text))
