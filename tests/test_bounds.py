"""Numbers of a threshold, and how what was observed is written beside them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftgate.bounds import Bound, apart, distance, equal, kind, typed, word
from pytest_ftgate.job import Fact

VALUES = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_bound_is_finite(value: float) -> None:
    with pytest.raises(ValueError, match=rf"^must be a finite number, not {value}$"):
        Bound(value)


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        (Bound(0.95), "0.95"),
        (Bound(0.071, percent=True), "7.1%"),
        (Bound(1.0, percent=True), "100%"),
        (Bound(0.0), "0"),
        (Bound(-2.5), "-2.5"),
        (Bound(1e-9), "1e-9"),
    ],
)
def test_a_bound_is_written_as_the_spec_has_it(bound: Bound, text: str) -> None:
    assert str(bound) == text


@pytest.mark.parametrize(
    ("value", "wanted", "same"),
    [(1, 1.0, True), (1, True, False), (True, True, True), ("1", 1, False), (0, False, False), ("a", "a", True)],
)
def test_true_is_not_one_and_a_number_not_its_text(value: Fact, wanted: Fact, same: bool) -> None:
    assert equal(value, wanted) is same


@pytest.mark.parametrize(
    ("value", "written", "whose"),
    [
        (True, "true", "a truth value"),
        ("a\x1b[2J", r"a\x1b[2J", "text"),
        (3, "3", "a number"),
        (0.5, "0.5", "a number"),
    ],
)
def test_a_value_is_written_plainly_with_its_kind(value: Fact, written: str, whose: str) -> None:
    assert (word(value), kind(value), typed(value)) == (written, whose, f"{written} ({whose})")


def test_a_huge_integer_is_written_whole() -> None:
    assert word(10**20) == "1" + "0" * 20


def test_a_long_text_is_cut() -> None:
    assert len(word("x" * 10_000_000)) == 200


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (0.95001, Bound(0.95), "0.95001"),
        (1.23456, Bound(2.0), "1.235"),
        (0.5, Bound(0.9, percent=True), "50%"),
        (12346.0, Bound(12345.0), "12346"),
    ],
)
def test_an_observed_value_has_the_digits_that_tell_it_from_the_bound(value: float, bound: Bound, text: str) -> None:
    assert apart(value, bound) == text


@given(VALUES, VALUES, st.booleans())
def test_what_is_written_stands_to_the_bound_as_the_value_does(value: float, limit: float, percent: bool) -> None:
    shown = float(apart(value, Bound(limit, percent)).removesuffix("%"))
    line = float(str(Bound(limit, percent)).removesuffix("%"))
    if not math.isinf(shown) and not math.isinf(line):
        assert (value < limit) <= (shown <= line)
        assert (value > limit) <= (shown >= line)


def test_a_distance_from_a_percentage_is_in_points() -> None:
    assert distance(0.5, Bound(0.9, percent=True)) == "40 points"
    assert distance(0.5, Bound(0.75)) == "0.25"
