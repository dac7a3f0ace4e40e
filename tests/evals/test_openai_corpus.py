"""Real configurations of OpenAI's graders, used as they are."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.evals.runtime import Runtime

from .conftest import AskJudge, says
from .grading import grade

GRADERS = Path(os.environ.get("FTGATE_CORPUS", "/nonexistent")) / "openai" / "graders"

if not GRADERS.is_dir():
    pytest.skip("FTGATE_CORPUS does not name the folder of real files", allow_module_level=True)

CLAUSE: dict[str, Any] = {"extracted_text": "This agreement ends in 2030.", "clause_type": "termination"}


def config(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((GRADERS / name).read_text(encoding="utf-8"))
    return found


def test_a_check_of_a_multiple_choice_answer() -> None:
    assert grade(config("stringcheck_grader.json"), "B", reference_answer="B").passed
    found = grade(config("stringcheck_grader.json"), "C", reference_answer="B")
    assert found.why == "medmcqa_ans_grader: wanted 'B', got 'C'"


@pytest.mark.parametrize(
    ("change", "score", "passed"),
    [
        ({}, 1.0, True),
        ({"clause_type": "renewal"}, 0.5, False),
        # WRatio: two of the 28 characters are missing.
        ({"extracted_text": "This agreement ends in 20."}, 0.5 + 0.5 * 52 / 54, True),
        ({"extracted_text": "zzz"}, 0.5, False),
    ],
)
def test_a_weighted_check_of_a_clause_and_its_type(change: Mapping[str, str], score: float, passed: bool) -> None:
    found = grade(config("multi_grader.json"), json.dumps({**CLAUSE, **change}), **CLAUSE)
    assert found.passed is passed
    assert found.score == pytest.approx(score, abs=0.02)


def test_a_clause_that_is_no_json_misses() -> None:
    assert grade(config("multi_grader.json"), "termination", **CLAUSE).score == 0.0


@pytest.mark.parametrize(
    ("name", "answer", "said", "score"),
    [
        # What each configuration asks its judge to say, in whichever form.
        ("grader_config_aoai.json", "25*4 = 100", "Score: 4\nReasoning: off by 1", 0.8),
        ("grader_config_aoai.json", "25*4 = 100", {"steps": [], "result": 5}, 1.0),
        ("model_grader.json", json.dumps(CLAUSE), "0.5", 0.5),
        ("rft_grader-config.json", "You can return it.", {"steps": [], "result": 0.25}, 0.25),
    ],
)
def test_a_judge_s_configuration_runs_as_it_is(
    judge: AskJudge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, answer: str, said: object, score: float
) -> None:
    bench = judge(says(said))
    monkeypatch.setenv("OPENAI_BASE_URL", bench.chat.url)
    row = {"target": "100", "nums": "[25, 4]", "reference_policy_args": [], "reference_policy_outcome": [], **CLAUSE}
    found = grade(config(name), answer, runtime=Runtime(folder=tmp_path), **row)
    assert found.score == pytest.approx(score)
    (asked,) = bench.chat.requests
    assert asked.body["model"] == config(name)["model"]
    assert "{{" not in json.dumps(asked.body["messages"])
