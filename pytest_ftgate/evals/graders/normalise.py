"""Normalisation of texts before they are compared: steps that depend on no language, and articles, which do."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from ...wording import listed, quoted, suggestion
from .options import Options, choice, texts

Step = Callable[[str], str]

_STRAIGHT = str.maketrans("\u2018\u2019\u201a\u201b\u02bc\u201c\u201d\u201e\u201f", "'''''\"\"\"\"")

_ARTICLES: Mapping[str, str] = {
    "en": r"\b(?:a|an|the)\b",
    "de": r"\b(?:der|die|das|den|dem|des|ein|eine|einen|einem|einer|eines)\b",
    "fr": r"\b(?:le|la|les|un|une|des|du)\b|\bl['\u2019]",
    "es": r"\b(?:el|la|los|las|un|una|unos|unas)\b",
    "it": r"\b(?:il|lo|la|i|gli|le|un|uno|una)\b|\b(?:l|un)['\u2019]",
}
"""The articles of a language, as whole words."""

_SIGNS = "-\u2010\u2011\u2012\u2013"
_MARKS = f"{_SIGNS}.,:/'"
_SHARES = "%\u2030"
_LOOSE = re.compile(
    rf"[{re.escape(_SIGNS)}](?![$\u20ac\u00a3\u00a5]?\.?[0-9])|[.,:/'](?![0-9])|(?<![0-9])(?<![0-9]\s)[{_SHARES}]+"
)
"""What is punctuation unless it belongs to a number: -3, -$3, -.3, 2.5, 1,000, 9:30 and 5 % are others without."""


class _Punctuation(dict[int, int | None]):
    """A table for `str.translate` that takes out all other punctuation."""

    def __missing__(self, code: int) -> int | None:
        drops = unicodedata.category(chr(code))[0] == "P" and chr(code) not in _MARKS + _SHARES
        return self.setdefault(code, None if drops else code)


def normalised(options: Options) -> Step:
    """What the options `normalise` (a list of steps) and `articles` (a language) do to a text; nothing without them.

    The steps run in the order of the table, in whatever order they are written.

    Raises:
        ValueError: there is no such step or language, or a language is named without the step that uses it.
    """
    named = texts(options["normalise"]) if "normalise" in options else ()
    for name in named:
        if name not in _STEPS:
            raise ValueError(
                f"normalise has no step {quoted(name)}{suggestion(name, _STEPS)}; {listed(_STEPS)} are possible"
            )
    if "articles" in options and "articles" not in named:
        raise ValueError("articles names a language, but normalise does not hold the step articles")
    return _run([make(options) for name, make in _STEPS.items() if name in named])


def _run(steps: list[Step]) -> Step:
    def fold(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return fold


def _unicode(_: Options) -> Step:
    return lambda text: unicodedata.normalize("NFKC", text).translate(_STRAIGHT)


def _case(_: Options) -> Step:
    return str.casefold


def _articles(options: Options) -> Step:
    pattern = re.compile(_ARTICLES[choice(options, "articles", tuple(_ARTICLES))], re.IGNORECASE)
    return lambda text: pattern.sub(" ", text)


def _punctuation(_: Options) -> Step:
    table = _Punctuation()
    return lambda text: _LOOSE.sub("", text.translate(table))


def _whitespace(_: Options) -> Step:
    return lambda text: " ".join(text.split())


_STEPS: Mapping[str, Callable[[Options], Step]] = {
    "unicode": _unicode,
    "case": _case,
    "articles": _articles,
    "punctuation": _punctuation,
    "whitespace": _whitespace,
}
