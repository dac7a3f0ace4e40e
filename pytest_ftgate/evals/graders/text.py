"""Graders that compare text: exact, contains, one_of."""

from collections.abc import Callable

from ...wording import listed
from ..prompts import Prompt
from .grade import PASS, Grade, TextGrader, miss, shown
from .options import Options, a_text, flag, reference, text_or_texts, texts

Fold = Callable[[str], str]


def exact(options: Options) -> TextGrader:
    """The answer is the target."""
    fold = folding(options)
    wanted = reference("exact", options, "target", a_text)

    def grader(answer: str, prompt: Prompt) -> Grade:
        target = wanted(prompt)
        if fold(answer) == fold(target):
            return PASS
        came = f"wanted {shown(target)}, got {shown(answer)}{_divergence(target, answer)}"
        return miss(came + _hint(lambda f: f(fold(answer)) == f(fold(target))))

    return grader


def contains(options: Options) -> TextGrader:
    """The answer contains the target, or every text of a list of them."""
    fold = folding(options)
    wanted = reference("contains", options, "target", text_or_texts)

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
    fold = folding(options)
    wanted = reference("one_of", options, "values", texts)

    def grader(answer: str, prompt: Prompt) -> Grade:
        values, folded = wanted(prompt), fold(answer)
        if any(fold(value) == folded for value in values):
            return PASS
        came = f"wanted one of {listed(map(shown, values))}, got {shown(answer)}"
        return miss(came + _hint(lambda f: any(f(fold(v)) == f(folded) for v in values)))

    return grader


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
    pairs = enumerate(zip(target, answer, strict=False), 1)
    place = next((i for i, (a, b) in pairs if a != b), min(len(target), len(answer)) + 1)
    return f" (they differ from character {place:,} on)"
