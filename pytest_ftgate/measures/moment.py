"""The value of a series at the moment that a gate's `at` names, the weights that ship among them."""

from dataclasses import replace
from typing import Literal

from ..checkpoints import Shipped
from ..errors import JobError
from ..estimators import At, Estimate, Window, estimate
from ..job import Job
from ..score import Score
from ..series import Series
from ..wording import listed, number, plain

Moment = At | Literal["shipped"]
"""Which value of a series is meant; `shipped` is the one of the weights that the job hands on."""


def value_at(job: Job, series: Series, at: Moment, window: Window = None) -> Estimate:
    """The value of `series` that `at` names.

    The value that ships is, of a full-set series, the one at the step that ships or the nearest one before it; of a
    series that is logged per step, the final one of the part up to that step.

    Raises:
        JobError: as `estimate` does; or which step ships is not known, the series has no value up to it, or it is
            not logged by step.
    """
    if at != "shipped":
        return estimate(series, at, window)
    ships = _ships(job)
    estimate(series)
    part = _up_to(series, ships)
    if not series.full_set:
        found = estimate(part, "final", window)
        return replace(found, how=f"{found.how}, up to step {_step(ships)}, which ships")
    measured = int(part.values.index[-1])
    which = "which ships" if measured == ships.step else f"the last before step {_step(ships)}, which ships"
    return replace(estimate(series, measured), how=f"{series.logged_as} at step {number(measured, 9)}, {which}")


def explained(score: Score, job: Job, at: Moment) -> Score:
    """`score`, whose details begin with how it is known what ships, where `at` asks for that."""
    if at != "shipped" or job.shipped is None:
        return score
    return replace(score, details=(f"step {_step(job.shipped)} ships: {plain(job.shipped.why)}", *score.details))


def _ships(job: Job) -> Shipped:
    if job.shipped is not None:
        return job.shipped
    steps = listed(number(one.step, 9) for one in job.checkpoints)
    known = f"; its checkpoints are of steps {steps}" if steps else ""
    raise JobError(
        f"which step's weights ship is not known (read as {job.source}): "
        f"name the step, at: {{step: N}}, or use at: final or at: best{known}"
    )


def _up_to(series: Series, ships: Shipped) -> Series:
    if series.axis != "step":
        raise JobError(
            f"{series.file}: {series.logged_as} is logged by {series.axis}, so its value at step {_step(ships)}, which "
            "ships, is not known; use at: final or at: best"
        )
    part = series.up_to(ships.step)
    if not len(part):
        first = number(float(series.values.index[0]), 9)
        raise JobError(
            f"{series.file}: {series.logged_as} has no value at or before step {_step(ships)}, which ships; "
            f"its first is at step {first}"
        )
    return part


def _step(ships: Shipped) -> str:
    return number(ships.step, 9)
