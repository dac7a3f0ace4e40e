"""Paths into JSON: `$.a.b[0]`, keys after dots and indexes in brackets, and nothing else."""

import re
from collections.abc import Mapping
from typing import TypeAlias

from ...wording import quoted
from .grade import shown
from .options import Options, a_text

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the whole value down."""

_STEP = re.compile(r"\.([^.\[\]]+)|\[(0|[1-9][0-9]{0,8})\]")


def parsed_path(text: str) -> Path:
    """The path that `text` writes; `$` is the whole.

    Raises:
        ValueError: it is none.
    """
    steps, place = [], 1
    while text.startswith("$") and (match := _STEP.match(text, place)):
        steps.append(match[1] if match[1] is not None else int(match[2]))
        place = match.end()
    if not text.startswith("$") or place < len(text):
        raise ValueError(f"{quoted(text)} is not a path such as $.a.b[0]: dots before keys, brackets around indexes")
    return tuple(steps)


def path_of(options: Options) -> Path:
    """The option `path`, by default the whole.

    Raises:
        ValueError: it is no path.
    """
    try:
        return parsed_path(a_text(options.get("path", "$")))
    except ValueError as e:
        raise ValueError(f"path {e}") from None


def written_path(path: Path) -> str:
    """A path as it is written, for messages."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return shown(f"${text}", 80)[1:-1]


def looked_up(value: object, path: Path) -> object:
    """The part of a JSON value that a path leads to.

    Raises:
        LookupError: there is none; the message is a sentence that names the first step that leads nowhere.
    """
    for depth, step in enumerate(path, 1):
        if not _leads(value, step):
            raise LookupError(f"there is no {written_path(path[:depth])}")
        value = value[step]  # type: ignore[index]
    return value


def _leads(value: object, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(value, list) and step < len(value)
    return isinstance(value, Mapping) and step in value
