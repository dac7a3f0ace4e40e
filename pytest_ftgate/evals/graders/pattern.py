"""The regex grader, and time-limited matching for everything that runs a pattern over a model's text."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ..prompts import Prompt
from .grade import PASS, Grade, TextGrader, cannot, miss, shown
from .options import Options, a_text, flag, reference
from .text import folding

if TYPE_CHECKING:
    import regex

TIME_LIMIT = 2.0
"""Seconds that one search may take: patterns that explode on hostile text are stopped here."""

_LONGEST = 10_000
_SHORT = 4_000
"""Characters that a plain pattern may go over as often as there are of them."""
_PLAIN = re.compile(r"[^{*+?]*(?:(?<!\()[*+?][^{*+?]*)?")
_MAY_CONSTRAIN = ("^", "$", "\\", "(?")
"""Without one of these, a pattern that finds nothing at all finds it everywhere."""
_MAY_FORBID = ("(?!", "(?<!", "(?(", "(*", "[^", "\\P", "{", "--", "&&", "~~")
"""With one of these, a pattern may be missing where something rare, or very much, is."""
_PROBES = ("", "a", "5", f"{''.join(map(chr, range(1, 128)))}\u00e9\u6f22 5.\nb!\t")
"""Texts that have little in common: what is found in all of them is found in every text."""


def search(options: Options) -> TextGrader:
    """The pattern is found in the answer."""
    ignore_case = flag(options, "ignore_case")
    fold = folding({**options, "ignore_case": False})
    wanted = reference("regex", options, "pattern", lambda value: compiled(value, ignore_case=ignore_case))

    def grader(answer: str, prompt: Prompt) -> Grade:
        pattern, text = wanted(prompt), fold(answer)
        try:
            if found(pattern, text):
                return PASS
        except TimeoutError:
            raise cannot(prompt, "regex", overdue(pattern.pattern, answer)) from None
        return miss(f"{shown(pattern.pattern)} is not found in {shown(answer)}{_hint(pattern, text)}")

    return grader


def compiled(value: object, *, ignore_case: bool = False) -> "regex.Pattern[str]":
    """A regular expression, ready to use.

    Raises:
        ValueError: it is none, or it is one that every text matches.
    """
    import regex

    text = a_text(value)
    if len(text) > _LONGEST:
        raise ValueError(f"has {len(text):,} characters, more than the {_LONGEST:,} that a pattern may have")
    try:
        pattern = regex.compile(text, regex.IGNORECASE if ignore_case else 0)
    except regex.error as e:
        raise ValueError(f"{shown(text)} is not a regular expression: {e}") from None
    except (RecursionError, OverflowError, MemoryError):
        raise ValueError(f"{shown(text)} is too deep or too large a regular expression") from None
    if _is_everywhere(pattern):
        raise ValueError(f"{shown(text)} is found in every text, so nothing could miss it")
    return pattern


def _is_everywhere(pattern: "regex.Pattern[str]") -> bool:
    if not any(mark in pattern.pattern for mark in _MAY_CONSTRAIN):
        return found(pattern, "")
    if any(mark in pattern.pattern for mark in _MAY_FORBID):
        return False
    try:
        return all(found(pattern, probe) for probe in _PROBES)
    except TimeoutError:
        return False


def found(pattern: "regex.Pattern[str]", text: str) -> bool:
    """Whether `text` holds a match.

    Raises:
        TimeoutError: the search took longer than the limit.
    """
    if len(text) <= _SHORT and _is_plain(pattern.pattern):
        return pattern.search(text) is not None
    return pattern.search(text, timeout=TIME_LIMIT) is not None


@lru_cache(maxsize=1024)
def _is_plain(pattern: str) -> bool:
    """Whether a search looks at each place of the text once for each beginning: at most one thing is repeated.

    A clock beside the search takes longer than the search of a short text.
    """
    return _PLAIN.fullmatch(pattern) is not None


def overdue(pattern: str, text: str) -> str:
    """Says that a search was stopped."""
    return (
        f"the pattern {shown(pattern)} took more than {TIME_LIMIT:g} s on an answer of {len(text):,} characters; "
        "write it without nested repetition"
    )


def _hint(pattern: "regex.Pattern[str]", answer: str) -> str:
    import regex

    try:
        if not found(regex.compile(pattern.pattern, regex.IGNORECASE), answer):
            return ""
    except TimeoutError:
        return ""
    return " (it is but for case: ignore_case: true would accept it)"
