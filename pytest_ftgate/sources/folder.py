"""Which files of a job's folder to open: small text that may be a job's, never weights, never other folders."""

import re
import stat
from pathlib import Path

from .. import files
from ..errors import EvidenceError, JobError
from ..files import shown
from ..wording import quoted
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

    A file that bears the name of a job's file must be whole, and in the folder: beside a broken newest file, an older
    one would be judged in its place. Other symbolic links that leave the folder are not followed.

    Raises:
        EvidenceError: a file that bears such a name, or holds such data, is broken; JobError: it is a link that leaves.
    """
    found = {}
    for path in entries(folder):
        if _is_named(path):
            check_inside(path, folder)
        target = path.resolve() if is_inside(path, folder) else None
        if target is not None and target not in found and (piece := _piece(path)):
            found[target] = piece
    return list(found.values())


def checkpoints(folder: Path) -> dict[int, Path]:
    """The `checkpoint-N` folders in `folder` by their number, smallest first.

    Raises:
        JobError: one is a link that leaves the folder.
    """
    found = {}
    for path in entries(folder):
        name = re.fullmatch(r"checkpoint-([0-9]{1,15})", path.name)
        if name:
            check_inside(path, folder)
        if name and path.is_dir():
            found[int(name[1])] = path
    return dict(sorted(found.items()))


def is_inside(path: Path, folder: Path) -> bool:
    """Whether `path` is in `folder` where its symbolic links lead, too."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def check_inside(path: Path, folder: Path) -> None:
    """Refuse a job's own file or folder that is a link out of `folder`: something older might be judged in its place.

    Raises:
        JobError: it is one.
    """
    if not is_inside(path, folder):
        name = quoted(str(path.relative_to(folder)))
        raise JobError(
            f"{shown(folder)}: {name} is a symbolic link that leaves the folder, and is not followed; "
            f"point job: at {shown(path)} itself, or put a copy in its place"
        )


def _is_named(path: Path) -> bool:
    """Whether it bears the name of a job's file."""
    return path.suffix.casefold() in _DATA and bool(_NAMED.search(path.stem))


def _piece(path: Path) -> Piece | None:
    if _is_named(path) and not _is_special(path):
        return opened(files.read(path, MOST_BYTES))
    head = _head(path)
    text = None if head is None else _text(head)
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


def _is_special(path: Path) -> bool:
    """Whether it is a folder, a pipe or a device: what is there and no file."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


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
