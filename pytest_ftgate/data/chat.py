"""What is wrong with a chat as an example to train on.

Source: OpenAI's format for supervised, vision and preference fine-tuning, which TRL, Axolotl and the like read too.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise

from ..wording import quoted

Message = Mapping[str, object]

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_LEADING = frozenset({"system", "developer"})
_MEDIA = frozenset(
    {"image_url", "image", "input_image", "input_audio", "audio", "audio_url", "video", "video_url", "file"}
)
"""Types of parts that are no text."""
_MESSAGES = ("messages", "preferred_output", "non_preferred_output", "prompt", "completion", "chosen", "rejected")
"""Columns of a row that may hold messages."""
_COLUMNS = ("images", "videos", "audios")
"""Columns of a row that hold what its texts only point at, as in LLaMA-Factory's files."""


def chat_faults(messages: object, *, asked: bool = True, answered: bool = True) -> list[str]:
    """What is wrong, in words; `asked` and `answered` say whether a user's and an assistant's message must be there."""
    if not isinstance(messages, list) or not messages:
        return ["messages is not a list, or empty"]
    if not all(isinstance(message, Mapping) for message in messages):
        return ["a message is no object"]
    faults = [f"message {i}: {fault}" for i, message in enumerate(messages, 1) for fault in _of_one(message)]
    return [*faults, *_of_order(messages, asked=asked, answered=answered)]


def spoken(messages: object) -> list[tuple[str, str]]:
    """Who says what, of the messages that have text."""
    found = messages if isinstance(messages, list) else []
    return [
        (str(message.get("role")), _text(message.get("content"))) for message in found if isinstance(message, Mapping)
    ]


def unspoken(row: Mapping[str, object]) -> str:
    """A digest of what an example holds besides texts, its images and tool calls; empty where it holds none."""
    given = row.get("input")
    asked = given.get("messages") if isinstance(given, Mapping) else None
    lists = [asked, *map(row.get, _MESSAGES)]
    held = [_unspoken(message) for messages in lists if isinstance(messages, list) for message in messages]
    held += [[row.get(name) for name in _COLUMNS]]
    try:
        text = json.dumps(held, sort_keys=True) if any(map(any, held)) else ""
    except RecursionError:
        text = "nested too deeply to be told apart"
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _unspoken(message: object) -> list[object]:
    if not isinstance(message, Mapping):
        return []
    calls = message.get("tool_calls")
    called = [one.get("function", one) for one in calls if isinstance(one, Mapping)] if isinstance(calls, list) else []
    return [*_media(message.get("content")), *called, *filter(None, [message.get("function_call")])]


def _media(content: object) -> list[object]:
    """The parts of a content that are no text."""
    parts = content if isinstance(content, list) else []
    return [part for part in parts if isinstance(part, Mapping) and part.get("type") in _MEDIA]


def _of_one(message: Message) -> Iterator[str]:
    role, content = message.get("role"), message.get("content")
    if role not in _ROLES:
        yield f"the role is {quoted(str(role))}, not system, developer, user, assistant or tool"
    calls = role == "assistant" and (message.get("tool_calls") or message.get("function_call"))
    shown = role == "user" and _media(content)
    if not _text(content).strip() and not shown and not (calls and content in (None, "")):
        yield "the content is blank or no text"
    weight = message.get("weight")
    if "weight" in message and (isinstance(weight, bool) or weight not in (0, 1)):
        yield "the weight is neither 0 nor 1"


def _of_order(messages: list[Message], *, asked: bool, answered: bool) -> Iterator[str]:
    roles = [message.get("role") for message in messages]
    if any(role in _LEADING for role in roles[1:]):
        yield "a system message is not the first"
    if asked and "user" not in roles:
        yield "nothing is asked: no user message"
    if answered and roles[-1] != "assistant":
        yield "the last message is not the assistant's"
    # What is asked of an image may stand in a message of its own before it.
    said = [None if _media(message.get("content")) else message.get("role") for message in messages]
    if any(one == other == "user" for one, other in pairwise(said)):
        yield "two user messages in a row"


def _text(content: object) -> str:
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""
