"""A verdict's file, read back by someone who trusts neither the file nor who wrote it."""

import json
from collections import Counter
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..decision import PROMOTING
from ..errors import FtgateError
from ..evals.lines import strict_json
from ..files import read, shown
from ..wording import quoted
from .identity import seal, verdict_id

LARGEST = 1 << 28
"""A file of more bytes is not read: a verdict on a hundred thousand prompts has a tenth of that."""


def schema_text() -> str:
    """The JSON Schema of a verdict's file, as shipped."""
    return files(__package__).joinpath("schema.json").read_text(encoding="utf-8")


def read_document(path: Path) -> Mapping[str, Any]:
    """The verdict in the file at `path`: one that its schema admits, unchanged since it was written.

    Raises:
        FtgateError: it is anything else; one line.
    """
    file = read(path, LARGEST)
    try:
        found = strict_json(file.text())
        problem = _problem(found)
    except (ValueError, RecursionError) as e:
        problem = str(e) if isinstance(e, ValueError) else "JSON nested too deeply to be read"
    if problem:
        raise FtgateError(f"{shown(path)} is not a verdict: {problem}")
    whole: Mapping[str, Any] = found  # type: ignore[assignment]
    _check_whole(shown(path), whole)
    return whole


def _problem(found: object) -> str:
    from jsonschema import Draft202012Validator
    from referencing import Registry

    # An empty registry: a schema reference never reaches the network.
    validator = Draft202012Validator(json.loads(schema_text()), registry=Registry())
    error = next(validator.iter_errors(found), None)
    if error is None:
        return ""
    where = ".".join(str(step) for step in error.absolute_path)
    return f"{quoted(where) + ' ' if where else ''}{quoted(error.message, 200)[1:-1]}"


def _check_whole(name: str, found: Mapping[str, Any]) -> None:
    if seal(found) != found["sha256"]:
        raise FtgateError(f"{name} was changed after it was written: its sha256 is not that of its content")
    if verdict_id(found) != found["verdict_id"]:
        raise FtgateError(f"{name} was changed after it was written: its verdict_id is not that of its content")
    for spec in found["specs"]:
        counted = Counter(gate["status"] for gate in spec["gates"])
        if spec["counts"] != {key: counted[key] for key in spec["counts"]} | {"declared": len(spec["gates"])}:
            raise FtgateError(f"{name} contradicts itself: the counts of {quoted(spec['path'])} do not add up")
    if found["promote"] and not _promotes(found):
        raise FtgateError(f"{name} contradicts itself: it promotes, and not every gate lets it")


def _promotes(found: Mapping[str, Any]) -> bool:
    specs = found["specs"]
    clean = not found["problems"] and not any(spec["problem"] for spec in specs)
    judged = bool(specs) and all(spec["gates"] for spec in specs)
    return clean and judged and all(gate["status"] in PROMOTING for spec in specs for gate in spec["gates"])
