"""The file of a store: opened, and made where there is none, also by several processes at once."""

import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path

_VERSION = 1
_BUSY_SECONDS = 30.0
_PAUSE_SECONDS = 0.01
_TABLES = (
    """CREATE TABLE answers (
         request TEXT PRIMARY KEY, asked TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL, run TEXT NOT NULL,
         origin TEXT NOT NULL, seconds REAL, attempts INTEGER NOT NULL, digest TEXT NOT NULL
       ) WITHOUT ROWID""",
    "CREATE TABLE batches (scope TEXT NOT NULL, batch TEXT NOT NULL, PRIMARY KEY (scope, batch)) WITHOUT ROWID",
    """CREATE TABLE failures (
         run TEXT NOT NULL, request TEXT NOT NULL, why TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (run, request)
       ) WITHOUT ROWID""",
    f"PRAGMA user_version = {_VERSION}",
)


def opened(path: Path, *, writes: bool) -> sqlite3.Connection | None:
    """The database in a file that is there, with its tables; None where it has none yet and nothing is to be written.

    An empty file gets its tables in one transaction; any other file without them is left as it is.

    Raises:
        sqlite3.Error: it is no store, of a later version, or cannot be opened.
    """
    with ExitStack() as undone:
        connection = _for_writing(path) if writes else _for_reading(path)
        undone.callback(connection.close)
        if not _has_tables(connection, writes=writes):
            return None
        if writes:
            _use_wal(connection)
            # Durable against the end of a process with each commit, of the machine with each checkpoint.
            connection.execute("PRAGMA synchronous = NORMAL")
        undone.pop_all()
        return connection


def _for_writing(path: Path) -> sqlite3.Connection:
    # Where a loop is running already, another thread asks while this one waits: never two at a time.
    return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _for_reading(path: Path) -> sqlite3.Connection:
    """Also where the folder cannot be written to, as long as no process left changes beside the file."""
    uri = path.resolve().as_uri()
    try:
        return _readable(f"{uri}?mode=ro")
    except sqlite3.OperationalError as e:
        if _is_busy(e) or any(path.with_name(f"{path.name}-{kind}").exists() for kind in ("wal", "journal")):
            raise
        return _readable(f"{uri}?immutable=1")


def _readable(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, timeout=_BUSY_SECONDS, isolation_level=None, uri=True)
    try:
        _version(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _has_tables(connection: sqlite3.Connection, *, writes: bool) -> bool:
    """Whether the tables are there; in an empty file they are made first, if `writes` is set."""
    if _version(connection) == _VERSION:
        return True
    with connection:
        # Looked at again where nobody can change it: another process may just have made them.
        connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        version = _version(connection)
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError(
                f"its version is {version}, and {_VERSION} is understood: update pytest-ftgate, or move it away"
            )
        if version == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise sqlite3.DatabaseError("it is a database of something else")
        for statement in _TABLES if version == 0 and writes else ():
            connection.execute(statement)
    return writes or version == _VERSION


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch modes. Where several processes do so to one new file, SQLite waits for none of them."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as e:
            if not _is_busy(e) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _is_busy(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
