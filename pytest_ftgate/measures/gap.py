"""The gap between training and validation, larger when the model does worse on what it has not seen."""

import math
from dataclasses import dataclass

from ..errors import JobError
from ..estimators import Estimate, Window, estimate
from ..evidence import Evidence
from ..job import Job
from ..score import Score
from ..series import Series
from ..wording import number
from .balance import incomparable
from .curve import scored
from .moment import Moment, explained, value_at
from .sets import EVERY, worst_of_sets

PAIRS = {
    "loss": ("train_loss", "valid_loss"),
    "token_accuracy": ("train_mean_token_accuracy", "valid_mean_token_accuracy"),
    "reward": ("train_mean_reward", "valid_mean_reward"),
    "preference_accuracy": ("train_preference_accuracy", "valid_preference_accuracy"),
}
"""What a gap can be of, and the two metrics it lies between."""

_SMALL_LOSS = 0.1

_SINGLE_PRECISION = 7
"""Decimals that a difference keeps: trainers log float32, whose noise is not a gap."""


@dataclass(frozen=True)
class Gap:
    """How much worse validation is than training: valid - train of a loss, train - valid of an accuracy or reward.

    Attributes:
        of: a key of `PAIRS`, with the validation set in brackets where the job has several, e.g. `loss[german]`.
        at: which validation value; the training value is taken at or before its step, as the final one there for
            `best`, for what ships and for a step.
            `[*]` there is the worst of all sets.
        window: how many values an estimator reads.
        relative: of a loss: as a share of the training loss (of at least 0.1).
    """

    of: str
    at: Moment = "final"
    window: Window = None
    relative: bool = False

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"{'relative ' if self.relative else ''}{self.of.replace('_', ' ')} gap"

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return (-1.0, 1.0) if self._of_accuracy else (-1.0 if self.relative else -math.inf, math.inf)

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it."""
        return self.relative or self._of_accuracy

    @property
    def _of_accuracy(self) -> bool:
        return self.of.partition("[")[0].endswith("accuracy")

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the job's two series."""
        job = evidence.job
        valid = PAIRS[self.of.partition("[")[0]][1] + EVERY
        return worst_of_sets(job, self.of, valid, lambda name: self._score(job, name))

    def _score(self, job: Job, name: str) -> Score:
        of, bracket, rest = name.partition("[")
        train_name, valid_name = PAIRS[of]
        train, valid = job.metric(train_name), job.metric(valid_name + bracket + rest)
        v = value_at(job, valid, self.at, self.window)
        t = self._train(train, valid, v)
        difference = v.value - t.value if of == "loss" else t.value - v.value
        difference /= max(t.value, _SMALL_LOSS) if self.relative else 1.0
        how = f"train {number(t.value)}, {t.how}; valid {number(v.value)}, {v.how}"
        doubt = t.shortage or (_scaled(t.value, v.value) if of == "loss" else "") or _unlike(job, of, bracket + rest)
        value = round(difference, _SINGLE_PRECISION)
        score = scored(job, v, value, self.what, how, (train, valid), doubt=doubt, pattern="gap")
        return explained(score, job, self.at)

    def _train(self, train: Series, valid: Series, v: Estimate) -> Estimate:
        """Both ends of a gap are of one moment: training beyond the last validation is not compared."""
        if train.axis != valid.axis:
            raise JobError(
                f"{train.logged_as} is logged by {train.axis} and {valid.logged_as} by {valid.axis}: "
                "no gap can be taken between them"
            )
        if not len(train):
            return estimate(train)
        earlier = train.up_to(v.last)
        if not len(earlier):
            raise JobError(
                f"{train.file}: {train.logged_as} has no value at or before {valid.axis} {number(v.last)}, "
                f"where {valid.logged_as} is read"
            )
        return estimate(earlier, self.at if self.at in ("last", "mean") else "final", self.window)


def _unlike(job: Job, of: str, bracket: str) -> str:
    """A loss and an accuracy that cannot be of the same tokens show that one side's numbers mean something else."""
    if of not in ("loss", "token_accuracy"):
        return ""
    return incomparable(job, "train") or incomparable(job, f"valid{bracket}")


def _scaled(train: float, valid: float) -> str:
    """A training loss that is the sum over gradient accumulation steps makes every gap look harmless."""
    if not (math.isfinite(train) and math.isfinite(valid)) or train - valid <= 0.05 or valid <= 0:
        return ""
    times = train / valid
    # Beyond three the power does not matter, and of an infinite ratio there is none.
    if times > 3 or (times > 1.5 and abs(times / 2 ** round(math.log2(times)) - 1) < 0.15):
        return (
            f"the training loss is {number(times, 3)} times the validation loss, as when it is summed over gradient "
            "accumulation steps or measured on other tokens, so the two cannot be compared"
        )
    return ""
