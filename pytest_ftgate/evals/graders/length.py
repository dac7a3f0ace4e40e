"""The length grader: how many characters, words or lines an answer has."""

from collections.abc import Callable, Mapping

from ...wording import counted
from ..prompts import Prompt, described
from .grade import PASS, Grade, TextGrader, miss
from .options import Options, choice


def length(options: Options) -> TextGrader:
    """The answer is not shorter than `min` and not longer than `max`, both inclusive."""
    unit = choice(options, "of", tuple(_COUNTS))
    count, least, most = _COUNTS[unit], _bound(options, "min"), _bound(options, "max")
    if least is None and most is None:
        raise ValueError("it needs max, min or both")
    if least is not None and most is not None and least > most:
        raise ValueError(f"min {least:,} is more than max {most:,}, so nothing could pass")

    def grader(answer: str, _: Prompt) -> Grade:
        found = count(answer)
        had = counted(found, unit.removesuffix("s"))
        if least is not None and found < least:
            return miss(f"{had}, fewer than the {least:,} that are wanted")
        return miss(f"{had}, more than the {most:,} that are wanted") if most is not None and found > most else PASS

    return grader


def _bound(options: Options, name: str) -> int | None:
    value = options.get(name)
    if value is None and name not in options:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {described(value)}; a whole number from 1 on is wanted")
    return value


_COUNTS: Mapping[str, Callable[[str], int]] = {
    "characters": len,
    "words": lambda text: len(text.split()),
    "lines": lambda text: len(text.splitlines()),
}
"""Characters are code points, words what white space separates, lines what a line break ends; blank ones count."""
