"""How a spec's gates differ from those of an earlier verdict: which were added, removed, loosened, tightened."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..wording import plain
from .rules import Rule, amount

Gates = Mapping[str, Rule]
"""Gates by name, each as its spec writes it."""

_ORDERED: Mapping[str, int] = {
    "min": 1,
    "max": -1,
    "warn": 0,
    "min_n": 1,
    "confidence": 1,
    "atol": -1,
    "rtol": -1,
    "max_rise": -1,
    "max_drop": -1,
    "min_rise": 1,
    "min_drop": 1,
}
"""Keys with amounts: 1 where more asks for more, -1 where more admits more, 0 where it depends on the key beside it."""

_EXCUSES: Mapping[str, Sequence[Any]] = {"severity": ("block", "warn"), "if_missing": ("block", "warn")}
"""Keys with words, from the strictest to the loosest, which is what the first of them is by itself."""


def changes(before: Gates, now: Gates) -> list[dict[str, str]]:
    """The gates that differ, as plain JSON: `gate`, `change`, and what the spec said and says of it.

    `change` is `added`, `removed`, `loosened` (what passed before still does, and more), `tightened`, or `changed`
    where neither can be told from the other.
    """
    return [*_removed(before, now), *_others(before, now)]


def told(change: Mapping[str, str]) -> str:
    """A change in one line."""
    was, now = plain(change["before"]), plain(change["now"])
    said = {"added": f"{now}", "removed": f"it was {was}"}.get(change["change"], f"{was} is now {now}")
    return f"{plain(change['gate'])} {change['change']}: {said}"


def written(rule: Rule) -> str:
    """A rule as one line of YAML would have it."""
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in rule.items()) + "}"


def _removed(before: Gates, now: Gates) -> Iterator[dict[str, str]]:
    for name in before.keys() - now.keys():
        yield _change(name, "removed", written(before[name]), "")


def _others(before: Gates, now: Gates) -> Iterator[dict[str, str]]:
    for name, rule in now.items():
        if name not in before:
            yield _change(name, "added", "", written(rule))
        elif _told(before[name]) != _told(rule):
            yield _change(name, _direction(before[name], rule), written(before[name]), written(rule))


def _change(gate: str, change: str, before: str, now: str) -> dict[str, str]:
    return {"gate": gate, "change": change, "before": before, "now": now}


def _told(rule: Rule) -> Rule:
    """A rule without what does not decide."""
    return {key: value for key, value in rule.items() if key != "tags"}


def _direction(before: Rule, now: Rule) -> str:
    """Which way a rule moved; a baseline's limits are compared like those beside it."""
    was, new = _flat(before), _flat(now)
    moved = [key for key in {*was, *new} if was.get(key) != new.get(key)]
    signs = {_moved(key, was, new) for key in moved}
    return {frozenset({1}): "tightened", frozenset({-1}): "loosened"}.get(frozenset(signs), "changed")


def _flat(rule: Rule) -> Rule:
    limits = rule.get("baseline", {})
    return {**_told(rule), **limits, "baseline": None} if isinstance(limits, Mapping) else _told(rule)


def _moved(key: str, was: Rule, now: Rule) -> int:
    """1 where what the key says asks for more than before, -1 where for less, 0 where that cannot be told."""
    for kinds, compare in _COMPARED:
        if key in kinds:
            return compare(key, was, now)
    return 0


def _by_amount(key: str, was: Rule, now: Rule) -> int:
    sign = _ORDERED[key] or _beside(now)
    if key not in was or key not in now:
        # A bound that comes asks for more, one that goes for less. Around `near` it is another question.
        return 0 if key in ("atol", "rtol") else (1 if key in now else -1)
    try:
        old, new = amount(was[key]), amount(now[key])
    except (ArithmeticError, ValueError, TypeError):
        return 0
    return 0 if old == new or isinstance(was[key], str) != isinstance(now[key], str) else (sign if new > old else -sign)


def _beside(rule: Rule) -> int:
    """The sign of `warn`, which is that of the bound it stands beside."""
    return _ORDERED["min"] if "min" in rule else _ORDERED["max"]


def _by_word(key: str, was: Rule, now: Rule) -> int:
    words = _EXCUSES[key]
    old, new = was.get(key, words[0]), now.get(key, words[0])
    if old not in words or new not in words:
        return 0
    return 1 if words.index(new) < words.index(old) else -1


def _by_values(_key: str, was: Rule, now: Rule) -> int:
    old, new = _values(was), _values(now)
    if not old or not new:
        return 0
    return 1 if new < old else -1 if new > old else 0


def _values(rule: Rule) -> set[str]:
    found = [rule["equals"]] if "equals" in rule else rule.get("in", ())
    return {repr(value) for value in found} if isinstance(found, list | tuple) else set()


_COMPARED: Sequence[tuple[Any, Callable[[str, Rule, Rule], int]]] = (
    (_ORDERED, _by_amount),
    (_EXCUSES, _by_word),
    (("equals", "in"), _by_values),
)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return written(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
