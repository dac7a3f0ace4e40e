"""The number grader."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

UNHURRIED = settings(deadline=None)


def graded(answer: str, target: object, **options: object) -> Grade:
    return build_grader({"type": "number", **options})(Output("a", answer), Prompt("a", "", target, {}, "held.jsonl:3"))


@UNHURRIED
@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_found_as_python_writes_it(value: float) -> None:
    assert graded(f"The answer is {value!r}.", value).passed


@UNHURRIED
@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_thousands_commas_change_nothing(value: int) -> None:
    assert graded(f"{value:,}", value).passed


@UNHURRIED
@given(value=st.integers(), other=st.integers())
def test_whole_numbers_match_if_and_only_if_they_are_equal(value: int, other: int) -> None:
    assert graded(str(other), value).passed == (value == other)


@pytest.mark.parametrize(
    ("answer", "target"),
    [
        ("**5**", 5),
        ("_5_", 5),
        ("It is 5.", 5),
        ("5kg", 5),
        ("$5", 5),
        ("x=-5", -5),
        ("\u22125", -5),
        ("-$5", -5),
        ("1,234.5", 1234.5),
        ("1.5e3", 1500),
        (".5", 0.5),
        ("0.10", 0.1),
        ("5", "5"),
        ("Qwen2 says 5", 5),
    ],
)
def test_a_number_is_read_as_people_write_it(answer: str, target: object) -> None:
    assert graded(answer, target) == Grade(1.0)


@pytest.mark.parametrize(
    "answer",
    [
        *("-5", "\u22125", "\u20135", "\uff0d5", "-$5", "5½", "5²", "5_000", "5\uff10", "\uff15", "v1.5", "1.2.5"),
        *("5,5", "5e1", "5e400", "5e5e5", "5" * 401, "five", "nan", "inf", "5 or 6", "2018-05-05", "10:5", "1,5"),
    ],
)
def test_what_is_not_five_alone_does_not_pass_for_five(answer: str) -> None:
    assert not graded(answer, 5).passed


def test_several_numbers_are_a_miss_that_says_so() -> None:
    assert graded("5 or 6", 5).why == (
        "wanted 5, but the answer holds several numbers (5, 6; pick: first or last would choose): '5 or 6'"
    )


def test_pick_chooses_among_several() -> None:
    assert graded("5 or 6", 5, pick="first").passed
    assert graded("5 or 6", 6, pick="last").passed
    assert not graded("5 or 6", 6, pick="first").passed


def test_pick_does_not_step_over_a_number_that_cannot_be_read() -> None:
    assert graded("5 or 1.2.3", 5, pick="last").why == "wanted 5, but '1.2.3' is not a number that can be read"


def test_no_number_is_a_miss_that_says_so() -> None:
    assert graded("none", 5).why == "wanted 5, but the answer holds no number: 'none'"


def test_an_absolute_tolerance_includes_its_ends() -> None:
    assert graded("5.5", 5, tolerance=0.5).passed
    assert graded("5.51", 5, tolerance=0.5).why == "wanted 5 within 0.5, got 5.51 (off by 0.51)"


def test_a_percentage_is_of_the_target() -> None:
    assert graded("-101", -100, tolerance="1%").passed
    assert not graded("-101.01", -100, tolerance="1%").passed
    assert not graded("0.001", 0, tolerance="50%").passed


def test_whole_numbers_beyond_floats_are_told_apart() -> None:
    assert graded("9007199254740992", 9007199254740993).why == (
        "wanted 9007199254740993, got 9007199254740992 (off by 1)"
    )


@pytest.mark.parametrize("target", [True, "five", "", "1e999", [5], float("nan"), float("inf"), 10**400])
def test_a_target_that_is_no_finite_number_is_an_error(target: object) -> None:
    with pytest.raises(EvalError, match=r"cannot be graded by number: its target is .*; a finite number is wanted"):
        graded("5", target)


@pytest.mark.parametrize("minus", "-\u2010\u2011\u2012\u2013\u2212")
def test_a_minus_is_one_in_whatever_way_it_is_set(minus: str) -> None:
    assert graded(f"It is {minus}7.", -7).passed
    assert not graded(f"It is {minus}7.", 7).passed


@pytest.mark.parametrize("tolerance", [-1, True, "1", "x%", "-1%", float("nan"), float("inf"), None])
def test_a_tolerance_that_is_none_is_refused(tolerance: object) -> None:
    with pytest.raises(ValueError, match=r"the grader number: tolerance is .*; a number from 0 on"):
        build_grader({"type": "number", "tolerance": tolerance})


@pytest.mark.parametrize("answer", ["1,," * 300_000 + "\uff15", "9" * 1_000_000, "-" * 1_000_000, "1e" * 300_000])
def test_long_runs_are_read_in_one_go(answer: str) -> None:
    assert not graded(answer, 5).passed


@pytest.mark.parametrize("written", ["1e-99999999999999999999", "0e99999999999999999999"])
def test_an_exponent_beyond_all_numbers_is_none_that_can_be_read(written: str) -> None:
    assert graded(written, 0).why == f"wanted 0, but '{written}' is not a number that can be read"
    with pytest.raises(EvalError, match=r"its target is the text '.*'; a finite number is wanted"):
        graded("0", written)
