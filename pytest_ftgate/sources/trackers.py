"""Finding what experiment trackers left below a job's folder."""

from collections.abc import Iterator
from pathlib import Path

from .. import files
from ..errors import JobError
from ..files import File, shown
from . import folder, mlflow_run
from .pieces import Piece, is_binary, opened

_DEEPEST = 4
_MOST_ENTRIES = 20_000
_SUMMARY = "wandb-summary.json"


def pieces(where: Path) -> list[Piece]:
    """The trackers' files in `where` and up to four folders below it, or the file itself.

    No symbolic link is followed on the way, and no hidden folder entered.

    Raises:
        EvidenceError: a file cannot be read, or there are too many entries to look at.
    """
    found = [where] if where.is_file() else [path for path in _below(where) if _is_tracker_s(path)]
    return [_opened(files.read(path, folder.MOST_BYTES)) for path in found]


def _opened(file: File) -> Piece:
    return Piece(file, file.text()) if file.path.name == mlflow_run.META else opened(file)


def _below(where: Path) -> Iterator[Path]:
    seen = 0
    level = [where]
    for _ in range(_DEEPEST + 1):
        entries = [entry for one in level for entry in folder.entries(one)]
        seen += len(entries)
        if seen > _MOST_ENTRIES:
            raise JobError(
                f"{shown(where)}: more than {_MOST_ENTRIES:,} files below it; point job: at the run's own folder"
            )
        inside = [entry for entry in entries if not entry.is_symlink()]
        yield from (entry for entry in inside if entry.is_file())
        level = [entry for entry in inside if entry.is_dir() and not entry.name.startswith(".")]


def _is_tracker_s(path: Path) -> bool:
    if path.name == mlflow_run.META:
        return (path.parent / "metrics").is_dir()
    if path.name == _SUMMARY:
        return True
    return ("tfevents" in path.name or path.suffix in (".wandb", ".db")) and is_binary(_head(path))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(64)
    except OSError as e:
        raise JobError(f"{shown(path)}: cannot be read ({e.strerror})") from None
