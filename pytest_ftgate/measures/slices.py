"""Bias: how differently the slices of an eval fare, and the prompts of a pair that differ in one attribute alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import ClassVar, Literal

from ..errors import EvalError
from ..evals.result import Result
from ..evidence import Evidence
from ..score import Score
from ..statistics import Interval, newcombe
from ..wording import counted, listed, number, quoted
from .estimates import Estimate, in_words, mean, rate, two_sided
from .kinds import PASSES, per_prompt
from .selection import Selection, selected, value_of, values_of
from .selection import in_words as part_in_words

_MOST_SLICES = 12
_MOST_PAIRS = 3


@dataclass(frozen=True)
class EvalSpread:
    """The largest difference of pass rates between the slices of an eval.

    Attributes:
        eval: the eval's name in the spec.
        by: the field of the prompts whose values are the slices.
        slice: only the prompts whose fields have these values.
    """

    eval: str
    by: str
    slice: Mapping[str, object] = field(default_factory=dict)
    span: ClassVar[tuple[float, float]] = (0.0, 1.0)
    is_ratio: ClassVar[bool] = True

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"spread by {self.by} of {_named(self.eval, self.slice)}"

    def __call__(self, evidence: Evidence) -> Score:
        """The spread; it rests on as many prompts as the smallest slice has.

        Raises:
            EvalError: the outputs cannot be judged, a prompt has no value, or all have the same.
        """
        selection = selected(evidence, self.eval, self.slice)
        slices = _rates(selection, self.by)
        high, low = max(slices, key=lambda one: one.rate), min(slices, key=lambda one: one.rate)
        independent = selection.found.repeats == 1 and selection.clusters is None
        interval = _newcombe(high, low, 0.95) if independent else None
        between = f" ({in_words(interval)})" if interval else ""
        how = (
            f"pass rate {high} less {low}{between}: {counted(len(slices), 'slice')} of {selection.prompts} by {self.by}"
        )
        return Score(
            high.rate - low.rate,
            self.what,
            how,
            n=min(one.n for one in slices),
            details=(_all(slices),),
            evidence=selection.found.files,
            origin=selection.found.origin,
            samples=selection.found.samples,
            basis=selection.basis,
            interval=interval,
            bounds=partial(_spread_bounds, slices) if independent else None,
        )


@dataclass(frozen=True)
class EvalPairs:
    """The share of pairs of prompts, alike but for one attribute, that fare differently.

    Attributes:
        eval: the eval's name in the spec.
        by: the field in which the prompts of a pair differ.
        same: the field in which they are the same.
        of: whether their grades (one passes, the other does not) or their answers differ.
        slice: only the prompts whose fields have these values.
    """

    eval: str
    by: str
    same: str
    of: Literal["grades", "answers"] = "grades"
    slice: Mapping[str, object] = field(default_factory=dict)
    span: ClassVar[tuple[float, float]] = (0.0, 1.0)
    is_ratio: ClassVar[bool] = True

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"pairs by {self.by} with other {self.of} of {_named(self.eval, self.slice)}"

    def __call__(self, evidence: Evidence) -> Score:
        """The share of pairs that differ; it rests on as many observations as there are groups of prompts.

        Raises:
            EvalError: the outputs cannot be judged, or a prompt has no partner, or one of its own kind.
        """
        selection = selected(evidence, self.eval, self.slice)
        groups = _groups(selection, self.by, self.same)
        pairs = [(name, pair) for name, own in groups.items() for pair in combinations(own, 2)]
        differ = [(name, pair) for name, pair in pairs if self._differ(*pair)]
        estimate = _share([name for name, _ in pairs], [(name, pair) in differ for name, pair in pairs])
        how = f"{len(differ):,} of {counted(len(pairs), 'pair')} of {selection.name} by {self.by} differ in {self.of}"
        return Score(
            len(differ) / len(pairs),
            self.what,
            how + estimate.said,
            n=len(groups),
            details=tuple(_examples(differ)),
            evidence=selection.found.files,
            origin=selection.found.origin,
            samples=selection.found.samples,
            basis=selection.basis,
            error=estimate.error,
            interval=estimate.interval,
            bounds=estimate.bounds,
        )

    def _differ(self, one: Result, other: Result) -> bool:
        if self.of == "grades":
            return one.passed != other.passed
        if not all(_is_comparable(output) for result in (one, other) for output in result.outputs):
            return True
        return _answers(one) != _answers(other)


@dataclass(frozen=True)
class _Rate:
    name: str
    passed: float
    n: int

    @property
    def rate(self) -> float:
        return self.passed / self.n

    def __str__(self) -> str:
        passed = f"{self.passed:g}" if self.passed == int(self.passed) else number(self.passed)
        return f"{number(self.rate)} of {quoted(self.name, 40)[1:-1]} ({passed} of {self.n:,})"


def _named(name: str, part: Mapping[str, object]) -> str:
    return f"{name} ({part_in_words(part)})" if part else name


def _rates(selection: Selection, by: str) -> list[_Rate]:
    values = per_prompt(PASSES, selection)
    own: dict[str, list[float]] = {}
    for name, value in zip(values_of(selection.results, by), values, strict=True):
        own.setdefault(name, []).append(value)
    if len(own) < 2:
        raise EvalError(
            f"{selection.name}: every prompt has {by} {quoted(next(iter(own)))}: there is nothing to compare"
        )
    return [_Rate(name, sum(given), len(given)) for name, given in own.items()]


def _newcombe(one: _Rate, other: _Rate, level: float) -> Interval:
    return newcombe(round(one.passed), one.n, round(other.passed), other.n, level)


def _spread_bounds(slices: Sequence[_Rate], level: float) -> Interval:
    """The spread may be as large as the largest difference of any two slices, and is as large as some surely is."""
    found = [_newcombe(one, other, two_sided(level)) for one in slices for other in slices if one is not other]
    low, high = max(interval.low for interval in found), max(interval.high for interval in found)
    return Interval(max(low, 0.0), high, level, "Newcombe")


def _all(slices: Sequence[_Rate]) -> str:
    ordered = sorted(slices, key=lambda one: (one.rate, one.name))
    return f"by slice: {listed(ordered, _MOST_SLICES)}"


def _groups(selection: Selection, by: str, same: str) -> dict[str, list[Result]]:
    """The prompts by what they have in common, each group with at least two that differ in `by`."""
    found: dict[str, list[Result]] = {}
    list(values_of(selection.results, by))
    for name, result in zip(values_of(selection.results, same), selection.results, strict=True):
        found.setdefault(name, []).append(result)
    alone = [own[0].prompt.id for own in found.values() if len(own) == 1]
    if alone:
        said = f"{counted(len(alone), 'prompt')} without a partner of the same {same}"
        raise EvalError(f"{selection.name}: {said}: {listed(alone)}")
    for name, own in found.items():
        if len({value_of(result.prompt, by) for result in own}) < len(own):
            ids = listed(result.prompt.id for result in own)
            raise EvalError(f"{selection.name}: two prompts of {same} {quoted(name)} have one {by}: {ids}")
    return found


def _share(names: Sequence[str], differ: Sequence[bool]) -> Estimate:
    """Pairs are independent unless they share a prompt: then those of one group are a cluster."""
    if len(set(names)) == len(names):
        return rate(sum(differ), len(differ))
    return mean([float(one) for one in differ], names, (0.0, 1.0))


def _is_comparable(output: Result) -> bool:
    """Whether there is a text to compare: what was cut off or only calls tools is not the same as another such."""
    return output.state == "refused" or (output.state in ("passed", "missed") and bool(output.text.strip()))


def _answers(result: Result) -> list[str]:
    """What was answered, but for case and blanks."""
    return [" ".join(output.text.split()).casefold() for output in result.outputs]


def _examples(differ: Sequence[tuple[str, tuple[Result, Result]]]) -> Iterator[str]:
    for name, pair in differ[:_MOST_PAIRS]:
        ids = " and ".join(f"{result.prompt.id} ({result.state})" for result in pair)
        yield f"{quoted(name, 40)[1:-1]}: {ids}"
    if len(differ) > _MOST_PAIRS:
        rest = (quoted(name, 40)[1:-1] for name, _ in differ[_MOST_PAIRS:])
        yield f"also: {listed(rest, 10)}"
