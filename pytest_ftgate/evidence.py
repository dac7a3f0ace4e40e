"""What the gates of one spec are judged on: the job and the evals' results, each read once, when first asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from .errors import EvalError, FtgateError, JobError, NoBaselineError
from .files import File, shown
from .job import Job
from .prior import Prior, read_prior
from .sources import JobRef, Source, read_job
from .wording import listed, quoted

if TYPE_CHECKING:
    from .evals.plan import EvalPlan
    from .evals.prompts import Prompt
    from .evals.results import Results

T = TypeVar("T")


@dataclass
class Once(Generic[T]):
    """A value that is made at most once; an error of ours counts as made, and is raised again."""

    make: Callable[[], T]
    _made: list[T] = field(default_factory=list)
    _error: FtgateError | None = None

    @property
    def made(self) -> bool:
        """Whether the value is there already."""
        return bool(self._made)

    def get(self) -> T:
        """The value.

        Raises:
            FtgateError: as `make` did the first time.
        """
        if self._error:
            raise self._error
        if not self._made:
            try:
                self._made.append(self.make())
            except FtgateError as e:
                self._error = e
                raise
        return self._made[0]


@dataclass(frozen=True)
class BaselineRef:
    """Where the baseline is, and what its absence means.

    Attributes:
        job: the other job, or the file of an earlier verdict.
        if_missing: `block` where gates that need it are then errors; `skip` and `first_run` where they are warnings.
        refused: why `first_run` does not hold, or nothing.
    """

    job: JobRef
    if_missing: str = "block"
    refused: str = ""


class Evidence:
    """The finished job of one spec, what its outputs scored, and the same of its baseline."""

    def __init__(
        self,
        job: JobRef | None,
        evals: "Mapping[str, EvalPlan]",
        sources: Sequence[Source] = (),
        baseline: BaselineRef | None = None,
    ) -> None:
        self._ref = job
        self._evals = evals
        self._sources = sources
        self._baseline_ref = baseline
        self._baseline = Once(self._read_baseline)
        self._job = Once(self._read_job)
        self._results = {name: Once(partial(self._grade, plan)) for name, plan in evals.items()}

    @property
    def job(self) -> Job:
        """The job.

        Raises:
            FtgateError: it is missing, unreadable, or nothing that is recognised.
        """
        return self._job.get()

    @classmethod
    def holding(cls, job: Job) -> "Evidence":
        """The evidence that a job is by itself."""
        evidence = cls(None, {})
        evidence._job = Once(lambda: job)
        return evidence

    def about_the_job(self) -> "dict[str, object] | None":
        """What job is judged, as plain JSON, if there is one and some measure has read it."""
        return self._job.get().as_json() if self._job.made else None

    @property
    def names_a_job(self) -> bool:
        """Whether there is a job, by the spec or the command line; reading it may still fail."""
        return self._ref is not None

    def prompts(self, name: str) -> "tuple[tuple[Prompt, ...], File | None]":
        """The prompts of eval `name`, and the file they came from.

        Raises:
            FtgateError: they are missing or unreadable.
        """
        return self._evals[name].read

    def results(self, name: str) -> "Results":
        """What the outputs of eval `name` scored.

        Raises:
            FtgateError: prompts or outputs are missing, unreadable, or of another model than the job's.
        """
        return self._results[name].get()

    @property
    def baseline(self) -> "Evidence | Prior":
        """What this job must not be worse than.

        Raises:
            NoBaselineError: the spec names none, or what it names is not there.
            FtgateError: it cannot be read.
        """
        return self._baseline.get()

    @property
    def if_no_baseline(self) -> str:
        """What the spec declares of a baseline that is not there: `block`, `skip` or `first_run`."""
        return self._baseline_ref.if_missing if self._baseline_ref else "block"

    def _read_baseline(self) -> "Evidence | Prior":
        ref = self._baseline_ref
        if ref is None:
            raise NoBaselineError("the spec names no baseline: write `baseline: PATH`")
        if not ref.job.id and not ref.job.path.exists():
            raise NoBaselineError(f"there is no baseline at {shown(ref.job.path)}{ref.refused}")
        prior = None if ref.job.source else read_prior(ref.job.path)
        return prior or Evidence(ref.job, self._evals, self._sources)

    def _read_job(self) -> Job:
        if self._ref is None:
            raise JobError("the spec names no job")
        return read_job(self._ref, self._sources)

    def _grade(self, plan: "EvalPlan") -> "Results":
        results = plan.grade(lambda: self.job.directory, (lambda: self.job) if self._ref else None)
        if self._ref and results.models:
            self._check_models(plan.name, results.models)
        return results

    def _check_models(self, name: str, models: frozenset[str]) -> None:
        """Outputs of another model, be it a checkpoint of the same run, say nothing about this job's."""
        model = self.job.facts.get("model", "")
        others = sorted(models - {model})
        if model and others:
            said = quoted(str(model))
            raise EvalError(f"{name}: the outputs are of {listed(map(quoted, others))}, the job's model is {said}")
