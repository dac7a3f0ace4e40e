"""What people try next when a curve misses: one line per pattern; docs/diagnosis.md names the sources."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..job import Job
from ..wording import number

_PAGE = "docs/diagnosis.md"


@dataclass(frozen=True)
class Pattern:
    """A way in which training goes wrong.

    Attributes:
        seen: what it is called, and what shows it.
        tries: what people try next, the likeliest first: keys of `TRIES`, or words as they are.
        look: where to look for the cause, if anywhere.
    """

    seen: str
    tries: tuple[str, ...]
    look: str = ""


PATTERNS: Mapping[str, Pattern] = {
    "overfit": Pattern(
        "overfitting: it got worse on held-out data while training went on",
        ("fewer epochs", "an earlier checkpoint", "a lower learning rate", "weight decay", "more varied examples"),
    ),
    "gap": Pattern(
        "overfitting (memorising): it does far better on what it was trained on than on validation",
        ("fewer epochs", "more varied examples", "a lower learning rate", "weight decay", "dropout"),
        "look whether the validation examples are of the same kind",
    ),
    "no-learning": Pattern(
        "no learning: the metric hardly got better",
        ("a higher learning rate", "more epochs", "a smaller batch"),
        "look whether labels are masked, or weights frozen",
    ),
    "divergence": Pattern(
        "diverging: training ended worse than it had been",
        ("a lower learning rate", "warm-up", "gradient clipping", "a larger batch"),
        "go on from a checkpoint before the rise",
    ),
    "not-finite": Pattern(
        "a dead run: values that are not finite",
        ("bf16 in place of fp16", "a lower learning rate", "gradient clipping"),
        "look for examples whose labels are all masked, as truncation leaves them",
    ),
    "invalid-evaluation": Pattern(
        "an evaluation without a number: training is finite, validation is not",
        ("a longer maximum length", "a larger evaluation batch"),
        "look for validation examples whose labels are all masked, as truncation leaves them",
    ),
    "spikes": Pattern(
        "unstable training: the loss jumped and stayed up",
        ("gradient clipping", "a lower learning rate", "a larger batch"),
        "look at the examples of those steps",
    ),
    "balance": Pattern(
        "loss and token accuracy disagree: few tokens carry most of the loss, or the two count different tokens",
        ("correcting the worst examples' labels", "prompt-loss weight 0", "no label smoothing"),
    ),
}
"""By the word that a score is marked with, which is also its heading in docs/diagnosis.md."""


@dataclass(frozen=True)
class Hyperparameter:
    """A hyperparameter that a try changes.

    Attributes:
        fact: its name among the job's facts.
        said: how its value is told in brackets.
        least: a value at or below which nothing is gained by lowering it.
        most: a value at or above which nothing is gained by raising it.
    """

    fact: str
    said: str
    least: float = -math.inf
    most: float = math.inf


TRIES: Mapping[str, Hyperparameter] = {
    "fewer epochs": Hyperparameter("n_epochs", "this run had {}", least=1),
    "more epochs": Hyperparameter("n_epochs", "this run had {}", most=10),
    "a lower learning rate": Hyperparameter("learning_rate_multiplier", "multiplier {}"),
    "a higher learning rate": Hyperparameter("learning_rate_multiplier", "multiplier {}"),
    "a larger batch": Hyperparameter("batch_size", "{} now"),
    "a smaller batch": Hyperparameter("batch_size", "{} now", least=1),
}
"""The tries that change a hyperparameter: where the job states it, it is told, or the try left out as hopeless."""


def advice(pattern: str, job: Job) -> tuple[str, ...]:
    """One line for a miss of this pattern, or nothing.

    Args:
        pattern: a key of `PATTERNS`, or nothing.
        job: whose hyperparameters choose and colour what is said.
    """
    if not pattern:
        return ()
    found = PATTERNS[pattern]
    tries = [_said(one, job) for one in found.tries if not _hopeless(one, job)]
    look = f"; {found.look}" if found.look else ""
    return (f"{found.seen}; try {', '.join(tries[:-1])} or {tries[-1]}{look} ({_PAGE}#{pattern})",)


def _said(what: str, job: Job) -> str:
    value = _value(what, job)
    return what if value is None else f"{what} ({TRIES[what].said.format(number(value))})"


def _hopeless(what: str, job: Job) -> bool:
    value = _value(what, job)
    return value is not None and (value <= TRIES[what].least or value >= TRIES[what].most)


def _value(what: str, job: Job) -> float | None:
    """The value of what is changed, where the job states a number; `auto` is none."""
    value = job.facts.get(TRIES[what].fact) if what in TRIES else None
    if isinstance(value, str | bool) or value is None or not math.isfinite(value):
        return None
    return value
