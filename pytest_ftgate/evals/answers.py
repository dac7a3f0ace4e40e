"""What a model answered, and whether it finished: read from text, messages, and the objects that APIs return."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..wording import listed, quoted
from .calls import Call, calls_of
from .prompts import described, joined

State = Literal["answered", "called", "truncated", "filtered", "refused", "empty", "unfinished", "errored"]
"""Only `answered` can pass, and `called` where the grader judges tool calls."""

CALLED = "the model called a tool and gave no final answer"

Object = Mapping[str, object]

_ABSENT = object()

_OPEN_CALLS = ("function_call", "custom_tool_call", "computer_call", "local_shell_call", "mcp_approval_request")
"""Parts of a response that wait for the caller to do something."""

_FINISHED = frozenset({"stop", "end_turn", "eos", "eos_token", "stop_sequence"})
"""Together says `eos`, Text Generation Inference `eos_token`."""
_CALLING = frozenset({"tool_calls", "function_call", "tool_use"})
"""Reasons for which a model stops after it called a tool."""
_CUT_SHORT: Mapping[str, State] = {
    "length": "truncated",
    "max_tokens": "truncated",
    "max_output_tokens": "truncated",
    "model_context_window_exceeded": "truncated",
    "content_filter": "filtered",
    "safety": "filtered",
    "refusal": "refused",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        text: what was said, also of an answer that is not finished.
        state: whether it is one.
        why: what makes it none; empty for one that is.
        model: who says so, or empty.
        tools: the tool calls it made, as chat completions write them.
    """

    text: str
    state: State = "answered"
    why: str = ""
    model: str = ""
    tools: tuple[Call, ...] = ()


def answer_of(value: object) -> Answer:
    """The answer that `value` is: text, a message, a chat completion, or a response.

    Raises:
        ValueError: it is none of these; the message is a sentence.
    """
    if value is None or isinstance(value, str):
        return finished(value)
    if isinstance(value, Mapping):
        return _read(value)
    if isinstance(value, list):
        return _response({"output": value})
    raise ValueError(f"the output is {described(value)}; text is wanted")


def finished(text: str | None, reason: object = _ABSENT, refusal: object = None, calls: object = None) -> Answer:
    """An answer by its text and by what its finish_reason, refusal and tool calls say.

    The worst of them counts: nothing that was cut, filtered or refused is an answer, whatever it says. A reason that
    is there and null means a stream that ended early. A call that cannot be read as one leaves the answer unfinished.
    """
    said, tools = text or "", calls_of(calls)
    if reason is not _ABSENT and (cut := _by_reason(reason, calling=bool(tools))):
        return Answer(said, *cut)
    if refusal:
        return Answer(said, "refused", f"the model refused: {told(refusal)}")
    if calls:
        return Answer(said, "called" if tools else "unfinished", CALLED, tools=tools)
    if not said.strip():
        return Answer(said, "empty", "the output is null" if text is None else "the output is blank")
    return Answer(said)


def errored(error: object) -> Answer | None:
    """The answer that an error record is, or None where `error` says that there was none."""
    if not error or (isinstance(error, Mapping) and not any(error.values())):
        return None
    what = (error.get("message") or error.get("code") or error) if isinstance(error, Mapping) else error
    return Answer("", "errored", f"an error instead of an answer: {told(what)}")


def batched(response: object, error: object) -> Answer:
    """The answer in the `response` and `error` of an OpenAI Batch line.

    Raises:
        ValueError: the response has another shape.
    """
    failed = errored(error)
    if failed:
        return failed
    if not isinstance(response, Mapping):
        return Answer("", "errored", "no response")
    body, status = response.get("body"), response.get("status_code")
    if status != 200:
        failed = errored(body.get("error")) if isinstance(body, Mapping) else None
        return Answer("", "errored", f"status {told(status)}, {failed.why if failed else 'no answer'}")
    if not isinstance(body, Mapping):
        raise ValueError(f"the response's body is {described(body)}; an object is wanted")
    return _read(body)


def _read(value: Object) -> Answer:
    failed = errored(value.get("error"))
    if failed:
        return failed
    for key, read in _SHAPES.items():
        if key in value:
            return _by_model(read(value), value.get("model"))
    raise ValueError(f"the output is an object with {listed(map(quoted, value))}, not a message or a completion")


