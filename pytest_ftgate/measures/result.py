"""A number in another tool's report: lm-eval, Inspect, promptfoo, oaieval, or any JSON."""

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import EvalError
from ..evals.foreign import report_of
from ..evals.foreign.numbers import Number, Report
from ..evals.prompts import described
from ..evidence import Evidence
from ..files import File, below, read
from ..score import Score
from ..wording import counted, listed, number, quoted

_RATIOS = frozenset({"acc", "accuracy", "rate", "exact", "f1", "precision", "recall", "auroc", "auc"})

Scale = Literal["", "ratio", "percent"]


@dataclass(frozen=True)
class ReportedNumber:
    """One number that a report gives.

    Attributes:
        file: the report: as resolved, or below the job's folder where `in_job` is set.
        key: what names the number: a tool's own name for it, or a path of names joined by dots.
        in_job: the report lies in the job's folder.
        scale: how the gate's bounds are written, of a number that reports give as a ratio or in percent.
        refused: why the report is not of the job that is judged, or nothing.
    """

    file: Path
    key: str
    in_job: bool = False
    scale: Scale = ""
    refused: str = ""

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"{self.key} in {self.file.name}"

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return (-math.inf, math.inf)

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it."""
        return is_ratio(self.key)

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the number.

        Raises:
            EvidenceError: the report is missing, of a run that failed or of another model, or has no such number.
        """
        if self.refused:
            raise EvalError(self.refused)
        file = read(below(evidence.job.directory, self.file) if self.in_job else self.file)
        report = report_of(file)
        _check_model(file, report, evidence)
        try:
            found = report.number(self.key)
            given = found if isinstance(found, Number) else Number(found)
            value = _number(given.value, self.key)
        except ValueError as e:
            raise EvalError(f"{file.name}: {e}") from None
        doubt = report.doubt or _doubt(value, self.scale)
        how = f"{quoted(self.key)[1:-1]} in {file.name} ({_basis(report, given)})"
        n, error = 1 if given.n is None else given.n, given.stderr or 0.0
        return Score(value, self.what, how, n=n, inconclusive=doubt, evidence=(file.digest,), error=error)


def is_ratio(key: str) -> bool:
    """Whether a number of this name is a share, which reports write from 0 to 1 or in percent."""
    name = key.rpartition(".")[2].partition(",")[0]
    return not _RATIOS.isdisjoint(re.split(r"[^a-z0-9]+", name.casefold()))


def _check_model(file: File, report: Report, evidence: Evidence) -> None:
    """A report of another model says nothing about this job's, where both are named."""
    if not report.models or not evidence.names_a_job:
        return
    model = evidence.job.facts.get("model")
    others = [name for name in sorted(report.models) if not _same(name, str(model))]
    if model and others:
        told = f"of {listed(map(quoted, others))}, the job's model is {quoted(str(model))}"
        raise EvalError(f"{file.name}: the report is {told}")


def _same(one: str, other: str) -> bool:
    return one == other or os.path.normpath(one) == os.path.normpath(other)


def _number(value: object, key: str) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{quoted(key)} is {described(value)}; a number is wanted")
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ValueError(f"{quoted(key)} is too large a number")
    return value


def _doubt(value: float, scale: Scale) -> str:
    """Why a share cannot be held against its bounds: one is a ratio, the other may be in percent."""
    if scale == "ratio" and value > 1:
        return "it is above 1, so the report may be in percent, but the gate's bounds are of a ratio"
    if scale == "percent" and abs(value) <= 1:
        return "it is not above 1, so the report may give a ratio, but the gate's bounds are above 1"
    return ""


def _basis(report: Report, given: Number) -> str:
    n = f", {counted(given.n, 'prompt')}" if given.n is not None else ""
    error = f", standard error {number(given.stderr)}" if given.stderr is not None else ""
    return f"{report.tool}{n}{error}"


_LARGEST = 10**300
