"""Two models on the same prompts: what was fixed, what broke, and how sure the difference is."""

from collections.abc import Sequence
from functools import partial
from statistics import NormalDist

from ..comparison import Comparison
from ..errors import EvalError, EvidenceError
from ..files import shown
from ..score import Score
from ..statistics import Interval, mcnemar, mean_interval, minimum_detectable_effect, standard_error, tango
from ..wording import listed, number
from .estimates import Bounds, in_words, two_sided
from .readings import Reading
from .selection import Selection

_MOST_IDS = 10
_SIGNIFICANT = 0.05
_POWER = 0.8

Read = tuple[Selection, Reading]


def paired(score: Score, base: Score, where: str, mine: Read, theirs: Read) -> Comparison:
    """A score beside the baseline's, prompt by prompt; `where` names the baseline.

    Raises:
        EvalError: the two are of other prompts, or of the same outputs.
    """
    check_same(mine[0], theirs[0])
    broken, fixed = _ids(mine, theirs), _ids(theirs, mine)
    details = tuple(f"{word}: {listed(ids, _MOST_IDS)}" for word, ids in (("broken", broken), ("fixed", fixed)) if ids)
    values, before = mine[1].values, theirs[1].values
    if not values:
        return Comparison(score, base, where, details)
    if mine[1].binary and theirs[1].binary and mine[0].clusters is None:
        changed = f"{len(fixed):,} fixed and {len(broken):,} broken"
        bounds, how = _binary(values, before, changed)
        return Comparison(score, base, where, details, bounds, how)
    return Comparison(score, base, where, details, *_means(values, before, mine[0].clusters))


def check_same(mine: Selection, theirs: Selection) -> None:
    """Refuse to compare other prompts, or outputs with themselves.

    Raises:
        EvalError: the ids or texts of the prompts differ, or the outputs are read from the same files.
    """
    if mine.basis != theirs.basis:
        raise EvalError(f"{mine.name}: the prompts are not the same: {mine.basis} here, {theirs.basis} there")
    files = set(theirs.found.files)
    if files and files == set(mine.found.files):
        names = listed(shown(digest.path) for digest in theirs.found.files)
        raise EvalError(
            f"{mine.name}: both jobs' outputs are read from the same files ({names}): "
            "write `outputs: {job: FILE}` for a file in each job's folder"
        )
    if not files - set(mine.found.files) and theirs.found.origin and theirs.found.models == mine.found.models:
        raise EvalError(f"{mine.name}: the same model was asked for both: leave the model's name out of `sample`")


def _ids(these: Read, others: Read) -> list[str]:
    """The prompts that these missed and the others did not."""
    missed = {result.prompt.id for result in others[1].missed}
    return [result.prompt.id for result in these[1].missed if result.prompt.id not in missed]


def _binary(values: Sequence[float], before: Sequence[float], changed: str) -> tuple[Bounds, str]:
    """Prompts that pass or do not: McNemar's test and Tango's interval."""
    pairs = list(zip(values, before, strict=True))
    up, down = sum(now > then for now, then in pairs), sum(now < then for now, then in pairs)
    n, p = len(pairs), mcnemar(up, down)
    least = minimum_detectable_effect(n, (up + down) / n, _POWER)
    test = f"{changed} of {n:,} (McNemar p = {number(p, 2)})"
    said = f"{test}; difference {number((up - down) / n, 3)} ({in_words(tango(up, down, n))})"
    return partial(_tango, up, down, n), said + _power(p < _SIGNIFICANT, least)


def _means(
    values: Sequence[float], before: Sequence[float], clusters: Sequence[str] | None
) -> tuple[Bounds | None, str]:
    """Numbers per prompt: the interval of the mean of their differences."""
    changes = [now - then for now, then in zip(values, before, strict=True)]
    mean = sum(changes) / len(changes)
    try:
        found = mean_interval(changes, clusters)
        error = standard_error(changes, clusters)
    except EvidenceError:
        return None, f"difference {number(mean, 3)}, of which no error is known"
    least = error * (NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(_POWER))
    shown_by = not found.low <= 0 <= found.high
    said = f"difference {number(mean, 3)} ({in_words(found)})" + _power(shown_by, least)
    return partial(_mean_bounds, changes, clusters), said


def _power(found: bool, least: float) -> str:
    """What a difference that was not found must be smaller than, more likely than not."""
    if found:
        return ""
    power = f"{number(_POWER * 100)} % power"
    return f"; no difference is shown, and one below {number(least, 2)} would often be missed ({power})"


def _tango(up: int, down: int, n: int, level: float) -> Interval:
    return Interval(tango(up, down, n, level, "lower").low, tango(up, down, n, level, "upper").high, level, "Tango")


def _mean_bounds(changes: Sequence[float], clusters: Sequence[str] | None, level: float) -> Interval:
    found = mean_interval(changes, clusters, two_sided(level))
    return Interval(found.low, found.high, level, f"paired {found.method}")
