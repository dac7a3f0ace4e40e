"""A measure that a conftest.py or a plugin adds: what it gives is held to what the built-in ones keep by themselves."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..errors import EvidenceError, JobError
from ..evidence import Evidence
from ..job import Job
from ..score import Score
from ..wording import plain, quoted
from .curve import broken
from .given import checked

Measuring = Callable[[Evidence], Score]


@dataclass(frozen=True)
class MeasureKind:
    """One kind of measure.

    Attributes:
        what: what its value is, in one line.
        options: what a gate may say of it beside its name.
        build: makes the measure, evidence to score, from what the gate says under its name and from its options; raises
            ValueError with a sentence for what cannot be used.
        span: the lowest and highest value there can be: a bound that no value can miss is a mistake in the spec, and a
            value that lies outside is an error.
        is_ratio: whether bounds may be written in percent: `5%` is then 0.05.
    """

    what: str
    options: frozenset[str]
    build: Callable[[object, Mapping[str, object]], Measuring]
    span: tuple[float, float] = (-math.inf, math.inf)
    is_ratio: bool = False


@dataclass(frozen=True)
class OwnMeasure:
    """One such measure, as a gate names it.

    Where the spec names a job, it is read: its metrics are not judged where it failed, its unfinished end decides
    nothing, and its files are the evidence of a score that names none.

    Attributes:
        called: the measure's name.
        said: what the gate says under that name.
        options: what it says beside it.
        kind: what the measure says of itself.
        measure: evidence to score.
    """

    called: str
    said: object
    options: Mapping[str, object]
    kind: MeasureKind
    measure: Measuring

    @property
    def what(self) -> str:
        """What is measured, in words: with its options, so that a baseline measured with others is told apart."""
        return f"{self.called} ({', '.join([_told(self.said), *map(_option, sorted(self.options.items()))])})"

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return self.kind.span

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it."""
        return self.kind.is_ratio

    def __call__(self, evidence: Evidence) -> Score:
        """The score.

        Raises:
            EvidenceError: the job is refused, or what the measure gave is no score of a number in its span.
        """
        job = evidence.job if evidence.names_a_job else None
        if job and job.refused:
            raise JobError(job.refused)
        try:
            score = checked(self._measured(evidence), self.kind.span)
        except ValueError as e:
            raise EvidenceError(f"the measure {self.called} gave {e}") from None
        score = replace(score, what=self.what, how=score.how or self.kind.what)
        return _of_the_job(score, job) if job else score

    def _measured(self, evidence: Evidence) -> object:
        try:
            return self.measure(evidence)
        except (Exception, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as e:  # noqa: BLE001 - the boundary: pytest.skip and sys.exit would leave a gate unjudged
            said = f" ({plain(str(e)[:300])})" if str(e) else ""
            raise EvidenceError(f"the measure {self.called} gave up with {type(e).__name__}{said}") from None


def _of_the_job(score: Score, job: Job) -> Score:
    doubt = score.inconclusive or job.unfinished or broken(job)
    details = (*score.details, *job.notes)
    return replace(score, inconclusive=doubt, details=details, evidence=score.evidence or job.files)


def _option(option: tuple[str, object]) -> str:
    return f"{option[0]} {_told(option[1])}"


def _told(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return quoted(text, 200)[1:-1]
