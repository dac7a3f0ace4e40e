"""Programs of a spec: an error that names the option, or a judgement where it is given."""

import pytest

from ..conftest import RunSpec
from ..making import jsonl
from .verdicts import ASKED, statuses_in

PROGRAM = """
    ftgate: 1
    gates:
      answers: {eval: refunds, min: 0.50}
    evals:
      refunds:
        prompts: heldout.jsonl
        outputs: outputs.jsonl
        grader: {type: python, source: "def grade(sample, item): return sample['output_text'] == item['target']"}
        items: none
"""


@pytest.fixture(autouse=True)
def _answers(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    del run_spec
    jsonl(pytester.path / "heldout.jsonl", [{"id": "a", "target": "yes"}])
    jsonl(pytester.path / "outputs.jsonl", [{"id": "a", "output": "yes"}])


def test_a_program_that_may_not_run_is_an_error_that_names_the_option(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    result = run_spec(PROGRAM, ASKED)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*prompt a cannot be graded by python: * runs only where --ftgate-allow-python is given*"]
    )
    assert statuses_in(pytester.path) == {"answers": "error"}


def test_a_program_that_may_run_judges(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(PROGRAM, ASKED, "--ftgate-allow-python").assert_outcomes(passed=1)
    assert statuses_in(pytester.path) == {"answers": "pass"}
