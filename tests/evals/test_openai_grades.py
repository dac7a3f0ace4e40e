"""Scores in a grader's own units, and graders that are made of graders."""

import pytest

from pytest_ftgate.evals.graders import Grade
from pytest_ftgate.evals.graders.grade import CALLS, WideGrader, joined, named, ruled, scaled

from .grading import called, prompt


@pytest.mark.parametrize(
    ("value", "threshold", "score", "passed"),
    [(4, 5, 0.5, False), (5, 5, 2 / 3, True), (7, None, 1.0, True), (6.9, None, 5.9 / 6, False), (9, 8, 1.0, True)],
)
def test_a_score_is_compared_in_its_own_units_and_averaged_in_0_to_1(
    value: float, threshold: float | None, score: float, passed: bool
) -> None:
    found = scaled(value, threshold, "", (1.0, 7.0))
    assert found.passed is passed
    assert found.score == pytest.approx(score)
    assert found.own == value


def test_a_full_score_below_its_threshold_is_no_pass() -> None:
    assert scaled(7, 8, "", (1.0, 7.0)) == Grade(1.0, "scored 7, and 8 is wanted", meets=False, value=7)


def test_a_pass_has_nothing_to_explain() -> None:
    assert ruled(0.7, "too little", passed=True) == Grade(0.7, "", meets=True)
    assert ruled(1.0, "too little", passed=True) == Grade(1.0)
    assert ruled(0.7, "too little", passed=False) == Grade(0.7, "too little")


def test_a_name_leaves_a_grader_of_calls_one() -> None:
    grader = named(WideGrader(lambda *_: Grade(0.0, "no"), CALLS), "calls")
    assert isinstance(grader, WideGrader)
    assert grader(called("f"), prompt()).why == "calls: no"


def test_what_is_made_of_graders_of_text_is_one() -> None:
    assert not isinstance(joined([lambda *_: Grade(1.0)], lambda *_: Grade(1.0)), WideGrader)
