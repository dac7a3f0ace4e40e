"""Text to YAML nodes, under bounds: one document, no tags, no nesting or aliases without end."""

from pathlib import Path

import yaml

from ..errors import SpecError
from ..files import shown
from ..wording import quoted

MAX_DEPTH = 40
MAX_NODES = 100_000


def composed(path: Path, text: str) -> yaml.Node:
    """The root node of the one document in `text`.

    Raises:
        SpecError: it is not one YAML document, or one that a spec may not be.
    """
    _check_characters(path, text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        raise SpecError(located(path, *position(mark), "", _problem(e))) from None
    except (OverflowError, ValueError):
        mark = loader.get_mark()
        raise SpecError(located(path, *position(mark), "", "not YAML: an escape that names no character")) from None
    if node is None:
        raise SpecError(f"{shown(path)}: empty; a spec needs `ftgate: 1` and `gates:`")
    return node


def position(mark: yaml.Mark | None) -> tuple[int, int]:
    """(line, column) of a mark, 1-based."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def located(path: Path, line: int, column: int, where: str, what: str) -> str:
    """`file:line:column: where: what`."""
    return f"{shown(path)}:{line}:{column}: {where + ': ' if where else ''}{what}"


class _Refused(yaml.MarkedYAMLError):
    """YAML, but not of a kind that a spec may hold."""

    def __init__(self, problem: str, mark: yaml.Mark) -> None:
        super().__init__(problem=problem, problem_mark=mark)


class _Loader(yaml.SafeLoader):
    """The pure-Python loader under bounds: the C one crashes the process on deep nesting."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = self._count = 0
        self._in_plain_text = False

    def scan_plain(self) -> yaml.ScalarToken:
        self._in_plain_text = True
        token = super().scan_plain()
        self._in_plain_text = False
        return token

    def peek(self, index: int = 0) -> str:
        """A question mark ends no text: PyYAML alone stops at it in `{prompt: When are you open?, ...}`."""
        character = super().peek(index)
        return "x" if character == "?" and self._in_plain_text else character

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            raise _Refused(f"nested deeper than {MAX_DEPTH} levels", event.start_mark)
        if self._count > MAX_NODES:
            raise _Refused(f"more than {MAX_NODES:,} values: put long lists of prompts in a file", event.start_mark)
        if getattr(event, "tag", None):
            raise _Refused(f"the tag {quoted(event.tag)[1:-1]} is not part of the language", event.start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _check_characters(path: Path, text: str) -> None:
    bad = _Loader.NON_PRINTABLE.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        raise SpecError(f"{shown(path)}:{line}: holds the character U+{ord(bad[0]):04X}, which YAML forbids")


def _problem(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "not YAML"
    if isinstance(error, _Refused):
        return problem
    if error.context == "expected a single document in the stream" or "expected '<document start>'" in problem:
        return "a spec is one document; another begins here"
    return f"not YAML: {quoted(problem, 200)[1:-1]}"
