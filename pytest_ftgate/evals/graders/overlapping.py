"""The graders bleu, chrf and rouge: how much an answer overlaps with a reference."""

from collections.abc import Callable

from ...wording import number
from ..prompts import Prompt
from . import overlap
from .grade import Grade, TextGrader, cannot, miss, ruled, shown
from .options import Options, a_text, choice, least_score, reference

Measure = Callable[[str, str], float]


def bleu(options: Options) -> TextGrader:
    """The answer's sentence BLEU."""
    return _overlapping("bleu", "BLEU", options, overlap.bleu)


def chrf(options: Options) -> TextGrader:
    """The answer's sentence chrF2."""
    return _overlapping("chrf", "chrF", options, overlap.chrf)


def rouge(options: Options) -> TextGrader:
    """The answer's ROUGE."""
    kind = choice(options, "variant", ("rouge_l", *(name for name in overlap.ROUGE if name != "rouge_l")))
    part = choice(options, "score", ("f1", "precision", "recall"))
    return _overlapping("rouge", f"{kind} {part}", options, lambda a, b: overlap.rouge(a, b, kind, part))


def _overlapping(name: str, called: str, options: Options, measure: Measure) -> TextGrader:
    line = least_score(options)
    wanted = reference(name, options, "target", a_text)

    def grader(answer: str, prompt: Prompt) -> Grade:
        target = wanted(prompt)
        try:
            # An answer that cannot be measured is a miss, a reference that cannot be is nobody's fault but the eval's.
            measure(target, target)
        except ValueError as e:
            raise cannot(prompt, name, str(e)) from None
        try:
            score = measure(answer, target)
        except ValueError as e:
            return miss(f"{called} cannot be measured: {e}")
        why = f"{called} {number(score)}, less than {number(line)}: wanted {shown(target)}, got {shown(answer)}"
        return ruled(score, why, passed=score >= line)

    return grader
