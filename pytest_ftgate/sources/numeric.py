"""Tables of nothing but numbers, read at once: what makes a million rows cheap.

What is read here is what reading cell by cell would give, to the last bit; a table in which anything else stands is
left to that reading, which finds the mistake and words it.
"""

import io
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIGITS = "0123456789.+-eE"
"""The characters of numbers; of texts of these alone, float() reads exactly the numbers."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"([+-]?)(?:(nan|1\.#ind|1\.#qnan|1\.#snan)|inf|infinity|1\.#inf)", re.IGNORECASE)
_DELETED = DIGITS.encode()
# No line may be longer than the block in which its end is looked for; csv refuses a cell of 128 KiB.
_BLOCK = 1 << 16


def header(text: str) -> tuple[str, ...]:
    """The names in the first line, or none where that line is no plain one or could be a row of numbers."""
    end = text.find("\n", 0, _BLOCK)
    line = text[: max(end, 0)].removesuffix("\r")
    names = tuple(cell.strip() for cell in line.split(","))
    plain = not {'"', "\r"} & set(line) and any(set(name) - set(DIGITS) for name in names)
    return names if plain and len(names) > 1 else ()


def columns(text: str, width: int) -> "tuple[NDArray[np.float64], ...]":
    """The columns below the first line, NaN where a cell is blank; none unless every row is whole and all numbers."""
    first = text[: text.find("\n") + 1]
    end = "\r\n" if first.endswith("\r\n") else "\n"
    if len(text) == len(first) or not text.isascii():
        return ()
    data = _with_one_end(text, end).encode()
    # What is left without the numbers is the form of the table: as many commas in each line as there should be.
    form = data.translate(None, _DELETED).removeprefix(first.encode().translate(None, _DELETED))
    row = b"," * (width - 1) + end.encode()
    if not form or form != row * (len(form) // len(row)) or not _has_short_lines(data):
        return ()
    return _parsed(data, width)


def _with_one_end(text: str, end: str) -> str:
    """The text with one line end at its end; in a big one nothing is copied for it."""
    last = text[-4:].rstrip("\r\n")
    return text if last and text.endswith(last + end) else text.rstrip("\r\n") + end


def value(cell: str) -> float | None:
    """The number that a cell is, NaN and infinities included, or nothing where it is none."""
    if _NUMBER.fullmatch(cell):
        return float(cell)
    word = _NOT_FINITE.fullmatch(cell)
    if not word:
        return None
    return math.nan if word[2] else math.copysign(math.inf, -1.0 if word[1] == "-" else 1.0)


def _has_short_lines(data: bytes) -> bool:
    return all(data.find(b"\n", k, k + _BLOCK) >= 0 for k in range(0, len(data) - _BLOCK, _BLOCK))


def _parsed(data: bytes, width: int) -> "tuple[NDArray[np.float64], ...]":
    import pandas as pd

    # Its parser rounds as float() does since 3.1, and says that asking for it is out of use.
    exact = {} if _version(pd.__version__) >= (3, 1) else {"float_precision": "round_trip"}
    try:
        found = pd.read_csv(  # type: ignore[call-overload]
            io.BytesIO(data),
            header=0,
            names=range(width),
            index_col=False,
            dtype="float64",
            keep_default_na=False,
            na_values=[""],
            engine="c",
            **exact,
        )
    except ValueError:
        return ()
    return tuple(found[k].to_numpy() for k in range(width))


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2])
