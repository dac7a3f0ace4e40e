"""Tool calls that a model made, in the one shape that chat completions write them in."""

import json
from collections.abc import Mapping, Sequence

Call = Mapping[str, object]
"""`{id, type: function, function: {name, arguments}}` or `{id, type: custom, custom: {name, input}}`.

`arguments` is the text that the model wrote, which need not be JSON.
"""

_GIVEN = {"function": "arguments", "custom": "input"}
_KINDS: Mapping[object, str] = {
    None: "function",
    "function": "function",
    "function_call": "function",
    "tool_use": "function",
    "custom": "custom",
    "custom_tool_call": "custom",
}
"""What the `type` of a call says that it is, in chat completions, responses and Anthropic's messages."""


def calls_of(values: object) -> tuple[Call, ...]:
    """The calls that `values` are, or none at all if one of them is no call of a function or a custom tool.

    A part of them would be a worse answer than none: a call that only the caller can make sense of is not judged.
    """
    if not isinstance(values, Sequence) or isinstance(values, str):
        return ()
    found = [call_of(value) for value in values]
    return tuple(call for call in found if call) if all(found) else ()


def call_of(value: object) -> Call | None:
    """The call that one object of an API is, or None where it is not a whole one."""
    kind = _kind(value)
    if kind is None or not isinstance(value, Mapping):
        return None
    inner = value.get(kind, value)
    if not isinstance(inner, Mapping):
        return None
    given, name = _written(inner.get(_GIVEN[kind], inner.get("input"))), inner.get("name")
    if given is None or not isinstance(name, str) or not name.strip():
        return None
    identity = value.get("call_id", value.get("id"))
    return {"id": identity, "type": kind, kind: {"name": name, _GIVEN[kind]: given}}


def _kind(value: object) -> str | None:
    said = value.get("type") if isinstance(value, Mapping) else ""
    return _KINDS.get(said) if said is None or isinstance(said, str) else None


def _written(given: object) -> str | None:
    """The arguments as text; some servers give them parsed."""
    if isinstance(given, Mapping):
        return json.dumps(given, ensure_ascii=False)
    return given if isinstance(given, str) else None
