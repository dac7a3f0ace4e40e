"""Building graders from what a spec says."""

import pytest

from pytest_ftgate.evals.graders import GRADERS, Grade, build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

KINDS = ", ".join(GRADERS)
PROMPT = Prompt("a", "", None, {}, "job.yaml:9")


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (
            "exat",
            f"no grader is called 'exat'; there are {KINDS}, did you mean 'exact'?",
        ),
        ({}, f"a grader without a `type`; {KINDS} are possible"),
        (
            {"type": 5},
            f"a grader's type is the number 5; {KINDS} are possible",
        ),
        (
            {"type": "exact", "ignorecase": True},
            "the grader exact has no option 'ignorecase', did you mean 'ignore_case'?; "
            "it has articles, ignore_case, ignore_whitespace, normalise, target",
        ),
        (
            {"type": "exact", "ignore_case": "yes"},
            "the grader exact: ignore_case is the text 'yes'; true or false is wanted",
        ),
        ({"type": "exact", "target": 5}, "the grader exact: target is the number 5, but text is compared: quote it"),
        (
            {"type": "number", "pick": "frist"},
            "the grader number: pick is the text 'frist'; only, first, last are possible, did you mean 'first'?",
        ),
        ([], "a grader is an empty list; a name, options with a `type`, or a list of these is wanted"),
        (["exact", ["exact"]], "a list of graders holds a list; a name or options with a `type` is wanted"),
        (None, "a grader is null; a name, options with a `type`, or a list of these is wanted"),
    ],
)
def test_a_config_that_cannot_be_built_says_why(config: object, why: str) -> None:
    with pytest.raises(ValueError, match="grader") as caught:
        build_grader(config)  # type: ignore[arg-type]
    assert str(caught.value) == why


def test_of_a_list_all_must_pass() -> None:
    grader = build_grader([{"type": "contains", "target": "9 am"}, {"type": "regex", "pattern": r"\.$"}])
    assert grader(Output("a", "At 9 am."), PROMPT) == Grade(1.0)
    assert grader(Output("a", "At 9 am"), PROMPT) == Grade(0.0, "'\\.$' is not found in 'At 9 am'")
    assert grader(Output("a", "At ten"), PROMPT).why == "wanted '9 am' in it, got 'At ten'"


def test_every_grader_names_the_option_that_holds_what_is_wanted() -> None:
    assert {name: kind.reference for name, kind in GRADERS.items()} == {
        "exact": "target",
        "contains": "target",
        "one_of": "values",
        "regex": "pattern",
        "number": "target",
        "json_schema": "schema",
        "string_check": "reference",
        "text_similarity": "reference",
        "score_model": "input",
        "label_model": "input",
        "similarity": "target",
        "multi": "graders",
        "python": "source",
        "json": "target",
        "tool_call": "calls",
        "length": "max",
        "refusal": "wanted",
        "forbidden": "patterns",
        "bleu": "target",
        "chrf": "target",
        "rouge": "target",
        "entities": "target",
        "all_of": "graders",
        "any_of": "graders",
        "weighted": "graders",
        "ratings": "file",
    }
