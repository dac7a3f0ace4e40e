"""Waivers: asked only about a gate that missed, and never about more."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftgate.bounds import Bound
from pytest_ftgate.decision import PROMOTING, Decision, Status
from pytest_ftgate.waiver import State, Waiver, told

LAST = date(2026, 12, 31)
WAIVER = Waiver("g", "new tokenizer", "alice", LAST, "#412", Bound(0.4), high=0.4, line=9)
MISS = Decision(Status.FAIL, "g 0.35 > max 0.3", ("detail",))


def test_a_miss_within_the_bound_is_waived_until_the_last_day() -> None:
    decision, state = WAIVER.judge(MISS, 0.4, LAST)
    assert (decision.status, state) == (Status.WAIVED, State.APPLIED)
    assert decision.details == ("waived until 2026-12-31 by alice: new tokenizer (#412)", "detail")


def test_the_day_after_it_has_expired() -> None:
    decision, state = WAIVER.judge(MISS, 0.35, date(2027, 1, 1))
    assert (decision.status, state) == (Status.FAIL, State.EXPIRED)
    assert decision.details[0] == "the waiver of line 9 expired on 2026-12-31: alice, new tokenizer"


def test_beyond_its_bound_it_covers_nothing() -> None:
    decision, state = WAIVER.judge(MISS, 0.40001, LAST)
    assert (decision.status, state) == (Status.FAIL, State.EXCEEDED)
    assert decision.details[0] == "the waiver of line 9 covers values up to 0.4, and 0.40001 is beyond that"


@pytest.mark.parametrize("spoilt", [{"finite": False}, {"sure": False}])
def test_a_value_that_is_not_finite_and_a_doubt_are_never_waived(spoilt: dict[str, Any]) -> None:
    decision = Decision(Status.FAIL, "g", **spoilt)
    found, state = Waiver("g", "r", "o", LAST).judge(decision, None, LAST)
    assert (found.status, state) == (Status.FAIL, State.NOT_COVERED)
    assert "errors, doubt and values that are not finite are never waived" in found.details[0]


@pytest.mark.parametrize("value", ["text", True, None])
def test_what_is_no_number_is_within_no_bound(value: object) -> None:
    assert WAIVER.judge(MISS, value, LAST)[1] is State.EXCEEDED  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "today", "state"),
    [
        (Status.PASS, LAST, State.UNUSED),
        (Status.WARN, date(2027, 1, 1), State.EXPIRED),
        (Status.INCONCLUSIVE, LAST, State.NOT_COVERED),
        (Status.ERROR, LAST, State.NOT_COVERED),
        (Status.NOT_EVALUATED, LAST, State.NOT_ASKED),
    ],
)
def test_a_gate_that_did_not_miss_is_left_as_it_was(status: Status, today: date, state: State) -> None:
    decision = Decision(status, "g")
    assert WAIVER.judge(decision, 0.35, today) == (decision, state)
    assert WAIVER.idle(status, today) is state


@given(st.sampled_from(Status), st.booleans(), st.booleans(), st.floats(), st.dates())
def test_it_never_turns_anything_but_a_certain_miss_within_its_bound_and_time_into_a_pass(
    status: Status, finite: bool, sure: bool, value: float, today: date
) -> None:
    found, _ = WAIVER.judge(Decision(status, "g", finite=finite, sure=sure), value, today)
    covered = status is Status.FAIL and finite and sure and value <= 0.4 and today <= LAST
    assert (found.status in PROMOTING) == (covered or status in PROMOTING)


def test_it_is_told_in_an_inert_line() -> None:
    found = Waiver("g", "a\x1b[2J", "o\n", LAST).as_json(State.UNUSED)
    assert told(found) == (
        r"waiver of g, until 2026-12-31 by o\n: a\x1b[2J: not needed: the gate holds nothing up, so remove it"
    )
    assert WAIVER.as_json(State.APPLIED)["up_to"] == 0.4


def test_a_bound_that_is_none_covers_any_certain_miss() -> None:
    assert Waiver("g", "r", "o", LAST).judge(MISS, "cancelled", LAST)[1] is State.APPLIED
