"""Files that are replaced whole: whoever reads one finds the old content or the new one, whatever dies in between."""

import json
import os
import tempfile
from pathlib import Path

from ..errors import FtgateError
from ..files import shown
from ..prior import SCHEMA
from .document import document
from .rollup import Verdict


def write(verdict: Verdict, path: Path, option: str = "--ftgate-verdict") -> None:
    """Write the verdict to `path`.

    Args:
        verdict: what is written.
        path: the file; a link is followed.
        option: what named the file, for messages.

    Raises:
        FtgateError: it cannot be written, or is something other than a verdict.
    """
    text = json.dumps(document(verdict), indent=2, allow_nan=False) + "\n"
    try:
        _refuse_other_file(path, option)
        replace_file(path, text)
    except OSError as e:
        raise FtgateError(f"the verdict cannot be written to {shown(path)}: {e.strerror or e}") from None


def replace_file(path: Path, text: str) -> None:
    """Replace the file at `path`, whole, with its folders made where there are none.

    Raises:
        OSError: it cannot be; the old file is as it was.
    """
    # A link stays a link, so that what it leads to is never left behind as an old pass.
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)  # noqa: PTH101 - mkstemp's 0600 would hide the verdict from the next CI step
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _refuse_other_file(path: Path, option: str) -> None:
    if path.is_dir():
        raise FtgateError(f"{option} {shown(path)} is a directory; name a file in it")
    if path.exists() and not (path.is_file() and _is_verdict(path)):
        raise FtgateError(f"{option} {shown(path)} exists and is not a verdict: it is not overwritten")


def _is_verdict(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(200)
    return not head or SCHEMA.encode() in head
