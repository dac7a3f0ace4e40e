"""Held-out prompts as items: each judged by itself, or shown beside the gate that judges their eval."""

from pathlib import Path

import pytest

from ..conftest import RunSpec
from ..making import jsonl, spec_file
from .specs import JUDGED_BY_A_GATE, JUDGED_ONE_BY_ONE
from .verdicts import ASKED, statuses_in, verdict_in

pytestmark = pytest.mark.usefixtures("run_spec")


def answers(folder: Path, **outputs: str | None) -> None:
    """Prompts whose target is "yes", and these outputs of theirs; None is no output at all."""
    jsonl(folder / "heldout.jsonl", [{"id": name, "prompt": f"{name}?", "target": "yes"} for name in outputs])
    jsonl(
        folder / "outputs.jsonl", [{"id": name, "output": said} for name, said in outputs.items() if said is not None]
    )


def test_a_prompt_that_no_gate_judges_must_pass_by_itself(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    answers(pytester.path, hours="yes", price="no")
    result = run_spec(JUDGED_ONE_BY_ONE, ASKED)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["refunds[[]price] misses: wanted 'yes', got 'no'", "  heldout.jsonl:2"])
    assert statuses_in(pytester.path) == {"refunds[hours]": "pass", "refunds[price]": "fail"}


def test_prompts_that_all_pass_by_themselves_are_a_promotion(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    answers(pytester.path, hours="yes", price="yes")
    result = run_spec(JUDGED_ONE_BY_ONE, ASKED)
    assert (result.ret, verdict_in(pytester.path)["promote"]) == (pytest.ExitCode.OK, True)
    result.stdout.fnmatch_lines(["2 prompts judged one by one: 2 pass", "verdict: PASS (2 prompts judged)"])
    assert verdict_in(pytester.path)["specs"][0]["gates"][0]["headline"] == "refunds[hours] passes"


def test_a_prompt_that_was_left_out_is_missing_from_the_verdict(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    answers(pytester.path, hours="yes", price="no")
    result = run_spec(JUDGED_ONE_BY_ONE, ASKED, "-k", "hours")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert statuses_in(pytester.path) == {"refunds[hours]": "pass", "refunds[price]": "not_evaluated"}


def test_where_a_gate_judges_a_miss_is_xfail_and_the_gate_decides(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    answers(pytester.path, hours="yes", price="no")
    result = run_spec(JUDGED_BY_A_GATE, "-rx", ASKED)
    result.assert_outcomes(passed=2, xfailed=1)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*pytest_ftgate*.py*")
    result.stdout.fnmatch_lines(["XFAIL job.yaml::refunds[[]price] - *wanted 'yes', got 'no'"])
    assert statuses_in(pytester.path) == {"answers": "pass"}


def test_with_runxfail_the_gate_still_decides(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    answers(pytester.path, hours="yes", price="no")
    result = run_spec(JUDGED_BY_A_GATE, "--runxfail", "-rs")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED [[]1] *: refunds[[]price] misses: wanted 'yes', got 'no'"])


def test_the_same_prompts_with_a_stricter_gate_fail_the_gate_alone(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    answers(pytester.path, hours="yes", price="no")
    result = run_spec(JUDGED_BY_A_GATE.replace("0.50", "0.90"))
    result.assert_outcomes(passed=1, failed=1, xfailed=1)
    result.stdout.fnmatch_lines(["answers 0.5 < min 0.9 (short by 0.4): 1 of 2 prompts of refunds pass (95 % *"])


@pytest.mark.parametrize(("spec", "errors"), [(JUDGED_ONE_BY_ONE, 1), (JUDGED_BY_A_GATE, 2)])
def test_a_missing_output_is_an_error_of_its_prompt_and_of_the_gate(
    pytester: pytest.Pytester, run_spec: RunSpec, spec: str, errors: int
) -> None:
    answers(pytester.path, hours="yes", price=None)
    result = run_spec(spec)
    result.assert_outcomes(passed=1, errors=errors)
    result.stdout.fnmatch_lines(["refunds[[]price] could not be judged: no output"])


def test_an_error_that_a_gate_on_the_error_rate_admits_leaves_the_run_green(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    answers(pytester.path, hours="yes", price=None)
    with (pytester.path / "outputs.jsonl").open("a") as file:
        file.write('{"id": "price", "error": "overloaded"}\n')
    result = run_spec(JUDGED_BY_A_GATE.replace("refunds, min: 0.50", "refunds, score: error_rate, max: 0.50"), ASKED)
    result.assert_outcomes(passed=2, xfailed=1)
    assert (result.ret, verdict_in(pytester.path)["promote"]) == (pytest.ExitCode.OK, True)


def test_items_none_leaves_the_gates(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    answers(pytester.path, hours="yes", price="no")
    run_spec(JUDGED_BY_A_GATE.replace("grader: exact", "grader: exact, items: none")).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("spec", "items"),
    [
        (JUDGED_BY_A_GATE, 1),
        (JUDGED_BY_A_GATE.replace("grader: exact", "grader: exact, items: all"), 1002),
        (JUDGED_ONE_BY_ONE, 1001),
    ],
    ids=["gated", "gated and asked for", "ungated"],
)
def test_more_than_1000_prompts_are_items_where_nothing_else_judges_them(
    pytester: pytest.Pytester, run_spec: RunSpec, spec: str, items: int
) -> None:
    answers(pytester.path, **{f"p{i}": "yes" for i in range(1001)})
    result = run_spec(spec, "--co", "-q")
    assert len([line for line in result.outlines if line.startswith("job.yaml::")]) == items


def test_a_prompt_is_selected_by_its_node_id(pytester: pytest.Pytester) -> None:
    answers(pytester.path, hours="yes", price="no")
    spec_file(pytester.path, JUDGED_ONE_BY_ONE)
    result = pytester.runpytest_inprocess("job.yaml::refunds[hours]", "-v")
    result.stdout.fnmatch_lines(["job.yaml::refunds[[]hours] PASSED*"])
    result.assert_outcomes(passed=1)


def test_all_prompts_of_an_eval_are_selected_by_its_name(pytester: pytest.Pytester) -> None:
    answers(pytester.path, hours="yes", price="no")
    spec_file(pytester.path, JUDGED_BY_A_GATE)
    pytester.runpytest_inprocess("job.yaml::refunds").assert_outcomes(passed=1, xfailed=1)


def test_prompts_are_selected_by_words_of_their_ids(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    answers(pytester.path, **{"german-1": "yes", "german-2": "yes", "french-1": "yes"})
    run_spec(JUDGED_ONE_BY_ONE, "-k", "refunds and german").assert_outcomes(passed=2, deselected=1)


def test_prompts_that_cannot_be_read_leave_the_other_gates_judged(run_spec: RunSpec) -> None:
    text = """
    ftgate: 1
    job: run
    gates:
      train-loss: {metric: train_loss, max: 0.8}
      answers: {eval: answers, min: 0.9}
    evals:
      answers: {prompts: absent.jsonl, outputs: outputs.jsonl, grader: exact}
    """
    result = run_spec(text)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["answers could not be judged: absent.jsonl: no such file"])


def test_prompts_that_cannot_be_read_and_that_no_gate_judges_stop_the_spec(run_spec: RunSpec) -> None:
    text = """
    ftgate: 1
    evals:
      answers: {prompts: absent.jsonl, outputs: outputs.jsonl, grader: exact}
    """
    result = run_spec(text)
    assert result.ret == 2
    result.stdout.fnmatch_lines(["answers: absent.jsonl: no such file"])
