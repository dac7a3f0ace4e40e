"""The plugin beside other plugins, strict settings, and ways to load it."""

import pytest

from ..conftest import OTHERS_OFF, RunSpec
from ..making import spec_file
from .specs import ONE_MISSED, TWO_MET
from .verdicts import ASKED, statuses_in, verdict_in

pytestmark = pytest.mark.usefixtures("run_spec")


def test_it_loads_by_name_where_autoloading_is_off(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    spec_file(pytester.path, TWO_MET)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = pytester.runpytest_subprocess("-p", "pytest_ftgate.plugin", "--ftgate=job.yaml")
    result.assert_outcomes(passed=2)


def test_known_args_namespace_still_decides_which_conftests_are_loaded(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    pytester.makeini("[pytest]\ntestpaths = tests")
    pytester.mkdir("tests").joinpath("conftest.py").write_text("raise RuntimeError")
    assert run_spec(TWO_MET).ret == pytest.ExitCode.OK


@pytest.mark.parametrize(
    "setting", ["addopts = --strict-markers --strict-config", "xfail_strict = true", "console_output_style = count"]
)
def test_strict_settings_change_nothing(pytester: pytest.Pytester, run_spec: RunSpec, setting: str) -> None:
    pytester.makeini(f"[pytest]\n{setting}")
    run_spec(TWO_MET).assert_outcomes(passed=2)


RUN_AGAIN_MORE_LOOSELY = """
    from dataclasses import replace
    from _pytest.runner import runtestprotocol
    from pytest_ftgate.bounds import Bound
    from pytest_ftgate.threshold import Threshold

    def pytest_runtest_protocol(item, nextitem):
        runtestprotocol(item, nextitem=None)
        looser = replace(item.gate.condition, threshold=Threshold(max=Bound(9.0)))
        item.gate = replace(item.gate, condition=looser)
        runtestprotocol(item, nextitem=nextitem)
        return True
"""


def test_a_gate_that_is_run_again_counts_by_its_worst_outcome(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makeconftest(RUN_AGAIN_MORE_LOOSELY)
    result = run_spec(ONE_MISSED, "-k", "train-loss", ASKED)
    result.assert_outcomes(passed=1, failed=1, deselected=1)
    assert statuses_in(pytester.path)["train-loss"] == "fail"


def test_a_run_inside_a_worker_of_another_run_judges_for_itself(
    pytester: pytest.Pytester, run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    result = run_spec(TWO_MET, "-k", "finished", ASKED)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert verdict_in(pytester.path)["verdict"] == "incomplete"


def test_gates_are_judged_alike_with_asserts_removed(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec_file(pytester.path, ONE_MISSED)
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    pytester.runpytest_subprocess("--ftgate=job.yaml").assert_outcomes(passed=1, failed=1, warnings=1)


def test_options_may_stand_in_the_ini_file(pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\naddopts = {OTHERS_OFF} --ftgate=job.yaml")
    spec_file(pytester.path, TWO_MET)
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_second_run_in_one_process_starts_anew(run_spec: RunSpec) -> None:
    run_spec(ONE_MISSED).assert_outcomes(passed=1, failed=1)
    run_spec(TWO_MET).assert_outcomes(passed=2)
