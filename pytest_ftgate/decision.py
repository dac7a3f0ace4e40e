"""What becomes of a gate: its status, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of a gate, best first: `worst` relies on this order."""

    PASS = "pass"  # noqa: S105 - a status, not a secret
    WARN = "warn"
    WAIVED = "waived"
    NOT_EVALUATED = "not_evaluated"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    FAIL = "fail"


PROMOTING = frozenset({Status.PASS, Status.WARN, Status.WAIVED})
"""The statuses that do not stand in the way of a promotion."""


@dataclass(frozen=True)
class Decision:
    """A status and why.

    Attributes:
        status: what became of the score.
        headline: observed, relation, threshold, distance, estimator: one line that stands alone.
        details: further lines.
        observed: the value as the headline writes it.
        wanted: the threshold as the headline writes it.
        measured: False when nothing was measured, which meets no `any`.
        finite: False when the value, or the baseline's, was NaN or infinite, which no trade-off and no `severity: warn`
            excuses.
        sure: False when a part of it is inconclusive, which no waiver covers.
    """

    status: Status
    headline: str
    details: tuple[str, ...] = ()
    observed: str = ""
    wanted: str = ""
    finite: bool = True
    measured: bool = True
    sure: bool = True


def worst(statuses: Iterable[Status]) -> Status:
    """The status that decides over several."""
    order = list(Status)
    return max(statuses, key=order.index)


def best(statuses: Iterable[Status]) -> Status:
    """The status that decides where one is enough."""
    return min(statuses, key=list(Status).index)