def _completion(value: Object) -> Answer:
    choices = value["choices"]
    if not isinstance(choices, Sequence) or isinstance(choices, str) or not choices:
        return Answer("", "errored", "a completion without choices")
    if len(choices) > 1:
        raise ValueError(f"{len(choices)} choices; which of them is the answer is not said: record one")
    choice = choices[0]
    if not isinstance(choice, Mapping):
        raise ValueError(f"a choice is {described(choice)}; an object is wanted")
    # Without a reason nobody knows whether the stream was cut.
    reason = choice.get("finish_reason")
    message = choice.get("message", choice if "text" in choice else None)
    if not isinstance(message, Mapping):
        return finished(None, reason)
    return _spoken(message, reason)


def _message(value: Object) -> Answer:
    reason = next((value[key] for key in ("finish_reason", "stop_reason") if key in value), _ABSENT)
    return _spoken(value, reason)


def _spoken(message: Object, reason: object) -> Answer:
    _check_role(message)
    content = message.get("content", message.get("text"))
    refused = message.get("refusal") or _part(content, "refusal")
    return finished(joined(content), reason, refused, _called(message, content))


def _check_role(message: Object) -> None:
    """Refuse what the model did not say: in a conversation recorded whole, the prompt would count as answer."""
    role = message.get("role", "assistant")
    if role != "assistant":
        raise ValueError(f"the output is a message by {told(role)}; the assistant's is wanted")


def _called(message: Object, content: object) -> object:
    """The tool calls of a message, its one function call, or the parts of its content that are calls."""
    if message.get("tool_calls"):
        return message["tool_calls"]
    if message.get("function_call"):
        return [message["function_call"]]
    parts = content if isinstance(content, list) else []
    return [part for part in parts if isinstance(part, Mapping) and part.get("type") == "tool_use"]


def _response(value: Object) -> Answer:
    items = value["output"]
    if isinstance(items, str):
        return finished(items, _status(value, []))
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise ValueError(f"the response's output is {described(items)}; a list of objects is wanted")
    messages = [item for item in items if item.get("type", "message") == "message"]
    for message in messages:
        _check_role(message)
    contents = [message.get("content") for message in messages]
    texts = [text for text in map(joined, contents) if text is not None]
    refusal = next((part for content in contents if (part := _part(content, "refusal"))), None)
    calls = [item for item in items if item.get("type") in _OPEN_CALLS]
    return finished("".join(texts) if texts else None, _status(value, [*messages, *calls]), refusal, calls)


def _status(value: Object, items: Sequence[Object]) -> object:
    """The finish_reason that a response's status, and those of its parts, stand for."""
    status = value.get("status", "completed")
    details = value.get("incomplete_details")
    if status == "incomplete" and isinstance(details, Mapping):
        return details.get("reason")
    parts = (item.get("status", "completed") for item in items)
    return next((s for s in (status, *parts) if s != "completed"), "stop")


def _by_reason(reason: object, *, calling: bool) -> tuple[State, str] | None:
    if reason is None:
        return "unfinished", "no finish_reason, so it may have been cut"
    word = reason.casefold() if isinstance(reason, str) else ""
    if word in _FINISHED or (calling and word in _CALLING):
        return None
    return _CUT_SHORT.get(word, "unfinished"), f"finish_reason is {told(reason)}"


def _by_model(answer: Answer, model: object) -> Answer:
    return replace(answer, model=model_name(model) or answer.model)


def told(value: object) -> str:
    """Something that an API said, for messages."""
    return quoted(value) if isinstance(value, str) else described(value).removeprefix("the number ")


def model_name(value: object) -> str:
    """The model's name, empty where none is given.

    Raises:
        ValueError: it is not text.
    """
    if value is None or isinstance(value, str):
        return value or ""
    raise ValueError(f"the model is {described(value)}; text is wanted")


def _part(content: object, kind: str) -> object:
    parts = content if isinstance(content, list) else []
    return next((part[kind] for part in parts if isinstance(part, Mapping) and part.get(kind)), None)


_SHAPES: Mapping[str, Callable[[Object], Answer]] = {
    "choices": _completion,
    "output": _response,
    "content": _message,
    "refusal": _message,
    "tool_calls": _message,
}
