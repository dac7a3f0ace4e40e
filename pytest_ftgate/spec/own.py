"""What a conftest.py or a plugin adds, as part of the language of one run."""

import re
from collections.abc import Container, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..errors import SpecError
from ..evals.graders import GraderKind
from ..measures.own import MeasureKind
from ..wording import listed, quoted

T = TypeVar("T")

OF_A_GATE = ("severity", "tags")
"""What belongs to a gate, and to none of its conditions."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_OPTION = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_ANYTHING = ["string", "number", "boolean", "array", "object"]


@dataclass(frozen=True)
class Own:
    """What the language of one run has besides its own.

    Attributes:
        graders: their names, each with its options.
        measures: their names, each with what it is and its options.
    """

    graders: tuple[tuple[str, tuple[str, ...]], ...] = ()
    measures: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Hook(Generic[T]):
    """A hook that gives kinds by name.

    Attributes:
        name: the hook's.
        noun: what it gives several of.
        kind: the class of each.
        taken: the names that none can have, and what each is.
    """

    name: str
    noun: str
    kind: type[T]
    taken: Mapping[str, str]


def gathered(hook: Hook[T], found: Iterable[object]) -> dict[str, T]:
    """What the plugins gave to `hook`, by name.

    Raises:
        SpecError: what one gave is no mapping of names to kinds, or a name is taken or none.
    """
    kinds: dict[str, T] = {}
    for given in found:
        if not isinstance(given, Mapping):
            wanted = f"a mapping of names to {hook.kind.__name__} is wanted"
            raise SpecError(f"{hook.name} gave {type(given).__name__}; {wanted}")
        for name, kind in given.items():
            _check_name(hook, name, kinds)
            if not isinstance(kind, hook.kind):
                wanted = f"a {hook.kind.__name__} is wanted"
                raise SpecError(f"{hook.name} gives {type(kind).__name__} as {quoted(name)}; {wanted}")
            kinds[name] = kind
    return kinds


def check_options(hook: str, name: str, options: Iterable[object], taken: Container[object]) -> None:
    """Refuse options that no spec can say, because of how they are written or because they mean something else.

    Raises:
        SpecError: there are such.
    """
    odd = [option for option in options if not _is_option(option) or option in taken]
    if odd:
        raise SpecError(f"{hook}: {quoted(name)} has options that no spec can say: {listed(map(repr, odd))}")


def own(graders: Mapping[str, GraderKind], measures: Mapping[str, MeasureKind]) -> Own:
    """What these graders and measures add to the language."""
    return Own(
        tuple((name, tuple(sorted({kind.reference, *kind.options}))) for name, kind in graders.items()),
        tuple((name, kind.what, tuple(sorted(kind.options))) for name, kind in measures.items()),
    )


def with_own(schema: dict[str, Any], own: Own) -> dict[str, Any]:
    """The schema with these wherever it has the built-in ones; their options can be anything.

    What is marked `x-graders` lists every grader. `own-measure` is what a measure takes beside its name and options.
    """
    definitions = schema["$defs"]
    lists = [one for one in definitions.values() if one.get("x-graders")]
    for name, options in own.graders:
        properties = {"type": {"const": name}, **{option: {} for option in options}}
        definitions[f"{name}-grader"] = _closed("type", properties)
        for one in lists:
            _list_grader(one, name)
    for name, what, options in own.measures:
        check = _measure(definitions["own-measure"], name, what, options)
        _list_measure(definitions, "condition", f"{name}-check", check)
        of_a_gate = {key: {"$ref": f"#/$defs/{key}"} for key in OF_A_GATE}
        gate = {**check, "properties": {**check["properties"], **of_a_gate}}
        _list_measure(definitions, "gate", f"{name}-gate", gate)
    return schema


def _measure(template: Mapping[str, Any], name: str, what: str, options: Iterable[str]) -> dict[str, Any]:
    said = {key: {"type": _ANYTHING, "description": what} for key in (name, *options)}
    return {**_closed(name, {**said, **deepcopy(template["properties"])}), "description": what}


def _closed(key: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": [key], "properties": properties, "additionalProperties": False}


def _list_measure(definitions: dict[str, Any], alternatives: str, name: str, kind: Mapping[str, Any]) -> None:
    definitions[name] = kind
    definitions[alternatives]["oneOf"].append({"$ref": f"#/$defs/{name}"})


def _list_grader(one: dict[str, Any], name: str) -> None:
    """Add a grader to a list of names, of alternatives, or of a prompt's keys."""
    if "enum" in one:
        one["enum"].append(name)
    elif "oneOf" in one:
        one["oneOf"].append({"$ref": f"#/$defs/{name}-grader"})
    else:
        one["properties"][name] = {}


def _check_name(hook: Hook[T], name: object, others: Iterable[str]) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        said = quoted(name) if isinstance(name, str) else type(name).__name__
        wanted = "a name is small letters, digits and _, and begins with a letter"
        raise SpecError(f"{hook.name} names a {hook.noun} {said}; {wanted}")
    if name in hook.taken or name in others:
        what = hook.taken.get(name, "one already")
        raise SpecError(f"{hook.name} names a {hook.noun} {quoted(name)}, which is {what}: give it another name")


def _is_option(option: object) -> bool:
    return isinstance(option, str) and _OPTION.fullmatch(option) is not None
