"""What is read off the prompts of an eval: by family of scores, a value and what belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..evals.result import Result
from ..wording import counted, number
from . import classification, entities
from .classification import Labelling
from .estimates import Estimate, at_percentile, mean, shares
from .kinds import PASSES, Kind, at_k, per_output, per_prompt
from .selection import Selection


@dataclass(frozen=True)
class Reading:
    """A value of some prompts.

    Attributes:
        estimate: the value, and where it may be.
        how: how it was computed, in words.
        n: how many prompts it rests on.
        details: what else is to be seen.
        missed: the prompts that messages name.
        values: one number per prompt of which the value is the mean; empty where it is no mean.
        binary: whether all of these are 0 or 1.
    """

    estimate: Estimate
    how: str
    n: int
    missed: Sequence[Result]
    details: tuple[str, ...] = ()
    values: Sequence[float] = ()
    binary: bool = False


def of_numbers(kind: Kind, selection: Selection, percentile: float | None) -> Reading:
    """The mean, the rate or a percentile of a number per prompt."""
    missed = _missed(kind, selection)
    if percentile is not None:
        return _at_percentile(kind, selection, percentile, missed)
    values = per_prompt(kind, selection)
    binary = bool(kind.said) and selection.found.repeats == 1
    estimate = (
        shares(values, selection.clusters, binary=True) if binary else mean(values, selection.clusters, kind.span)
    )
    return Reading(estimate, _how(kind, selection, values), selection.n, missed, values=values, binary=binary)


def of_draws(selection: Selection, k: int, *, every: bool) -> Reading:
    """The chance that of `k` outputs of a prompt one passes, or every one."""
    values = at_k(selection, k, every=every)
    how = f"chance that {'all' if every else 'one'} of {k} of {selection.found.repeats} repeats"
    said = f"{how} {'pass' if every else 'passes'}, mean of {selection.prompts}"
    missed = [r for r, value in zip(selection.results, values, strict=True) if value < 1]
    return Reading(mean(values, selection.clusters, (0.0, 1.0)), said, selection.n, missed, values=values)


def of_labels(score: str, labelling: Labelling, selection: Selection) -> Reading:
    """A classification score."""
    found = classification.classified(selection, labelling)
    estimate, n = classification.estimate(score, found, labelling)
    values = [float(right) for right in found.right] if score == "accuracy" else []
    if values and selection.clusters is not None:
        estimate = mean(values, selection.clusters, (0.0, 1.0))
    wrong = [r for r, right in zip(selection.results, found.right, strict=True) if not right]
    how = classification.how_many_right(found, selection)
    return Reading(estimate, how, n, wrong, classification.table(found), values, bool(values))


def of_entities(score: str, selection: Selection) -> Reading:
    """Precision, recall or F1 of the entities of all prompts together."""
    found = entities.summed(selection)
    value = {"precision": found.precision, "recall": found.recall, "f1": found.f1}[score]
    return Reading(Estimate(value), entities.in_words(found, selection), selection.n, _missed(PASSES, selection))


def ordinal(percent: float) -> str:
    """`1st`, `10th`, `99.9th`."""
    text = number(percent)
    ending = {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
    return text + ("th" if "." in text or text[-2:-1] == "1" else ending)


def _at_percentile(kind: Kind, selection: Selection, percent: float, missed: Sequence[Result]) -> Reading:
    """A percentile of prompts, or of all outputs where what they took is asked: a mean would hide the slow ones."""
    repeats = selection.found.repeats if kind.lacking else 1
    values = [v for own in per_output(kind, selection) for v in own] if repeats > 1 else per_prompt(kind, selection)
    independent = repeats == 1 and selection.clusters is None
    estimate = at_percentile(values, percent, kind.span, independent=independent)
    each = f" and {repeats} repeats of each" if repeats > 1 else ""
    how = f"{ordinal(percent)} percentile of the {kind.plural} of {selection.prompts}{each}"
    return Reading(estimate, how, selection.n, missed)


def _how(kind: Kind, selection: Selection, values: Sequence[float]) -> str:
    repeats = selection.found.repeats
    if kind.said and repeats == 1:
        return f"{round(sum(values)):,} of {selection.prompts} {kind.said}"
    if kind.said:
        return f"mean share of {counted(repeats, 'output')} that {kind.said}, of {selection.prompts}"
    each = f" and {repeats} repeats of each" if repeats > 1 else ""
    words = "grade" if kind.words == "mean" else kind.words
    return f"mean {words} of {selection.prompts}{each}"


def _missed(kind: Kind, selection: Selection) -> list[Result]:
    """The prompts that a message on this kind of number names: those that are errors or refused, or else missed."""
    if kind.said and kind is not PASSES:
        return [r for r in selection.results if any(kind.value(output) for output in r.outputs)]
    return [] if kind.lacking else [r for r in selection.results if not r.passed]
