"""What a spec says of one eval: where its prompts and outputs are, and what grades them."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from ..errors import EvalError, EvidenceError
from ..files import File, read, shown
from .graders import Grader
from .outputs import read_outputs
from .prompts import Prompt, check_prompts, read_prompts
from .result import Result
from .results import Results, grade

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
        outputs: the file of recorded outputs: as resolved, or below the job's folder where `in_job` is set.
        grader: what grades an output; None where every prompt brings its own.
        fields: our field names to the files' own.
        items: whether every prompt is a test item; None decides by their number.
        gated: some gate judges this eval, so that a single miss does not fail the run by itself.
        line: of the spec, 1-based.
        refused: why the outputs are not those of the job that is judged, or nothing.
    """

    name: str
    prompts: tuple[Prompt, ...] | Path
    outputs: Path
    in_job: bool
    grader: Grader | None
    fields: Mapping[str, str] = field(default_factory=dict)
    items: Literal["all", "none"] | None = None
    gated: bool = False
    line: int = 1
    refused: str = ""

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

    def grade(self, job_directory: Callable[[], Path]) -> Results:
        """What the recorded outputs score, prompt by prompt.

        Raises:
            EvidenceError: prompts or outputs cannot be read or judged.
        """
        if self.refused:
            raise EvalError(self.refused)
        prompts, file = self.read
        outputs = read(self._in(job_directory()) if self.in_job else self.outputs)
        return grade(self.name, prompts, read_outputs(outputs, self.fields), self.grader, [file, outputs])

    def _in(self, folder: Path) -> Path:
        """The outputs in the job's folder, and not where a symbolic link leads out of it."""
        path = Path(os.path.realpath(folder / self.outputs))
        if not path.is_relative_to(os.path.realpath(folder)):
            raise EvalError(f"{self.name}: the outputs {shown(path)} lie outside the job's folder {shown(folder)}")
        return path

    def judged(self, results: Results, prompt: Prompt) -> Result:
        """The result of one prompt.

        Raises:
            EvalError: there is no answer of it to judge, or nothing of the outputs can be trusted.
        """
        result = results.results[prompt.id]
        if result.state in _BROKEN:
            raise EvalError(f"{self.name}[{prompt.id}] could not be judged: {result.why}")
        if results.faults and not any(r.state in _BROKEN for r in results.results.values()):
            raise EvalError(f"{self.name}: {results.faults[0]}")
        return result
