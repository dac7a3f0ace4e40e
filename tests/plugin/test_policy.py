"""Pinning the policy: who is judged does not choose by what."""

import hashlib
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_ftgate import cli

from ..conftest import RunSpec
from ..making import spec_file
from .specs import TWO_MET, XDIST
from .verdicts import ASKED, verdict_in

pytestmark = pytest.mark.usefixtures("run_spec")

REVIEWED = hashlib.sha256(dedent(TWO_MET).encode()).hexdigest()
LOOSER = TWO_MET.replace("0.80", "0.90")


@XDIST
def test_the_reviewed_spec_is_judged_by(run_spec: RunSpec, workers: tuple[str, ...]) -> None:
    run_spec(TWO_MET, f"--ftgate-policy-sha256={REVIEWED}", *workers).assert_outcomes(passed=2)


@XDIST
def test_another_one_is_an_error_before_anything_is_judged(
    pytester: pytest.Pytester, run_spec: RunSpec, workers: tuple[str, ...]
) -> None:
    result = run_spec(LOOSER, ASKED, f"--ftgate-policy-sha256={REVIEWED}", *workers)
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*job.yaml: sha256 * is not a policy that may be judged by: *"])
    verdict = verdict_in(pytester.path)
    assert (verdict["promote"], verdict["specs"][0]["gates"]) == (False, [])
    assert "is not a policy that may be judged by" in verdict["specs"][0]["problem"]


def test_a_file_of_digests_is_a_list_of_policies(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / "policies").write_text(f"# reviewed\n{REVIEWED}  job.yaml\n")
    run_spec(TWO_MET, "--ftgate-policy-file=policies").assert_outcomes(passed=2)
    assert run_spec(LOOSER, "--ftgate-policy-file=policies").ret == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--ftgate-policy-file=nowhere", "*nowhere: no such file*"),
        ("--ftgate-policy-file=job.yaml", "*job.yaml:2: 'ftgate:' is not a sha256: 64 hex digits*"),
    ],
)
def test_a_list_that_is_none_lets_nothing_be_judged(run_spec: RunSpec, option: str, said: str) -> None:
    result = run_spec(TWO_MET, option)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([said])


@pytest.mark.parametrize("text", ["", "abc", "g" * 64])
def test_what_is_no_digest_is_wrong_usage(run_spec: RunSpec, text: str) -> None:
    result = run_spec(TWO_MET, f"--ftgate-policy-sha256={text}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*is not a sha256: 64 hex digits*"])


def test_the_command_prints_what_is_to_be_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spec_file(tmp_path, TWO_MET)
    assert cli.main(["policy", "job.yaml"]) == 0
    assert capsys.readouterr().out == f"{REVIEWED}  job.yaml\n"


def test_a_spec_that_changed_since_the_baseline_is_told_gate_by_gate(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    run_spec(TWO_MET, "--ftgate-promote=old.json")
    changed = TWO_MET.replace("job: run", "job: run\n    baseline: old.json").replace("0.80", "0.90")
    result = run_spec(changed, ASKED)
    result.stdout.fnmatch_lines(
        [
            "policy: the spec is not the one that old.json was judged by",
            "policy: train-loss loosened: {metric: train_loss, max: 0.8} is now {metric: train_loss, max: 0.9}",
        ]
    )
    spec = verdict_in(pytester.path)["specs"][0]
    assert [(c["gate"], c["change"]) for c in spec["changes"]] == [("train-loss", "loosened")]
    assert spec["baseline"]["same_policy"] is False
    assert spec["baseline"]["verdict_id"] == verdict_in(pytester.path, "old.json")["verdict_id"]


def test_a_spec_with_the_same_gates_and_another_text_is_told_too(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(TWO_MET, "--ftgate-promote=old.json")
    result = run_spec(TWO_MET.replace("job: run", "job: run\n    baseline: old.json"))
    result.stdout.fnmatch_lines(["policy: the spec is not the one that old.json was judged by; its gates are the same"])
    result = run_spec(TWO_MET.replace("job: run", "job: run\n    baseline: old.json"), "--ftgate-promote=old.json")
    result = run_spec()
    result.stdout.no_fnmatch_line("policy: *")
    assert (pytester.path / "old.json").exists()
