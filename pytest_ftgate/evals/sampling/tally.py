"""How far an asking is, and where its answers go."""

from collections.abc import Callable
from dataclasses import dataclass

from .request import Request


@dataclass(frozen=True, slots=True)
class Came:
    """An answer as it came.

    Attributes:
        body: JSON, as it came.
        at: when, in seconds since 1970.
        seconds: from the request to the whole answer, of the attempt that succeeded; None where nobody waited for it.
        attempts: how often it was asked for, with the one that succeeded.
    """

    body: str
    at: float
    seconds: float | None = None
    attempts: int = 1


Keep = Callable[[Request, Came], None]
"""What becomes of an answer to a request."""

Lose = Callable[[Request, str], None]
"""What becomes of a prompt without one: its request, and why."""


@dataclass
class Tally:
    """How far it is.

    Attributes:
        total: requests that are to be asked.
        answered: that have their answer.
        lost: that are given up.
        retries: attempts that failed and were made again.
    """

    total: int
    answered: int = 0
    lost: int = 0
    retries: int = 0
