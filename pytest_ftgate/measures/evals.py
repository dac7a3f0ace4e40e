"""Scores of an eval: held-out prompts, recorded outputs, a grader."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..errors import EvalError
from ..evals.results import Results
from ..evidence import Evidence
from ..score import Score
from ..wording import counted, listed, sentence

_MOST_MISSES = 3


@dataclass(frozen=True)
class EvalScore:
    """How an eval's outputs scored, over all of its prompts.

    Attributes:
        eval: the eval's name in the spec.
        score: the share of prompts that pass, or the mean of their grades; both in 0..1.
    """

    eval: str
    score: Literal["pass_rate", "mean"] = "pass_rate"

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"{self.score.replace('_', ' ')} of {self.eval}"

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return (0.0, 1.0)

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it."""
        return True

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the eval's results.

        Raises:
            EvalError: an output is missing, duplicate, surplus or an error record: nothing is judged on a part.
        """
        results = evidence.results(self.eval)
        if results.faults:
            raise EvalError(sentence([f"{self.eval}: {results.faults[0]}", *results.faults[1:]]))
        value, how = _SCORES[self.score](results)
        return Score(value, self.what, how, n=results.n, details=_misses(results), evidence=results.files)


def _pass_rate(results: Results) -> tuple[float, str]:
    return results.pass_rate, f"{results.passes} of {counted(results.n, 'prompt')} of {results.name} pass"


def _mean(results: Results) -> tuple[float, str]:
    return results.mean_score, f"mean grade of {counted(results.n, 'prompt')} of {results.name}"


_SCORES: dict[str, Callable[[Results], tuple[float, str]]] = {"pass_rate": _pass_rate, "mean": _mean}


def _misses(results: Results) -> tuple[str, ...]:
    missed = [r for r in results.results.values() if not r.passed]
    lines = [f"{r.prompt.id}: {r.why}" for r in missed[:_MOST_MISSES]]
    if len(missed) > _MOST_MISSES:
        rest = listed((r.prompt.id for r in missed[_MOST_MISSES:]), most=10)
        lines.append(f"also missed: {rest}")
    return tuple(lines)
