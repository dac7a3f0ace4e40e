"""The ratings grader."""

from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.grade import WideGrader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.files import File

from ..making import loaded, refused

HEAD = "id,rating,rater\n"
BINARY: dict[str, Any] = {"range": [0, 1], "pass": 1}


def graded(text: str, key: str | int = "p", answer: str = "yes", **options: object) -> Grade:
    config = {"type": "ratings", "file": File(Path("r.csv"), text.encode()), **options}
    return build_grader(config)(Output(key, answer), Prompt(key, "", None, {}, "h.jsonl:3"))


def looked_at(text: str, keys: str, **options: object) -> None:
    """The grader looks at the answers to these prompts."""
    grader = build_grader({"type": "ratings", "file": File(Path("r.csv"), text.encode()), **options})
    assert isinstance(grader, WideGrader)
    assert grader.ahead
    assert grader.ahead([(Output(key, "yes"), Prompt(key, "", None, {}, "h.jsonl:3")) for key in keys]) == ()


def refusal(text: str, **options: object) -> str:
    with pytest.raises(ValueError, match="the grader ratings: ") as caught:
        graded(text, **options)  # type: ignore[arg-type]
    return str(caught.value).removeprefix("the grader ratings: ")


def fault(text: str, **options: object) -> str:
    with pytest.raises(EvalError, match="prompt p cannot be graded by ratings: ") as caught:
        graded(text, **options)  # type: ignore[arg-type]
    return str(caught.value).partition("by ratings: ")[2]


def test_the_mean_rating_decides() -> None:
    found = graded(HEAD + "p,5,ann\np,3,bob\n")
    assert (found.score, found.passed) == (0.75, True)
    found = graded(HEAD + "p,4,ann\np,3,bob\n")
    assert (found.score, found.passed) == (0.625, False)
    assert found.why == "rated 3.5 on average by 2, and 4 of 5 is wanted"


def test_a_scale_may_be_another() -> None:
    assert graded("id,rating\np,1\n", **BINARY).passed
    assert graded("id,rating\np,0\n", **BINARY).why == "rated 0, and 1 of 1 is wanted"


def test_a_prompt_that_nobody_rated_is_a_miss() -> None:
    assert graded(HEAD + "q,5,ann\np,,ann\n") == Grade(0.0, "nobody rated it")


def test_a_rating_of_another_answer_is_a_miss() -> None:
    text = "id,rating,output\np,5,yes\n"
    assert graded(text).passed
    assert graded(text, answer="no").why == "r.csv:2: the rating is of another answer than this one"


def test_json_lines_and_other_names_are_read() -> None:
    assert graded('{"n": 7, "stars": 5}\n', 7, columns={"id": "n", "rating": "stars"}).passed


def test_too_few_ratings_are_an_error() -> None:
    assert graded(HEAD + "p,5,ann\n", min_rated=1).passed
    assert fault(HEAD + "p,5,ann\n", min_rated=2) == "the file rates 1 prompt, and min_rated wants 2"


@pytest.mark.parametrize("rater", ["ann", " ann", "ann ", "Ann"])
def test_one_person_rates_an_answer_once_however_the_name_is_written(rater: str) -> None:
    said = refusal(HEAD + f"p,1,ann\np,5,{rater}\n")
    assert said == f"r.csv:3: 'p' is rated a second time by '{rater.strip()}'; first at r.csv:2"


def test_ratings_of_other_prompts_do_not_speak_for_these() -> None:
    both = HEAD + "p,5,ann\np,5,bob\nq,1,ann\nq,1,bob\nx,5,ann\nx,5,bob\n"
    for options in ({"min_rated": 3}, {"min_agreement": 0.9}):
        with pytest.raises(EvalError, match="prompt p cannot be graded by ratings: of the answers of this eval alone"):
            looked_at(both, "p", **options)
    looked_at(both, "pq", min_rated=2, min_agreement=0.9)


