"""How fast: limits, waits, and what hangs."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.evals.sampling.pace import Patience, Slots, Waiting, Width


def test_the_width_is_cut_once_a_second_and_grows_back() -> None:
    width = Width(10)
    for now in (0.0, 0.1, 0.9):
        width.cut(now)
    assert width.value == 7.0
    for _ in range(100):
        width.grow()
    assert width.value == 10.0


@settings(deadline=None)
@given(st.integers(1, 1000), st.lists(st.booleans(), max_size=300))
def test_the_width_is_never_less_than_one_nor_more_than_was_asked_for(most: int, events: list[bool]) -> None:
    width = Width(most)
    for now, good in enumerate(events):
        width.grow() if good else width.cut(float(now))
        assert 1 <= width.value <= most


@settings(deadline=None)
@given(st.integers(1, 6000), st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_no_minute_has_more_requests_than_allowed(per_minute: int, gaps: list[float]) -> None:
    slots, now, begun = Slots(per_minute), 0.0, []
    for gap in gaps:
        now += gap
        begun.append(now + slots.reserve(now))
    assert all(sum(start <= other < start + 60 - 1e-6 for other in begun) <= per_minute for start in begun)


def test_without_a_limit_nothing_waits() -> None:
    assert [Slots(None).reserve(5.0, 1e9) for _ in range(3)] == [0.0, 0.0, 0.0]


def test_many_tokens_make_the_next_wait() -> None:
    tokens = Slots(600)
    assert (tokens.reserve(0.0, 100), tokens.reserve(0.0, 1)) == (0.0, 10.0)


def test_what_hangs_is_told_by_how_long_answers_take() -> None:
    patience = Patience(60.0)
    told = [patience.learn(2.0) for _ in range(20)]
    assert told == [False] * 19 + [True]
    assert [patience.limit(hung) for hung in range(4)] == [8.0, 16.0, 32.0, 60.0]


def test_nothing_is_taken_to_hang_before_enough_is_known_or_within_seconds() -> None:
    patience = Patience(60.0)
    assert patience.limit(0) == 60.0
    for _ in range(20):
        patience.learn(0.01)
    assert patience.limit(0) == 5.0


@settings(deadline=None)
@given(st.floats(0.001, 1e6), st.integers(1, 10), st.integers())
def test_no_wait_is_shorter_than_the_server_asks(asked_for: float, attempt: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    assert Waiting(1.0, chance).seconds(attempt, asked_for) > asked_for


@settings(deadline=None)
@given(st.integers(1, 10), st.integers())
def test_other_waits_double_up_to_a_bound(attempt: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    assert 0 <= Waiting(1.0, chance).seconds(attempt, None) <= min(20.0, 2.0 ** (attempt - 1))
