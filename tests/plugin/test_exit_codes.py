"""`--ftgate-exit-codes detailed`: an exit status for each answer."""

import pytest

from ..conftest import RunSpec
from .specs import ONE_MISSED, TWO_MET, UNMEASURABLE, XDIST
from .test_waivers import WAIVED
from .verdicts import ASKED, verdict_in

DETAILED = "--ftgate-exit-codes=detailed"


@XDIST
@pytest.mark.parametrize(
    ("spec", "status", "pytests"),
    [
        (TWO_MET, 0, 0),
        (ONE_MISSED, 1, 1),
        (TWO_MET.replace("max: 0.80", "max: 0.80, warn: 0.60"), 10, 0),
        (ONE_MISSED + WAIVED, 10, 0),
        (UNMEASURABLE, 11, 1),
        (TWO_MET.replace("max: 0.80", "max: 0.80, min_n: 1000"), 11, 1),
    ],
    ids=["pass", "worse", "warnings", "waivers", "error", "inconclusive"],
)
def test_it_tells_worse_from_not_judged(
    run_spec: RunSpec, workers: tuple[str, ...], spec: str, status: int, pytests: int
) -> None:
    assert int(run_spec(spec, DETAILED, *workers).ret) == status
    assert int(run_spec(spec, *workers).ret) == pytests


@pytest.mark.parametrize("narrowed", [("-k", "finished"), ("-k", "nothing"), ("--deselect=job.yaml::finished",)])
def test_a_part_is_incomplete(run_spec: RunSpec, narrowed: tuple[str, ...]) -> None:
    assert int(run_spec(TWO_MET, DETAILED, *narrowed).ret) == 12


def test_an_interrupted_run_is_incomplete(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makepyfile(test_other="import pytest\ndef test_other(): pytest.exit('enough')")
    assert int(run_spec(TWO_MET, "test_other.py", DETAILED).ret) == 12


def test_a_run_that_lost_a_worker_is_incomplete(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makeconftest("import os\ndef pytest_runtest_call(item):\n if item.name == 'train-loss': os._exit(0)")
    assert int(run_spec(TWO_MET, DETAILED, "-n1").ret) == 12


def test_a_broken_spec_is_incomplete_and_wrong_usage_stays_pytests_own(run_spec: RunSpec) -> None:
    assert int(run_spec("ftgate: 1\n", DETAILED).ret) == 12
    assert int(run_spec(TWO_MET, DETAILED, "--no-such-option").ret) == 4


def test_an_ordinary_test_that_fails_is_no_pass(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makepyfile(test_other="def test_other(): assert 0")
    assert int(run_spec(TWO_MET, "test_other.py", DETAILED).ret) == 1
    assert int(run_spec(UNMEASURABLE, "test_other.py", DETAILED).ret) == 11


def test_a_verdict_that_cannot_be_written_is_no_pass(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makepyfile(test_full="import shutil\ndef test_full():\n shutil.rmtree('out'); open('out', 'w').close()")
    assert int(run_spec(TWO_MET, "test_full.py", "--ftgate-verdict=out/verdict.json", DETAILED).ret) == 11


def test_collecting_only_stays_pytests_own(run_spec: RunSpec) -> None:
    assert int(run_spec(TWO_MET, "--co", DETAILED).ret) == 0


def test_the_line_on_the_overruled_status_is_not_said_of_detailed_ones(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    result = run_spec(TWO_MET, ASKED, DETAILED, "-k", "finished")
    result.stdout.no_fnmatch_line("exit status 1 instead of 0*")
    assert verdict_in(pytester.path)["verdict"] == "incomplete"
