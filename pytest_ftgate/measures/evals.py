"""Scores of an eval: held-out prompts, outputs, a grader."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..comparison import Comparison
from ..evidence import Evidence
from ..files import shown
from ..score import Score
from .classification import Labelling, described_as
from .kinds import KINDS
from .paired import paired
from .readings import Reading, of_draws, of_entities, of_labels, of_numbers, ordinal
from .selection import Selection, in_words, selected

CLASSIFIES = ("accuracy", "balanced_accuracy", "precision", "recall", "f1")
REPEATS = ("pass_at_k", "all_of_k")


@dataclass(frozen=True)
class EvalScore:
    """How an eval's outputs scored, over all of its prompts or a part of them.

    Attributes:
        eval: the eval's name in the spec.
        score: what is measured: a key of `KINDS`, of `CLASSIFIES`, or of `REPEATS`.
        percentile: 0..100: of grades, seconds, tokens or cost; None for their mean.
        labelling: how outputs become labels, of a classification.
        of: `entities` where precision, recall and F1 are of the entities of all prompts together.
        k: how many outputs are drawn from the repeats, of `REPEATS`.
        slice: only the prompts whose fields have these values.
    """

    eval: str
    score: str = "pass_rate"
    percentile: float | None = None
    labelling: Labelling = field(default_factory=Labelling)
    of: str = ""
    k: int = 1
    slice: Mapping[str, object] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """What is measured, in words."""
        part = f" ({in_words(self.slice)})" if self.slice else ""
        return f"{self._words} of {self.eval}{part}"

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return KINDS[self.score].span if self.score in KINDS else (0.0, 1.0)

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it."""
        return math.isfinite(self.span[1])

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the eval's results.

        Raises:
            EvalError: an output is missing, duplicate, surplus or an error record: nothing is judged on a part. Or
                outputs lack what is measured.
        """
        return self._score(*self.read(evidence))

    def _score(self, selection: Selection, found: Reading) -> Score:
        return Score(
            found.estimate.value,
            self.what,
            found.how + found.estimate.said,
            n=found.n,
            details=(*found.details, *selection.misses(found.missed)),
            evidence=selection.found.files,
            origin=selection.found.origin,
            samples=selection.found.samples,
            basis=selection.basis,
            error=found.estimate.error,
            interval=found.estimate.interval,
            bounds=found.estimate.bounds,
        )

    def read(self, evidence: Evidence) -> tuple[Selection, Reading]:
        """The prompts that are looked at, and what is read off them.

        Raises:
            EvalError: as the score does.
        """
        selection = selected(evidence, self.eval, self.slice, errors=self.score == "error_rate")
        if self.of == "entities":
            return selection, of_entities(self.score, selection)
        if self.score in CLASSIFIES:
            return selection, of_labels(self.score, self.labelling, selection)
        if self.score in REPEATS:
            return selection, of_draws(selection, self.k, every=self.score == "all_of_k")
        return selection, of_numbers(KINDS[self.score], selection, self.percentile)

    def compare(self, score: Score, evidence: Evidence, base: Evidence) -> Comparison:
        """The score beside the baseline's, prompt by prompt.

        Raises:
            EvalError: the baseline's outputs cannot be judged, or are this job's.
        """
        theirs = self.read(base)
        return paired(score, self._score(*theirs), shown(base.job.where), self.read(evidence), theirs)

    @property
    def _words(self) -> str:
        if self.score in CLASSIFIES:
            words = described_as(self.score, self.labelling)
            return f"entities' {words}" if self.of else words
        if self.score in REPEATS:
            return f"{self.score.removesuffix('_k').replace('_', ' ')} {self.k}"
        words = KINDS[self.score].words
        if self.percentile is not None:
            return f"{ordinal(self.percentile)} percentile of {words}"
        return f"mean {words}" if KINDS[self.score].lacking else words
