"""OpenAI's string_check."""

import pytest

from pytest_ftgate.evals.answers import CALLED
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.grade import WideGrader
from pytest_ftgate.evals.outputs import Output

from .grading import called, cannot, grade, prompt, refusal


def check(operation: str, given: str = "{{ sample.output_text }}", wanted: str = "{{ item.x }}") -> dict[str, object]:
    return {"type": "string_check", "input": given, "reference": wanted, "operation": operation}


@pytest.mark.parametrize(
    ("operation", "x", "passed"),
    [
        ("eq", "The cat", True),
        ("eq", "the cat", False),
        ("ne", "the cat", True),
        ("ne", "The cat", False),
        ("neq", "the cat", True),
        ("neq", "The cat", False),
        ("like", "cat", True),
        ("like", "Cat", False),
        ("ilike", "CAT", True),
        ("ilike", "dog", False),
        # The input contains the reference, and not the other way round.
        ("like", "The cat sat", False),
    ],
)
def test_operations_are_those_of_the_guide(operation: str, x: str, passed: bool) -> None:
    assert grade(check(operation), "The cat", x=x).passed is passed


@pytest.mark.parametrize(
    ("operation", "x", "why"),
    [
        ("eq", "cat", "wanted 'cat', got 'The cat'"),
        ("ne", "The cat", "wanted anything but 'The cat'"),
        ("like", "dog", "wanted 'dog' in 'The cat'"),
    ],
)
def test_a_miss_says_what_was_wanted_and_what_came(operation: str, x: str, why: str) -> None:
    assert grade(check(operation), "The cat", x=x) == Grade(0.0, why)


def test_a_miss_is_told_alike_where_the_sample_is_the_reference() -> None:
    config = check("eq", "{{ item.x }}", "{{ sample.output_text }}")
    assert grade(config, "B", x="A").why == "wanted 'A', got 'B'"


def test_by_default_the_output_is_compared_with_the_target() -> None:
    assert build_grader("string_check")(Output("a", "So."), prompt(target="So.")).passed


def test_a_prompt_without_a_target_says_what_it_has() -> None:
    assert cannot("string_check", "So.", x=1) == "string_check: item has no 'target'; it has 'id', 'x'"


def test_a_name_is_said_before_what_is_wrong() -> None:
    assert grade({**check("eq"), "name": "city"}, "B", x="A").why == "city: wanted 'A', got 'B'"
    assert grade({**check("eq"), "name": "\x1b[1m" + "n" * 99}, "B", x="A").why.startswith("\\x1b[1mnnn")


@pytest.mark.parametrize("operation", ["eq", "ne", "like", "ilike"])
def test_an_output_that_lacks_the_part_misses_whatever_is_asked_of_it(operation: str) -> None:
    found = grade(check(operation, "{{ sample.output_json.city }}"), "{}", x="A")
    assert (found.score, found.passed, found.void) == (0.0, False, True)
    assert found.why == "sample.output_json has no 'city'; it is empty"


def test_a_blank_reference_would_be_contained_in_everything() -> None:
    assert cannot(check("like"), "So.", x=" ").startswith("string_check: the reference is blank, and every text")


@pytest.mark.parametrize("operation", ["ne", "neq"])
def test_everything_but_a_blank_would_be_anything(operation: str) -> None:
    assert cannot(check(operation), "So.", x=" ") == (
        "string_check: the reference is blank, and every answer is another text"
    )
    assert grade(check(operation, "{{ item.x }}", "{{ sample.output_json.y }}"), '{"y": ""}', x="A").passed


def test_a_blank_from_the_model_is_a_miss_and_not_contained_in_everything() -> None:
    found = grade(check("ilike", "{{ item.x }}", "{{ sample.output_json.y }}"), '{"y": ""}', x="A")
    assert (found.passed, found.why) == (False, "the reference is blank, and every text contains a blank")


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (check("equals"), "operation is the text 'equals'; eq, ne, neq, like, ilike are possible"),
        (
            check("eq", "{{ item.y }}"),
            "neither input nor reference looks at the sample, so every output would be graded",
        ),
        (
            check("eq", "{{ sample.output_text }}", "{{sample.output_text}}"),
            "input and reference are the same, so the output would be compared with itself",
        ),
        (
            check("eq", "{{ itm.y }}"),
            "input has '{{ itm.y }}' in it; only {{ item.x }} and {{ sample.x }} are filled in",
        ),
        ({**check("eq"), "reference": 5}, "reference is the number 5; text is wanted"),
        ({**check("eq"), "name": 5}, "its name is no text"),
    ],
)
def test_a_check_that_could_not_fail_or_be_made_is_refused(config: object, why: str) -> None:
    assert refusal(config).startswith(f"the grader string_check: {why}")


def test_the_guide_s_check_of_a_tool_s_name_and_arguments() -> None:
    name = check("eq", "get_acceptors", "{{sample.output_tools[0].function.name}}")
    arguments = check("eq", '{"smiles": "{{item.smiles}}"}', "{{sample.output_tools[0].function.arguments}}")
    output = called("get_acceptors", '{"smiles": "CCO"}')
    assert grade([name, arguments], output, smiles="CCO").passed
    assert grade([name, arguments], output, smiles="CC").why == (
        """wanted '{"smiles": "CC"}', got '{"smiles": "CCO"}'"""
    )
    assert not grade(name, called("other")).passed


def test_a_check_of_the_text_does_not_judge_an_output_that_calls_a_tool() -> None:
    assert grade(check("ne"), called("f"), x="A") == Grade(0.0, CALLED, void=True)
    assert not isinstance(build_grader(check("ne")), WideGrader)
