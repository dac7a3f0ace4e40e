"""Files that reports are written to: whole, and never over a file that is something else."""

from pathlib import Path

from ..errors import FtgateError
from ..files import shown
from ..verdict.writing import replace_file

MARK = "pytest-ftgate report"
"""What a report bears within its first characters, so that it, and nothing else, is replaced by the next one."""

_HEAD = 1000


def begin(option: str, path: Path) -> None:
    """Take the last run's report away, so that a run which dies leaves none behind that is not its own.

    Raises:
        FtgateError: there is something else at `path`, or it cannot be removed.
    """
    try:
        if path.is_dir():
            raise FtgateError(f"{option} {shown(path)} is a directory; name a file in it")
        if path.exists() or path.is_symlink():
            _refuse_other_file(option, path)
            path.unlink(missing_ok=True)
    except OSError as e:
        raise FtgateError(f"{option} {shown(path)} cannot be written: {e.strerror or e}") from None


def write(option: str, path: Path, text: str) -> None:
    """Put a report at `path`, whole.

    Raises:
        FtgateError: it cannot be written.
    """
    try:
        replace_file(path, text)
    except OSError as e:
        raise FtgateError(f"{option} {shown(path)} cannot be written: {e.strerror or e}") from None


def append(path: Path, text: str) -> None:
    """Add `text` to the file at `path`.

    Raises:
        FtgateError: it cannot be written.
    """
    try:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as e:
        raise FtgateError(f"the job summary {shown(path)} cannot be written: {e.strerror or e}") from None


def _refuse_other_file(option: str, path: Path) -> None:
    ours = False
    if path.is_file():
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
        ours = not head or MARK.encode() in head
    if not ours:
        raise FtgateError(f"{option} {shown(path)} exists and is not a report: it is not overwritten")
