"""The numbers of another tool's report, and the strict path that names one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard, cast

from ...wording import listed, quoted, suggestion

Tree = Mapping[str, object]
"""Names to numbers, or to further names; a leaf is a `Number`, or a JSON value that may turn out to be none."""


@dataclass(frozen=True)
class Number:
    """A number that a report gives with what it rests on.

    Attributes:
        value: as the report has it, to be checked by who reads it.
        n: how many prompts it rests on; None where the report does not say.
        stderr: its standard error, as the report has it; None where it has none.
    """

    value: object
    n: int | None = None
    stderr: float | None = None


@dataclass(frozen=True)
class Report:
    """Another tool's report.

    Attributes:
        tool: what it is, in words.
        numbers: what a gate can name.
        models: that the report says it judged.
        doubt: why its numbers are of a part only, or nothing.
    """

    tool: str
    numbers: Tree
    models: frozenset[str] = frozenset()
    doubt: str = ""
    raw: Tree = field(default_factory=dict, repr=False)

    def number(self, key: str) -> object:
        """What `key` names: names joined by dots, numbers into lists; a name may itself hold dots.

        Raises:
            ValueError: nothing, or two things; the message lists what is near.
        """
        found = list(_found(self.numbers, key)) or list(_found(self.raw, key))
        if len(found) > 1:
            raise ValueError(f"{quoted(key)} can be read in {len(found)} ways, because names in it hold dots")
        if not found:
            raise ValueError(f"there is no {quoted(key)} in it{_near(self.numbers, key)}")
        return found[0]


def count(value: object) -> int | None:
    """A count as reports give it, or None where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _found(tree: object, key: str) -> Iterator[object]:
    """Every value that the path can mean."""
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        tree = {str(i): value for i, value in enumerate(tree)}
    if not isinstance(tree, Mapping):
        return
    if key in tree:
        yield tree[key]
    for at in (i for i, character in enumerate(key) if character == "."):
        if key[:at] in tree:
            yield from _found(tree[key[:at]], key[at + 1 :])


def _near(tree: Tree, key: str) -> str:
    names = list(_names(tree))
    return suggestion(key, names[:200]) or (f"; it has {listed(map(_shown, names), most=12)}" if names else "")


def _names(tree: Tree, before: str = "", depth: int = 0) -> Iterator[str]:
    """The paths of all that could be numbers."""
    for name, value in tree.items():
        if isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _names(cast("Tree", value), f"{before}{name}.", depth + 1)
        elif isinstance(value, Number) or is_number(value):
            yield f"{before}{name}"


def _shown(name: str) -> str:
    return quoted(name)[1:-1]


_DEEPEST = 8
