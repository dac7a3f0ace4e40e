"""The regex grader."""

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt


def graded(pattern: str, answer: str, **options: object) -> Grade:
    return build_grader({"type": "regex", "pattern": pattern, **options})(
        Output("a", answer), Prompt("a", "", None, {}, "h.jsonl:3")
    )


def test_the_pattern_may_match_anywhere() -> None:
    assert graded(r"\d{4}-\d\d", "on 2018-09.").passed


def test_a_miss_shows_pattern_and_answer() -> None:
    assert graded("^dog$", "cat").why == "'^dog$' is not found in 'cat'"


def test_a_miss_by_case_says_so() -> None:
    assert graded("dog", "DOG").why == (
        "'dog' is not found in 'DOG' (it is but for case: ignore_case: true would accept it)"
    )
    assert graded("dog", "DOG", ignore_case=True).passed


def test_ignore_whitespace_squeezes_the_answer() -> None:
    assert graded("^a b$", " a\n b ", ignore_whitespace=True).passed


def test_without_a_pattern_the_prompt_s_target_is_one() -> None:
    grader = build_grader("regex")
    assert grader(Output("a", "cat"), Prompt("a", "", "c.t", {}, "h.jsonl:3")).passed
    with pytest.raises(
        EvalError, match=r"h\.jsonl:3: prompt a cannot be graded by regex: its target '\(' is not a reg"
    ):
        grader(Output("a", "cat"), Prompt("a", "", "(", {}, "h.jsonl:3"))


def test_a_search_without_end_is_an_error_and_never_a_pass() -> None:
    with pytest.raises(EvalError) as caught:
        graded("(x+x+)+y", "x" * 5_000 + "z")
    assert str(caught.value) == (
        "h.jsonl:3: prompt a cannot be graded by regex: the pattern '(x+x+)+y' took more than 2 s on an answer of "
        "5,001 characters; write it without nested repetition"
    )


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "pattern '(' is not a regular expression: missing ) at position 1"),
        ("", "pattern is blank, and a blank says nothing about an answer"),
        ("a*", "pattern 'a*' is found in every text, so nothing could miss it"),
        ("x|", "pattern 'x|' is found in every text, so nothing could miss it"),
        ("a{99999999999}", "pattern 'a{99999999999}' is not a regular expression: repeat count too big at position 2"),
        ("a" * 10_001, "pattern has 10,001 characters, more than the 10,000 that a pattern may have"),
    ],
)
def test_a_pattern_that_decides_nothing_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match="the grader regex: ") as caught:
        build_grader({"type": "regex", "pattern": pattern})
    assert str(caught.value) == f"the grader regex: {why}"


def test_a_deep_pattern_is_refused() -> None:
    with pytest.raises(ValueError, match="too deep or too large a regular expression"):
        build_grader({"type": "regex", "pattern": "(" * 5000})


@pytest.mark.parametrize(
    "pattern", [r"\s*", "^", "$", r"\Z", "(?s).*", "(?i)", "(?=)", r"[\s\S]*", "^.*", r"(\.|!)?$", r"^\s*(yes|no)?"]
)
def test_a_pattern_with_anchors_that_every_text_has_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="is found in every text, so nothing could miss it"):
        build_grader({"type": "regex", "pattern": pattern})


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        ("^[^@]*$", "a@b"),
        ("^.*$", "a\nb"),
        (r"^\S*$", "a b"),
        (r"^\P{Han}*$", "\u6f22"),
        ("^.{0,9}$", "a" * 10),
        (r"(?s)^(.*[.])?$", "So"),
        (r"^(?<!\w)\D*$", "5"),
        (r"^(?:\w+\s*)*$", "a, b"),
    ],
)
def test_a_pattern_that_the_empty_text_has_and_another_lacks_decides(pattern: str, answer: str) -> None:
    assert not graded(pattern, answer).passed


def test_a_pattern_that_forbids_may_match_the_empty_text() -> None:
    assert graded("^(?!.*sorry)", "Yes.").passed
    assert not graded("^(?!.*sorry)", "I am sorry.").passed
