"""Tool calls in promptfoo's outputs, which have the shape that each provider of promptfoo's gives them.

Source: src/providers of github.com/promptfoo/promptfoo: chat completions leave the list of calls, the one
function call, or the message where text stands beside calls; responses and Anthropic's messages write each call as a
line of JSON.
"""

from ..calls import Call, call_of
from ..lines import Row, strict_json
from .opening import mapping, objects

_WRITTEN = {"function_call": "call_id", "custom_tool_call": "call_id", "tool_use": "id"}
"""What the `type` of a written call is, and where such a call has its id: an answer that quotes a call has none."""


def spoken(output: object) -> Row | None:
    """The message that an output with calls stands for, or None of any other."""
    if isinstance(output, str):
        return _lines(output)
    calls = objects(output)
    if calls and all("function" in one or _is_written(one) for one in calls):
        return {"role": "assistant", "content": None, "tool_calls": calls}
    one = mapping(output)
    if one.keys() == {"name", "arguments"} and isinstance(one["arguments"], str) and call_of(one):
        return {"role": "assistant", "content": None, "function_call": one}
    return one if one.get("role") == "assistant" and "content" in one else None


def _lines(text: str) -> Row | None:
    if "_call" not in text and "tool_use" not in text:
        return None
    lines = [(line, _written(line)) for line in text.split("\n")]
    calls = [call for _, call in lines if call]
    said = "\n".join(line for line, call in lines if not call).strip()
    return {"role": "assistant", "content": said or None, "tool_calls": calls} if calls else None


def _written(line: str) -> Call | None:
    if not line.startswith("{"):
        return None
    try:
        value = mapping(strict_json(line))
    except ValueError:
        return None
    return call_of(value) if _is_written(value) else None


def _is_written(value: Row) -> bool:
    kind = value.get("type")
    return isinstance(kind, str) and kind in _WRITTEN and bool(value.get(_WRITTEN[kind]))
