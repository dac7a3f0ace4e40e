"""What differs between what was wanted and what was answered, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_WORDS = 400


@dataclass(frozen=True)
class Piece:
    """A part of a text, and whether the other text lacks it."""

    text: str
    differs: bool


def differences(wanted: str, got: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; texts of more than 400 words are not compared, as that would take long."""
    first, second = _WORDS.findall(wanted), _WORDS.findall(got)
    if len(first) > _MOST_WORDS or len(second) > _MOST_WORDS:
        return [Piece(wanted, False)], [Piece(got, False)]
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return (
        list(_pieces(first, [(block.a, block.size) for block in blocks])),
        list(_pieces(second, [(block.b, block.size) for block in blocks])),
    )


def _pieces(words: Sequence[str], same: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    done = 0
    for start, size in same:
        if start > done:
            yield Piece("".join(words[done:start]), True)
        if size:
            yield Piece("".join(words[start : start + size]), False)
        done = start + size
