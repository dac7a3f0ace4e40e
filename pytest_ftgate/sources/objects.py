"""Reading JSON and JSONL strictly: whole documents only, no key twice, no number too large to hold."""

import json
import re
from collections.abc import Callable, Iterator, Mapping

from ..errors import JobError
from ..wording import quoted

Line = tuple[int, object]
"""A line number and the document on that line."""

_WORDS = {"nan": float("nan"), "inf": float("inf"), "infinity": float("inf")}
_MARKERS = re.compile(r"^(?:<{7}|={7}|>{7})(?: |\r?$)", re.MULTILINE)


def document(name: str, text: str, of_lines: Callable[[Iterator[Line]], object] | None = None) -> object:
    """The JSON document in `text`, or where it is JSONL what `of_lines` makes of its lines, by default their list.

    `NaN` and `Infinity`, which trainers write, are numbers.

    Raises:
        JobError: the text is cut, is not JSON, nests too deeply, or says a key twice in one object.
    """
    start = re.search(r"\S", text)
    value, end = _decoded(name, text, start.start() if start else 0)
    rest = re.compile(r"[ \t\r]*(\n)?\s*").match(text, end)
    if rest is None or rest.end() == len(text):
        return value
    if not rest[1]:
        raise JobError(f"{name}:{_place(text, end)}: not JSON: something follows the end of the document")
    found = lines(name, text)
    return of_lines(found) if of_lines else [value for _, value in found]


def lines(name: str, text: str) -> Iterator[Line]:
    """The documents of a JSONL text with their line numbers, one at a time; blank lines do not count.

    Raises:
        JobError: a line is not one whole JSON document.
    """
    number, start = 1, 0
    while start < len(text):
        # Only "\n" ends a line: str.splitlines would also split inside JSON strings.
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        if line := text[start:stop].strip():
            value, end = _decoded(name, line, 0, number)
            if end != len(line):
                raise JobError(f"{name}:{number}: not JSONL: something follows the document on this line")
            yield number, value
        number, start = number + 1, stop + 1


def record(value: object) -> Mapping[str, object]:
    """`value` if it is a JSON object, else an empty one: absent, null and `{}` are told by their keys."""
    return value if isinstance(value, dict) else {}


def number(value: object) -> float | None:
    """A JSON number as a float; a bool, text or null is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def measured(value: object) -> float | None:
    """A JSON number, or the text that a writer without NaN literals puts for one that is not finite."""
    if isinstance(value, str):
        word = value.strip().casefold()
        sign = -1.0 if word.startswith("-") else 1.0
        found = _WORDS.get(word.lstrip("+-"))
        return None if found is None else sign * found
    return number(value)


def word(value: object) -> str | None:
    """A JSON string that is not empty."""
    return value if isinstance(value, str) and value else None


def refuse_conflict(name: str, text: str) -> None:
    """Raise where version control left both sides of a merge in the file.

    Raises:
        JobError: it did.
    """
    if marker := _MARKERS.search(text):
        line = text.count("\n", 0, marker.start()) + 1
        raise JobError(f"{name}:{line}: a merge conflict marker: the file holds two versions; keep one")


def _decoded(name: str, text: str, start: int, line: int | None = None) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as e:
        refuse_conflict(name, text)
        place = str(line) if line is not None else _place(text, e.pos)
        raise JobError(f"{name}:{place}: {_trouble(e, text)}") from None
    except ValueError as e:
        raise JobError(f"{name}{'' if line is None else f':{line}'}: {e}") from None
    except RecursionError:
        raise JobError(f"{name}{'' if line is None else f':{line}'}: JSON that nests too deeply") from None


def _trouble(error: json.JSONDecodeError, text: str) -> str:
    tail = text[error.pos :].rstrip()
    if error.msg.startswith("Unterminated") or (len(tail) < 10 and not re.search(r"\s", tail)):
        return f"the JSON ends in the middle ({error.msg}): was the file cut off? Save it again"
    return f"not JSON ({error.msg})"


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"{line}:{position - text.rfind(chr(10), 0, position)}"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {quoted(twice)} comes twice in one object, so one of its values would be hidden")
    return found


def _whole(digits: str) -> float:
    # int() of thousands of digits is refused by Python, and a float holds every step there can be.
    return int(digits) if len(digits) < 18 else float(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_int=_whole)
