"""Files that are their user's alone, and a lock that no death leaves behind."""

import errno
import hashlib
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import EvalError
from ...files import shown

_WORDS = {
    errno.ELOOP: "it is a symbolic link, which is not followed: name the file itself",
    errno.EEXIST: "where its folder should be is a file: move that away",
}
"""What the system says of a path in its own words, in ours."""


@contextmanager
def asking(store: Path, what: str, seconds: float) -> Iterator[None]:
    """Be the only process that asks `what` inside this block; others wait here.

    The lock is an open transaction on a file of its own: the system ends it with the process, however that dies.

    Raises:
        EvalError: another process has not finished within `seconds`.
    """
    path = store.with_name(f"asking-{hashlib.sha256(what.encode()).hexdigest()[:16]}.lock")
    try:
        make(path)
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    except (sqlite3.Error, OSError) as e:
        raise EvalError(f"{shown(path)}: cannot be locked: {reason(e)}") from None
    try:
        _lock(connection, path, time.monotonic() + seconds)
        yield
    finally:
        connection.close()


def _lock(connection: sqlite3.Connection, path: Path, deadline: float) -> None:
    while True:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as e:
            if getattr(e, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                raise EvalError(f"{shown(path)}: cannot be locked: {reason(e)}") from None
            if time.monotonic() > deadline:
                raise EvalError(f"{shown(path)}: another process is asking, and has not finished in time") from None
            time.sleep(0.05)
        else:
            return


def make(path: Path) -> None:
    """Make the file, and its folder, for this user alone where they are not there.

    Raises:
        OSError: it cannot be made, or is a link or no regular file.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(None, "it is not a regular file")
    finally:
        os.close(handle)


def reason(error: sqlite3.Error | OSError | UnicodeError) -> str:
    """What went wrong, without the path, and what to do about a file that is not or no longer a database.

    Of a damaged one, SQLite may have words that are no text.
    """
    if isinstance(error, OSError) and error.errno in _WORDS:
        return _WORDS[error.errno]
    said = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
    broken = getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
    if isinstance(error, UnicodeError):
        said, broken = "it is damaged", True
    return f"{said}; move it away and the answers are asked for anew" if broken else said
