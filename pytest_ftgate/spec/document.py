"""A spec file as plain data, strictly, with the position of every key and value.

What expands or runs (merge keys, tags, endless aliases) and what silently wins (a key that comes twice) is refused with
its position.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ..errors import EvidenceError, SpecError
from ..files import File, read
from ..wording import quoted
from .scalars import scalar
from .syntax import MAX_DEPTH, MAX_NODES, composed, located, position

Where = tuple[str | int, ...]
"""A place in a document: the keys and indexes that lead to it."""

MAX_BYTES = 1 << 20
MOST_MISTAKES = 50

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DEEP = len(("waivers", 0, "expires"))


@dataclass(frozen=True)
class Document:
    """A parsed spec file.

    Attributes:
        file: the file as it was read.
        data: mappings, lists, text, int, float, bool and None only.
        values: (line, column) of each value, 1-based.
        keys: (line, column) of each mapping key.
    """

    file: File
    data: object
    values: dict[Where, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Where, tuple[int, int]] = field(default_factory=dict)

    def error(self, where: Where, what: str, *, at_key: bool = False) -> str:
        """`file:line:column: where: what` for a mistake at a value, or at the key that leads to it."""
        return located(self.file.path, *self.position(where, at_key=at_key), spelt(where), what)

    def position(self, where: Where, *, at_key: bool = True) -> tuple[int, int]:
        """(line, column) of the key at `where`, or of its value, or of the nearest place around it."""
        for end in range(len(where), -1, -1):
            place = where[:end]
            found = (self.keys.get(place) if at_key else None) or self.values.get(place)
            if found:
                return found
        return (1, 1)


def parse(path: Path) -> Document:
    """The document in the file at `path`.

    Raises:
        SpecError: it cannot be read, is not one YAML document, or uses what the spec language refuses.
    """
    try:
        file = read(path, MAX_BYTES)
        text = file.text()
    except EvidenceError as e:
        raise SpecError(str(e)) from None
    builder = _Builder(file)
    data = builder.build(composed(path, text), ())
    if builder.wrong:
        raise refusal(builder.wrong)
    return Document(file, data, builder.values, builder.keys)


def refusal(wrong: Iterable[str]) -> SpecError:
    """The error that lists these mistakes, each once, one a line."""
    lines = list(dict.fromkeys(wrong))
    rest = ["and more mistakes"] if len(lines) > MOST_MISTAKES else []
    return SpecError("\n".join(lines[:MOST_MISTAKES] + rest))


def spelt(where: Where) -> str:
    """A place as messages name it: `gates.quality.any[1].max`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{quoted(step)[1:-1]}" for step in where)
    return "".join(steps).removeprefix(".")


def _is_expiry(where: Where) -> bool:
    """Whether a value is a waiver's last day: the one place where a date in no quotes can only be meant as one."""
    return len(where) == _DEEP and (where[0], where[2]) == ("waivers", "expires")


class _Builder:
    """Nodes to data, noting positions and mistakes, and counting what aliases expand to."""

    def __init__(self, file: File) -> None:
        self.values: dict[Where, tuple[int, int]] = {}
        self.keys: dict[Where, tuple[int, int]] = {}
        self.wrong: list[str] = []
        self._file = file
        self._count = 0

    def build(self, node: yaml.Node, where: Where) -> object:
        self._count += 1
        if len(where) > MAX_DEPTH or self._count > MAX_NODES:
            raise SpecError(self._mistake(node, where[:1], "aliases expand to more than a spec may hold"))
        self.values[where] = position(node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, where))
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*where, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, where)

    def _pairs(self, node: yaml.MappingNode, where: Where) -> Iterator[tuple[str, object]]:
        seen: dict[str, yaml.Node] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, where)
            first = seen.setdefault(key, key_node)
            if first is not key_node:
                line, _ = position(first.start_mark)
                self._refuse(key_node, where, f"the key {quoted(key)} comes twice, first in line {line}")
            self.keys[(*where, key)] = position(key_node.start_mark)
            yield key, self.build(value_node, (*where, key))

    def _key(self, node: yaml.Node, where: Where) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._refuse(node, where, "a key must be text")
            # Not the node's own text: over aliases that would have no end.
            return ""
        if node.value == "<<" and node.style is None:
            self._refuse(node, where, "merge keys (<<) are not part of the language: write the keys out")
        elif not isinstance(self._scalar(node, where), str):
            self._refuse(node, where, f"a key must be text: quote {quoted(node.value)}")
        return str(node.value)

    def _scalar(self, node: yaml.Node, where: Where) -> object:
        text = str(node.value)
        if isinstance(node, yaml.ScalarNode) and node.style is not None:
            return text
        if _is_expiry(where) and _DAY.fullmatch(text):
            return text
        try:
            return scalar(text)
        except ValueError as e:
            self._refuse(node, where, str(e))
            return text

    def _refuse(self, node: yaml.Node, where: Where, what: str) -> None:
        self.wrong.append(self._mistake(node, where, what))

    def _mistake(self, node: yaml.Node, where: Where, what: str) -> str:
        return located(self._file.path, *position(node.start_mark), spelt(where), what)
