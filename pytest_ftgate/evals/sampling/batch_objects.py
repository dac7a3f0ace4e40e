"""What a batch service says: its batches, the lines of their files, read without trusting their shapes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...wording import quoted
from ..answers import batched, errored
from ..lines import strict_json

DEAD = frozenset({"failed", "expired", "cancelled"})
_ENDED = frozenset({"completed", *DEAD})
_FILES = ("output_file_id", "error_file_id")

Object = Mapping[str, Any]


def named(page: Object, name: str, done: Iterable[str]) -> str | None:
    """The id of a listed batch of this name that is not dead and not one of those that are `done`, or None."""
    data = page.get("data")
    for batch in data if isinstance(data, list) else ():
        if isinstance(batch, Mapping) and _name(batch) == name and batch.get("status") not in [*DEAD]:
            found = batch.get("id")
            if isinstance(found, str) and found and found not in done:
                return found
    return None


def has_ended(batch: Object) -> bool:
    """Whether nothing more will become of it."""
    status = batch.get("status")
    return isinstance(status, str) and status in _ENDED


def files(batch: Object) -> list[str]:
    """The ids of the files that it wrote; some services name those that they did not write with an empty text."""
    return [found for key in _FILES if isinstance(found := batch.get(key), str) and found]


def ended_at(batch: Object, now: float) -> float:
    """When it was done, in seconds since 1970, and never later than `now`, which is also the answer for nonsense."""
    at = batch.get("completed_at")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= now:
        return now
    return float(at)


def lines(contents: Iterable[bytes]) -> Mapping[str, Object | None]:
    """What the lines of a batch's files say, by the request that they are about; None where they contradict.

    What is no line of a batch is left out: whatever it was about is without an answer at the end.
    """
    found: dict[str, Object | None] = {}
    for row in (row for content in contents for row in _rows(content)):
        request = str(row.get("custom_id"))
        is_another = request in found and not _is_same(found[request], row)
        found[request] = None if is_another else row
    return found


def holds(content: bytes, *, last: bool = False) -> bool:
    """Whether a batch's file is blank or has a line of a batch, or with `last` ends in one."""
    lines = content.splitlines() if not last else content.rstrip().splitlines()[-1:]
    return not content.strip() or any(True for line in lines for _ in _rows(line))


def is_failed(row: Object) -> bool:
    """Whether a line is of a request that failed; some services write an error of nothing but nulls where none is."""
    return errored(row.get("error")) is not None


def without(secret: str, said: Object) -> Object:
    """What a service said, without the key: before it is quoted, which may cut the key in two."""
    if not secret:
        return said
    found: Object = json.loads(json.dumps(said).replace(secret, "[key]"))
    return found


def error_of(row: Object) -> str:
    """Why a line is no answer."""
    try:
        return batched(row.get("response"), row.get("error")).why
    except ValueError as e:
        return str(e)


def reason(batch: Object) -> str:
    """Why a batch was refused, quoted."""
    errors = batch.get("errors")
    data = errors.get("data") if isinstance(errors, Mapping) else None
    first = data[0] if isinstance(data, list) and data else None
    return quoted(str(first.get("message") if isinstance(first, Mapping) else "it does not say why"), 200)


def _name(batch: Object) -> object:
    metadata = batch.get("metadata")
    return metadata.get("ftgate") if isinstance(metadata, Mapping) else None


def _rows(content: bytes) -> Iterator[Object]:
    for line in content.removeprefix(b"\xef\xbb\xbf").splitlines():
        try:
            row = strict_json(line.decode()) if line.strip() else None
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row


def _is_same(one: Object | None, other: Object) -> bool:
    return one is not None and all(one.get(key) == other.get(key) for key in ("response", "error"))
