"""The store as JSON Lines, which people can review and repositories can hold."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ...errors import EvalError
from ...files import File, shown
from ..lines import json_rows, strict_json
from .store import Store, Stored

_KEYS = frozenset({"request", "asked", "answer", "at", "seconds", "attempts", "digest"})


def exported(store: Store) -> Iterator[str]:
    """A line for each answer, in the order in which they came: request, answer, when and how it came, digests."""
    for stored in store.answers():
        row = {
            "request": stored.request,
            "asked": strict_json(stored.asked),
            "answer": stored.body,
            "at": stored.at,
            "seconds": stored.seconds,
            "attempts": stored.attempts,
            "digest": stored.digest,
        }
        yield json.dumps(row, allow_nan=False) + "\n"


def save(lines: Iterable[str], path: Path) -> int:
    """Write the lines to a new file, and tell how many they are.

    Raises:
        EvalError: there is such a file already, or it cannot be written.
    """
    count = 0
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            for line in lines:
                stream.write(line)
                count += 1
    except FileExistsError:
        raise EvalError(f"{shown(path)}: is there already: it is not overwritten") from None
    except OSError as e:
        raise EvalError(f"{shown(path)}: cannot be written ({e.strerror})") from None
    return count


def imported(file: File, store: Store) -> tuple[int, int]:
    """Put the answers of such a file into the store: how many are new there, and how many it had.

    Raises:
        EvalError: a line is not as it was exported, or the store has another answer to its request; then nothing is
            taken over.
    """
    new: dict[str, Stored] = {}
    found = 0
    for line, row in json_rows(file):
        where, found = f"{file.name}:{line}", found + 1
        stored, is_known = _checked(row, where, store)
        _check_alike(new.get(stored.request), stored, f"{where}: a line above has")
        if not is_known:
            new[stored.request] = stored
    store.keep(new.values())
    return len(new), found - len(new)


def _check_alike(one: Stored | None, other: Stored, who: str) -> None:
    if one and one.digest != other.digest:
        when = [datetime.fromtimestamp(stored.at, UTC).isoformat(timespec="seconds") for stored in (one, other)]
        raise EvalError(f"{who} another answer to this request, of {when[0]}; this one is of {when[1]}")


def _checked(row: Mapping[str, object], where: str, store: Store) -> tuple[Stored, bool]:
    """The answer of a row, and whether the store has it."""
    if row.keys() != _KEYS:
        raise EvalError(f"{where}: not a line of `ftgate samples export`, which has {', '.join(sorted(_KEYS))}")
    stored = _stored(row)
    if stored is None or not stored.is_whole or stored.digest != row["digest"] or not _is_answer(stored.body):
        raise EvalError(f"{where}: the request, the answer or the time is not what was exported: its digest differs")
    known = store.answer(stored.request)
    _check_alike(known, stored, f"{where}: the store has")
    return stored, known is not None


def _stored(row: Mapping[str, object]) -> Stored | None:
    request, body, at, seconds, attempts = (row[key] for key in ("request", "answer", "at", "seconds", "attempts"))
    if not isinstance(request, str) or not isinstance(body, str) or not isinstance(at, float) or not 0 <= at < 1e11:
        return None
    if not isinstance(seconds, float | None) or (seconds is not None and not 0 <= seconds < 1e11):
        return None
    # A bool is an int, and no count.
    if type(attempts) is not int or not 0 < attempts < 1 << 31:
        return None
    asked = json.dumps(row["asked"], sort_keys=True, separators=(",", ":"))
    return Stored(request, asked, body, at, "", "imported", seconds, attempts)


def _is_answer(body: str) -> bool:
    try:
        return isinstance(strict_json(body), dict)
    except ValueError:
        return False
