"""The verdict file of a run: what it says, and that nothing which dies leaves a pass behind."""

import hashlib
import json
import sys
from pathlib import Path
from subprocess import DEVNULL

import pytest

from ..conftest import TRAINED, RunSpec
from ..making import losses, spec_file, trainer_state
from .specs import EVERY_STATUS, ONE_MISSED, TWO_MET, UNMEASURABLE
from .verdicts import ASKED, OLD_PROMOTION, lasting, statuses_in, verdict_in

pytestmark = pytest.mark.usefixtures("run_spec")


def test_it_says_what_became_of_every_gate(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(EVERY_STATUS, ASKED)
    assert statuses_in(pytester.path) == {
        "met": "pass",
        "warned": "warn",
        "advisory": "warn",
        "thin": "inconclusive",
        "missed": "fail",
        "absent": "error",
    }
    counts = verdict_in(pytester.path)["specs"][0]["counts"]
    assert counts.pop("declared") == sum(counts.values()) == 6


@pytest.mark.parametrize(
    ("spec", "word", "promote"),
    [
        (TWO_MET, "pass", True),
        (TWO_MET.replace("max: 0.80", "max: 0.80, warn: 0.60"), "pass_with_warnings", True),
        (TWO_MET.replace("max: 0.80", "max: 0.80, min_n: 1000"), "inconclusive", False),
        (UNMEASURABLE, "error", False),
        (ONE_MISSED, "fail", False),
    ],
)
def test_its_word_is_the_worst_status(
    pytester: pytest.Pytester, run_spec: RunSpec, spec: str, word: str, promote: bool
) -> None:
    result = run_spec(spec, ASKED)
    assert (verdict_in(pytester.path)["verdict"], verdict_in(pytester.path)["promote"]) == (word, promote)
    assert (result.ret == pytest.ExitCode.OK) is promote


def test_it_binds_the_spec_and_the_evidence_by_digest(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(TWO_MET, ASKED)
    verdict = verdict_in(pytester.path)
    evidence = pytester.path / "run/trainer_state.json"
    assert verdict["specs"][0]["sha256"] == _sha256(pytester.path / "job.yaml")
    assert verdict["inputs"] == [
        {"path": "run/trainer_state.json", "sha256": _sha256(evidence), "size": evidence.stat().st_size}
    ]
    assert {tuple(gate["inputs"]) for gate in verdict["specs"][0]["gates"]} == {(_sha256(evidence),)}


def test_it_is_the_same_with_workers(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(EVERY_STATUS, ASKED)
    alone = verdict_in(pytester.path)
    run_spec(EVERY_STATUS, ASKED, "-n2")
    assert lasting(verdict_in(pytester.path)) == lasting(alone)


def test_it_covers_every_spec_of_the_run(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    spec_file(pytester.path, ONE_MISSED, "strict.yaml")
    run_spec(TWO_MET, "strict.yaml", ASKED)
    verdict = verdict_in(pytester.path)
    assert [(spec["path"], spec["status"]) for spec in verdict["specs"]] == [
        ("job.yaml", "pass"),
        ("strict.yaml", "fail"),
    ]
    assert verdict["verdict"] == "fail"


@pytest.mark.parametrize("hook", ["pytest_sessionstart()", "pytest_runtest_setup(item)", "pytest_unconfigure()"])
def test_a_run_that_dies_with_status_0_leaves_incomplete(pytester: pytest.Pytester, hook: str) -> None:
    (pytester.path / "verdict.json").write_text(OLD_PROMOTION)
    pytester.makeconftest(f"import os\ndef {hook}: os._exit(0)")
    spec_file(pytester.path, ONE_MISSED)
    result = pytester.runpytest_subprocess("--ftgate=job.yaml", ASKED)
    assert result.ret == 0
    assert verdict_in(pytester.path)["promote"] is False


def test_a_killed_run_leaves_incomplete(pytester: pytest.Pytester) -> None:
    (pytester.path / "verdict.json").write_text(OLD_PROMOTION)
    pytester.makepyfile(test_other="import os\ndef test_other(): os.kill(os.getpid(), 9)")
    spec_file(pytester.path, TWO_MET)
    pytester.runpytest_subprocess("--ftgate=job.yaml", "test_other.py", ASKED)
    verdict = verdict_in(pytester.path)
    assert (verdict["verdict"], verdict["promote"]) == ("incomplete", False)
    assert verdict["headline"] == "verdict: INCOMPLETE (the run did not end): not a promotion verdict"


def test_an_interrupted_run_is_incomplete_also_after_its_last_gate(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_other="def test_other(): raise KeyboardInterrupt")
    spec_file(pytester.path, TWO_MET)
    result = pytester.runpytest_subprocess("--ftgate=job.yaml", "test_other.py", ASKED)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["verdict: INCOMPLETE (the run was interrupted): not a promotion verdict"])
    assert statuses_in(pytester.path) == {"finished": "pass", "train-loss": "pass"}
    assert verdict_in(pytester.path)["promote"] is False


def test_a_killed_worker_leaves_incomplete(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makeconftest(
        """
        import os
        def pytest_runtest_call(item):
            if item.name == "train-loss": os._exit(0)
        """
    )
    result = run_spec(TWO_MET, ASKED, "-n1")
    assert result.ret != pytest.ExitCode.OK
    assert statuses_in(pytester.path) == {"finished": "pass", "train-loss": "not_evaluated"}


def test_a_spec_that_is_edited_during_the_run_was_not_evaluated(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    looser = json.dumps(TWO_MET.replace("0.80", "0.90").replace("\n    ", "\n"))
    pytester.makepyfile(test_other=f"def test_other(): open('job.yaml', 'w').write({looser})")
    result = run_spec(TWO_MET, "test_other.py", ASKED)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert set(statuses_in(pytester.path).values()) == {"not_evaluated"}
    assert verdict_in(pytester.path)["specs"][0]["sha256"] == _sha256(pytester.path / "job.yaml")


def test_evidence_that_changes_between_two_specs_is_an_error(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    other = trainer_state(pytester.path / "other", losses([*TRAINED, 0.5]))
    pytester.makepyfile(test_swap=f"import os\ndef test_swap(): os.replace({str(other)!r}, 'run/trainer_state.json')")
    spec_file(pytester.path, TWO_MET, "again.yaml")
    result = run_spec(TWO_MET, "test_swap.py", "again.yaml", ASKED)
    result.assert_outcomes(passed=5)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["verdict: ERROR (run/trainer_state.json changed while it was judged)"])


def test_a_verdict_that_cannot_be_written_at_the_end_fails_the_run_in_a_line(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    pytester.makepyfile(test_full="import shutil\ndef test_full():\n shutil.rmtree('out'); open('out', 'w').close()")
    result = run_spec(TWO_MET, "test_full.py", "--ftgate-verdict=out/verdict.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["the verdict cannot be written to out/verdict.json: *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_two_runs_at_once_leave_one_of_their_verdicts_whole(pytester: pytest.Pytester) -> None:
    spec_file(pytester.path, TWO_MET, "one.yaml")
    spec_file(pytester.path, ONE_MISSED, "two.yaml")
    command = [sys.executable, "-m", "pytest", "-q", ASKED]
    specs = ("--ftgate=one.yaml", "--ftgate=two.yaml")
    runs = [pytester.popen([*command, spec], stdout=DEVNULL, stderr=DEVNULL) for spec in specs]
    assert sorted(run.wait() for run in runs) == [pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED]
    paths = [spec["path"] for spec in verdict_in(pytester.path)["specs"]]
    assert paths in (["one.yaml"], ["two.yaml"])
    assert not list(pytester.path.glob(".verdict*"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
