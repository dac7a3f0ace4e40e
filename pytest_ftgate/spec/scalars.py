"""Plain YAML scalars: what every reader takes for the same value, and nothing else.

YAML 1.1 reads much as something other than it looks like: `no`, `010`, `1:30`, `2026-11-20`.
"""

import math
import re

_LONGEST_NUMBER = 100
_NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]+)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_WORD = "to some YAML readers and text to others: quote it if it is text"
_DIGITS = "to some YAML readers: write a plain decimal number, or quote it if it is text"
_AMBIGUOUS = (
    (r"y|n|yes|no|on|off|true|false|null", f"is a truth value or null {_WORD}"),
    (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([t ].*)?", f"is a date {_WORD}"),
    (r"[-+]?0[0-9_]+(\.[0-9_]*)?", f"is octal {_DIGITS}"),
    (r"[-+]?0[xob][0-9a-f_]+", f"is a number in another base {_DIGITS}"),
    (r"[-+]?(?=[0-9.]+_)[0-9_]*\.?[0-9_]*(e[-+]?[0-9]+)?", f"is a number with underscores {_DIGITS}"),
    (r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?", f"is a number in base 60 {_DIGITS}"),
    (r"[-+]?[0-9]+\.(e[-+]?[0-9]+)?", f"is a number {_DIGITS}"),
    (r"[-+]?\.(inf|nan)", "is not a finite number"),
)


def scalar(text: str) -> str | int | float | bool | None:
    """The value of a scalar that is not in quotes.

    Raises:
        ValueError: YAML readers disagree about it, or it is a number that a float cannot hold; a sentence.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return _number(text)
    # What is longer is no number in any YAML, and is not worth a search.
    looks = _AMBIGUOUS if len(text) <= _LONGEST_NUMBER else ()
    for pattern, why in looks:
        if re.fullmatch(pattern, text, re.IGNORECASE):
            raise ValueError(f"{text} {why}")
    return text


def _number(text: str) -> int | float:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"{text[:10]}… is a number of {len(text):,} digits: quote it if it is text")
    value = float(text)
    vanished = value == 0 and re.search("[1-9]", re.split("[eE]", text)[0])
    if vanished or not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number that can be told from 0")
    return value if set(text) & set(".eE") else int(text)
