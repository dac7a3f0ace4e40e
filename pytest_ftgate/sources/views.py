"""Several views of one run in one folder: they must agree, and the one that came furthest is read."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import JobError
from ..files import shown
from ..job import Job
from ..series import Series
from ..wording import listed, number

# Logs round to four decimals, and each process of a run on several devices may write its own value.
_RELATIVE, _ABSOLUTE = 2e-3, 1.5e-4


def furthest(where: Path, reads: Sequence[Callable[[], Job]]) -> Job:
    """The view that came furthest, the first of equals, with the digests of all and what to say of the others.

    Raises:
        JobError: the views are of two runs, or one that is needed cannot be read.
    """
    chosen = reads[0]()
    for read in reads[1:]:
        try:
            other = read()
        except JobError as e:
            # The state of a finished run needs no second witness.
            if chosen.facts.get("status") != "succeeded":
                raise
            chosen = replace(chosen, notes=(*chosen.notes, f"not compared: {str(e).splitlines()[0]}"))
            continue
        _refuse_two_runs(where, chosen, other)
        chosen = _joined(chosen, other)
    return chosen


def _joined(first: Job, second: Job) -> Job:
    best, other = (first, second) if _done(first) >= _done(second) else (second, first)
    note: tuple[str, ...] = ()
    if 0 < _done(other) < _done(best):
        note = (f"{_name(other)} is of step {number(_done(other))} of this run, {_name(best)} is read instead",)
    return replace(best, files=(*best.files, *other.files), notes=(*best.notes, *note))


def _refuse_two_runs(where: Path, first: Job, second: Job) -> None:
    what = next((fact for fact in ("planned_steps",) if _differ(first, second, fact)), "")
    if not what and not (what := _contradicted(first, second)):
        return
    names = listed([_name(first), _name(second)])
    raise JobError(f"{shown(where)}: two runs in one folder: {names} differ in their {what}; point job: at one file")


def _differ(first: Job, second: Job, fact: str) -> bool:
    return fact in first.facts and fact in second.facts and first.facts[fact] != second.facts[fact]


def _contradicted(first: Job, second: Job) -> str:
    both = [name for name in first.series if name in second.series and name in ("train_loss", "valid_loss")]
    return next((name for name in both if _disagree(first.series[name], second.series[name])), "")


def _disagree(one: Series, two: Series) -> bool:
    """Whether most values at the steps that both have are different."""
    shared = one.values.index.intersection(two.values.index) if one.axis == two.axis else ()
    pairs = [(float(one.values[step]), float(two.values[step])) for step in shared]
    same = sum(map(_alike, pairs))
    return bool(pairs) and 2 * same < len(pairs)


def _alike(pair: tuple[float, float]) -> bool:
    a, b = pair
    # A logger of one of them may write NaN as zero.
    return math.isclose(a, b, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE) or not (math.isfinite(a) and math.isfinite(b))


def _done(job: Job) -> float:
    done = job.facts.get("steps", 0)
    return float(done) if isinstance(done, int | float) else 0.0


def _name(job: Job) -> str:
    return shown(job.files[0].path) if job.files else shown(job.where)
