"""Files that graders name in a spec, JSON Schemas and OpenAI's testing criteria: policy, and read with the spec."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import EvidenceError
from ..evals.lines import strict_json
from ..evals.prompts import described
from ..files import File, read, shown
from .document import Where
from .reading import Reading

_LARGEST = 1 << 20
_CRITERIA = "testing_criteria"
_NESTED = ("graders", "grader")
"""Keys under which a grader has others."""


def with_files(reading: Reading, where: Where, said: Any) -> Any:
    """A grader's configuration with the names of files replaced by what is in them; `reading` keeps the files.

    Raises:
        ValueError: a file cannot be read, or holds something else; the message names it.
    """
    if isinstance(said, list):
        return [with_files(reading, (*where, i), one) for i, one in enumerate(said)]
    if not isinstance(said, dict):
        return said
    if _CRITERIA in said:
        path = reading.path((*where, _CRITERIA), said[_CRITERIA])
        return _criteria(_json(reading, path), path) if path else "exact"
    if isinstance(said.get("schema"), str):
        path = reading.path((*where, "schema"), said["schema"])
        return {**said, "schema": _json(reading, path) if path else {}}
    if said.get("type") == "ratings" and isinstance(said.get("file"), str):
        return {**said, "file": _table(reading, (*where, "file"), said["file"])}
    inner = {key: with_files(reading, (*where, key), said[key]) for key in _NESTED if key in said}
    return {**said, **inner}


def origin(said: object) -> str:
    """The file that a grader comes from, for messages, or nothing."""
    return f"{said[_CRITERIA]}: " if isinstance(said, dict) and _CRITERIA in said else ""


def _criteria(value: object, path: Path) -> Sequence[Mapping[str, object]]:
    """The graders of a file: a list of them, one, or those of a whole eval as OpenAI's API gives it."""
    if isinstance(value, Mapping):
        value = value.get(_CRITERIA, [value])
    if not isinstance(value, list) or not value or not all(isinstance(one, Mapping) for one in value):
        what = f"{shown(path)}: is {_told(value)}"
        raise ValueError(f"{what}; OpenAI's graders are objects with a `type`, one or a list of them")
    # The API gives what was left out as null.
    return [{key: option for key, option in one.items() if option is not None} for one in value]


def _table(reading: Reading, where: Where, said: str) -> File:
    """A file of ratings; an empty one beside the mistake where there is none."""
    path = reading.path(where, said)
    if path is None:
        return File(Path(said), b"")
    try:
        file = read(path)
    except EvidenceError as e:
        raise ValueError(str(e)) from None
    reading.attached.append(file)
    return file


def _told(value: object) -> str:
    if not isinstance(value, list):
        return described(value)
    odd = next((described(one) for one in value if not isinstance(one, Mapping)), "")
    return f"a list that holds {odd}" if odd else "an empty list"


def _json(reading: Reading, path: Path) -> object:
    try:
        file = read(path, _LARGEST)
        reading.attached.append(file)
        return strict_json(file.text())
    except ValueError as e:
        raise ValueError(f"{shown(path)}: {e}") from None
    except EvidenceError as e:
        raise ValueError(str(e)) from None
