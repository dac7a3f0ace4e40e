"""What a conftest.py can add."""

import pytest

from ..conftest import RunSpec

SPEC = "ftgate: 1\njob: run.log\ngates: {train-loss: {metric: train_loss, max: 0.5}}\n"

CONFTEST = """
import pytest
from pytest_ftgate import Job, JobError, Source, build

def ours(piece):
    return isinstance(piece.data, dict) and "house" in piece.data

def read(path, pieces):
    {body}

@pytest.hookimpl(optionalhook=True)
def pytest_ftgate_sources():
    return [Source("house log", ours, read)]
"""

READ = """
    series = build("train_loss", "loss", [(1, pieces[0].data["house"])], file=pieces[0].file.name)
    return Job("house log", path, (pieces[0].file.digest,), {}, {"train_loss": series})
"""


def judge(pytester: pytest.Pytester, run_spec: RunSpec, body: str = READ) -> pytest.RunResult:
    pytester.makeconftest(CONFTEST.format(body=body.strip()))
    (pytester.path / "run.log").write_text('{"house": 0.25}')
    return run_spec(SPEC)


def test_a_source_from_a_conftest_reads_its_own_kind_of_job(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = judge(pytester, run_spec)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["train-loss  0.25      max 0.5    pass"])


def test_without_the_source_the_file_is_not_recognised(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / "run.log").write_text('{"house": 0.25}')
    run_spec(SPEC).assert_outcomes(errors=1)


def test_an_error_of_the_source_is_the_gate_s_error(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = judge(pytester, run_spec, 'raise JobError("run.log: the house log is cut off")')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["train-loss could not be judged: run.log: the house log is cut off"])


def test_a_source_that_breaks_is_an_error_with_its_own_frames_only(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    result = judge(pytester, run_spec, "return pieces[7]")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*IndexError: list index out of range*", "verdict: ERROR*"])
    result.stdout.no_fnmatch_line("*pluggy/*")
