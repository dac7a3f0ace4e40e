"""How fast: requests in flight, a minute's requests and tokens, and how long to wait before asking again."""

import random
from dataclasses import dataclass, field

MOST_ATTEMPTS = 10
"""Attempts that one prompt is given."""

_LONGEST_WAIT = 20.0
_ENOUGH_ANSWERS = 20
_FEWEST_SECONDS = 5.0
_TIMES_THE_SLOWEST = 4.0


@dataclass
class Width:
    """How many requests may be in flight: additive increase, multiplicative decrease, as TCP does.

    Source: Chiu and Jain, Analysis of the increase and decrease algorithms for congestion avoidance in computer
    networks, 1989. One decrease a second, because one overload refuses many requests at once.

    Attributes:
        most: the most that it can be, >= 1.
        value: what it is, 1..most.
    """

    most: int
    value: float = 0.0
    _cut_at: float = float("-inf")

    def __post_init__(self) -> None:
        self.value = float(self.most)

    def grow(self) -> None:
        """After an answer."""
        self.value = min(float(self.most), self.value + 1 / self.value)

    def cut(self, now: float) -> None:
        """After the server asked to slow down."""
        if now - self._cut_at >= 1.0:
            self._cut_at = now
            self.value = max(1.0, self.value * 0.7)


@dataclass
class Slots:
    """Evenly spaced shares of a minute: never more than `per_minute` in any minute, and no burst.

    Attributes:
        per_minute: None for no limit.
        next: when the next share begins.
    """

    per_minute: float | None
    next: float = float("-inf")

    def reserve(self, now: float, amount: float = 1.0) -> float:
        """Take `amount` shares, and tell how many seconds from `now` they begin."""
        if self.per_minute is None:
            return 0.0
        begins = max(now, self.next)
        self.next = begins + amount * 60.0 / self.per_minute
        return begins - now


@dataclass
class Patience:
    """How long one attempt may take. What hangs is told from what is slow by how long answers have taken.

    Attributes:
        most: seconds, as the spec says.
        slowest: seconds that the slowest answer took.
        answers: how many there have been.
    """

    most: float
    slowest: float = 0.0
    answers: int = 0

    def learn(self, seconds: float) -> bool:
        """After an answer; whether it is only now that enough is known."""
        self.slowest = max(self.slowest, seconds)
        self.answers += 1
        return self.answers == _ENOUGH_ANSWERS

    def limit(self, hung: int) -> float:
        """Seconds for an attempt after `hung` attempts that took too long; each doubles it."""
        if self.answers < _ENOUGH_ANSWERS:
            return self.most
        return min(self.most, max(_FEWEST_SECONDS, _TIMES_THE_SLOWEST * self.slowest) * 2.0**hung)


@dataclass
class Waiting:
    """How long to wait before asking again: `first` seconds at most after the first attempt."""

    first: float
    chance: random.Random = field(default_factory=random.Random)

    def seconds(self, attempt: int, asked_for: float | None) -> float:
        """After the failed attempt with this number, counted from 1.

        Where the server says how long, at least that and a little more, so that not all come back at once. Else
        exponential with full jitter (Brooker, Exponential backoff and jitter, 2015).
        """
        if asked_for is not None:
            return asked_for + 0.005 + self.chance.uniform(0.0, 0.2 * min(asked_for, 5.0))
        return self.chance.uniform(0.0, min(_LONGEST_WAIT, self.first * 2.0 ** (attempt - 1)))
