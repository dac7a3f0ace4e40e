"""Answers that were paid for, kept: one row an answer, committed as it arrives, with its own digest.

SQLite in WAL mode: a process that dies loses what was in flight, and a reader never sees half a row. What is not as
the digest says is as good as not there.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from ...errors import EvalError
from ...files import shown
from .database import opened
from .lock import make, reason
from .request import Request
from .tally import Came

FILE = "samples.sqlite"
_DAY = 86400.0
_SELECT = "SELECT request, asked, body, at, run, origin, seconds, attempts, digest FROM answers"


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as it is kept.

    Attributes:
        request: the digest of the request.
        asked: the canonical request.
        body: the answer's body, JSON as it came.
        at: when it came, in seconds since 1970.
        run: which run asked for it.
        origin: `asked` or `imported`.
        seconds: that it took; see `Came`.
        attempts: that it took.
    """

    request: str
    asked: str
    body: str
    at: float
    run: str = ""
    origin: str = "asked"
    seconds: float | None = None
    attempts: int = 1

    @classmethod
    def of(cls, request: Request, came: Came, run: str) -> "Stored":
        """The answer that came for a request in a run."""
        return cls(request.digest, request.canonical, came.body, came.at, run, "asked", came.seconds, came.attempts)

    @property
    def digest(self) -> str:
        """The hex SHA-256 of what an answer is: request, body, time, and how long and how often it was asked for."""
        said = json.dumps([self.asked, self.body, self.at, self.seconds, self.attempts], separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def is_whole(self) -> bool:
        """Whether the request is the one that it is kept under."""
        return hashlib.sha256(self.asked.encode("utf-8", "surrogatepass")).hexdigest() == self.request


class Store:
    """The answers in one file.

    Args:
        path: the file; made, with its folder, for this user alone where it is not there and `writes` is set.
        writes: whether answers can be added. Without, a file that is not there, or just being made, holds
            no answers.

    Raises:
        EvalError: it is no store, of a later version, or cannot be opened.
    """

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        with self._told():
            if writes:
                make(path)
            elif not path.exists():
                return
            self._connection = opened(path, writes=writes)

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection:
            self._connection.close()

    def answer(self, request: str) -> Stored | None:
        """The answer to the request of this digest, if there is one that is whole."""
        row = self._row(f"{_SELECT} WHERE request = ?", request)
        return _stored(row, request) if row else None

    def beginning(self, name: str) -> list[Stored | None]:
        """What is kept under requests whose digest begins with these hex digits: None for what is not whole."""
        query = f"{_SELECT} WHERE request >= ? AND request < ? LIMIT 2"
        with self._told():
            # No digit comes after f.
            rows = self._connection.execute(query, [name, f"{name}g"]) if self._connection else ()
            return [_stored(row, name) for row in rows]

    def answers(self) -> Iterator[Stored]:
        """All answers that are whole, in the order in which they came."""
        with self._told():
            for row in self._connection.execute(f"{_SELECT} ORDER BY at, request") if self._connection else ():
                found = _stored(row)
                if found:
                    yield found

    def keep(self, answers: Iterable[Stored]) -> None:
        """Put these answers in the place of what is there, all of them or none."""
        rows = [(a.request, a.asked, a.body, a.at, a.run, a.origin, a.seconds, a.attempts, a.digest) for a in answers]
        self._write("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def failure(self, run: str, request: str) -> str | None:
        """Why this run has no answer to a request, if it tried."""
        row = self._row("SELECT why FROM failures WHERE run = ? AND request = ?", run, request)
        return str(row[0]) if row else None

    def fail(self, run: str, request: str, why: str) -> None:
        """Keep for the other processes of this run that it asked in vain."""
        self._write("DELETE FROM failures WHERE at < ?", [(time.time() - _DAY,)])
        self._write("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?)", [(run, request, why, time.time())])

    def batches(self, scope: str) -> list[str]:
        """The ids of the batches of `scope` that are on their way."""
        with self._told():
            query = "SELECT batch FROM batches WHERE scope = ?"
            return [str(row[0]) for row in self._connection.execute(query, [scope])] if self._connection else []

    def note_batch(self, scope: str, batch: str) -> None:
        """Remember a batch."""
        self._write("INSERT OR REPLACE INTO batches VALUES (?, ?)", [(scope, batch)])

    def forget_batch(self, scope: str, batch: str) -> None:
        """Forget one whose answers are there."""
        self._write("DELETE FROM batches WHERE scope = ? AND batch = ?", [(scope, batch)])

    def _row(self, query: str, *values: str) -> tuple[object, ...] | None:
        with self._told():
            if self._connection is None:
                return None
            found: tuple[object, ...] | None = self._connection.execute(query, values).fetchone()
            return found

    def _write(self, query: str, rows: Sequence[tuple[object, ...]]) -> None:
        with self._told():
            connection = self._connection
            if connection is None:
                raise sqlite3.OperationalError("it is open for reading only")
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(query, rows)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeError) as e:
            raise EvalError(f"{shown(self.path)}: the store of answers cannot be used: {reason(e)}") from None


def _stored(row: tuple[Any, ...], name: str = "") -> Stored | None:
    """The answer that a row is, if it is whole, and to a request whose digest begins with `name`.

    In a damaged file SQLite may find a row in the place of another, and does not compare what it looked for.
    """
    *values, digest = row
    found = Stored(*values)
    try:
        return found if found.digest == digest and found.is_whole and found.request.startswith(name) else None
    except (TypeError, AttributeError, ValueError):
        return None
