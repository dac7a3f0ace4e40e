"""Texts that are the same, the same but for case and punctuation, or nearly the same."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

RUN = 5
"""Words in a run: what two texts have in common is counted in runs of words."""

ENOUGH = 0.8
"""The share of a text's runs that makes another one nearly hold it."""

_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
"""A word, or one character of a script that sets no blanks between words."""


def words(text: str) -> list[str]:
    """The words of a text, whatever their case and form and what stands between them."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def runs(found: Sequence[str]) -> set[str]:
    """The runs of `RUN` words; none of a shorter text."""
    return {" ".join(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}


def repeats(keys: Iterable[Hashable]) -> Iterator[tuple[int, int]]:
    """Positions of keys that were there before, each with the first one's."""
    first: dict[Hashable, int] = {}
    for i, key in enumerate(keys):
        at = first.setdefault(key, i)
        if at != i:
            yield i, at


class Near:
    """An index of texts, asked which of them another text holds nearly.

    Exact, and still small: a text that shares `ENOUGH` of the runs of one here shares at least one of any
    `1 + n - ENOUGH n` of them, so only that many are indexed, the rarest ones (prefix filtering: Chaudhuri, Ganti and
    Kaushik, A primitive operator for similarity joins in data cleaning, ICDE 2006).
    """

    def __init__(self, texts: Mapping[int, Sequence[str]]) -> None:
        self._runs = {key: found for key, text in texts.items() if (found := runs(text))}
        counts = Counter(run for found in self._runs.values() for run in found)
        self._index: dict[str, list[int]] = {}
        for key, found in self._runs.items():
            for run in sorted(found, key=lambda run: (counts[run], run))[: 1 + len(found) - _wanted(found)]:
                self._index.setdefault(run, []).append(key)

    def held_by(self, text: Sequence[str]) -> Iterator[tuple[int, float]]:
        """The texts of which `text` has enough runs, each with the share, 0..1."""
        theirs = runs(text)
        for key in {key for run in theirs & self._index.keys() for key in self._index[run]}:
            mine = self._runs[key]
            common = len(mine & theirs)
            if common >= _wanted(mine):
                yield key, common / len(mine)


def _wanted(found: set[str]) -> int:
    # A hair less, or 0.8 of 5 runs would be 5 by rounding.
    return math.ceil(ENOUGH * len(found) - 1e-9)
