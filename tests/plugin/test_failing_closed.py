"""Nothing that is missing, broken or empty passes: each case exits with an error status and says so in a line."""

import json
import os
from pathlib import Path

import pytest

from ..conftest import TRAINED, RunSpec
from ..making import jsonl, losses, spec_file, trainer_state
from .specs import JUDGED_BY_A_GATE, JUDGED_ONE_BY_ONE, TWO_MET, XDIST
from .verdicts import ASKED, OLD_PROMOTION, verdict_in

pytestmark = pytest.mark.usefixtures("run_spec")


def assert_refused(result: pytest.RunResult, message: str) -> None:
    """The run did nothing but say this, in one line."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = [line for line in result.errlines if line]
    assert len(said) == 1, said
    assert message in said[0]


@pytest.mark.parametrize("last", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_not_finite_fails(pytester: pytest.Pytester, run_spec: RunSpec, last: float) -> None:
    trainer_state(pytester.path / "run", losses([*TRAINED, last]))
    result = run_spec(TWO_MET)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["train-loss is nan, not a finite number (max 0.8): *, 1 of them not finite"])


def test_an_empty_history_is_an_error(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    trainer_state(pytester.path / "run", [], global_step=10, max_steps=10)
    result = run_spec(TWO_MET)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["train-loss could not be judged: *"])


def test_a_missing_job_is_an_error_of_every_gate(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / "run/trainer_state.json").unlink()
    (pytester.path / "run").rmdir()
    result = run_spec(TWO_MET)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["finished could not be judged: run: *"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize("kept", [[], [{"id": "a", "output": "yes"}]], ids=["none", "one of two"])
def test_an_eval_without_all_of_its_outputs_is_an_error(
    pytester: pytest.Pytester, run_spec: RunSpec, kept: list[dict[str, object]]
) -> None:
    jsonl(pytester.path / "heldout.jsonl", [{"id": i, "prompt": i, "target": "yes"} for i in "ab"])
    jsonl(pytester.path / "outputs.jsonl", kept)
    result = run_spec(JUDGED_BY_A_GATE, "-k", "answers")
    result.assert_outcomes(errors=1, deselected=2)
    result.stdout.fnmatch_lines(["answers could not be judged: *"])


def test_an_eval_without_prompts_is_an_error_of_its_gate(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    jsonl(pytester.path / "heldout.jsonl", [])
    result = run_spec(JUDGED_BY_A_GATE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*could not be judged: heldout.jsonl: *", "verdict: ERROR (1 of 1 gate in the way*"])


def test_an_eval_without_prompts_that_no_gate_judges_stops_the_collection(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    jsonl(pytester.path / "heldout.jsonl", [])
    result = run_spec(JUDGED_ONE_BY_ONE)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*heldout.jsonl: *", "verdict: INCOMPLETE (*): not a promotion verdict"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ftgate: 1\njob: run\ngates: {}\n", "*job.yaml:3:*gates*"),
        ("ftgate: 1\n", "*job.yaml:1:1: has no gates and no evals, so nothing would be judged*"),
        ("# nothing\n", "*job.yaml: empty; *"),
        ("ftgate: [1\n", "*job.yaml:2:1: not YAML: *"),
        ("\x00\x01", "*job.yaml: *"),
        ("# A README\n\nProse.\n", "*job.yaml:*"),
    ],
)
def test_a_spec_that_declares_nothing_stops_the_collection(run_spec: RunSpec, text: str, message: str) -> None:
    result = run_spec(text, ASKED)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([message, "verdict: INCOMPLETE (job.yaml*): not a promotion verdict"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_broken_spec_stops_the_collection_on_workers_too(run_spec: RunSpec) -> None:
    result = run_spec("ftgate: 1\njob: run\ngates: {}\n", "-n2")
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["verdict: ERROR (job.yaml:3:1: gates: is empty, so nothing would be judged by it)"])


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--ftgate=nowhere.yaml", "--ftgate nowhere.yaml: No such file or directory"),
        ("--ftgate=nowhere.yaml::train-loss", "--ftgate nowhere.yaml: No such file or directory"),
        ("--ftgate=", "--ftgate is empty (an unset variable?)"),
        ("--ftgate=::train-loss", "--ftgate ::train-loss: names a gate but no spec; write SPEC::GATE"),
        (f"--ftgate={'x' * 300}", "File name too long"),
        ("--ftgate=run", "--ftgate run: a directory; name the spec in it"),
        ("--ftgate=a[1]/job.yaml", "--ftgate a[1]/job.yaml: pytest takes no path with [ in it: run it from "),
        ("--ftgate=/dev/null", "--ftgate /dev/null: not a regular file"),
        ("--ftgate=\x1b[2Jjob.yaml", r"--ftgate '\x1b[2Jjob.yaml': the path holds a control or invisible character"),
        ("--ftgate-job=", "--ftgate-job is empty (an unset variable?)"),
        ("--ftgate-verdict=", "--ftgate-verdict is empty (an unset variable?)"),
        ("--ftgate-allow-path=", "--ftgate-allow-path is empty (an unset variable?)"),
        ("--ftgate-verdict=run", "--ftgate-verdict run is a directory; name a file in it"),
        ("--ftgate-verdict=job.yaml/v.json", "the verdict cannot be written to job.yaml/v.json: "),
        ("--ftgate-verdict=job.yaml", "--ftgate-verdict job.yaml exists and is not a verdict: it is not overwritten"),
        ("--ftgate-verdict=/dev/null", "--ftgate-verdict /dev/null exists and is not a verdict"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(run_spec: RunSpec, option: str, message: str) -> None:
    assert_refused(run_spec(TWO_MET, option), message)


def test_a_missing_spec_is_refused_before_workers_start(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--ftgate=nowhere.yaml", "-n2")
    assert_refused(result, "--ftgate nowhere.yaml: No such file or directory")


def test_an_option_without_a_value_is_refused(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--ftgate")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*argument --ftgate: expected one argument"])


def test_a_verdict_without_a_spec_is_refused(pytester: pytest.Pytester) -> None:
    assert_refused(pytester.runpytest_inprocess(ASKED), "--ftgate-verdict needs a spec to judge by: give --ftgate SPEC")


@pytest.mark.parametrize("name", ["pipe.yaml", "x" * 300 + ".yaml"])
def test_a_positional_argument_that_cannot_be_read_is_no_spec(pytester: pytest.Pytester, name: str) -> None:
    os.mkfifo(pytester.path / "pipe.yaml")
    assert pytester.runpytest_inprocess(name).ret != pytest.ExitCode.OK


def test_a_gate_that_is_not_in_the_spec_is_refused(pytester: pytest.Pytester) -> None:
    spec_file(pytester.path, TWO_MET)
    result = pytester.runpytest_inprocess("--ftgate=job.yaml::typo")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: not found: *job.yaml::typo"])


@XDIST
def test_a_spec_that_a_folder_beside_it_hides_is_judged_or_an_error(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    pytester.makepyfile(test_other="def test_other(): pass")
    spec_file(pytester.mkdir(".hidden"), TWO_MET.replace("job: run", "job: ../run"))
    result = pytester.runpytest_inprocess("--ftgate=.hidden/job.yaml", ".", *workers)
    judged = "verdict: PASS (2 gates judged)" in result.outlines
    assert (result.ret == pytest.ExitCode.OK) is judged


def test_a_plugin_that_is_loaded_too_late_is_an_error(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest("pytest_plugins = ['pytest_ftgate.plugin']")
    pytester.makepyfile(test_other="def test_other(): pass")
    spec_file(pytester.path, TWO_MET)
    result = pytester.runpytest_subprocess("test_other.py", "--ftgate=job.yaml")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["job.yaml was named but not collected: *"])


def test_a_positional_spec_gets_its_verdict(pytester: pytest.Pytester) -> None:
    spec_file(pytester.path, "ftgate: 1\njob: run\ngates: {finished: {job: status, equals: succeeded}}\n")
    assert pytester.runpytest_inprocess("job.yaml", ASKED).ret == pytest.ExitCode.OK
    assert verdict_in(pytester.path)["promote"] is True


def test_a_refused_run_leaves_no_old_pass(pytester: pytest.Pytester) -> None:
    (pytester.path / "verdict.json").write_text(OLD_PROMOTION)
    pytester.runpytest_inprocess("--ftgate=nowhere.yaml", ASKED)
    assert verdict_in(pytester.path)["promote"] is False


def test_without_the_plugin_its_options_are_refused(pytester: pytest.Pytester) -> None:
    spec_file(pytester.path, TWO_MET)
    result = pytester.runpytest_subprocess("--ftgate=job.yaml", "-p", "no:ftgate")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_a_grader_that_breaks_is_an_error_with_its_own_traceback(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest_ftgate.gate
        def measure(self, evidence, name): raise KeyError("a bug")
        def pytest_configure(): pytest_ftgate.gate.Check.measured = measure
        """
    )
    spec_file(pytester.path, TWO_MET)
    result = pytester.runpytest_subprocess("--ftgate=job.yaml", ASKED)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*raise KeyError*", "KeyError: 'a bug'"])
    assert len(result.outlines) < 60
    first = verdict_in(pytester.path)["specs"][0]["gates"][0]
    assert (first["status"], first["headline"]) == ("error", "finished could not be judged: KeyError")


@pytest.mark.parametrize("said", ["on", "{}", "[1]", 1, "[" * 9999])
def test_a_property_of_the_same_name_is_not_taken_for_a_record(
    pytester: pytest.Pytester, run_spec: RunSpec, said: object
) -> None:
    pytester.makepyfile(test_other=f"def test_other(record_property): record_property('ftgate', {said!r})")
    assert run_spec(TWO_MET, "test_other.py", ASKED).ret == pytest.ExitCode.OK


def test_a_job_may_not_be_read_from_outside_without_leave(run_spec: RunSpec, tmp_path: Path) -> None:
    elsewhere = trainer_state(tmp_path / "elsewhere", losses(TRAINED)).parent
    spec = TWO_MET.replace("job: run", f"job: {json.dumps(str(elsewhere))}")
    result = run_spec(spec)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([f"*allow it with --ftgate-allow-path {elsewhere.parent}*"])
    run_spec(spec, f"--ftgate-allow-path={elsewhere.parent}").assert_outcomes(passed=2)
