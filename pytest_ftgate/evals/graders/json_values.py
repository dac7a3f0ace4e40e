"""Comparing JSON values: numbers by value, keys in any order, and where two of them first differ."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...wording import counted
from ..lines import strict_json
from ..prompts import described
from .grade import shown
from .pairing import unpaired
from .paths import Path, written_path

_MOST_PAIRS = 100_000
"""Pairs of items of two lists that are compared; more are a miss, because they take minutes."""


@dataclass(frozen=True)
class Rule:
    """What counts as equal.

    Attributes:
        subset: objects may have further keys; lists too may have further items where their order does not count.
        unordered: the order of a list's items does not count, but their number does.
    """

    subset: bool = False
    unordered: bool = False


def a_json(value: object) -> object:
    """A JSON value; a text that is JSON is what it says, because CSV has no other way to write one.

    Raises:
        ValueError: it is none, or a text that begins like JSON and is not.
    """
    if isinstance(value, str):
        return _of_text(value)
    if value is None:
        raise ValueError("is null; a JSON value is wanted")
    try:
        return strict_json(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        raise ValueError("is not JSON: it holds a date, NaN or the like, or has no end") from None


def difference(wanted: object, got: object, rule: Rule, path: Path = ()) -> str:
    """The first path where `got` is not what is wanted, with both in words; empty if there is none."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return next(_of_objects(wanted, got, rule, path), "")
    if isinstance(wanted, list) and isinstance(got, list):
        return next((_of_bags if rule.unordered else _of_lists)(wanted, got, rule, path), "")
    return "" if _same(wanted, got) else f"at {written_path(path)}: wanted {in_words(wanted)}, got {in_words(got)}"


def canonical(value: object, *, unordered: bool = False) -> str:
    """A text that two JSON values share if and only if they are equal."""
    if isinstance(value, Mapping):
        parts = (f"{json.dumps(k)}:{canonical(v, unordered=unordered)}" for k, v in sorted(value.items()))
        return f"{{{','.join(parts)}}}"
    if isinstance(value, list):
        items = [canonical(item, unordered=unordered) for item in value]
        return f"[{','.join(sorted(items) if unordered else items)}]"
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)


def in_words(value: object) -> str:
    """A JSON value for messages: `'a'`, `5`, `an object`."""
    if isinstance(value, str):
        return shown(value)
    return "an object" if isinstance(value, Mapping) else described(value).removeprefix("the number ")


def _of_text(text: str) -> object:
    try:
        return strict_json(text)
    except ValueError as e:
        if not text.strip() or text.lstrip()[0] in '{["':
            raise ValueError(f"is {described(text)}, {e}") from None
        return text


def _same(wanted: object, got: object) -> bool:
    return isinstance(wanted, bool) == isinstance(got, bool) and wanted == got


def _of_objects(wanted: Mapping[str, object], got: Mapping[str, object], rule: Rule, path: Path) -> Iterator[str]:
    for key, value in wanted.items():
        if key not in got:
            yield f"at {written_path((*path, key))}: wanted {in_words(value)}, but there is no such key"
        elif found := difference(value, got[key], rule, (*path, key)):
            yield found
    surplus = () if rule.subset else (key for key in got if key not in wanted)
    for key in surplus:
        yield f"at {written_path((*path, key))}: got {in_words(got[key])}, but no such key is wanted"


def _of_lists(wanted: list[object], got: list[object], rule: Rule, path: Path) -> Iterator[str]:
    for i, (one, other) in enumerate(zip(wanted, got, strict=False)):
        if found := difference(one, other, rule, (*path, i)):
            yield found
    if len(wanted) != len(got):
        yield f"at {written_path(path)}: wanted {counted(len(wanted), 'item')}, got {len(got):,}"


def _of_bags(wanted: list[object], got: list[object], rule: Rule, path: Path) -> Iterator[str]:
    place = written_path(path)
    lacking = _lacking_part(wanted, got, rule) if rule.subset else _lacking(wanted, got)
    if lacking is not None:
        yield f"at {place}: {in_words(wanted[lacking])}, item {lacking} of what is wanted, is not among the items"
    if not rule.subset and len(wanted) != len(got):
        yield f"at {place}: wanted {counted(len(wanted), 'item')}, got {len(got):,}"


def _lacking(wanted: list[object], got: list[object]) -> int | None:
    there = Counter(canonical(item, unordered=True) for item in got)
    for i, item in enumerate(wanted):
        key = canonical(item, unordered=True)
        if not there[key]:
            return i
        there[key] -= 1
    return None


def _lacking_part(wanted: list[object], got: list[object], rule: Rule) -> int | None:
    if len(wanted) * len(got) > _MOST_PAIRS:
        raise ValueError(f"{len(got):,} items, too many to be compared in any order")
    fitting = [[i for i, item in enumerate(got) if not difference(one, item, rule)] for one in wanted]
    return unpaired(fitting)