def test_raters_who_disagree_are_an_error() -> None:
    agreed = HEAD + "p,5,ann\np,4,bob\nq,1,ann\nq,2,bob\n"
    assert graded(agreed, min_agreement=0.9).passed
    mixed = HEAD + "p,5,ann\np,1,bob\nq,1,ann\nq,5,bob\n"
    assert fault(mixed, min_agreement=0.6) == "the raters agree too little: alpha -0.5, less than 0.6"
    assert fault(HEAD + "p,5,ann\np,5,bob\n", min_agreement=0.6).startswith("min_agreement cannot be checked: all 2")
    assert fault(HEAD + "p,5,ann\n", min_agreement=0.6).startswith("min_agreement cannot be checked: agreement needs")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("", "r.csv: holds no ratings"),
        ("p,good,ann\n", "r.csv:2: the rating is the text 'good'; a finite number is wanted"),
        ("p,nan,ann\n", "r.csv:2: the rating is the text 'nan'; a finite number is wanted"),
        ("p,6,ann\n", "r.csv:2: the rating 6 is not from 1 to 5"),
        ("p,-1,ann\n", "r.csv:2: the rating -1 is not from 1 to 5"),
        (" ,4,ann\n", "r.csv:2: the id is the text ' '; text or a whole number is wanted"),
        ("p,4,ann\np,5,ann\n", "r.csv:3: 'p' is rated a second time by 'ann'; first at r.csv:2"),
        ("p,4,\np,5,\n", "r.csv:3: 'p' is rated a second time without a rater; first at r.csv:2"),
        ("p,4,\np,5,ann\n", "r.csv:3: 'p' is rated a second time by 'ann'; first at r.csv:2"),
        ("p,4\n", "r.csv:2: 2 cells, but the header has 3"),
    ],
)
def test_ratings_that_cannot_be_read_say_where(rows: str, why: str) -> None:
    assert refusal(HEAD + rows) == why


def test_a_column_that_is_missing_is_named() -> None:
    assert refusal("id,stars\np,5\n") == "r.csv:2: no 'rating'; the row has 'id', 'stars'"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"range": [5, 1], "pass": 3}, "pass 3 is not above 5 and up to 1"),
        ({"range": [1, 5], "pass": 1}, "pass 1 is not above 1 and up to 5"),
        ({"range": [0, 1]}, "pass is null; a finite number is wanted"),
        ({"range": 5}, "range is the number 5; the lowest and the highest rating, such as [1, 5], are wanted"),
        ({"columns": 5}, "columns is the number 5; a mapping of id, rating, rater, output to columns is wanted"),
        ({"columns": {"who": "a"}}, "columns has 'who'; it maps id, rating, rater and output"),
        ({"min_rated": 0}, "min_rated is the number 0; a whole number of prompts from 1 on is wanted"),
        ({"min_agreement": 2}, "min_agreement is 2; a number above 0 and up to 1 is wanted"),
        ({"file": "r.csv"}, "it needs a file of ratings: CSV or JSON Lines"),
    ],
)
def test_an_option_that_cannot_be_used_says_why(options: dict[str, object], why: str) -> None:
    assert refusal(HEAD + "p,5,ann\n", **options) == why


def spec(grader: str) -> str:
    return f"ftgate: 1\nevals:\n  e: {{prompts: p.jsonl, outputs: o.jsonl, grader: {grader}}}\n"


def test_the_file_is_read_with_the_spec_also_inside_other_graders(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(HEAD + "p,5,ann\n")
    inner = "{type: ratings, file: r.csv}"
    for grader in (
        inner,
        f"{{type: weighted, graders: [{{grader: {inner}}}]}}",
        f"{{type: all_of, graders: [{inner}]}}",
    ):
        found = loaded(tmp_path, spec(grader)).evals["e"].grader
        assert found is not None
        assert found(Output("p", "yes"), Prompt("p", "", None, {}, "p.jsonl:1")).passed


@pytest.mark.parametrize(("file", "why"), [("none.csv", "none.csv: no such file"), ("../../r.csv", "lies outside")])
def test_a_file_that_cannot_be_read_is_a_mistake_of_the_spec(tmp_path: Path, file: str, why: str) -> None:
    assert why in refused(tmp_path, spec(f"{{type: ratings, file: {file}}}"))
