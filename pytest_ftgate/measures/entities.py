"""Sums over the entities of all prompts: what was found, what was too many, what was missed."""

from ..errors import EvalError
from ..evals.graders.entities import Matched
from ..wording import counted, listed
from .selection import Selection


def summed(selection: Selection) -> Matched:
    """True and false positives and false negatives over all outputs; an answer that is no list found nothing.

    Raises:
        EvalError: the grader compares no entities, or an output was none that it could be asked about.
    """
    outputs = [output for result in selection.results for output in result.outputs]
    found = [output.matched for output in outputs if output.matched]
    if len(found) < len(outputs):
        without = [output.prompt.id for output in outputs if not output.matched]
        raise EvalError(
            f"{selection.name}: {counted(len(without), 'output')} of {len(outputs):,} were not compared entity "
            f"by entity, as the grader `entities` does with finished answers: {listed(without)}"
        )
    return Matched(sum(one.tp for one in found), sum(one.fp for one in found), sum(one.fn for one in found))


def in_words(found: Matched, selection: Selection) -> str:
    """The sums in words."""
    return (
        f"{found.tp:,} entities found, {found.fp:,} too many, {found.fn:,} missed, "
        f"in {counted(selection.n, 'prompt')} of {selection.name}"
    )
