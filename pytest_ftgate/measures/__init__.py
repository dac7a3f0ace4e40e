"""Measures: each reads the finished job and gives a score that explains itself."""

from collections.abc import Callable, Mapping
from typing import Protocol

from ..evidence import Evidence
from ..score import Score
from .curve import Improvement, Metric
from .evals import EvalScore
from .facts import JobFact
from .gap import Gap


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


MEASURES: Mapping[str, Callable[..., Measure]] = {
    "metric": Metric,
    "gap": Gap,
    "improvement": Improvement,
    "job": JobFact,
    "eval": EvalScore,
}
"""The measures by the key that names them in a gate; the key's value is the first argument."""
