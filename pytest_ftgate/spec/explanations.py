"""What people are told of each way to break the spec language."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..wording import listed, quoted, suggestion
from .document import Where
from .own import OF_A_GATE

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Violation:
    """One rule of the schema that a value breaks.

    Attributes:
        rule: the schema keyword, e.g. `enum`.
        wanted: the keyword's value.
        given: the value that breaks it.
        schema: the schema around the keyword.
        where: the place of the value.
        message: jsonschema's own words.
        inner: for `oneOf`, (index of the alternative, violation) pairs.
    """

    rule: str
    wanted: Any
    given: Any
    schema: Schema
    where: Where
    message: str
    inner: "tuple[tuple[Any, Violation], ...]" = ()


class Mistake(NamedTuple):
    """Where a document is wrong, in what words, and whether it is the key there rather than its value."""

    where: Where
    what: str
    at_key: bool = False


def explain(violation: Violation, definitions: Mapping[str, Schema]) -> Iterator[Mistake]:
    """The mistakes that a violation stands for."""
    if violation.rule == "oneOf":
        yield from _alternatives(violation, definitions)
    elif violation.rule in _EXPLANATIONS:
        yield from _EXPLANATIONS[violation.rule](violation)
    else:
        yield Mistake(violation.where, violation.message)


def _required(v: Violation) -> Iterator[Mistake]:
    missing = [key for key in v.wanted if key not in v.given]
    extra = ": begin the file with `ftgate: 1`" if "ftgate" in missing else ""
    yield Mistake(v.where, f"needs {listed(map(quoted, missing))}{extra}", at_key=True)


def _unknown_keys(v: Violation) -> Iterator[Mistake]:
    known = v.schema["properties"]
    for key in v.given:
        if key in OF_A_GATE and {"any", "all"} & set(v.where):
            yield Mistake(
                (*v.where, key), f"{quoted(key)} belongs to the whole gate, not to one condition", at_key=True
            )
        elif key not in known:
            hint = suggestion(key, known) or f"; known are {listed(known, most=20)}"
            yield _unknown(v.where, key, hint)


def _unknown(where: Where, key: str, hint: str) -> Mistake:
    foreign = [f"U+{ord(c):04X}" for c in key if not c.isascii()]
    odd = f" (it holds {listed(foreign)})" if foreign else ""
    return Mistake((*where, key), f"unknown key {quoted(key)}{odd}{hint}", at_key=True)


def _alternatives(v: Violation, definitions: Mapping[str, Schema]) -> Iterator[Mistake]:
    branches = [_resolved(branch, definitions) for branch in v.wanted]
    fits = _fitting(v.given, branches)
    inner = [violation for index, violation in v.inner if [index] == fits]
    # A text that fits one alternative's type but not its pattern may have been meant as another.
    if inner and not (isinstance(v.given, str) and any(violation.rule == "pattern" for violation in inner)):
        for violation in inner:
            yield from explain(violation, definitions)
    elif isinstance(v.given, dict) and any(_is_kind(v.given, branch) for branch in branches):
        yield from _undecided(v, branches, fits)
    else:
        wanted = " or ".join(dict.fromkeys(_wanted(branch) for branch in branches))
        yield _of_another_kind(v, wanted)


def _fitting(given: object, branches: list[Schema]) -> list[int]:
    """The alternatives a value is meant to be: by its type, and for mappings by `type` or the key they require."""
    kinds = [i for i, branch in enumerate(branches) if _is_kind(given, branch)]
    if not isinstance(given, dict):
        return kinds
    types = {i: _type_const(branches[i]) for i in kinds}
    typed = [i for i in kinds if types[i] is not None and given.get("type") == types[i]]
    keyed = [i for i in kinds if types[i] is None and branches[i].get("required", [""])[0] in given]
    # What one alternative needs besides its own key does not stand for another one, as the metric of a golden curve.
    besides = {key for i in keyed for key in branches[i]["required"][1:]}
    return typed or [i for i in keyed if branches[i]["required"][0] not in besides]


def _undecided(v: Violation, branches: list[Schema], fits: list[int]) -> Iterator[Mistake]:
    types = [const for const in map(_type_const, branches) if const]
    names = [branch["required"][0] for branch in branches if branch.get("required")]
    if types:
        yield _wrong_type(v, types)
    elif fits:
        several = " and ".join(branches[i]["required"][0] for i in fits)
        yield Mistake(v.where, f"has {several}, of which only one can be meant", at_key=True)
    else:
        yield from _nameless(v, branches, names)


def _nameless(v: Violation, branches: list[Schema], names: list[str]) -> Iterator[Mistake]:
    unknown = [key for key in v.given if not any(key in branch.get("properties", {}) for branch in branches)]
    needed = f"needs {'one of ' if len(names) > 1 else ''}{listed(names, most=20)}"
    for key in unknown:
        yield _unknown(v.where, key, suggestion(key, names) or f"; {needed}")
    if not unknown:
        yield Mistake(v.where, needed, at_key=True)


def _wrong_type(v: Violation, types: list[str]) -> Mistake:
    given = v.given.get("type")
    if given is None:
        return Mistake(v.where, f"needs a type, one of {listed(types, most=20)}", at_key=True)
    hint = suggestion(str(given), types)
    return Mistake((*v.where, "type"), f"unknown type {_shown(given)}{hint}; known are {listed(types, most=20)}")


def _enum(v: Violation) -> Iterator[Mistake]:
    known = [str(value) for value in v.wanted]
    hint = suggestion(v.given, known) if isinstance(v.given, str) else ""
    yield Mistake(v.where, f"{_shown(v.given)} is not known{hint}; known are {listed(known, most=20)}")


def _const(v: Violation) -> Iterator[Mistake]:
    yield Mistake(v.where, f"must be {v.wanted}, not {_shown(v.given)}")


def _type(v: Violation) -> Iterator[Mistake]:
    yield _of_another_kind(v, _wanted(v.schema))


def _of_another_kind(v: Violation, wanted: str) -> Mistake:
    return Mistake(v.where, f"must be {wanted}, not {_shown(v.given)}{_number_hint(v.given, wanted)}")


def _pattern(v: Violation) -> Iterator[Mistake]:
    known = v.schema.get("x-known")
    if known:
        hint = suggestion(str(v.given), known)
        yield Mistake(v.where, f"{_shown(v.given)} is not known{hint}; known are {listed(known)}")
    elif "description" in v.schema or "type" in v.schema:
        yield _of_another_kind(v, _wanted(v.schema))
    else:
        yield Mistake((*v.where, v.given), f"{_shown(v.given)}: {_BAD_NAME}", at_key=True)


def _too_few(v: Violation) -> Iterator[Mistake]:
    what = f"needs at least {v.wanted} entries" if v.wanted > 1 else "is empty, so nothing would be judged by it"
    yield Mistake(v.where, what, at_key=True)


def _minimum(v: Violation) -> Iterator[Mistake]:
    yield Mistake(v.where, f"must be at least {v.wanted}, not {_shown(v.given)}")


def _twice(v: Violation) -> Iterator[Mistake]:
    yield Mistake(v.where, "names the same thing twice", at_key=True)


def _above(v: Violation) -> Iterator[Mistake]:
    yield Mistake(v.where, f"must be more than {v.wanted}, not {_shown(v.given)}")


def _below(v: Violation) -> Iterator[Mistake]:
    yield Mistake(v.where, f"must be less than {v.wanted}, not {_shown(v.given)}")


_BAD_NAME = "a name begins with a letter or digit and holds letters, digits, dots, dashes and underscores only"

_EXPLANATIONS: Mapping[str, Callable[[Violation], Iterator[Mistake]]] = {
    "required": _required,
    "additionalProperties": _unknown_keys,
    "enum": _enum,
    "const": _const,
    "type": _type,
    "pattern": _pattern,
    "minProperties": _too_few,
    "minItems": _too_few,
    "minLength": _too_few,
    "minimum": _minimum,
    "uniqueItems": _twice,
    "exclusiveMinimum": _above,
    "exclusiveMaximum": _below,
}

_KINDS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "string": ("text", lambda v: isinstance(v, str)),
    "number": ("a number", lambda v: isinstance(v, int | float) and not isinstance(v, bool)),
    "integer": ("a whole number", lambda v: isinstance(v, int) and not isinstance(v, bool)),
    "boolean": ("true or false", lambda v: isinstance(v, bool)),
    "object": ("a mapping", lambda v: isinstance(v, dict)),
    "array": ("a list", lambda v: isinstance(v, list)),
}


def _resolved(branch: Schema, definitions: Mapping[str, Schema]) -> Schema:
    reference = str(branch.get("$ref", ""))
    return definitions[reference.rpartition("/")[2]] if reference else branch


def _type_const(branch: Schema) -> str | None:
    const = branch.get("properties", {}).get("type", {}).get("const")
    return str(const) if const else None


def _is_kind(given: object, branch: Schema) -> bool:
    return any(_KINDS[kind][1](given) for kind in _kinds(branch))


def _kinds(schema: Schema) -> list[str]:
    if "enum" in schema:
        return ["string"]
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _wanted(schema: Schema) -> str:
    if "enum" in schema:
        return f"one of {listed(schema['enum'], most=20)}"
    if str(schema.get("pattern", "")).endswith("%$"):
        return "a percentage such as 5%"
    if "pattern" in schema:
        return "a word of letters, digits and underscores"
    return " or ".join(_KINDS[kind][0] for kind in _kinds(schema)) or "something else"


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return str(value)


def _number_hint(value: object, wanted: str) -> str:
    """What a text that was meant as a number should have been."""
    if not isinstance(value, str) or not any(c.isdigit() for c in value):
        return ""
    if "a number" in wanted:
        return ": write a plain number such as 0.95, with a point and without quotes"
    return ": write a plain whole number such as 30, without quotes" if "a whole number" in wanted else ""
