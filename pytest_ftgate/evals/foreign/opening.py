"""What a file of JSON begins with: enough to tell which tool wrote it, without reading a million lines."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from ...files import File
from ..lines import Row, json_rows, lenient_json


@dataclass(frozen=True)
class Opening:
    """A file of JSON.

    Attributes:
        file: as it was read.
        first: its first object: that of the first line, of the array, or all there is.
        value: the one JSON value that the file is; None of several lines.
    """

    file: File
    first: Row
    value: object = None

    @property
    def whole(self) -> Row:
        """The one object that the file is; empty where it is none."""
        return mapping(self.value)

    def lines(self) -> Iterator[tuple[str, Row]]:
        """The objects of a JSON Lines file, or of the one array that the file is, each with its place.

        Raises:
            EvidenceError: a line is not one JSON object.
        """
        if isinstance(self.value, list):
            return ((f"{self.file.name}: [{i}]", mapping(row)) for i, row in enumerate(self.value))
        return ((f"{self.file.name}:{line}", row) for line, row in json_rows(self.file))


_BLACK = re.compile(rb"\S")


def opened(file: File) -> Opening | None:
    """The file's opening, or None where it does not begin as JSON does."""
    data = file.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not data.startswith((b"{", b"[")):
        return None
    end = data.find(b"\n")
    value = _json(data if end < 0 else data[:end])
    if value is not None and end >= 0 and _BLACK.search(data, end):
        return Opening(file, mapping(value))
    if value is None and end >= 0:
        value = _json(data)
    return None if value is None else Opening(file, _first(value), value)


def mapping(value: object) -> Row:
    """`value` if it is an object, else an empty one."""
    return cast("Row", value) if isinstance(value, Mapping) else {}


def objects(value: object) -> list[Row]:
    """`value` if it is a list of objects, else an empty one."""
    whole = isinstance(value, list) and all(isinstance(one, Mapping) for one in value)
    return cast("list[Row]", value) if whole else []


def _first(value: object) -> Row:
    return mapping(value[0]) if isinstance(value, list) and value else mapping(value)


def _json(data: bytes) -> object:
    try:
        return lenient_json(data.decode("utf-8"))
    except ValueError:
        return None
