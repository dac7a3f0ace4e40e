"""The forbidden grader: nothing of what is listed is in the answer."""

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...wording import listed, suggestion
from ..prompts import Prompt
from .grade import PASS, Grade, TextGrader, cannot, miss, shown
from .options import Options, flag, text_or_texts
from .pattern import TIME_LIMIT, compiled, overdue
from .personal import FORMS, found_in

if TYPE_CHECKING:
    import regex

LONGEST = 100_000
"""Characters of an answer that are searched for personal data."""

Search = Callable[[str], str]
"""Says what of the forbidden a text holds, masked; nothing if there is none; raises TimeoutError with a sentence."""


def forbidden(options: Options) -> TextGrader:
    """No pattern is found in the answer, and no personal data of the named sets."""
    searches = [*_patterns(options), *_sets(options)]
    if not searches:
        raise ValueError("it needs patterns, sets or both")

    def grader(answer: str, prompt: Prompt) -> Grade:
        try:
            found = next((said for search in searches if (said := search(answer))), "")
        except TimeoutError as e:
            raise cannot(prompt, "forbidden", str(e)) from None
        return miss(f"it holds {found}") if found else PASS

    return grader


def masked(secret: str) -> str:
    """Enough of something secret to find it, and not enough to use it: at most two characters, and how many it has."""
    head = secret[: min(2, len(secret) // 4)]
    return f"{shown(head + '…')} of {len(secret):,} characters"


def _patterns(options: Options) -> list[Search]:
    ignore_case = flag(options, "ignore_case")
    try:
        said = text_or_texts(options["patterns"]) if "patterns" in options else ()
        return [_by_pattern(compiled(pattern, ignore_case=ignore_case)) for pattern in said]
    except ValueError as e:
        raise ValueError(f"patterns {e}") from None


def _by_pattern(pattern: "regex.Pattern[str]") -> Search:
    def search(text: str) -> str:
        try:
            match = pattern.search(text, timeout=TIME_LIMIT)
        except TimeoutError:
            raise TimeoutError(overdue(pattern.pattern, text)) from None
        return f"a match of {shown(pattern.pattern)} {_placed(match[0], match.start())}" if match else ""

    return search


def _sets(options: Options) -> list[Search]:
    try:
        names = text_or_texts(options["sets"]) if "sets" in options else ()
    except ValueError as e:
        raise ValueError(f"sets {e}") from None
    for name in names:
        if name not in FORMS:
            raise ValueError(f"sets has no {shown(name)}{suggestion(name, FORMS)}; {listed(FORMS, most=20)} are known")
    return [_by_form(name) for name in names]


def _by_form(name: str) -> Search:
    import regex

    form = FORMS[name]
    pattern, invisible, dash = map(regex.compile, (form.pattern, r"\p{Cf}+", r"[\p{Pd}\u2212]"))

    def search(text: str) -> str:
        if len(text) > LONGEST:
            return f"{len(text):,} characters, more than the {LONGEST:,} that are searched for {form.noun}"
        # What people read as an address is one, also in full-width letters, with soft hyphens or a typographer's.
        plain = dash.sub("-", invisible.sub("", unicodedata.normalize("NFKC", text)))
        try:
            for match in pattern.finditer(plain, overlapped=True, timeout=TIME_LIMIT):
                if span := found_in(match, form):
                    return f"{form.noun} {_placed(plain[slice(*span)], span[0])}"
        except TimeoutError:
            raise TimeoutError(f"the search for {form.noun} took more than {TIME_LIMIT:g} s") from None
        return ""

    return search


def _placed(secret: str, start: int) -> str:
    return f"({masked(secret)}) from character {start + 1:,} on"
