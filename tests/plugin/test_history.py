"""What outlasts a run: the history, the next baseline, and the model that the verdict is bound to."""

import json
from pathlib import Path

import pytest

from pytest_ftgate import cli

from ..conftest import RunSpec
from .specs import ONE_MISSED, TWO_MET
from .verdicts import ASKED, OLD_PROMOTION, verdict_in

FIRST_RUN = """
    ftgate: 1
    job: run
    baseline: {path: promoted.json, if_missing: first_run}
    gates:
      train-loss: {metric: train_loss, baseline: {max_rise: 0.01}}
"""
PROMOTE = "--ftgate-promote=promoted.json"


def lines(folder: Path, name: str = ".ftgate/history.jsonl") -> list[str]:
    file = folder / name
    return [json.loads(line)["verdict"] for line in file.read_text().splitlines()] if file.exists() else []


def test_runs_until_green_are_listed_in_the_verdict_that_is(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(ONE_MISSED, ASKED)
    run_spec(ONE_MISSED, ASKED, "-k", "finished")
    run_spec(TWO_MET, ASKED)
    verdict = verdict_in(pytester.path)
    assert (verdict["promote"], verdict["attempt"]) == (True, 3)
    assert [one["verdict"] for one in verdict["previous"]] == ["fail", "incomplete"]
    assert lines(pytester.path) == ["fail", "incomplete", "pass"]


def test_a_history_is_kept_where_a_verdict_or_it_is_asked_for(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(TWO_MET)
    assert lines(pytester.path) == []
    run_spec(TWO_MET, "--ftgate-history=h.jsonl")
    assert (lines(pytester.path), lines(pytester.path, "h.jsonl")) == ([], ["pass"])


def test_only_a_verdict_that_promotes_becomes_the_baseline(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(ONE_MISSED, PROMOTE)
    assert not (pytester.path / "promoted.json").exists()
    run_spec(TWO_MET, PROMOTE, ASKED)
    assert (pytester.path / "promoted.json").read_bytes() == (pytester.path / "verdict.json").read_bytes()
    run_spec(ONE_MISSED, PROMOTE)
    assert verdict_in(pytester.path, "promoted.json")["promote"] is True


def test_a_file_that_is_no_verdict_is_not_promoted_over(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / "promoted.json").write_text("precious")
    result = run_spec(TWO_MET, PROMOTE, ASKED)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["--ftgate-promote promoted.json exists and is not a verdict: it is not overwritten"])


def test_the_first_run_is_the_first_until_one_promotes(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(FIRST_RUN, ASKED, PROMOTE).assert_outcomes(passed=1, warnings=1)
    run_spec(FIRST_RUN, ASKED, PROMOTE).assert_outcomes(passed=1)
    (pytester.path / "promoted.json").unlink()
    result = run_spec(FIRST_RUN, ASKED, PROMOTE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no baseline at promoted.json, and first_run is over: *history.jsonl)*"])


def test_a_history_that_cannot_be_read_is_an_error(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / ".ftgate/history.jsonl").mkdir(parents=True)
    result = run_spec(TWO_MET, ASKED)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["verdict: ERROR (.ftgate/history.jsonl: a directory)"])


def test_one_baseline_is_of_one_spec(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(TWO_MET)
    (pytester.path / "other.yaml").write_bytes((pytester.path / "job.yaml").read_bytes())
    result = run_spec(TWO_MET, "--ftgate=other.yaml", PROMOTE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*a verdict on several specs is nobody's baseline; name one spec*"])


def test_a_verdict_is_bound_to_the_model_and_verifies(
    pytester: pytest.Pytester, run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(pytester.path)
    Path("adapter").mkdir()
    Path("adapter/weights").write_text("weights")
    run_spec(TWO_MET, ASKED, "--ftgate-model=adapter")
    assert verdict_in(pytester.path)["subject"]["kind"] == "files"
    arguments = ["verify", "verdict.json", "--spec=job.yaml", "--model=adapter", "--max-age=1d", "--evidence"]
    assert cli.main(arguments) == 0
    Path("run/trainer_state.json").write_text("{}")
    assert cli.main(arguments) == 1
    assert "'run/trainer_state.json' with the sha256 " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--ftgate-model=nowhere"], "*'nowhere' is no file or folder here, and the jobs name none)"),
        (["--ftgate-model=run", "--ftgate-verdict=run/v.json"], "*run/v.json is written into the model's own folder*"),
    ],
)
def test_a_model_that_cannot_be_bound_is_an_error(run_spec: RunSpec, options: list[str], said: str) -> None:
    result = run_spec(TWO_MET, ASKED, *options)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([said])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--ftgate-history=job.yaml"], "what was asked for could not be written"),
        (["--ftgate-model=nowhere"], "the verdict is no pass"),
    ],
)
def test_no_run_whose_verdict_is_an_error_ends_with_0(run_spec: RunSpec, options: list[str], said: str) -> None:
    result = run_spec(TWO_MET, *options)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"exit status 1 instead of 0, because {said}"])


def test_no_history_is_written_into_the_model_s_own_folder(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = run_spec(TWO_MET, "--ftgate-model=run", "--ftgate-history=run/history.jsonl")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["verdict: ERROR (run/history.jsonl is written into the model's own folder run, *)"])
    assert not (pytester.path / "run/history.jsonl").exists()


def test_a_spec_that_is_named_as_the_history_is_left_alone(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = run_spec(TWO_MET, "--ftgate-history=job.yaml")
    result.stdout.fnmatch_lines(["job.yaml exists and is no history: it is not added to"])
    assert "schema" not in (pytester.path / "job.yaml").read_text()


@pytest.mark.parametrize("other", ["promote", "report", "markdown", "history"])
def test_one_file_is_not_written_for_two_options(run_spec: RunSpec, other: str) -> None:
    result = run_spec(TWO_MET, "--ftgate-verdict=run/../v", f"--ftgate-{other}=v")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--ftgate-verdict and --ftgate-{other} name the same file v: name one for each"])


@pytest.mark.parametrize("option", ["--ftgate-model", "--ftgate-promote", "--ftgate-history", "--ftgate-policy-file"])
def test_options_need_a_spec_and_a_value(pytester: pytest.Pytester, run_spec: RunSpec, option: str) -> None:
    assert run_spec(TWO_MET, f"{option}=").ret == pytest.ExitCode.USAGE_ERROR
    result = pytester.runpytest_inprocess(f"{option}=x")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{option} needs a spec to judge by: give --ftgate SPEC"])


def test_an_old_promotion_is_no_baseline_without_its_gates(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / "promoted.json").write_text(OLD_PROMOTION)
    run_spec(FIRST_RUN).assert_outcomes(errors=1)
