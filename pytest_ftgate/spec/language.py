"""The spec language: one JSON Schema (draft 2020-12), and the places where a document breaks it."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from .document import MOST_MISTAKES, Document
from .explanations import Schema, Violation, explain
from .own import Own, with_own

NOTHING = Own()
"""What is added where no conftest.py adds anything."""


def schema_text() -> str:
    """The JSON Schema of the spec language, as shipped."""
    return files(__package__).joinpath("schema.json").read_text(encoding="utf-8")


def mistakes(document: Document, own: Own = NOTHING) -> list[str]:
    """Every violation of the language in `document`, as `file:line:column: where: what`, in file order.

    The language has what is its `own` besides what is built in.
    """
    violations = map(_violation, _validator(own).iter_errors(document.data))
    found = (mistake for violation in violations for mistake in explain(violation, definitions(own)))
    # One more than are shown, because to suggest a word for each of thousands takes minutes.
    lines = {
        (document.position(m.where, at_key=m.at_key), document.error(m.where, m.what, at_key=m.at_key))
        for m in islice(found, MOST_MISTAKES + 1)
    }
    return [text for _, text in sorted(lines)]


@cache
def definitions(own: Own = NOTHING) -> Mapping[str, Schema]:
    """The schema's `$defs`."""
    found: Mapping[str, Schema] = with_own(json.loads(schema_text()), own)["$defs"]
    return found


@cache
def _validator(own: Own) -> Any:
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    # To JSON Schema 5.0 is a whole number; here it is a slip.
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    rules = {"pattern": _pattern}
    cls: Any = validators.extend(Draft202012Validator, rules, type_checker=types)  # type: ignore[no-untyped-call]
    # An empty registry: a schema reference never reaches the network.
    return cls(with_own(json.loads(schema_text()), own), registry=Registry())


def _pattern(_validator: object, pattern: str, instance: object, _schema: object) -> Iterator[Exception]:
    from jsonschema.exceptions import ValidationError

    # In JSON Schema `$` is the very end; Python's also stands before a last line break.
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield ValidationError(f"{instance!r} does not match {pattern}")


def _violation(error: Any, around: tuple[str | int, ...] = ()) -> Violation:
    where = (*around, *error.path)
    inner = tuple((e.schema_path[0], _violation(e, where)) for e in error.context or ())
    schema = error.schema if isinstance(error.schema, dict) else {}
    return Violation(error.validator, error.validator_value, error.instance, schema, where, error.message, inner)
