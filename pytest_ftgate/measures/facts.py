"""Facts of the job: status, base model, method, epochs, ..."""

import math
from dataclasses import dataclass

from ..evidence import Evidence
from ..files import shown
from ..score import Score


@dataclass(frozen=True)
class JobFact:
    """One fact that the job's files state.

    Attributes:
        name: a key of `job.FACTS`.
    """

    name: str

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return self.name

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return (0.0, 1.0 if self.is_ratio else math.inf)

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it."""
        return self.name == "completeness"

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the job's fact."""
        job = evidence.job
        details = (job.refused,) if job.refused and self.name == "status" else ()
        how = f"{self.name} in {shown(job.where)} ({job.source})"
        return Score(job.fact(self.name), self.what, how, details=(*details, *job.notes), evidence=job.files)
