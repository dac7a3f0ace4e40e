"""Runs that judge a part: pytest's options work as ever, and none of them gives a promotion."""

import pytest

from ..conftest import RunSpec
from .specs import ONE_MISSED, TWO_MET
from .verdicts import ASKED, OLD_PROMOTION, statuses_in, verdict_in

pytestmark = pytest.mark.usefixtures("run_spec")

NARROWED = [
    ("-k", "finished"),
    ("-m", "not nightly"),
    ("--deselect=job.yaml::train-loss",),
    ("--setup-only",),
    ("--setup-plan",),
]
TAGGED = TWO_MET.replace("max: 0.80}", "max: 0.80, tags: [nightly]}")
names = " ".join


@pytest.mark.parametrize("arguments", NARROWED, ids=names)
def test_a_narrowed_run_says_so_and_keeps_its_exit_status(run_spec: RunSpec, arguments: tuple[str, ...]) -> None:
    result = run_spec(TAGGED, *arguments)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["verdict: INCOMPLETE (* of 2 gates not evaluated: *): not a promotion verdict"])


@pytest.mark.parametrize("arguments", NARROWED, ids=names)
def test_a_narrowed_run_that_was_asked_for_a_verdict_fails(
    pytester: pytest.Pytester, run_spec: RunSpec, arguments: tuple[str, ...]
) -> None:
    result = run_spec(TAGGED, ASKED, *arguments)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["exit status 1 instead of 0, because a verdict was asked for"])
    assert (verdict_in(pytester.path)["verdict"], verdict_in(pytester.path)["promote"]) == ("incomplete", False)
    assert statuses_in(pytester.path)["train-loss"] == "not_evaluated"


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("1", 1), ("false", 0), ("0", 0), ("", 0)])
def test_in_ci_a_narrowed_run_fails(run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch, ci: str, status: int) -> None:
    monkeypatch.setenv("CI", ci)
    assert run_spec(TWO_MET, "-k", "finished").ret == status


def test_in_ci_a_whole_run_passes(run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert run_spec(TWO_MET).ret == pytest.ExitCode.OK


def test_one_gate_by_its_node_id_is_no_promotion(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(TWO_MET)
    result = pytester.runpytest_inprocess("--ftgate=job.yaml::finished", ASKED)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert statuses_in(pytester.path) == {"finished": "pass", "train-loss": "not_evaluated"}


@pytest.mark.parametrize("option", ["-x", "--maxfail=1"])
def test_a_run_that_stops_at_a_miss_is_incomplete(pytester: pytest.Pytester, run_spec: RunSpec, option: str) -> None:
    spec = ONE_MISSED.replace("equals: succeeded", "equals: failed")
    result = run_spec(spec, ASKED, option)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert statuses_in(pytester.path) == {"finished": "fail", "train-loss": "not_evaluated"}
    assert verdict_in(pytester.path)["verdict"] == "incomplete"


def test_last_failed_runs_the_gates_that_missed(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(ONE_MISSED)
    result = run_spec(TWO_MET, "--lf", ASKED)
    result.assert_outcomes(passed=1, deselected=1)
    assert statuses_in(pytester.path) == {"finished": "not_evaluated", "train-loss": "pass"}


def test_failed_first_runs_all_gates_the_missed_ones_before(run_spec: RunSpec) -> None:
    run_spec(ONE_MISSED)
    result = run_spec(TWO_MET, "--ff", "-v", ASKED)
    result.stdout.fnmatch_lines(["job.yaml::train-loss PASSED*", "job.yaml::finished PASSED*"])
    result.stdout.fnmatch_lines(["verdict: PASS (2 gates judged)"])


def test_stepwise_stops_at_a_miss_and_is_incomplete(run_spec: RunSpec) -> None:
    result = run_spec(ONE_MISSED.replace("equals: succeeded", "equals: failed"), "--sw")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["verdict: INCOMPLETE (the run was interrupted): not a promotion verdict"])


def test_collecting_needs_no_job_and_leaves_no_pass(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / "run/trainer_state.json").unlink()
    (pytester.path / "verdict.json").write_text(OLD_PROMOTION)
    result = run_spec(TWO_MET, "--co", "-q", ASKED)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["job.yaml::finished", "job.yaml::train-loss"])
    assert verdict_in(pytester.path)["verdict"] == "incomplete"


@pytest.mark.parametrize("option", ["--help", "--markers", "--fixtures", "--fixtures-per-test"])
def test_a_run_that_only_informs_leaves_no_pass(pytester: pytest.Pytester, run_spec: RunSpec, option: str) -> None:
    (pytester.path / "verdict.json").write_text(OLD_PROMOTION)
    result = run_spec(TWO_MET, ASKED, option)
    assert result.ret == pytest.ExitCode.OK
    assert verdict_in(pytester.path)["promote"] is False
    result.stdout.no_fnmatch_line("*exit status 1 instead of 0*")


def test_no_gate_selected_is_pytests_own_exit_status(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = run_spec(TWO_MET, "-k", "nothing", ASKED)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert verdict_in(pytester.path)["headline"].startswith("verdict: INCOMPLETE (2 of 2 gates not evaluated")


def test_other_tests_that_pass_do_not_stand_in_for_gates(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makepyfile(test_other="def test_other(): pass")
    result = run_spec(TWO_MET, "test_other.py", "-k", "test_other", ASKED)
    result.assert_outcomes(passed=1, deselected=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
