"""all_of, any_of and weighted."""

import pytest

from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

REFUND = {"type": "contains", "target": "refund"}
SHORT = {"type": "length", "max": 10}
CALL = {"type": "tool_call", "calls": {"name": "pay"}}


def graded(config: object, answer: str, state: str = "answered") -> Grade:
    calls = ({"id": "1", "type": "function", "function": {"name": "pay", "arguments": "{}"}},)
    output = Output("a", answer, state, tools=calls if state == "called" else ())  # type: ignore[arg-type]
    return build_grader(config)(output, Prompt("a", "", None, {}, "h.jsonl:3"))  # type: ignore[arg-type]


def refused(kind: str, graders: object, **options: object) -> str:
    with pytest.raises(ValueError, match=f"the grader {kind}: ") as caught:
        build_grader({"type": kind, "graders": graders, **options})
    return str(caught.value).removeprefix(f"the grader {kind}: ")


def test_all_of_names_the_first_part_that_misses() -> None:
    config = {"type": "all_of", "graders": [REFUND, SHORT]}
    assert graded(config, "a refund") == Grade(1.0)
    assert graded(config, "a long refund").why == "length: 13 characters, more than the 10 that are wanted"


def test_any_of_names_every_part_when_none_passes() -> None:
    config = {"type": "any_of", "graders": [REFUND, "refusal"]}
    assert graded(config, "I refuse to").passed
    assert graded(config, "no").why == (
        "none passes: contains: wanted 'refund' in it, got 'no', "
        "refusal: a refusal is wanted, and no phrase of one is in 'no'"
    )


def test_weighted_takes_the_mean() -> None:
    graders = [{"grader": REFUND, "weight": 2}, {"grader": SHORT}]
    grade = graded({"type": "weighted", "graders": graders, "min": 0.6}, "a long refund")
    assert grade.score == pytest.approx(2 / 3)
    assert (grade.passed, grade.why) == (True, "")
    grade = graded({"type": "weighted", "graders": graders, "min": 0.6}, "no")
    assert grade.score == pytest.approx(1 / 3)
    assert not grade.passed
    assert grade.why == ("0.3333, and 0.6 is wanted: contains: wanted 'refund' in it, got 'no' (weight 2)")


@pytest.mark.parametrize("weights", [(0.1, 0.2, 0.7), (1e-9, 1e8, 3), (1 / 3, 1 / 3, 1 / 3)])
def test_a_mean_of_ones_is_one(weights: tuple[float, ...]) -> None:
    graders = [{"grader": REFUND, "weight": weight} for weight in weights]
    assert graded({"type": "weighted", "graders": graders}, "refund") == Grade(1.0)


def test_graders_of_graders_nest() -> None:
    inner = {"type": "any_of", "graders": [SHORT, REFUND]}
    assert graded({"type": "all_of", "graders": [inner, REFUND]}, "a long refund").passed


@pytest.mark.parametrize("kind", ["all_of", "any_of"])
def test_a_tool_call_reaches_the_part_that_judges_it(kind: str) -> None:
    grade = graded({"type": kind, "graders": [CALL, SHORT]}, "", "called")
    assert grade.passed == (kind == "any_of")
    assert grade.void == (kind == "all_of")
    weighted = {"type": "weighted", "min": 0.1, "graders": [{"grader": CALL}, {"grader": SHORT}]}
    assert not graded(weighted, "", "called").passed


@pytest.mark.parametrize(
    ("graders", "why"),
    [
        (None, "graders is missing; a list of graders is wanted"),
        ([], "graders is an empty list; a list of graders is wanted"),
        ("exact", "graders is the text 'exact'; a list of graders is wanted"),
        ([5], "graders holds the number 5; a name or options with a `type` is wanted"),
        (["exact"] * 51, "graders holds 51, more than the 50 that there may be"),
        ([{"type": "length"}], "the grader length: it needs max, min or both"),
    ],
)
def test_parts_that_cannot_be_used_say_why(graders: object, why: str) -> None:
    assert refused("all_of", graders) == why
    if isinstance(graders, list) and graders and graders[0] != 5 and len(graders) < 50:
        assert refused("weighted", [{"grader": one} for one in graders]) == why


@pytest.mark.parametrize("weight", [0, -1, True, "2", float("nan"), float("inf")])
def test_a_weight_that_is_none_is_refused(weight: object) -> None:
    said = refused("weighted", [{"grader": "exact", "weight": weight}])
    assert said.startswith("weight is ")
    assert said.endswith("; a number above 0 is wanted")


def test_a_weighted_part_is_a_grader_and_a_weight() -> None:
    assert refused("weighted", ["exact"]) == "each of graders is {grader: ..., weight: 2}, and one is not"
