"""OpenAI's multi, and the formulas it computes."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.evals.answers import CALLED
from pytest_ftgate.evals.graders.expression import formula

from .grading import called, cannot, grade, refusal

UNHURRIED = settings(deadline=None)
NAME = {
    "type": "text_similarity",
    "name": "name_grader",
    "input": "{{sample.output_json.name}}",
    "reference": "{{item.name}}",
    "evaluation_metric": "fuzzy_match",
    "pass_threshold": 0.9,
}
EMAIL = {
    "type": "string_check",
    "name": "email_grader",
    "input": "{{sample.output_json.email}}",
    "reference": "{{item.email}}",
    "operation": "eq",
}
PERSON: dict[str, Any] = {"name": "John Doe", "email": "john.doe@gmail.com"}
RIGHT, TYPO = (
    '{"name": "John Doe", "email": "john.doe@gmail.com"}',
    '{"name": "Jon Doe", "email": "john.doe@gmail.com"}',
)


def value(text: str, **scores: float) -> float:
    return formula(text, tuple(scores))(scores)


def multi(text: str = "(name + email) / 2", **more: object) -> dict[str, object]:
    return {"type": "multi", "graders": {"name": NAME, "email": EMAIL}, "calculate_output": text, **more}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0.5 * a + 0.5 * b", 0.75),
        ("(a + b) / 2", 0.75),
        ("a - b", 0.5),
        ("-b + +a", 0.5),
        ("b ^ 2", 0.25),
        ("b ** 2", 0.25),
        ("2 * b ^ 2", 0.5),
        ("min(a, b)", 0.5),
        ("max(a, b, 3)", 3.0),
        ("min(a)", 1.0),
        ("abs(b - a)", 0.5),
        ("floor(b)", 0.0),
        ("ceil(b)", 1.0),
        ("exp(a - 1)", 1.0),
        ("sqrt(b * 0.5)", 0.5),
        ("log(a)", 0.0),
        (" a ", 1.0),
    ],
)
def test_a_formula_is_computed_as_the_guide_says(text: str, wanted: float) -> None:
    assert value(text, a=1.0, b=0.5) == pytest.approx(wanted)


@pytest.mark.parametrize(
    "text",
    ["1 / (a - a)", "log(a - 1)", "sqrt(a - 2)", "exp(a * 1000)", "(0 - a) ^ 0.5", "(a + 9) ^ 999", "0 ^ (0 - a)"],
)
def test_a_formula_without_a_finite_value_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="has no finite value for a 1"):
        value(text, a=1.0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no text; a formula such as"),
        (5, "is no text; a formula such as"),
        ("a +", "'a +' is not a formula such as"),
        ("0.5 * a)", "'0.5 * a)' is not a formula such as"),
        ("a; b", "'a; b' is not a formula such as"),
        ("a\x00", "'a\\x00' is not a formula such as"),
        ("(" * 1_000 + "a" + ")" * 999, "'((((("),
        ("bb", "uses 'bb', which is no grader's name, did you mean 'b'?"),
        ("xyz", "uses 'xyz', which is no grader's name; there are 'a', 'b'"),
        ("__import__", "uses '__import__', which is no grader's name"),
        ("open(a)", "calls 'open', which is no function here; there are min, max"),
        ("a.__class__", "uses more than + - * / ^ and min, max, abs, floor, ceil, exp, sqrt, log"),
        ("a.real()", "uses more than"),
        ("[a for a in b]", "uses more than"),
        ("lambda: a", "uses more than"),
        ("a if b else a", "uses more than"),
        ("a > b", "uses more than"),
        ("a and b", "uses more than"),
        ("a // b", "uses more than"),
        ("a % b", "uses more than"),
        ("~a", "uses more than"),
        ("(a := 1)", "uses more than"),
        ("f'{a}'", "uses more than"),
        ("min(*a)", "calls min with 1 values; some is wanted"),
        ("min()", "calls min with 0 values; some is wanted"),
        ("min(a, key=b)", "calls min with 1 values; some is wanted"),
        ("log(a, b)", "calls log with 2 values; one is wanted"),
        ("'a' * 9", "holds something that is no number of an ordinary size"),
        ("a + True", "holds something that is no number of an ordinary size"),
        ("a + 1e99", "holds something that is no number of an ordinary size"),
        ("a + 1e999", "holds something that is no number of an ordinary size"),
        ("a + 1j", "holds something that is no number of an ordinary size"),
        ("9" * 1_500 + " * a", "holds something that is no number of an ordinary size"),
        ("0.5", "'0.5' uses no grader, so every output would be graded alike"),
        ("+".join(["a"] * 60), "nests deeper than 50 levels"),
        ("a + " * 600 + "a", "has 2,401 characters, more than the 2,000 that a formula may have"),
    ],
)
def test_what_is_no_formula_is_refused_before_anything_is_computed(text: object, why: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        formula(text, ("a", "b"))
    assert str(caught.value).startswith(why)


@UNHURRIED
@given(st.text(max_size=200))
def test_any_text_is_a_formula_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = formula(text, ("a",))({"a": 0.5})
    except ValueError:
        return
    assert math.isfinite(found)


@UNHURRIED
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_weighted_mean_lies_between_its_scores(a: float, b: float, w: float) -> None:
    assert min(a, b) - 1e-9 <= value("w * a + (1 - w) * b", a=a, b=b, w=w) <= max(a, b) + 1e-9


def test_the_guide_s_example_halves_the_credit_of_a_wrong_mail_address() -> None:
    assert grade(multi(), RIGHT, **PERSON).passed
    assert 0.9 < grade(multi(), TYPO, **PERSON).score < 1
    assert grade(multi(), RIGHT.replace("gmail", "gmx"), **PERSON).score == 0.5


@pytest.mark.parametrize(("threshold", "passed"), [(0.9, True), (0.97, False)])
def test_the_threshold_decides_and_a_miss_shows_each_part(threshold: float, passed: bool) -> None:
    found = grade(multi(pass_threshold=threshold), TYPO, **PERSON)
    assert found.passed is passed
    if not passed:
        assert found.why.startswith("scored 0.9667, and 0.97 is wanted: name 0.9333, email 1")


def test_weights_that_sum_to_a_hair_below_one_pass() -> None:
    parts = dict.fromkeys("abc", EMAIL)
    config = {"type": "multi", "graders": parts, "calculate_output": "0.6 * a + 0.3 * b + 0.1 * c"}
    assert grade(config, RIGHT, **PERSON).passed


def test_a_value_beyond_0_to_1_is_compared_as_it_is_and_cut_for_the_mean() -> None:
    found = grade(multi("3 * name + 4 * email", pass_threshold=7), RIGHT, **PERSON)
    assert (found.score, found.own, found.passed) == (1.0, 7.0, True)
    found = grade(multi("name - 3 * email", pass_threshold=1), RIGHT, **PERSON)
    assert (found.score, found.own, found.passed) == (0.0, -2.0, False)
    missed = grade(multi("3 * name + 4 * email", pass_threshold=7), TYPO, **PERSON)
    assert (missed.score, missed.passed) == (1.0, False)


@pytest.mark.parametrize("said", ["nope", "{}", '{"name": "John Doe"}'])
def test_a_part_that_cannot_be_graded_is_never_turned_into_a_pass(said: str) -> None:
    found = grade(multi("1 - name * email"), said, **PERSON)
    assert (found.score, found.passed, found.void) == (0.0, False, True)
    assert found.why.startswith(("name: ", "email: sample.output_json has no 'email'; it has 'name'"))


def test_the_graders_may_be_a_list_that_has_names() -> None:
    config = {"type": "multi", "graders": [NAME, EMAIL], "calculate_output": "name_grader * email_grader"}
    assert grade(config, RIGHT, **PERSON).passed


def test_a_formula_that_fails_on_some_scores_is_an_error() -> None:
    said = cannot(multi("name / email"), RIGHT.replace("gmail", "gmx"), **PERSON)
    assert said == "multi: 'name / email' has no finite value for email 0, name 1"


def test_a_part_that_judges_calls_makes_the_whole_judge_them() -> None:
    check = {"type": "string_check", "input": "{{ sample.output_tools[0].function.name }}", "reference": "f"}
    config = {"type": "multi", "graders": {"call": check}, "calculate_output": "call"}
    assert grade(config, called("f")).passed
    assert grade(multi(), called("f"), **PERSON).why == CALLED


def test_a_part_that_judges_text_does_not_judge_a_call() -> None:
    check = {"type": "string_check", "input": "{{ sample.output_tools[0].function.name }}", "reference": "f"}
    config = {"type": "multi", "graders": {"call": check, "text": "x"}, "calculate_output": "call - text"}
    config["graders"] = {"call": check, "text": {"type": "exact", "target": "x"}}
    assert grade(config, called("f")).why == f"text: {CALLED}"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"calculate_output": None}, "calculate_output is missing: a formula of the graders' names"),
        ({"calculate_output": "name + mail"}, "calculate_output uses 'mail', which is no grader's name, did you mean"),
        ({"graders": None}, "graders is missing; graders by name, or a list of graders with names, are wanted"),
        ({"graders": {}}, "graders is empty, so nothing would be graded"),
        ({"graders": "exact"}, "graders is the text 'exact'; graders by name"),
        ({"graders": [{"type": "exact"}]}, "graders holds an item 1 without a name of its own"),
        ({"graders": [NAME, EMAIL, NAME]}, "graders holds an item 3 without a name of its own"),
        ({"graders": {"a": "exact"}}, "its grader 'a' is the text 'exact'; options with a `type` are wanted"),
        ({"graders": {"a": multi()}}, "its grader 'a' is a multi, and these do not nest"),
        ({"graders": {"a": {"type": "exat"}}}, "its grader 'a': no grader is called 'exat'"),
        ({"graders": {f"g{i}": EMAIL for i in range(51)}}, "graders holds 51, more than the 50 that there may be"),
        ({"pass_threshold": 0}, "pass_threshold is 0, which every score reaches"),
    ],
)
def test_a_multi_that_could_not_be_computed_is_refused(change: dict[str, object], why: str) -> None:
    assert refusal({**multi(), **change}).startswith(f"the grader multi: {why}")
