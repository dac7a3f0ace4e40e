"""What a spec says of one eval: where its prompts and outputs are, and what grades them."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from ..errors import EvalError, EvidenceError
from ..files import File, read, shown
from ..job import Job
from ..wording import quoted
from .graders import Grader
from .outputs import Output, recorded
from .prompts import Prompt, check_prompts, read_prompts
from .result import Result
from .results import Digested, Results, grade
from .runtime import BARE, Runtime
from .sampling import sample
from .sampling.settings import Sampling

MOST_ITEMS = 1000
"""Beyond this many prompts an eval's prompts are items only where the spec says so."""

_BROKEN = frozenset({"missing", "duplicate", "stale", "errored"})
"""States in which there is no answer to judge; what is merely a bad answer is a miss."""


@dataclass(frozen=True)
class EvalPlan:
    """One eval of a spec.

    Attributes:
        name: its name in the spec.
        prompts: the prompts written in the spec, or the file that holds them.
        outputs: the file of recorded outputs: as resolved, or below the job's folder where `in_job` is set. None
            where the model is asked.
        grader: what grades an output; None where every prompt brings its own.
        fields: our field names to the files' own.
        items: whether every prompt is a test item; None decides by their number.
        gated: some gate judges this eval, so that a single miss does not fail the run by itself.
        line: of the spec, 1-based.
        refused: why the outputs are not those of the job that is judged, or nothing.
        policy: the files that the graders were read from, with the spec.
        sampling: how the model is asked, where there are no recorded outputs.
        runtime: what asking it may use.
        repeats: how many outputs each prompt has.
        cluster: the field whose values tell which prompts may fare alike, or empty.
        keeps: what was answered is kept whole, for measures that look at it.
    """

    name: str
    prompts: tuple[Prompt, ...] | Path
    outputs: Path | None
    in_job: bool
    grader: Grader | None
    fields: Mapping[str, str] = field(default_factory=dict)
    items: Literal["all", "none"] | None = None
    gated: bool = False
    line: int = 1
    refused: str = ""
    policy: tuple[File, ...] = ()
    sampling: Sampling | None = None
    runtime: Runtime = BARE
    repeats: int = 1
    cluster: str = ""
    keeps: bool = True

    @cached_property
    def read(self) -> tuple[tuple[Prompt, ...], File | None]:
        """The prompts, and the file they came from.

        Raises:
            EvidenceError: the file cannot be read, or holds no prompts, or a broken or duplicate one.
        """
        if isinstance(self.prompts, Path):
            file = read(self.prompts)
            return read_prompts(file, self.fields), file
        check_prompts(self.prompts, self.name)
        return self.prompts, None

    @property
    def as_items(self) -> tuple[Prompt, ...]:
        """The prompts that are test items of their own.

        Raises:
            EvidenceError: they cannot be read, and no gate judges the eval: a gate would say so when it measures.
        """
        if self.items == "none":
            return ()
        try:
            prompts = self.read[0]
        except EvidenceError as e:
            if self.gated:
                return ()
            raise EvalError(f"{self.name}: {e}") from None
        return () if self.items is None and self.gated and len(prompts) > MOST_ITEMS else prompts

    def grade(self, job_directory: Callable[[], Path], job: Callable[[], Job] | None = None) -> Results:
        """What the outputs score, prompt by prompt: those that are recorded, or what the model answers now.

        Raises:
            EvidenceError: prompts or outputs cannot be read or judged.
        """
        if self.refused:
            raise EvalError(self.refused)
        if self.outputs is None:
            return self._sampled(job() if job else None)
        prompts, file = self.read
        path = self._in(job_directory() / self.outputs, job_directory()) if self.in_job else self.outputs
        found, outputs = recorded(path, self.fields, prompts)
        results = self._graded(prompts, found, [file, outputs, *self.policy])
        if file and file.digest.sha256 == outputs.digest.sha256:
            self._check_apart(file.name)
        return results

    def _check_apart(self, name: str) -> None:
        """Refuse a file of prompts and outputs at once that has one column for what was wanted and what came."""
        target, output = (self.fields.get(our, our) for our in ("target", "output"))
        if target == output:
            raise EvalError(
                f"{self.name}: {quoted(target)} of {name} is the target and the output, which would be compared with "
                "itself: write what the model answered to a column or a file of its own"
            )

    def _sampled(self, job: Job | None) -> Results:
        prompts, file = self.read
        sampling = self.sampling or Sampling()
        found = sample(self.name, prompts, self.fields, sampling, job, self.runtime, repeats=self.repeats)
        results = self._graded(prompts, found.outputs, [file, *self.policy], sampling.max_errors)
        samples = (replace(found.samples, eval=self.name), *results.samples)
        return replace(results, faults=(*found.faults, *results.faults), samples=samples)

    def _graded(
        self, prompts: Sequence[Prompt], outputs: Iterable[Output], files: Sequence[Digested | None], tolerated: int = 0
    ) -> Results:
        found = grade(
            self.name, prompts, outputs, self.grader, files, tolerated, repeats=self.repeats, keeps=self.keeps
        )
        return replace(found, cluster=self.cluster)

    def _in(self, said: Path, folder: Path) -> Path:
        """The outputs in the job's folder, and not where a symbolic link leads out of it."""
        path = Path(os.path.realpath(said))
        if not path.is_relative_to(os.path.realpath(folder)):
            raise EvalError(f"{self.name}: the outputs {shown(path)} lie outside the job's folder {shown(folder)}")
        return path

    def judged(self, results: Results, prompt: Prompt) -> Result:
        """The result of one prompt.

        Raises:
            EvalError: there is no answer of it to judge, or nothing of the outputs can be trusted.
        """
        result = results.results[prompt.id]
        if self.gated and result.state == "errored" and set(results.faults) <= set(results.errors):
            # The gates decide, and one on the error rate may admit it.
            return result
        if result.state in _BROKEN and (results.faults or result.state != "errored"):
            raise EvalError(f"{self.name}[{prompt.id}] could not be judged: {result.why}")
        if results.faults and not any(r.state in _BROKEN for r in results.results.values()):
            raise EvalError(f"{self.name}: {results.faults[0]}")
        return result
