"""The balance of loss and token accuracy: nats of loss per wrong token, and whether the two are of the same tokens."""

import math
from dataclasses import dataclass
from typing import ClassVar

from ..errors import JobError
from ..estimators import Estimate, estimate, window_size
from ..evidence import Evidence
from ..job import Job
from ..score import Score
from ..series import Series
from ..wording import number
from .curve import scored

LEAST = math.log(2)
"""Nats of loss that a wrong token has at least: the right one had at most half of the probability."""

_ROUNDING = 0.98
"""Loggers round to a few digits, so a ratio this near to the least one is taken for it."""


@dataclass(frozen=True)
class Balance:
    """Nats of loss per wrong token over the last window: the mean loss by the mean share of wrong tokens.

    Where both are means over the same tokens it is at least ln 2, 0.693: a token that was not the likeliest had at most
    half of the probability. Usual are 2 to 5; above 6 few tokens carry most of the loss.

    Attributes:
        side: `train` or `valid`, with the validation set in brackets where the job has several.
    """

    side: str
    span: ClassVar[tuple[float, float]] = (0.0, math.inf)
    is_ratio: ClassVar[bool] = False

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"{self.side} loss per wrong token"

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the job's two series.

        Raises:
            JobError: they share no steps, or the window has no wrong token.
        """
        job = evidence.job
        loss, accuracy = (job.metric(name) for name in _names(self.side))
        estimate(loss)
        estimate(accuracy)
        mean_loss, wrong, end = _means(loss, accuracy)
        if wrong <= 0:
            raise JobError(f"{loss.file}: no token of the last {end.how} is wrong, so there is nothing to weigh")
        how = f"loss {number(mean_loss)}, {number(wrong * 100, 3)} % of tokens wrong, means of the last {end.how}"
        return scored(job, end, mean_loss / wrong, self.what, how, (loss, accuracy), pattern="balance")


def incomparable(job: Job, side: str) -> str:
    """Why the loss and the token accuracy of `side` cannot be of the same tokens, where they cannot, or nothing."""
    try:
        loss, accuracy = (job.metric(name) for name in _names(side))
        mean_loss, wrong, _ = _means(loss, accuracy)
    except JobError:
        return ""
    if not (math.isfinite(mean_loss) and wrong > 0) or mean_loss >= wrong * LEAST * _ROUNDING:
        return ""
    return (
        f"{loss.logged_as} {number(mean_loss)} with {number(wrong * 100, 3)} % of tokens wrong is impossible over "
        f"the same tokens (each wrong one costs at least ln 2): loss and accuracy are not measured alike"
    )


def _names(side: str) -> tuple[str, str]:
    base, bracket, rest = side.partition("[")
    return f"{base}_loss{bracket}{rest}", f"{base}_mean_token_accuracy{bracket}{rest}"


def _means(loss: Series, accuracy: Series) -> tuple[float, float, Estimate]:
    """The mean loss and the mean share of wrong tokens over the last window of steps that have both."""
    both = loss.values.index.intersection(accuracy.values.index)
    if not len(both):
        raise JobError(f"{loss.file}: {loss.logged_as} and {accuracy.logged_as} have no {loss.axis} in common")
    size = 1 if loss.full_set and accuracy.full_set else window_size(len(both))
    steps = both[-size:]
    mean_loss, mean_accuracy = (float(s.values.loc[steps].mean(skipna=False)) for s in (loss, accuracy))
    first, last = float(steps[0]), float(steps[-1])
    how = (
        f"{len(steps)} of {len(both)} rows of {loss.logged_as} and {accuracy.logged_as}, {loss.axis} {number(last, 9)}"
    )
    return mean_loss, 1 - mean_accuracy, Estimate(mean_loss, how, len(both), first, last)
