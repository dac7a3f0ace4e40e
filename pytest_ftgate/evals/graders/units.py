"""Units beside numbers: whether a number in a text bears the unit that is wanted."""

import re
import unicodedata
from collections.abc import Callable

from .options import text_or_texts

Bears = Callable[[str, int, int], bool]
"""Whether the number between two places of a text bears the unit."""

_REACH = 60
_MAY_LEAD = re.compile(r"[A-Z]{3}")


def bearing(value: object) -> Bears:
    """Tells numbers that bear the unit, or one of its names, from those that do not.

    A unit stands behind its number; signs of currencies and their three-letter codes may stand before it. Nothing is
    converted, and case counts: mW is not MW.

    Raises:
        ValueError: `value` is neither a text nor a list of texts.
    """
    names = tuple(map(_composed, text_or_texts(value)))
    behind = re.compile(rf"[\s-]?(?:{_any(names)})(?![\w/^*·⁄]|[.][0-9])", re.NOFLAG)
    leading = tuple(name for name in names if _may_lead(name))
    before = re.compile(rf"(?:^|[^\w\s]|\s)(?<![0-9])(?<![0-9]\s)(?:{_any(leading)})\s?[-+]?\Z")

    def bears(text: str, start: int, end: int) -> bool:
        if behind.match(_composed(text[end : end + _REACH])):
            return True
        head = _composed(text[max(0, start - _REACH) : start])
        if any(name in text[start:end] for name in leading):
            return True
        return any(name in head for name in leading) and before.search(head) is not None

    return bears


def _any(names: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))


def _may_lead(name: str) -> bool:
    return bool(_MAY_LEAD.fullmatch(name)) or (len(name) == 1 and unicodedata.category(name) == "Sc")


def _composed(text: str) -> str:
    # So that the micro sign and the Greek letter, or °C and its one-character form, are the same unit.
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
