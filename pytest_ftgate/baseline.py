"""What a model must not be worse than: the same measure of another job, or the value in an earlier verdict."""

from .comparison import Comparison
from .errors import FtgateError, JobError
from .evidence import Evidence
from .files import shown
from .job import Fact
from .measures import Measure, compare
from .prior import Prior
from .score import Score
from .wording import listed, plain

_ALIKE = {
    "method": "the training method",
    "validation_file": "the validation file",
}
"""Facts in which a job and its baseline must not differ, where both say them."""


def compared(measure: Measure, score: Score, evidence: Evidence, name: str) -> Comparison:
    """`score`, of the gate `name`, beside the baseline's score of the same measure.

    Raises:
        NoBaselineError: there is no baseline.
        FtgateError: there is one that cannot be compared with: of another method or validation set, or without the
            measure.
    """
    prior = evidence.baseline
    _check_alike(evidence, prior)
    _check_other(evidence, prior)
    try:
        found = _compared(measure, score, evidence, prior, name)
    except FtgateError as e:
        raise type(e)(f"the baseline cannot be compared with: {e}") from None
    if score.basis != found.base.basis:
        kinds = f"{score.basis or 'unknown'} here, {found.base.basis or 'unknown'} there"
        raise JobError(f"the baseline's {measure.what} is measured on something else: {kinds}")
    return found


def _compared(measure: Measure, score: Score, evidence: Evidence, prior: Evidence | Prior, name: str) -> Comparison:
    if isinstance(prior, Prior):
        return Comparison(score, prior.score(name, measure.what), f"verdict {shown(prior.path)}")
    return compare(measure, score, evidence, prior)


def _check_alike(evidence: Evidence, prior: Evidence | Prior) -> None:
    if not evidence.names_a_job:
        return
    mine, theirs = evidence.job.facts, _facts(prior)
    for fact, words in _ALIKE.items():
        if fact in mine and fact in theirs and mine[fact] != theirs[fact]:
            here, there = plain(str(mine[fact])), plain(str(theirs[fact]))
            raise JobError(f"the baseline cannot be compared with: {words} is {here} here and {there} there")


def _check_other(evidence: Evidence, prior: Evidence | Prior) -> None:
    """Refuse a job beside a part of itself, as one file of its folder; where all are the same, the measure says so."""
    if isinstance(prior, Prior) or not evidence.names_a_job:
        return
    mine, theirs = ({digest.path for digest in one.job.files} for one in (evidence, prior))
    if mine and theirs and (mine < theirs or theirs < mine):
        both = listed(shown(path) for path in sorted(mine & theirs))
        raise JobError(f"the baseline is the job itself: both are read from {both}: name another job's folder")


def _facts(prior: "Evidence | Prior") -> "dict[str, Fact]":
    return dict(prior.facts if isinstance(prior, Prior) else prior.job.facts)
