"""Graders that compare text: exact, contains, one_of."""

from bisect import bisect_left
from collections.abc import Callable
from typing import TypeVar

from ...wording import listed
from ..prompts import Prompt
from .grade import PASS, Grade, TextGrader, miss, shown
from .normalise import normalised
from .options import Options, a_text, flag, reference, text_or_texts, texts

Fold = Callable[[str], str]
T = TypeVar("T", str, tuple[str, ...])


def exact(options: Options) -> TextGrader:
    """The answer is the target."""
    fold = comparing(options)
    wanted = reference("exact", options, "target", sayable(fold, a_text))

    def grader(answer: str, prompt: Prompt) -> Grade:
        target = wanted(prompt)
        if answer == target:
            return PASS
        folded = fold(answer)
        if folded == fold(target):
            return PASS
        came = f"wanted {shown(target)}, got {shown(answer)}{_divergence(target, answer)}"
        return miss(came + _hint(lambda f: f(folded) == f(fold(target))))

    return grader


def contains(options: Options) -> TextGrader:
    """The answer contains the target, or every text of a list of them."""
    fold = comparing(options)
    wanted = reference("contains", options, "target", sayable(fold, text_or_texts))

    def grader(answer: str, prompt: Prompt) -> Grade:
        targets, folded = wanted(prompt), fold(answer)
        lacking = [target for target in targets if fold(target) not in folded]
        if not lacking:
            return PASS
        came = f"wanted {listed(map(shown, lacking))} in it, got {shown(answer)}"
        return miss(came + _hint(lambda f: all(f(fold(t)) in f(folded) for t in lacking)))

    return grader


def one_of(options: Options) -> TextGrader:
    """The answer is one of some texts."""
    fold = comparing(options)
    wanted = reference("one_of", options, "values", sayable(fold, texts))

    def grader(answer: str, prompt: Prompt) -> Grade:
        values, folded = wanted(prompt), fold(answer)
        if any(fold(value) == folded for value in values):
            return PASS
        came = f"wanted one of {listed(map(shown, values))}, got {shown(answer)}"
        return miss(came + _hint(lambda f: any(f(fold(v)) == f(folded) for v in values)))

    return grader


def comparing(options: Options) -> Fold:
    """What is done to texts before they are compared: the steps of `normalise`, and then what `folding` does."""
    before, fold = normalised(options), folding(options)
    return (lambda text: fold(before(text))) if "normalise" in options else fold


def sayable(fold: Fold, parse: Callable[[object], T]) -> Callable[[object], T]:
    """`parse`, which also refuses what nothing is left of once it is folded: every blank answer would be equal."""
    if fold is _same:
        return parse

    def parsed(value: object) -> T:
        found = parse(value)
        if isinstance(found, str) and fold(found).strip():
            return found
        blank = next((one for one in ([found] if isinstance(found, str) else found) if not fold(one).strip()), None)
        if blank is not None:
            raise ValueError(f"is {shown(blank)}, of which nothing is left once it is normalised")
        return found

    return parsed


def folding(options: Options) -> Fold:
    """What is done to texts before they are compared, by `ignore_case` and `ignore_whitespace`.

    Raises:
        ValueError: one of them is neither true nor false.
    """
    return _FOLDS[flag(options, "ignore_case"), flag(options, "ignore_whitespace")]


def _same(text: str) -> str:
    return text


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _folded(text: str) -> str:
    return _squeezed(text.casefold())


_FOLDS: dict[tuple[bool, bool], Fold] = {
    (False, False): _same,
    (True, False): str.casefold,
    (False, True): _squeezed,
    (True, True): _folded,
}

_HINTS: tuple[tuple[str, Fold, str], ...] = (
    ("case", str.casefold, "ignore_case: true"),
    ("white space", _squeezed, "ignore_whitespace: true"),
    ("case and white space", _folded, "ignore_case: true and ignore_whitespace: true"),
)


def _hint(matches: Callable[[Fold], bool]) -> str:
    """Which option would have accepted a miss."""
    found = next(((what, option) for what, fold, option in _HINTS if matches(fold)), None)
    return f" (equal but for {found[0]}: {found[1]} would accept it)" if found else ""


def _divergence(target: str, answer: str) -> str:
    """Where two texts part that look the same once they are cut."""
    if shown(target) != shown(answer):
        return ""
    # By halves, because a character at a time takes long for the many misses of a large eval.
    places = range(1, min(len(target), len(answer)) + 1)
    place = bisect_left(places, True, key=lambda n: target[:n] != answer[:n]) + 1
    return f" (they differ from character {place:,} on)"
