"""OpenAI's testing criteria as a spec names them: a file that is used as it is."""

import json
from pathlib import Path

import pytest

from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.plan import EvalPlan
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.spec import Surroundings

from ..making import jsonl, loaded, refused

CHECK = {
    "type": "string_check",
    "name": "city",
    "input": "{{ sample.output_text }}",
    "reference": "{{ item.city }}",
    "operation": "ilike",
}
NEAR = {
    "type": "text_similarity",
    "name": "near",
    "input": "{{ sample.output_text }}",
    "reference": "{{ item.city }}",
    "evaluation_metric": "fuzzy_match",
    "pass_threshold": 0.8,
}
SPEC = "ftgate: 1\nevals:\n  e: {prompts: p.jsonl, outputs: o.jsonl, grader: {testing_criteria: c.json}}\n"


def criteria(folder: Path, value: object) -> None:
    (folder / "c.json").write_text(json.dumps(value), encoding="utf-8")


def plan(folder: Path, text: str = SPEC, around: Surroundings | None = None) -> EvalPlan:
    return loaded(folder, text, around).evals["e"]


def passes(found: EvalPlan, said: str) -> bool:
    assert found.grader is not None
    return found.grader(Output("a", said), Prompt("a", "", None, {"city": "Paris"}, "p.jsonl:1")).passed


@pytest.mark.parametrize(
    "value",
    [
        [CHECK, NEAR],
        {"object": "eval", "id": "eval_1", "name": "x", "metadata": {}, "testing_criteria": [CHECK, NEAR]},
        [{**CHECK, "id": "city-1", "pass_threshold": None}, {**NEAR, "id": "near-1"}],
    ],
)
def test_all_of_a_list_or_of_an_eval_must_pass(tmp_path: Path, value: object) -> None:
    criteria(tmp_path, value)
    found = plan(tmp_path)
    assert passes(found, "Paris!")
    assert not passes(found, "It is the old and beautiful city of light, Lyon, and never Pa ris")


def test_one_grader_is_its_own_list(tmp_path: Path) -> None:
    criteria(tmp_path, CHECK)
    assert passes(plan(tmp_path), "in PARIS")
    assert not passes(plan(tmp_path), "Lyon")


def test_the_criteria_belong_to_the_evidence(tmp_path: Path) -> None:
    criteria(tmp_path, CHECK)
    jsonl(tmp_path / "p.jsonl", [{"id": "a", "city": "Paris"}])
    jsonl(tmp_path / "o.jsonl", [{"id": "a", "output": "Paris"}])
    results = plan(tmp_path).grade(lambda: tmp_path)
    assert results.passes == 1
    assert [digest.path.name for digest in results.files] == ["p.jsonl", "o.jsonl", "c.json"]


def test_the_schema_of_a_grader_belongs_to_the_evidence_too(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"type": "object"}')
    grader = "{type: json_schema, schema: s.json}"
    found = plan(tmp_path, SPEC.replace("{testing_criteria: c.json}", grader))
    assert [file.path.name for file in found.policy] == ["s.json"]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([], "c.json: is an empty list; OpenAI's graders are objects with a `type`, one or a list of them"),
        ("string_check", "c.json: is the text 'string_check'; OpenAI's graders are"),
        ([CHECK, "exact"], "c.json: is a list that holds the text 'exact'; OpenAI's graders are"),
        ({"testing_criteria": CHECK}, "c.json: is a mapping; OpenAI's graders are"),
        ({"name": "x"}, "c.json: a grader without a `type`"),
        ([{**CHECK, "type": "strng_check"}], "c.json: no grader is called 'strng_check'; there are"),
        ([{**CHECK, "operaton": "eq"}], "c.json: the grader string_check has no option 'operaton', did you mean"),
        ([{**CHECK, "operation": "eqq"}], "c.json: the grader string_check: operation is the text 'eqq'"),
    ],
)
def test_criteria_that_cannot_be_used_are_a_mistake_of_the_spec(tmp_path: Path, value: object, why: str) -> None:
    criteria(tmp_path, value)
    assert refused(tmp_path, SPEC).startswith(f"job.yaml:3:51: evals.e.grader: {why}")


def test_criteria_that_are_missing_or_no_json_are_a_mistake(tmp_path: Path) -> None:
    assert refused(tmp_path, SPEC) == "job.yaml:3:51: evals.e.grader: c.json: no such file"
    (tmp_path / "c.json").write_text("[" * 100_000)
    assert refused(tmp_path, SPEC) == "job.yaml:3:51: evals.e.grader: c.json: JSON nested too deeply to be read"


def test_criteria_outside_the_spec_s_folder_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, SPEC.replace("c.json", "../../c.json"))
    assert "evals.e.grader.testing_criteria: '../../c.json' lies outside the spec's folder" in said


@pytest.mark.parametrize("grader", ["{testing_criteria: c.json, type: exact}", "{testing_criteria: c.json, name: x}"])
def test_a_file_of_criteria_stands_alone(tmp_path: Path, grader: str) -> None:
    criteria(tmp_path, CHECK)
    assert "unknown key" in refused(tmp_path, SPEC.replace("{testing_criteria: c.json}", grader))


def test_a_prompt_s_own_grader_may_be_one_of_openai_s(tmp_path: Path) -> None:
    text = "ftgate: 1\nevals:\n  e: {outputs: o, prompts: [{id: a, string_check: '{{ item.id }}'}]}\n"
    (asked,) = plan(tmp_path, text).read[0]
    assert asked.grader is not None
    assert asked.grader(Output("a", "a"), asked).passed
