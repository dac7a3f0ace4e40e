"""A metric's whole curve beside one that is expected: what trainers' own tests write by hand."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from ..errors import JobError
from ..estimators import estimate
from ..evidence import Evidence
from ..files import shown
from ..job import Job
from ..prior import Prior
from ..score import Score
from ..series import Series
from ..sources import JobRef, read_job
from ..wording import counted, listed, number
from .curve import scored

_MOST = 5


@dataclass(frozen=True)
class Golden:
    """At how many steps a metric is not what was expected.

    Every step of the expected curve must have been logged. A value is as expected where it is no further off than
    `atol + rtol * |expected|`, as numpy.allclose has it.

    Attributes:
        metric: the metric.
        expected: a file that is read as a job; None for the baseline's job.
        rtol: the share of the expected value that a value may be off.
        atol: how far it may be off besides.
        steps: the steps that are compared; empty for all that the expected curve has.
    """

    metric: str
    expected: Path | None
    rtol: float = 0.0
    atol: float = 0.0
    steps: tuple[int, ...] = ()
    span: ClassVar[tuple[float, float]] = (0.0, math.inf)
    is_ratio: ClassVar[bool] = False

    @property
    def what(self) -> str:
        """What is measured, in words."""
        return f"steps at which {self.metric} is not as expected"

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the job's metric.

        Raises:
            FtgateError: either curve is missing, they are logged by different axes, or a wanted step is in neither.
        """
        job, golden = evidence.job, self._golden(evidence)
        if {digest.path for digest in job.files} & {digest.path for digest in golden.files}:
            raise JobError(f"the expected curve is read from the job's own {shown(golden.files[0].path)}")
        found, wanted = job.metric(self.metric), golden.metric(self.metric)
        end = estimate(found)
        estimate(wanted)
        if found.axis != wanted.axis:
            raise JobError(f"{found.file} logs {found.logged_as} by {found.axis}, {wanted.file} by {wanted.axis}")
        pairs = self._pairs(found, wanted)
        off = {step: pair for step, pair in pairs.items() if not self.alike(*pair)}
        score = scored(job, end, float(len(off)), self.what, self._told(found, pairs, off, wanted), (found,))
        doubt = score.inconclusive or self._falls_short(found, wanted)
        return replace(score, evidence=(*score.evidence, *golden.files), n=len(pairs), inconclusive=doubt)

    @cached_property
    def _file(self) -> Job:
        return read_job(JobRef(self.expected or Path()))

    def _golden(self, evidence: Evidence) -> Job:
        if self.expected is not None:
            return self._file
        baseline = evidence.baseline
        if isinstance(baseline, Prior):
            raise JobError(f"the baseline {shown(baseline.path)} is a verdict, which holds no curve: name a job")
        return baseline.job

    def _pairs(self, found: Series, wanted: Series) -> Mapping[float, tuple[float, float]]:
        """The found and the expected value of each step; a step that is not there is not a number."""
        steps = tuple(float(step) for step in self.steps or wanted.values.index)
        unknown = [step for step in steps if step not in wanted.values.index]
        if unknown:
            places = listed(map(number, unknown))
            raise JobError(f"{wanted.file}: {wanted.logged_as} has no value at {wanted.axis} {places}")
        return {step: (float(found.values.get(step, math.nan)), float(wanted.values[step])) for step in steps}

    def _falls_short(self, found: Series, wanted: Series) -> str:
        """Why a curve that was cut off, or is of a shorter run, expects nothing of how this job ended."""
        last, end = float(wanted.values.index[-1]), float(found.values.index[-1])
        widest = float(wanted.values.index.to_series().diff().max()) if len(wanted) > 1 else last
        if self.steps or end - last < 2 * widest:
            return ""
        where = f"{wanted.axis} {number(last, 9)} of {number(end, 9)}"
        said = "name the steps, steps: [...], where no more is expected"
        return f"{wanted.file} is the expected curve, and it expects nothing after {where}: {said}"

    def alike(self, found: float, wanted: float) -> bool:
        """Whether `found` is near enough to `wanted`; what is not finite is near to nothing."""
        return math.isfinite(wanted) and abs(found - wanted) <= self.atol + self.rtol * abs(wanted)

    def _told(
        self,
        series: Series,
        pairs: Mapping[float, tuple[float, float]],
        off: Mapping[float, tuple[float, float]],
        wanted: Series,
    ) -> str:
        said = [f"{series.axis} {number(step, 9)}: {_value(a)} for {number(b, 6)}" for step, (a, b) in off.items()]
        where = f" ({listed(said, most=_MOST)})" if said else ""
        return f"of {counted(len(pairs), 'step')} of {series.logged_as} beside {wanted.file}{where}"


def _value(value: float) -> str:
    return "nothing finite" if not math.isfinite(value) else number(value, 6)
