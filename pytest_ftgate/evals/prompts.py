"""Held-out prompts: what a model is asked, under which id, and what is wanted of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import EvalError
from ..files import File
from ..wording import listed, plain, quoted
from .bulk import undisturbed
from .lines import Numbered, Row, check_mapped, columns_shown, rows

if TYPE_CHECKING:
    from .graders import Grader

Key = str | int
"""An id as it was written: a number and the text of its digits are two keys."""

Turn = tuple[str, str]
"""One message of a conversation: who speaks, and what."""

LONGEST_ID = 200
"""Characters an id may have: it is part of a test's name."""

_OURS = ("id", "prompt", "messages", "target")
_SIMPLE = re.compile(rf"[A-Za-z0-9_./-]{{1,{LONGEST_ID}}}")
"""Ids with which nothing can be wrong, as most are."""


# Not frozen, which would take five times as long to make: there may be a million, and nothing changes one.
@dataclass(slots=True, unsafe_hash=True)
class Prompt:
    """One held-out prompt.

    Attributes:
        key: the id exactly as written; outputs are joined by its type and value.
        text: the prompt, or the last user message; empty where the file has neither.
        target: what was wanted, or None.
        fields: all columns of its row.
        where: file and line.
        grader: its own grader, where it brings one.
        turns: the conversation that `text` ends, where it is asked as one.
    """

    key: Key
    text: str
    target: object
    fields: Mapping[str, object]
    where: str
    grader: "Grader | None" = None
    turns: tuple[Turn, ...] = ()

    @property
    def id(self) -> str:
        """The id as tests are named by it."""
        return str(self.key)


def read_prompts(file: File, fields: Mapping[str, str]) -> tuple[Prompt, ...]:
    """The prompts of a JSON Lines or CSV file; `fields` maps our names to the file's.

    Raises:
        EvalError: there are none, a row has no usable or no unique id, or no row has a column that `fields` names.
    """
    name = file.name
    with undisturbed():
        prompts = tuple(_located(row, fields, f"{name}:{line}") for line, row in _mapped(file, fields))
        check_prompts(prompts, name)
    return prompts


def _mapped(file: File, fields: Mapping[str, str]) -> Iterator[Numbered]:
    """The rows, whose columns are checked against `fields` before a row is a prompt."""
    if not fields:
        yield from rows(file)
        return
    table = list(rows(file))
    if table:
        check_mapped(fields, _OURS, (column for _, row in table for column in row), file.name)
    yield from table


def check_prompts(prompts: Sequence[Prompt], name: str) -> None:
    """Refuse prompts that could not each be one test of the eval or file `name`.

    Raises:
        EvalError: there are none, an id cannot name a test, or two share one; 1 and "1" do, because both tests would
            have one name.
    """
    if not prompts:
        raise EvalError(f"{name}: holds no prompts, so there is nothing to judge")
    seen: dict[str, Prompt] = {}
    for prompt in prompts:
        _check_key(prompt)
        first = seen.setdefault(prompt.id, prompt)
        if first is not prompt:
            raise EvalError(_duplicate(prompt, first))


def prompt_of(row: Row, where: str, fields: Mapping[str, str] | None = None) -> Prompt:
    """The prompt that a row is; `check_prompts` has still to see whether its id can name a test.

    Raises:
        ValueError: it has no id, or its prompt is not text; the message is a sentence without the place.
    """
    if not fields and type(row.get("id")) is str and type(row.get("prompt")) is str:
        return Prompt(row["id"], row["prompt"], row.get("target"), row, where)  # type: ignore[arg-type]
    ours = {our: row.get((fields or {}).get(our, our)) for our in _OURS}
    if ours["id"] is None:
        wanted = (fields or {}).get("id", "id")
        raise ValueError(f"no {quoted(wanted)}; the row has {columns_shown(row, wanted)}")
    text, turns = asked(ours["prompt"] if ours["prompt"] is not None else ours["messages"])
    return Prompt(checked_key(ours["id"]), text or "", ours["target"], row, where, turns=turns)


def checked_key(value: object) -> Key:
    """`value`, if it is text or a whole number.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"the id is {described(value)}; text or a whole number is wanted")
    return value


def asked(value: object) -> tuple[str | None, tuple[Turn, ...]]:
    """The text of a prompt or of the last user message, and the conversation up to it, where there is one.

    Raises:
        ValueError: `value` is neither text nor a list of messages.
    """
    if value is None or isinstance(value, str):
        return value, ()
    if not isinstance(value, list) or not all(isinstance(message, Mapping) for message in value):
        raise ValueError(f"the prompt is {described(value)}; text or a list of messages is wanted")
    turns = [_turn(message) for message in value]
    last = max((i for i, (role, _) in enumerate(turns) if role == "user"), default=None)
    return (None, ()) if last is None else (turns[last][1], tuple(turns[: last + 1]))


def joined(content: object) -> str | None:
    """The text of a message's content: text, or a list of parts of which the texts count.

    Raises:
        ValueError: it is something else.
    """
    if content is None or isinstance(content, str):
        return content
    if not isinstance(content, list) or not all(isinstance(part, Mapping) for part in content):
        raise ValueError(f"a message's content is {described(content)}; text is wanted")
    texts = [part["text"] for part in content if isinstance(part.get("text"), str)]
    return "".join(texts) if texts else None


def described(value: object) -> str:
    """A JSON value in words, for messages: `the number 5`, `a list`."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return f"the number {quoted(repr(value), 40)[1:-1]}" if _short(value) else "a very long number"
    if isinstance(value, str):
        return f"the text {quoted(value, 40)}"
    return (
        "a list" if isinstance(value, list | tuple) else "a mapping" if isinstance(value, Mapping) else "no JSON value"
    )


def _turn(message: Mapping[str, object]) -> Turn:
    role = message.get("role")
    if not isinstance(role, str):
        raise ValueError(f"a message's role is {described(role)}; text is wanted")
    return role, joined(message.get("content")) or ""


def _located(row: Row, fields: Mapping[str, str], where: str) -> Prompt:
    try:
        return prompt_of(row, where, fields)
    except ValueError as e:
        raise EvalError(f"{where}: {e}") from None


def _check_key(prompt: Prompt) -> None:
    if type(prompt.key) is str and _SIMPLE.fullmatch(prompt.key):
        return
    try:
        text = str(checked_key(prompt.key))
    except ValueError as e:
        raise EvalError(f"{prompt.where}: {e}") from None
    fault = _unfit(text)
    if fault:
        raise EvalError(f"{prompt.where}: the id {quoted(text)} {fault}")


def _unfit(text: str) -> str:
    if not text.strip():
        return "is blank"
    if text != text.strip():
        return "begins or ends with a blank"
    if len(text) > LONGEST_ID:
        return f"has {len(text):,} characters, more than the {LONGEST_ID} that a test's name can take"
    if not text.isprintable():
        return f"holds a control or invisible character ({plain(text[:LONGEST_ID])})"
    found = [mark for mark in ("::", "[", "]") if mark in text]
    return f"holds {listed(map(repr, found))}, which test names are made with" if found else ""


def _duplicate(prompt: Prompt, first: Prompt) -> str:
    if prompt.key == first.key:
        return f"{prompt.where}: the id {quoted(prompt.id)} is already at {first.where}; ids name one prompt each"
    return f"{prompt.where}: the id {prompt.key!r} and the id {first.key!r} at {first.where} would name the same test"


def _short(value: float) -> bool:
    return isinstance(value, float) or abs(value) < 10**40
