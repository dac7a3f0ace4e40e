"""Which arguments are specs, and what else runs beside them."""

import pytest

from pytest_ftgate import plugin

from ..conftest import OTHERS_OFF, RunSpec
from ..making import spec_file
from .specs import TWO_MET, XDIST

pytestmark = pytest.mark.usefixtures("run_spec")


@XDIST
def test_a_spec_runs_its_gates_and_nothing_else_of_the_repository(
    pytester: pytest.Pytester, run_spec: RunSpec, workers: tuple[str, ...]
) -> None:
    pytester.makeini("[pytest]\ntestpaths = tests")
    pytester.mkdir("tests").joinpath("conftest.py").write_text("raise RuntimeError('imported')")
    (pytester.path / "tests/test_other.py").write_text("def test_other(): assert False")
    run_spec(TWO_MET, *workers).assert_outcomes(passed=2)


def test_a_spec_and_a_folder_of_tests_run_together(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.mkdir("checks").joinpath("test_other.py").write_text("def test_other(): pass")
    run_spec(TWO_MET, "checks").assert_outcomes(passed=3)


@pytest.mark.parametrize("arguments", [("--ftgate=a.yaml",), ("a.yaml",)], ids=["option", "glob"])
def test_two_specs_are_judged_in_one_run(
    pytester: pytest.Pytester, run_spec: RunSpec, arguments: tuple[str, ...]
) -> None:
    spec_file(pytester.path, TWO_MET, "a.yaml")
    result = run_spec(TWO_MET, *arguments)
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["ftgate: job.yaml, a.yaml", "verdict: PASS (4 gates judged)"])


@pytest.mark.parametrize("arguments", [("--ftgate=job.yaml",), ("job.yaml",), (".",)])
def test_a_spec_that_is_named_twice_is_judged_once(run_spec: RunSpec, arguments: tuple[str, ...]) -> None:
    run_spec(TWO_MET, *arguments).stdout.fnmatch_lines(["verdict: PASS (2 gates judged)"])


@pytest.mark.parametrize("name", [".hidden/job.yaml", "of the/support bot.yaml", "job.txt", "-x.yaml", "@job.yaml"])
def test_a_spec_may_lie_anywhere_under_any_name(pytester: pytest.Pytester, name: str) -> None:
    path = pytester.path / name
    path.parent.mkdir(exist_ok=True)
    spec_file(path.parent, TWO_MET.replace("job: run", f"job: {pytester.path}/run"), path.name)
    pytester.runpytest_inprocess(f"--ftgate={name}").assert_outcomes(passed=2)


def test_a_spec_may_lie_outside_the_rootdir(pytester: pytest.Pytester) -> None:
    spec_file(pytester.path, TWO_MET)
    inside = pytester.mkdir("project")
    (inside / "pytest.ini").write_text("[pytest]")
    pytester.chdir()
    result = pytester.runpytest_inprocess("--rootdir=project", "--ftgate=job.yaml::train-loss")
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("arguments", [("--ftgate", "job.yaml::train-loss"), ("job.yaml::train-loss",)])
def test_one_gate_is_selected_by_its_node_id(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    spec_file(pytester.path, TWO_MET)
    result = pytester.runpytest_inprocess(*arguments, "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["job.yaml::train-loss PASSED*"])


@pytest.mark.parametrize("first", ["ftgate: 1", "# policy\n'ftgate': 1", "\ufeffftgate: 1"])
def test_a_positional_file_is_a_spec_if_it_says_so(pytester: pytest.Pytester, first: str) -> None:
    spec_file(pytester.path, TWO_MET.replace("    ", "").replace("ftgate: 1", first).strip())
    spec_file(pytester.path, f"{first}\njob: run\ngates: {{finished: {{job: status, equals: succeeded}}}}\n")
    pytester.runpytest_inprocess("job.yaml").assert_outcomes(passed=1)


def test_a_positional_file_that_does_not_say_so_is_not_ours(pytester: pytest.Pytester) -> None:
    spec_file(pytester.path, "gates:\n  my ftgate: 1\n", "other.yaml")
    result = pytester.runpytest_inprocess("other.yaml")
    assert result.ret != pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*verdict*")


def test_a_spec_that_only_lies_in_a_folder_of_tests_is_not_collected(pytester: pytest.Pytester) -> None:
    spec_file(pytester.path, TWO_MET)
    pytester.makepyfile("def test_other(): pass")
    pytester.runpytest_inprocess(".").assert_outcomes(passed=1)


def test_the_options_may_come_from_the_environment(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    spec_file(pytester.path, TWO_MET)
    monkeypatch.setenv("PYTEST_ADDOPTS", f"{OTHERS_OFF} --ftgate=job.yaml")
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_conftest_beside_the_spec_is_loaded(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makeconftest("def pytest_report_header(): return 'beside the spec'")
    run_spec(TWO_MET).stdout.fnmatch_lines(["beside the spec"])


def test_another_job_is_judged_in_its_place(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / "run").rename(pytester.path / "candidate")
    run_spec(TWO_MET, "--ftgate-job=candidate").assert_outcomes(passed=2)
    run_spec(TWO_MET).assert_outcomes(errors=2)


def test_the_specs_are_looked_for_once_however_many_files_are_collected(
    pytester: pytest.Pytester, run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = plugin._file
    monkeypatch.setattr(plugin, "_file", lambda here, name: asked.append(name) or real(here, name))  # type: ignore[func-returns-value]
    more = pytester.mkdir("more")
    for number in range(30):
        (more / f"test_{number}.py").write_text("def test_one(): pass")
    run_spec(TWO_MET, "more").assert_outcomes(passed=32)
    assert len(asked) < 10
