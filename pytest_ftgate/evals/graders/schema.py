"""JSON Schemas that are safe to run over a model's text: nothing is fetched, nothing goes unchecked, all is bounded."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ...wording import listed, quoted, suggestion
from ..prompts import described
from .grade import shown
from .pattern import compiled, found, overdue

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

Schema = Mapping[str, object]
Errors: TypeAlias = "Iterator[ValidationError]"

_FORMATS = ("date", "email", "ipv4", "ipv6", "uuid")

_ONE = {
    *("items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"),
    *("unevaluatedItems", "unevaluatedProperties"),
}
_MANY = {"allOf", "anyOf", "oneOf", "prefixItems"}
_NAMED = {"properties", "$defs", "definitions", "dependentSchemas"}
_PLAIN = {
    *("$ref", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"),
    *("type", "enum", "const", "format", "pattern", "minLength", "maxLength", "required", "dependentRequired"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minProperties", "maxProperties"),
    *("minItems", "maxItems", "uniqueItems", "minContains", "maxContains"),
}
_KNOWN = _ONE | _MANY | _NAMED | _PLAIN
_BESIDE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("then", "else"), ("if",)),
    **dict.fromkeys(("minContains", "maxContains"), ("contains",)),
    "if": ("then", "else"),
}
"""Keywords that are ignored unless one of these stands beside them."""
_PARTS = "#/$defs/", "#/definitions/"


def validator(value: object) -> "Validator":
    """A schema (draft 2020-12), checked and ready to use.

    Its patterns run under a time limit, which raises TimeoutError. It holds only keywords that are checked: one that
    is misspelt would admit everything.

    Raises:
        ValueError: `value` is not such a schema.
    """
    import jsonschema
    import referencing

    if not isinstance(value, Mapping):
        raise ValueError(f"is {described(value)}; a JSON Schema as a mapping is wanted")
    # jsonschema would leave our checks for its own wherever a schema names its dialect.
    schema = {key: part for key, part in value.items() if key not in ("$schema", "$id")}
    _check(schema)
    checker = jsonschema.FormatChecker(formats=_FORMATS)
    made = _class()(schema, registry=referencing.Registry(), format_checker=checker)
    _check_ends(made)
    return made


def failure(error: Exception) -> str:
    """Where a value misses a schema, and how, on one line."""
    path, message = getattr(error, "json_path", "$"), getattr(error, "message", str(error))
    return f"at {shown(path, 60)[1:-1]}: {shown(message, 160)[1:-1]}"


def _class() -> "type[Validator]":
    from jsonschema import Draft202012Validator, validators

    extend = cast("Any", validators.extend)
    made = extend(Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique_items})
    return cast("type[Validator]", made)


def _check(schema: Schema) -> None:
    from jsonschema import Draft202012Validator, FormatChecker, SchemaError

    _check_json(schema)
    try:
        # Its own check of patterns is for another dialect than the one they are run in.
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(formats=()))
        for part in _subschemas(schema):
            _check_part(part, schema)
    except SchemaError as e:
        raise ValueError(f"is not a JSON Schema: {failure(e)}") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _check_json(schema: Schema) -> None:
    try:
        json.dumps(schema, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise ValueError("is not JSON: it holds a date, NaN or the like, or has no end") from None


def _check_part(part: Schema, root: Schema) -> None:
    for key in part:
        if key not in _KNOWN:
            raise ValueError(f"has the keyword {quoted(key)}, which is not checked here{suggestion(key, _KNOWN)}")
    if lone := next((key for key in part if key in _BESIDE and not any(k in part for k in _BESIDE[key])), None):
        others = " or ".join(map(quoted, _BESIDE[lone]))
        raise ValueError(f"has the keyword {quoted(lone)}, which says nothing without {others}")
    if "pattern" in part:
        _check_pattern(part["pattern"])
    if "format" in part and part["format"] not in _FORMATS:
        raise ValueError(
            f"has the format {quoted(str(part['format']))}, which is not checked here; {listed(_FORMATS)} are, "
            "and pattern is for the rest"
        )
    if "$ref" in part:
        _check_reference(str(part["$ref"]), root)


def _check_pattern(pattern: object) -> None:
    try:
        compiled(pattern)
    except ValueError as e:
        raise ValueError(f"is unusable: its pattern {e}") from None


def _check_reference(target: str, root: Schema) -> None:
    kind = next((start for start in _PARTS if target.startswith(start)), None)
    parts = root.get(kind[2:-1]) if kind else None
    if target == "#" or (kind and isinstance(parts, Mapping) and target.removeprefix(kind) in parts):
        return
    raise ValueError(f"has the $ref {quoted(target)}; only '#' and '#/$defs/<a name that is there>' are followed")


def _check_ends(made: "Validator") -> None:
    try:
        next(made.iter_errors(None), None)
    except RecursionError:
        raise ValueError("refers to itself without end") from None


def _subschemas(schema: object) -> Iterator[Schema]:
    if not isinstance(schema, Mapping):
        return
    yield schema
    for key, value in schema.items():
        for child in _children(key, value):
            yield from _subschemas(child)


def _children(key: str, value: object) -> list[object]:
    if key in _ONE:
        return [value]
    if key in _NAMED and isinstance(value, Mapping):
        return list(value.values())
    return list(value) if key in _MANY and isinstance(value, list | tuple) else []


def _pattern(_: "Validator", pattern: str, value: object, __: Schema) -> Errors:
    from jsonschema import ValidationError

    if not isinstance(value, str):
        return
    try:
        matches = found(compiled(pattern), value)
    except TimeoutError:
        raise TimeoutError(overdue(pattern, value)) from None
    if not matches:
        yield ValidationError(f"{shown(value)} does not match {shown(pattern)}")


def _unique_items(_: "Validator", wanted: bool, value: object, __: Schema) -> Errors:
    # jsonschema compares every item with every other, which a long enough answer turns into hours.
    from jsonschema import ValidationError

    if wanted and isinstance(value, list) and len({_hashable(item) for item in value}) < len(value):
        yield ValidationError("items are not unique")


def _hashable(value: object) -> object:
    if isinstance(value, bool):
        return "bool", value
    if isinstance(value, list):
        return "list", tuple(map(_hashable, value))
    if isinstance(value, dict):
        return "dict", frozenset((key, _hashable(item)) for key, item in value.items())
    return value
