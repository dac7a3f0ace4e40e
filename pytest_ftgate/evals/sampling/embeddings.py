"""Embeddings as an API gives them: the vector of one text."""

import base64
import binascii
import math
import sys
from array import array
from collections.abc import Mapping, Sequence

from .answer import by_another, checked
from .faults import BrokenError, Fault
from .request import Target

_MOST = 100_000


def read_embedding(
    content: bytes, secret: str, target: Target, served_as: tuple[str, ...]
) -> tuple[Mapping[str, object], Fault | None]:
    """The answer that holds the embedding of one text, and what is wrong with who gave it.

    Raises:
        BrokenError: it holds none.
        LeakedKeyError: it holds the key.
    """
    answer = checked(content, secret)
    try:
        vector(answer)
    except ValueError as e:
        raise BrokenError(str(e)) from None
    name = answer.get("model")
    return answer, by_another(name if isinstance(name, str) else "", target, served_as)


def vector(answer: Mapping[str, object]) -> Sequence[float]:
    """The one embedding of an answer: numbers, or, as the SDK asks for it, 32-bit floats in base 64.

    Raises:
        ValueError: it is none, or its length is 0 or not finite; the message is a sentence.
    """
    data = answer.get("data")
    one = data[0] if isinstance(data, list) and len(data) == 1 else None
    said = one.get("embedding") if isinstance(one, Mapping) else None
    found = _unpacked(said) if isinstance(said, str) else said
    if not isinstance(found, Sequence) or not 0 < len(found) <= _MOST or not all(map(_is_number, found)):
        raise ValueError("the answer holds no embedding of one text")
    if not 0 < math.hypot(*found) < math.inf:
        raise ValueError("the embedding has no length, or none that is finite")
    return found


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of the angle between two vectors of the same space, -1..1.

    Raises:
        ValueError: they are of different spaces, or of one in which all texts are alike.
    """
    if len(one) != len(other):
        raise ValueError(f"the embeddings have {len(one):,} and {len(other):,} numbers")
    if len(one) == 1:
        raise ValueError("the embeddings have 1 number, in which every two texts are alike")
    # Each by its own length first: the product of two small lengths may be 0.
    lengths = math.hypot(*one), math.hypot(*other)
    dot = math.fsum((a / lengths[0]) * (b / lengths[1]) for a, b in zip(one, other, strict=True))
    return min(1.0, max(-1.0, dot))


def _unpacked(text: str) -> Sequence[float]:
    try:
        found = array("f", base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return ()
    if sys.byteorder == "big":
        found.byteswap()
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and -1e30 < value < 1e30
