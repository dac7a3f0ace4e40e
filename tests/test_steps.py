"""What settling the rows of a log costs, and that many resumes are settled as one is."""

from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftgate.errors import JobError
from pytest_ftgate.steps import settle


class Step(float):
    """A step that counts how often it is compared."""

    compared: ClassVar[int] = 0
    __hash__ = float.__hash__

    def __lt__(self, other: float) -> bool:
        Step.compared += 1
        return float(self) < float(other)

    def __le__(self, other: float) -> bool:
        Step.compared += 1
        return float(self) <= float(other)

    def __gt__(self, other: float) -> bool:
        Step.compared += 1
        return float(self) > float(other)

    def __ge__(self, other: float) -> bool:
        Step.compared += 1
        return float(self) >= float(other)

    def __neg__(self) -> "Step":
        return Step(-float(self))


def resumed_again_and_again(n: int) -> list[tuple[float, float]]:
    """A run of `n` steps, then `n` resumes that each come five steps far."""
    again = [(n + k, 2.0) for _ in range(n) for k in range(1, 6)]
    return [(Step(step), value) for step, value in [*((k, 1.0) for k in range(n + 1)), *again]]


def comparisons(n: int) -> int:
    rows = resumed_again_and_again(n)
    before = Step.compared
    settle(rows, "loss", "log", "step", appended=True)
    return Step.compared - before


def test_a_log_of_nothing_but_resumes_costs_little_more_than_its_length() -> None:
    assert comparisons(2000) < 3 * comparisons(1000)


def test_a_log_of_nothing_but_resumes_keeps_the_last_run() -> None:
    settled, notes = settle(resumed_again_and_again(50), "loss", "log", "step", appended=True)
    assert settled == {**dict.fromkeys(range(51), 1.0), **dict.fromkeys(range(51, 56), 2.0)}
    assert notes == ("loss was resumed: 245 values from before the resume dropped",)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=30))
def test_settling_is_dropping_at_each_resume_what_came_at_or_after_it(rows: list[tuple[float, float]]) -> None:
    try:
        settled, _ = settle(rows, "loss", "log", "step", appended=True)
    except JobError as e:
        assert "two runs in one file" in str(e)  # noqa: PT017
        return
    assert settled == plainly(rows)


def plainly(rows: list[tuple[float, float]]) -> dict[float, float]:
    forward = sorted(b - a for (a, _), (b, _) in pairwise(rows) if b > a)
    interval = forward[len(forward) // 2] if forward else 0
    found: dict[float, float] = {}
    for k, (step, value) in enumerate(rows):
        if k and rows[k - 1][0] - step > interval:
            found = {s: v for s, v in found.items() if s < step}
        found[step] = value
    return found


def test_a_log_that_starts_again_after_a_resume_names_where_it_had_come_to() -> None:
    rows = [(step, 1.0) for step in (1, 2, 3, 4, 9, 3, 4, 5, 1)]
    with pytest.raises(JobError, match="loss starts again at step 1 after step 5: two runs in one file"):
        settle(rows, "loss", "log", "step", appended=True)
