"""What the gates of one spec are judged on: the job and the evals' results, each read once, when first asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from .errors import EvalError, FtgateError, JobError
from .job import Job
from .sources import JobRef, Source, read_job
from .wording import listed, quoted

if TYPE_CHECKING:
    from .evals.plan import EvalPlan
    from .evals.results import Results

T = TypeVar("T")


@dataclass
class Once(Generic[T]):
    """A value that is made at most once; an error of ours counts as made, and is raised again."""

    make: Callable[[], T]
    _made: list[T] = field(default_factory=list)
    _error: FtgateError | None = None

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


class Evidence:
    """The finished job of one spec, and what its outputs scored."""

    def __init__(self, job: JobRef | None, evals: "Mapping[str, EvalPlan]", sources: Sequence[Source] = ()) -> None:
        self._ref = job
        self._sources = sources
        self._job = Once(self._read_job)
        self._results = {name: Once(partial(self._grade, plan)) for name, plan in evals.items()}

    @property
    def job(self) -> Job:
        """The job.

        Raises:
            FtgateError: it is missing, unreadable, or nothing that is recognised.
        """
        return self._job.get()

    def results(self, name: str) -> "Results":
        """What the outputs of eval `name` scored.

        Raises:
            FtgateError: prompts or outputs are missing, unreadable, or of another model than the job's.
        """
        return self._results[name].get()

    def _read_job(self) -> Job:
        if self._ref is None:
            raise JobError("the spec names no job")
        return read_job(self._ref, self._sources)

    def _grade(self, plan: "EvalPlan") -> "Results":
        results = plan.grade(lambda: self.job.directory)
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
