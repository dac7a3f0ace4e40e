"""What the formats share: the id and the question in a tool's own test item, and the row that an output becomes."""

import json
from collections.abc import Mapping

from ...wording import quoted
from ..lines import Row, columns_shown
from ..prompts import Key, checked_key

Fields = Mapping[str, str]
"""Our field names to the file's own."""


def identity(item: Row, fields: Fields, what: str) -> Key:
    """The id that a tool's test item bears, in the column that `fields` names, or in `id`.

    Raises:
        ValueError: it has none; `what` says in words what the item is.
    """
    for name in (fields.get("id", "id"), "id"):
        if item.get(name) is not None:
            return checked_key(item[name])
    wanted = fields.get("id", "id")
    if wanted in item:
        raise ValueError(f"the {quoted(wanted)} in {what} is null; text or a whole number is wanted")
    has = columns_shown(item, wanted) if item else "nothing"
    raise ValueError(f"no {quoted(wanted)} in {what}, which has {has}: name the id's column, `fields: {{id: ...}}`")


def question(item: Row, fields: Fields) -> dict[str, object]:
    """What a tool's test item says was asked, before any template: its prompt or messages, where it has such a column.

    What was sent is not compared: a template around the question makes it another text by design.
    """
    names = {our: fields.get(our, our) for our in ("prompt", "messages")}
    return {our: item[name] for our, name in names.items() if isinstance(item.get(name), str | list)}


def as_text(value: object) -> object:
    """An output that the tool has parsed from JSON, as text again; any other as it is."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool | int | float) else value


def call(name: object, arguments: object, identifier: object = None) -> dict[str, object]:
    """A tool call as chat completions write it."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {"id": identifier, "type": "function", "function": {"name": name, "arguments": text}}
