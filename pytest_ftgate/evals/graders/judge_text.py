"""What a judge said, read strictly: nothing is guessed from a text that could mean something else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ...wording import listed, quoted
from ..lines import strict_json
from ..outputs import output_of

T = TypeVar("T")

_LONGEST_SAID = 100_000
_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)


@dataclass(frozen=True)
class Said(Generic[T]):
    """What a judge said: its verdict, and its reason if it gave one."""

    value: T
    reason: str


def text_of(body: Mapping[str, object]) -> str:
    """The finished text of a judge's answer.

    Raises:
        ValueError: it is none: cut off, refused, filtered; the message is a sentence.
    """
    said = output_of({"id": "", "custom_id": "", "response": {"status_code": 200, "body": body}}, "", {})
    if said.state != "answered":
        raise ValueError(f"gave no verdict ({said.state}: {said.why})")
    if len(said.text) > _LONGEST_SAID:
        raise ValueError(f"said {len(said.text):,} characters, which are no verdict")
    return said.text


def unwrapped(text: str, *keys: str) -> tuple[object, str] | None:
    """What a text says under one of the keys where it is one JSON object, fenced or not, and the reason that it gives.

    None where it is no JSON object.

    Raises:
        ValueError: it is one, and does not have one of the keys.
    """
    fenced = _FENCED.fullmatch(text.strip())
    try:
        found = strict_json(fenced[1] if fenced else text.strip())
    except ValueError:
        return None
    if not isinstance(found, Mapping):
        return None
    own = [key for key in keys if key in found]
    if len(own) != 1:
        raise ValueError(f"gave an object with {listed(map(quoted, found)) or 'nothing'} in it, not a {keys[0]}")
    return found[own[0]], _reason(found)


def labelled(text: str, words: str, value: str) -> list[str]:
    """What stands behind one of the `words`, as in `Score: 3`, on lines that hold nothing else.

    Nothing, unless the first or the last line is one of these, no JSON says the same, and each line with the same word,
    and the last, can be read: a judge may quote the answer that it judges, whose words are not its own.
    """
    begins = rf"(?im)^([ \t*_#>-]*)(?:final |overall )?({words})[ \t*_]*[:=]"
    line = rf"{begins}[ \t*_]*({value})[ \t*_.]*$"
    ends = text.strip().split("\n")
    own = [found for end in (ends[0], ends[-1]) if (found := re.search(line, end)) and ">" not in found[1]]
    if not own or re.search(rf'(?i)"(?:{words})"[ \t]*:', text):
        return []
    read = {found.start(): found for found in re.finditer(line, text)}
    used = {found[2].casefold() for found in read.values()}
    unread = [found[2].casefold() for found in re.finditer(begins, text) if found.start() not in read]
    is_open = re.search(begins, ends[-1]) and not re.search(line, ends[-1])
    return [] if is_open or used.intersection(unread) else [found[3] for found in read.values()]


def _reason(found: Mapping[str, object]) -> str:
    steps = found.get("steps")
    last = steps[-1] if isinstance(steps, list) and steps else None
    said = last.get("conclusion") if isinstance(last, Mapping) else found.get("reasoning", found.get("reason"))
    return said if isinstance(said, str) else ""
