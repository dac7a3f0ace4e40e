"""Putting prompts, outputs and a grader together: one result per prompt, whatever outputs there are."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple, Protocol, TypeVar, cast

from ..files import Digest
from ..samples import Samples
from .bulk import undisturbed
from .faults import faults_of
from .graders import Grader
from .judging import Judge, duplicate, foreseen, judging, missing, together
from .outputs import Output
from .prompts import Key, Prompt, check_prompts
from .result import Result, State

Entry = TypeVar("Entry")

MOST_REASONS = 20_000
"""Misses whose reasons and texts are kept, so that a million of them fit into memory."""

_FORGOTTEN = f"it misses as {MOST_REASONS:,} others do"


class Digested(Protocol):
    """A file that was read."""

    @property
    def digest(self) -> Digest:
        """Of its content."""


@dataclass(frozen=True)
class Results:
    """How the prompts of one eval fared.

    Attributes:
        name: of the eval.
        results: by prompt id, in the prompts' order: every prompt, always.
        faults: why the outputs as a whole must not be judged, if anything is: sentences that name ids.
        files: digests of what was read.
        models: that the outputs name.
        samples: which stored answers of models they rest on: the outputs, and what judges said of them.
        errors: those of the faults that say only that outputs are errors.
        repeats: how many outputs each prompt has.
        cluster: the field whose values tell which prompts may fare alike, or empty.
    """

    name: str
    results: Mapping[str, Result]
    faults: tuple[str, ...]
    files: tuple[Digest, ...]
    models: frozenset[str]
    samples: tuple[Samples, ...] = ()
    errors: tuple[str, ...] = ()
    repeats: int = 1
    cluster: str = ""

    @property
    def origin(self) -> tuple[str, ...]:
        """Where stored answers come from, in sentences."""
        return tuple(dict.fromkeys(sentence for samples in self.samples for sentence in samples.said))

    @property
    def n(self) -> int:
        """The number of prompts: the denominator."""
        return len(self.results)

    @cached_property
    def passes(self) -> int:
        """The number of prompts that passed."""
        return sum(result.passed for result in self.results.values())

    @property
    def pass_rate(self) -> float:
        """The share of prompts that passed, 0..1."""
        return self.passes / self.n

    @cached_property
    def mean_score(self) -> float:
        """The mean score over all prompts, 0..1."""
        return sum(result.score for result in self.results.values()) / self.n

    @property
    def misses(self) -> dict[State, list[Result]]:
        """The results that did not pass, by state."""
        found: dict[State, list[Result]] = {}
        for result in self.results.values():
            if not result.passed:
                found.setdefault(result.state, []).append(result)
        return found


def grade(
    name: str,
    prompts: Sequence[Prompt],
    outputs: Iterable[Output],
    grader: Grader | None,
    files: Iterable[Digested | None] = (),
    tolerated: int = 0,
    *,
    repeats: int = 1,
    keeps: bool = True,
) -> Results:
    """The results of an eval; a prompt's own grader goes before `grader`. Outputs are graded as they come.

    Up to `tolerated` outputs that are errors instead of answers are misses, and no fault of the whole. Each prompt is
    to have `repeats` outputs. `keeps` keeps what was answered, for measures that look at it.

    Raises:
        EvalError: there are no prompts, or a grader is missing or cannot judge.
    """
    by_key = {prompt.key: prompt for prompt in prompts}
    if not _are_named_apart(by_key, len(prompts)):
        check_prompts(prompts, name)
    strays = Strays(set(), set())
    outputs, samples = foreseen(outputs, prompts, grader)
    join = partial(_single, keeps) if repeats == 1 else partial(_repeated, repeats)
    with undisturbed():
        results = join(by_key, outputs, judging(grader, keeps=keeps), strays)
    digests = tuple(file.digest for file in files if file)
    wrong = list(faults_of(results, strays.surplus, sorted(strays.models), tolerated, repeats))
    faults, errors = (sentence for _, sentence in wrong), (sentence for kind, sentence in wrong if kind == "errored")
    told = tuple(replace(one, eval=name) for one in samples)
    return Results(name, results, tuple(faults), digests, frozenset(strays.models), told, tuple(errors), repeats)


class Strays(NamedTuple):
    """What outputs name besides prompts: models, and ids that no prompt has."""

    models: set[str]
    surplus: set[Key]


def _are_named_apart(keys: Collection[Key], count: int) -> bool:
    """Whether the ids of `count` prompts, at least one, name as many tests."""
    if len(keys) < max(count, 1):
        return False
    # A number and the text of its digits are two keys, and name one test.
    return {*map(type, keys)} == {str} or len({*map(str, keys)}) == count


def _known(found: Mapping[Key, Entry], outputs: Iterable[Output], strays: Strays) -> Iterator[tuple[Entry, Output]]:
    """The outputs whose ids are in `found`, each with what is there by then; the other ids and the models are noted."""
    models, surplus = strays.models, strays.surplus
    for output in outputs:
        if output.model:
            models.add(output.model)
        entry = found.get(output.key)
        if entry is None:
            surplus.add(output.key)
        else:
            yield entry, output


def _single(
    keeps: bool, prompts: dict[Key, Prompt], outputs: Iterable[Output], judge: Judge, strays: Strays
) -> dict[str, Result]:
    """One output per prompt; of several none counts."""
    # A result takes the place of its prompt: another mapping of a million ids would take its time.
    found = cast("dict[Key, Prompt | Result]", prompts)
    counts: dict[Key, int] = {}
    reasons = 0
    for entry, output in _known(found, outputs, strays):
        key = output.key
        if isinstance(entry, Result):
            counts[key] = counts.get(key, 1) + 1
            continue
        found[key] = result = judge(entry, output)
        if not result.passed and not keeps:
            reasons += 1
            found[key] = result if reasons <= MOST_REASONS else _forgotten(result)
    for key, entry in found.items():
        if isinstance(entry, Prompt):
            found[key] = missing(entry)
        elif key in counts:
            found[key] = duplicate(entry.prompt, counts[key])
    return _by_text(cast("dict[Key, Result]", found))


def _by_text(found: dict[Key, Result]) -> dict[str, Result]:
    """The same by the text of each id, which nearly always is the id itself."""
    if {*map(type, found)} == {str}:
        return cast("dict[str, Result]", found)
    return {str(key): result for key, result in found.items()}


def _forgotten(miss: Result) -> Result:
    # What dataclasses.replace does, which takes ten times as long.
    return Result(miss.prompt, False, miss.score, _FORGOTTEN, miss.state, "", miss.used, miss.matched, miss.attempts)


def _repeated(
    wanted: int, prompts: dict[Key, Prompt], outputs: Iterable[Output], judge: Judge, strays: Strays
) -> dict[str, Result]:
    """Several outputs per prompt, which fare together."""
    found: dict[Key, list[tuple[int | None, Result]]] = {}
    for prompt, output in _known(prompts, outputs, strays):
        found.setdefault(prompt.key, []).append((output.repeat, judge(prompt, output)))
    return {prompt.id: together(prompt, found.get(prompt.key, ()), wanted) for prompt in prompts.values()}
