"""What is read off each output, where an eval's score is a number per prompt: a pass, a grade, seconds, tokens."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import EvalError
from ..evals.result import Result
from ..wording import counted, listed
from .selection import Selection


@dataclass(frozen=True)
class Kind:
    """A number per output.

    Attributes:
        words: what it is.
        plural: several of it.
        value: the number of one output; None where the output does not say.
        said: what a prompt with the value 1 does, of values that are 0 or 1; empty of all others.
        top: the highest value there can be.
        lacking: what an output without a value has none of.
    """

    words: str
    value: Callable[[Result], float | None]
    said: str = ""
    top: float = 1.0
    lacking: str = ""
    plural: str = "grades"

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return (0.0, self.top)


def _used(name: str) -> Callable[[Result], float | None]:
    return lambda result: getattr(result.used, name) if result.used else None


PASSES = Kind("pass rate", lambda result: float(result.passed), "pass")

KINDS: Mapping[str, Kind] = {
    "pass_rate": PASSES,
    "mean": Kind("mean", lambda result: result.score),
    "percentile": Kind("grade", lambda result: result.score),
    "error_rate": Kind("error rate", lambda result: float(result.state == "errored"), "are errors"),
    "refusal_rate": Kind("refusal rate", lambda result: float(result.state == "refused"), "are refused"),
    "latency": Kind("latency", _used("latency"), top=math.inf, lacking="latency", plural="latencies"),
    "tokens": Kind("tokens", _used("tokens"), top=math.inf, lacking="usage with tokens", plural="tokens"),
    "input_tokens": Kind(
        "input tokens", _used("input"), top=math.inf, lacking="usage with input tokens", plural="input tokens"
    ),
    "output_tokens": Kind(
        "output tokens", _used("output"), top=math.inf, lacking="usage with output tokens", plural="output tokens"
    ),
    "cost": Kind("cost", _used("cost"), top=math.inf, lacking="cost", plural="costs"),
}
"""The scores of an eval that are made of a number per prompt."""


def per_prompt(kind: Kind, selection: Selection) -> list[float]:
    """One number per prompt: of repeats, their mean.

    Raises:
        EvalError: an output does not say; the message says how many do not, and whose.
    """
    return [math.fsum(own) / len(own) for own in per_output(kind, selection)]


def per_output(kind: Kind, selection: Selection) -> list[list[float]]:
    """The number of each prompt's every output.

    Raises:
        EvalError: an output does not say; the message says how many do not, and whose.
    """
    values = [[kind.value(output) for output in result.outputs] for result in selection.results]
    lacking = [r.prompt.id for r, own in zip(selection.results, values, strict=True) if None in own]
    if lacking:
        of = counted(selection.n, "prompt")
        raise EvalError(
            f"{selection.name}: the outputs of {len(lacking):,} of {of} say no {kind.lacking}: {listed(lacking)}"
        )
    return [[value for value in own if value is not None] for own in values]


def at_k(selection: Selection, k: int, *, every: bool) -> list[float]:
    """The chance of each prompt that of `k` outputs, drawn from its repeats, one passes, or `every` one does.

    Source: the unbiased estimator of Chen et al. 2021, "Evaluating Large Language Models Trained on Code", arXiv
    2107.03374, section 2.1, and its counterpart for all of k.
    """
    return [_chance(result.outputs, k, every=every) for result in selection.results]


def _chance(outputs: Sequence[Result], k: int, *, every: bool) -> float:
    passed, n = sum(output.passed for output in outputs), len(outputs)
    drawn = math.comb(n, k)
    return math.comb(passed, k) / drawn if every else 1 - math.comb(n - passed, k) / drawn
