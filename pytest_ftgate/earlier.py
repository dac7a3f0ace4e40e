"""Which checkpoint would have passed: the curve gates of a spec judged on the part of the job up to each."""

import math
from collections.abc import Sequence
from dataclasses import replace

from .checkpoints import Checkpoint
from .decision import PROMOTING
from .errors import FtgateError
from .estimators import estimate
from .evidence import Evidence
from .gate import Check, Gate
from .job import Job
from .measures import OF_CURVES
from .wording import counted, number, plain

_MOST = 50


def is_of_curves(gate: Gate) -> bool:
    """Whether a gate reads curves to their end and nothing else, so that it has a meaning at an earlier step."""
    return all(map(_of_curve, gate.checks()))


def passing_checkpoint(gates: Sequence[Gate], evidence: Evidence) -> str:
    """A sentence that names the checkpoint at which all curve gates would have passed, or nothing.

    The best of them by valid_loss is named, or the last where there is none. Where the job's files name no checkpoints,
    the steps of its evaluations are tried.
    """
    curves = [gate for gate in gates if is_of_curves(gate)]
    job = evidence.job
    if not curves or any(series.axis != "step" for series in job.series.values()):
        return ""
    for candidate in sorted(_candidates(job), key=lambda one: _badness(job, one)):
        before = _up_to(job, candidate.step)
        if all(_passes(gate, before) for gate in curves):
            return _told(candidate, len(curves), saved=bool(job.checkpoints))
    return ""


def _told(found: Checkpoint, gates: int, *, saved: bool) -> str:
    every = f"all {gates} curve gates" if gates > 1 else "the curve gate"
    if saved:
        return f"{plain(found.name)}, step {number(found.step, 9)}, would have passed {every}"
    return f"at step {number(found.step, 9)} {every} would have passed: ship that checkpoint, if it was saved"


def _of_curve(check: Check) -> bool:
    to_its_end = getattr(check.measure, "at", "final") == "final"
    return isinstance(check.measure, OF_CURVES) and check.change is None and to_its_end


def _candidates(job: Job) -> list[Checkpoint]:
    if job.checkpoints:
        found = list(job.checkpoints)
    else:
        steps = {float(s) for name, series in job.series.items() if "valid" in name for s in series.values.index}
        found = [Checkpoint(step, counted(int(step), "step")) for step in sorted(steps)]
    stride = math.ceil(len(found) / _MOST) or 1
    return found[:-1][::stride]


def _badness(job: Job, checkpoint: Checkpoint) -> tuple[float, float]:
    try:
        valid = estimate(job.metric(job.sets("valid_loss")[0]).up_to(checkpoint.step))
    except FtgateError:
        return (math.inf, -checkpoint.step)
    return (valid.value if math.isfinite(valid.value) else math.inf, -checkpoint.step)


def _up_to(job: Job, step: float) -> Job:
    cut = {name: series.up_to(step) for name, series in job.series.items()}
    return replace(job, series={name: series for name, series in cut.items() if len(series)}, unfinished="")


def _passes(gate: Gate, job: Job) -> bool:
    try:
        return gate.decide(gate.measure(Evidence.holding(job))).status in PROMOTING
    except FtgateError:
        return False
