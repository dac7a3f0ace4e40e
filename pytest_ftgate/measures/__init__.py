"""Measures: each reads the finished job and gives a score that explains itself."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol, runtime_checkable

from ..comparison import Comparison
from ..errors import JobError
from ..evidence import Evidence
from ..files import shown
from ..score import Score
from ..statistics import normal_interval
from ..wording import listed
from .balance import Balance
from .curve import Metric
from .data import TrainingData
from .evals import EvalScore
from .facts import JobFact
from .gap import Gap
from .golden import Golden
from .improvement import Improvement
from .result import ReportedNumber
from .rise import Divergence, Overfit
from .spikes import NonFinite, Spikes, Stuck


class Measure(Protocol):
    """Evidence to score. What it says of its own values lets a spec be checked before there is any evidence."""

    @property
    def what(self) -> str:
        """What is measured, in words."""

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it."""

    def __call__(self, evidence: Evidence, /) -> Score:
        """The score.

        Raises:
            FtgateError: the evidence is missing or cannot be judged.
        """


@runtime_checkable
class Paired(Protocol):
    """A measure that can be compared observation by observation, which tells more than two numbers do."""

    def compare(self, score: Score, evidence: Evidence, base: Evidence, /) -> Comparison:
        """The score beside that of the baseline's evidence."""


def compare(measure: Measure, score: Score, evidence: Evidence, base: Evidence) -> Comparison:
    """`score` beside the score of the same measure on the baseline's evidence.

    Raises:
        FtgateError: the baseline's evidence is missing or cannot be judged.
    """
    if isinstance(measure, Paired):
        return measure.compare(score, evidence, base)
    found = measure(base)
    if found.evidence and found.evidence == score.evidence:
        files = listed(shown(digest.path) for digest in found.evidence)
        raise JobError(f"{measure.what} is read from the same {files}: name a file in each job's folder")
    bounds = None
    if score.error and found.error:
        error = math.hypot(score.error, found.error)
        bounds = partial(normal_interval, float(score.value) - float(found.value), error)
    return Comparison(score, found, shown(base.job.where), bounds=bounds)


OF_CURVES = (Metric, Gap, Improvement, Overfit, Divergence, Spikes, NonFinite, Stuck, Balance)
"""The measures that read the job's curves, and nothing else."""

MEASURES: Mapping[str, Callable[..., Measure]] = {
    "golden": Golden,
    "metric": Metric,
    "gap": Gap,
    "improvement": Improvement,
    "overfit": Overfit,
    "divergence": Divergence,
    "spikes": Spikes,
    "non_finite": NonFinite,
    "stuck": Stuck,
    "balance": Balance,
    "job": JobFact,
    "eval": EvalScore,
    "result": ReportedNumber,
    "data": TrainingData,
}
"""The measures by the key that names them in a gate; the key's value is the first argument."""
