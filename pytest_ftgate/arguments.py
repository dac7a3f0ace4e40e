"""Values of the command line that more than one command takes."""

import re
from argparse import ArgumentTypeError

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
# Compiled when first used: every pytest run imports this module.
_AGE = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smhd]?)"
_SHA256 = "[0-9a-fA-F]{64}"


def age(text: str) -> float:
    """A span of time in seconds, more than 0, from seconds or a number with `s`, `m`, `h` or `d`.

    Raises:
        ArgumentTypeError: it is none.
    """
    found = re.fullmatch(_AGE, text)
    value = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if not value:
        raise ArgumentTypeError(f"{text!a} is not an age: write seconds, or 30m, 12h, 7d")
    return value


def at_least_1(text: str) -> int:
    """A whole number of at least 1.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not re.fullmatch("0*[1-9][0-9]{0,8}", text):
        raise ArgumentTypeError(f"{text[:80]!a} is not a whole number of at least 1")
    return int(text)


def sha256(text: str) -> str:
    """A SHA-256 digest in lower-case hex.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not re.fullmatch(_SHA256, text):
        raise ArgumentTypeError(f"{text[:80]!a} is not a sha256: 64 hex digits, as `ftgate policy SPEC` prints them")
    return text.lower()
