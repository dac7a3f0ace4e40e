"""OpenAI's score_model: a number that a model gives."""

import re
from collections.abc import Sequence
from statistics import fmean, median_low

from ...wording import listed, number, quoted
from ..prompts import described
from ..runtime import Runtime
from .comparison import threshold
from .grade import Grade, Grader, scaled, shown
from .judge import judge_of, judging, rule_of
from .judge_text import Said, labelled, unwrapped
from .options import Options

_NUMBER = r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})"
_MOST = 1e300
_WORDS = "score|result|rating|grade"


def score_model(options: Options, runtime: Runtime) -> Grader:
    """The number in `range` that the judge gives; from `pass_threshold` on, by default the upper end, it passes.

    Of repeats the mean counts, or with `rule: majority` what more than half of them reach.

    Raises:
        ValueError: an option cannot be used; the message is a sentence.
    """
    span = _span(options.get("range"))
    limit, rule = threshold(options, span), rule_of(options, "mean")

    def read(text: str) -> Said[float]:
        return _read(text, span)

    def grade(said: Sequence[Said[float]]) -> Grade:
        values = [one.value for one in said]
        # More than half of them reach a threshold where the lower median does.
        value = fmean(values) if rule == "mean" else median_low(values)
        all_of_them = f"{rule} of {listed(map(number, values))}; " if len(values) > 1 else ""
        reason = next((shown(one.reason, 200) for one in said if one.reason), "no reason given")
        return scaled(value, limit, f"{all_of_them}{reason}", span)

    return judging(judge_of("score_model", options, runtime, {"type": "number"}, read), grade)


def _read(text: str, span: tuple[float, float]) -> Said[float]:
    """The score in a judge's text.

    Raises:
        ValueError: there is none, there are several, or it lies outside the range; the message goes on a sentence.
    """
    found = unwrapped(text, "result", "score")
    value, reason = found if found else (_written(text, span[1]), text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MOST:
        raise ValueError(f"gave {described(value)}, not a number")
    if not span[0] <= value <= span[1]:
        raise ValueError(f"gave {number(value)}, which lies outside the range {number(span[0])} to {number(span[1])}")
    return Said(float(value), "" if re.fullmatch(_NUMBER, reason.strip()) else reason)


def _written(text: str, most: float) -> float:
    """The number that a text is, or that it has behind the word score, maybe with the range's end, as in 3/5."""
    alone = text.strip().strip("*_` ")
    if re.fullmatch(_NUMBER, alone):
        return float(alone)
    found = labelled(text, _WORDS, rf"{_NUMBER}(?:[ \t]*/[ \t]*{_NUMBER})?")
    lines = text.strip().split("\n")
    bare = [end for line in (lines[0], lines[-1]) if re.fullmatch(_NUMBER, end := line.strip("*_` \t"))]
    values = {float(part.partition("/")[0]) for part in (*found, *(bare if found else ()))}
    if len(values) != 1 or any(float(part.partition("/")[2] or most) != most for part in found):
        raise ValueError(f"gave no number: {quoted(text, 120)}")
    return values.pop()


def _span(value: object) -> tuple[float, float]:
    if value is None:
        return 0.0, 1.0
    ends = list(value) if isinstance(value, list | tuple) else []
    fine = all(isinstance(end, int | float) and not isinstance(end, bool) and abs(end) < 1e12 for end in ends)
    if len(ends) != 2 or not fine or not ends[0] < ends[1]:
        raise ValueError(f"range is {described(value)}; two numbers, the lower one first, are wanted")
    return float(ends[0]), float(ends[1])
