"""exact, contains and one_of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

UNHURRIED = settings(deadline=None)

BLANKLESS = st.text(min_size=1).filter(str.strip)


def graded(config: str | dict[str, object], answer: str, target: object = None) -> Grade:
    prompt = Prompt("a", "", target, {"id": "a", "expected": "x"}, "held.jsonl:3")
    return build_grader(config)(Output("a", answer), prompt)


@UNHURRIED
@given(answer=st.text(), target=BLANKLESS)
def test_exact_passes_if_and_only_if_the_texts_are_equal(answer: str, target: str) -> None:
    assert graded("exact", answer, target).passed == (answer == target)


@UNHURRIED
@given(target=BLANKLESS, before=st.text(), after=st.text())
def test_contains_passes_wherever_the_target_stands(target: str, before: str, after: str) -> None:
    assert graded("contains", before + target + after, target).passed


@UNHURRIED
@given(answer=st.text(), target=BLANKLESS)
def test_ignoring_more_never_turns_a_pass_into_a_miss(answer: str, target: str) -> None:
    loose: dict[str, object] = {"type": "exact", "ignore_case": True, "ignore_whitespace": True}
    assert graded(loose, answer, target).passed >= graded("exact", answer, target).passed


@UNHURRIED
@given(answer=st.text(), target=BLANKLESS)
def test_why_is_one_printable_line_and_empty_only_for_a_pass(answer: str, target: str) -> None:
    grade = graded("exact", answer, target)
    assert grade.why.isprintable()
    assert bool(grade.why) != grade.passed


def test_a_miss_says_what_was_wanted_and_what_came() -> None:
    assert graded("exact", "cat", "dog").why == "wanted 'dog', got 'cat'"
    assert graded("contains", "cat", ["ca", "dog"]).why == "wanted 'dog' in it, got 'cat'"
    one_of: dict[str, object] = {"type": "one_of", "values": ["dog", "cow"]}
    assert graded(one_of, "cat").why == "wanted one of 'dog', 'cow', got 'cat'"


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("PARIS, France", "equal but for case: ignore_case: true would accept it"),
        ("Paris,  France\n", "equal but for white space: ignore_whitespace: true would accept it"),
        ("paris,\tfrance", "equal but for case and white space: ignore_case: true and ignore_whitespace: true would"),
    ],
)
def test_a_near_miss_names_the_option_that_would_accept_it(answer: str, hint: str) -> None:
    for kind in ("exact", "contains"):
        assert hint in graded(kind, answer, "Paris, France").why
    assert hint in graded("one_of", answer, ["Rome", "Paris, France"]).why


def test_ignore_case_and_white_space_accept_what_they_say() -> None:
    assert graded({"type": "exact", "ignore_case": True}, "STRASSE", "Straße").passed
    assert graded({"type": "exact", "ignore_whitespace": True}, "  a\n b ", "a b").passed
    assert not graded({"type": "exact", "ignore_whitespace": True}, "ab", "a b").passed
    assert graded({"type": "one_of", "values": ["Yes"], "ignore_case": True}, "yes").passed


def test_texts_that_look_alike_once_cut_are_told_apart() -> None:
    same = "x" * 100
    assert graded("exact", same + "b", same + "a").why.endswith(" (they differ from character 101 on)")
    assert graded("exact", same + "b", same).why.endswith(" (they differ from character 101 on)")


def test_hostile_text_is_spelt_out() -> None:
    assert graded("exact", "\x1b[2J\n::error::\u202e\ud800", "ok").why == (
        "wanted 'ok', got '\\x1b[2J\\n::error::\\u202e\\ud800'"
    )


def test_a_huge_answer_is_cut_in_the_message() -> None:
    assert len(graded("exact", "x" * 10_000_000, "ok").why) < 200


def test_the_grader_s_own_target_goes_before_the_prompt_s() -> None:
    assert graded({"type": "exact", "target": "yes"}, "yes", "no").passed


@pytest.mark.parametrize(
    ("config", "target", "why"),
    [
        ("exact", 5, "exact: its target is the number 5, but text is compared: quote it"),
        ("exact", False, "exact: its target is false, but text is compared: quote it"),
        ("exact", " ", "exact: its target is blank, and a blank says nothing about an answer"),
        ("exact", ["a"], "exact: its target is a list; text is wanted"),
        ("contains", "", "contains: its target is blank, and a blank says nothing about an answer"),
        ("contains", [], "contains: its target is an empty list"),
        (
            "contains",
            ["a", ""],
            "contains: its target has an item 2 that is blank, and a blank says nothing about an answer",
        ),
        ("one_of", "a", "one_of: its target is the text 'a'; a list of texts is wanted"),
    ],
)
def test_a_target_that_cannot_be_compared_is_an_error(config: str, target: object, why: str) -> None:
    with pytest.raises(EvalError) as caught:
        graded(config, "a", target)
    assert str(caught.value) == f"held.jsonl:3: prompt a cannot be graded by {why}"


def test_a_target_that_is_null_is_said_to_be() -> None:
    with pytest.raises(EvalError, match=r"by exact: its target is null and the grader has no target$"):
        build_grader("exact")(Output("a", "x"), Prompt("a", "", None, {"target": None}, "h.jsonl:3"))


def test_no_target_at_all_names_the_columns_there_are() -> None:
    with pytest.raises(EvalError) as caught:
        graded("exact", "a")
    assert str(caught.value).endswith(
        "it has no target and the grader no target; `fields` can name a column as the target: 'id', 'expected'"
    )
