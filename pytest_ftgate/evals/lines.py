"""Rows of JSON Lines and CSV files: read strictly and linearly, every complaint with its line."""

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from sys import intern

from ..errors import EvalError, EvidenceError
from ..files import File, Stream
from ..wording import listed, quoted, suggestion
from .flat import flat_object

Row = Mapping[str, object]

Numbered = tuple[int, Row]
"""A row and the line it begins on, counted from 1."""


def strict_json(text: str) -> object:
    """The one JSON value that `text` is.

    Raises:
        ValueError: it is none, or it is one that readers understand differently: a key twice, NaN, a number that is
            out of range, nesting without end. The message is a sentence.
    """
    return _decoded(_DECODER, text)


def lenient_json(text: str) -> object:
    """As `strict_json`, but NaN and Infinity are the numbers that Python's own writer means by them.

    Raises:
        ValueError: it is no JSON value; the message is a sentence.
    """
    return _decoded(_LENIENT, text)


def _decoded(decoder: json.JSONDecoder, text: str) -> object:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as e:
        raise ValueError(f"not JSON: {e.msg[0].lower()}{e.msg[1:]} at {_place(e)}") from None
    except RecursionError:
        raise ValueError("JSON nested too deeply to be read") from None


def rows(file: File) -> Iterator[Numbered]:
    """The rows of a JSON Lines or CSV file; which of the two it is shows in its first character.

    Raises:
        EvalError: a line is not a row; EvidenceError: the file is not text.
    """
    first = re.search(r"\S", file.text())
    if first is None:
        return iter(())
    if first[0] == "[":
        raise EvalError(f"{file.name}: one JSON array: write one object a line (JSON Lines)")
    return _objects(io.BytesIO(file.data), file.name) if first[0] == "{" else csv_rows(file)


def json_rows(file: File) -> Iterator[Numbered]:
    """The objects of a JSON Lines file.

    Raises:
        EvalError: a line is not one JSON object; EvidenceError: the file is not text.
    """
    file.text()
    yield from _objects(io.BytesIO(file.data), file.name)


def streamed_rows(stream: Stream) -> Iterator[Numbered]:
    """The objects of a JSON Lines file that is too large to be held.

    Raises:
        EvalError: a line is not one JSON object; EvidenceError: the file is not text, or cannot be read.
    """
    return _objects(stream.lines(), stream.name)


def _objects(lines: Iterable[bytes], name: str) -> Iterator[Numbered]:
    for number, line in enumerate(lines, 1):
        if (row := flat_object(line)) is not None:
            yield number, row
            continue
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").removesuffix("\n")
        except UnicodeDecodeError as e:
            raise EvidenceError(f"{name}:{number}: not UTF-8 text (byte {e.start} is 0x{line[e.start]:02x})") from None
        if text and not text.isspace():
            yield number, _object(text, name, number)


def json_lines(file: File) -> Iterator[tuple[int, Row | str]]:
    """The lines of a JSON Lines file: each its object, or in words why it is none.

    Raises:
        EvidenceError: the file is not text.
    """
    for number, line in enumerate(_split(file.text()), 1):
        if line and not line.isspace():
            try:
                value = strict_json(line)
                yield number, value if isinstance(value, dict) else "not a JSON object"
            except ValueError as e:
                yield number, str(e)


def csv_rows(file: File) -> Iterator[Numbered]:
    """The rows of a CSV file with a header row; every cell is text.

    Raises:
        EvalError: the header names a column twice, or a row has another number of cells.
    """
    name = file.name
    cells = _csv_records(file.text(), name)
    _, header = next(cells, (1, []))
    if twice := [column for column, count in Counter(header).items() if count > 1]:
        raise EvalError(f"{name}: the header names {listed(map(quoted, twice))} more than once")
    for number, record in cells:
        if len(record) != len(header):
            raise EvalError(f"{name}:{number}: {len(record)} cells, but the header has {len(header)}")
        yield number, dict(zip(header, record, strict=True))


def check_mapped(fields: Mapping[str, str], ours: Iterable[str], columns: Iterable[str], name: str) -> None:
    """Refuse a mapping of `ours` to a column that no row of the file `name` has.

    Raises:
        EvalError: there is one; the message suggests the nearest column.
    """
    known = dict.fromkeys(columns)
    for our in ours:
        if our in fields and fields[our] not in known:
            raise EvalError(
                f"{name}: no row has {quoted(fields[our])}, which `fields` names as {our}; "
                f"rows have {columns_shown(known, fields[our])}"
            )


def columns_shown(columns: Iterable[str], wanted: str) -> str:
    """Columns as messages list them, and the one that was probably meant; of thousands the first are enough."""
    known = list(columns)
    names = [*map(quoted, known[:_MOST_COLUMNS]), *known[_MOST_COLUMNS:]]
    return listed(names, _MOST_COLUMNS) + suggestion(wanted, known[:100])


def _split(text: str) -> Iterator[str]:
    # str.splitlines would also cut at U+2028 and form feeds, which JSON strings may hold.
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _object(line: str, name: str, number: int) -> Row:
    try:
        # What json.loads does, without looking for blanks around the object: most lines have none.
        value, end = _DECODER.raw_decode(line)
        if end == len(line) and isinstance(value, dict):
            return value
    except (ValueError, RecursionError):
        pass
    return _described_object(line, f"{name}:{number}")


def _described_object(line: str, where: str) -> Row:
    try:
        value = strict_json(line)
    except ValueError as e:
        raise EvalError(f"{where}: {e}; one JSON object a line is wanted") from None
    if not isinstance(value, dict):
        raise EvalError(f"{where}: {quoted(line.strip(), 40)} is not a JSON object; one a line is wanted")
    return value


def _csv_records(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader, number = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for record in reader:
            if record:
                yield number, record
            number = reader.line_num + 1
    except csv.Error as e:
        raise EvalError(f"{name}:{number}: not CSV: {e}") from None


def _place(error: json.JSONDecodeError) -> str:
    return f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # The rows of a large file have the same few names.
    found = {intern(key): value for key, value in pairs}
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {quoted(twice)} comes twice in one object")
    return found


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"the number {quoted(digits, 40)} is out of range")
    return value


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a whole number of {len(digits):,} digits")
    return int(digits)


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not a JSON value")


_MOST_DIGITS = 1000
_MOST_COLUMNS = 12
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_int=_whole, parse_constant=_refuse)
_LENIENT = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_int=_whole)
