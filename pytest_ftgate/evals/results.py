"""Putting prompts, outputs and a grader together: one result per prompt, whatever outputs there are."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..errors import EvalError
from ..files import Digest, File
from .faults import faults_of, same_request
from .graders import Grade, Grader
from .outputs import Output
from .prompts import Prompt, check_prompts
from .result import Result, State


@dataclass(frozen=True)
class Results:
    """How the prompts of one eval fared.

    Attributes:
        name: of the eval.
        results: by prompt id, in the prompts' order: every prompt, always.
        faults: why the outputs as a whole must not be judged, if anything is: sentences that name ids.
        files: digests of what was read.
        models: that the outputs name.
    """

    name: str
    results: Mapping[str, Result]
    faults: tuple[str, ...]
    files: tuple[Digest, ...]
    models: frozenset[str]

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
    files: Iterable[File | None] = (),
) -> Results:
    """The results of an eval; a prompt's own grader goes before `grader`.

    Raises:
        EvalError: there are no prompts, or a grader is missing or cannot judge.
    """
    check_prompts(prompts, name)
    outputs = list(outputs)
    counts = Counter(output.key for output in outputs)
    by_key = {output.key: output for output in outputs}
    results = {p.id: _result(p, by_key.get(p.key), counts[p.key], grader) for p in prompts}
    models = frozenset(output.model for output in outputs if output.model)
    digests = tuple(file.digest for file in files if file)
    return Results(name, results, faults_of(results, outputs, models), digests, models)


def _result(prompt: Prompt, output: Output | None, count: int, shared: Grader | None) -> Result:
    if output is None:
        return Result(prompt, None, False, 0.0, "no output", "missing")
    if count > 1:
        return Result(prompt, None, False, 0.0, f"{count} outputs, and which one counts is not said", "duplicate")
    if output.state != "answered":
        return Result(prompt, output, False, 0.0, f"{output.state}: {output.why}", output.state)
    if not same_request(prompt, output):
        why = f"recorded for another wording of the prompt ({output.where})"
        return Result(prompt, output, False, 0.0, why, "stale")
    found = _graded(prompt, output, prompt.grader or shared)
    return Result(prompt, output, found.passed, found.score, found.why, "passed" if found.passed else "missed")


def _graded(prompt: Prompt, output: Output, grader: Grader | None) -> Grade:
    if grader is None:
        raise EvalError(f"{prompt.where}: prompt {prompt.id} has no grader, and the eval has none")
    found = grader(output, prompt)
    if not isinstance(found, Grade) or not 0 <= found.score <= 1:
        raise EvalError(f"{prompt.where}: prompt {prompt.id} was given {found!r:.80}, not a grade from 0 to 1")
    return found
