"""A measure over several validation sets: the worst of them counts."""

import math
from collections.abc import Callable
from dataclasses import replace

from ..errors import NotLoggedError
from ..job import Job
from ..score import Score

EVERY = "[*]"
"""After a metric's name: every validation set that the job has."""


class PartlyLoggedError(NotLoggedError):
    """Some validation sets cannot be measured, as one with a single value; `rest` is the worst score of the others."""

    def __init__(self, message: str, rest: Score | None = None) -> None:
        super().__init__(message)
        self.rest = rest


def worst_of_sets(
    job: Job, name: str, valid: str, measure: Callable[[str], Score], *, larger_is_worse: bool = True
) -> Score:
    """The score of `name`, or where that ends with `[*]`, the worst score over the validation sets of `valid`.

    What is not finite is worse than anything, and what is in doubt than what is not.

    Args:
        job: the job.
        name: what is measured, e.g. `loss[*]`.
        valid: the metric that tells which sets there are, e.g. `valid_loss[*]`.
        measure: gives the score of a name without `[*]`.
        larger_is_worse: which scores are worse.

    Raises:
        NotLoggedError: no set was logged as it has to be.
        PartlyLoggedError: some of them were not.
    """
    if not name.endswith(EVERY):
        return measure(name)
    base, plain_valid = name.removesuffix(EVERY), valid.removesuffix(EVERY)
    sets = [found.removeprefix(plain_valid) for found in job.sets(plain_valid)]
    if len(sets) == 1:
        return measure(base + sets[0])
    scores: list[tuple[Score, str]] = []
    lacking: list[NotLoggedError] = []
    for bracket in sets:
        try:
            scores.append((measure(base + bracket), bracket))
        except NotLoggedError as e:
            lacking.append(e)
    if not scores:
        raise lacking[0]
    score, bracket = max(scores, key=lambda pair: _badness(pair[0], 1 if larger_is_worse else -1))
    those = f"the {len(scores)} of {len(sets)} validation sets that can be judged"
    judged = those if lacking else f"{len(sets)} validation sets"
    score = replace(score, how=f"the worst of {judged} is {bracket[1:-1]}: {score.how}")
    if lacking:
        raise PartlyLoggedError(str(lacking[0]), score)
    return score


def _badness(score: Score, sign: int) -> tuple[bool, bool, float]:
    value = float(score.value)
    return (not math.isfinite(value), bool(score.inconclusive), sign * value if math.isfinite(value) else 0.0)
