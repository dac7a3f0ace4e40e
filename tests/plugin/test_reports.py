"""The reports that a run writes: which, where, and what happens when one cannot be made."""

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ..conftest import RunSpec
from ..making import jsonl, spec_file
from .specs import EVERY_STATUS, JUDGED_ONE_BY_ONE, ONE_MISSED, TWO_MET, XDIST
from .verdicts import ASKED, verdict_in

pytestmark = pytest.mark.usefixtures("run_spec")

NO_CURVES = r"""
from pytest_ftgate.report.html import curves

def broken(*_):
    raise ZeroDivisionError("no \x1b[31mcurve")

curves.charts = broken
"""


def written(pytester: pytest.Pytester, name: str) -> str:
    return (pytester.path / name).read_text(encoding="utf-8")


@XDIST
def test_the_reports_that_are_asked_for_are_written(
    pytester: pytest.Pytester, run_spec: RunSpec, workers: tuple[str, ...]
) -> None:
    result = run_spec(ONE_MISSED, "--ftgate-report=out/report.html", "--ftgate-markdown=out/report.md", *workers)
    result.stdout.fnmatch_lines(["report written to out/report.html", "markdown written to out/report.md"])
    assert "read by train-loss: 0.65" in written(pytester, "out/report.html")
    assert "## FAIL" in written(pytester, "out/report.md")


def test_reports_change_nothing_of_the_outcome(run_spec: RunSpec) -> None:
    assert run_spec(TWO_MET, "--ftgate-report=report.html").ret == pytest.ExitCode.OK
    assert run_spec(ONE_MISSED, "--ftgate-report=report.html").ret == pytest.ExitCode.TESTS_FAILED


def test_only_collecting_writes_nothing(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(TWO_MET, "--co", "--ftgate-report=report.html")
    assert not (pytester.path / "report.html").exists()


def test_a_missing_library_is_one_line_and_fails_the_run(
    pytester: pytest.Pytester, run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = run_spec(TWO_MET, "--ftgate-report=report.html", ASKED)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["--ftgate-report needs * not installed: pip install 'pytest-ftgate[[]report[]]'"])
    assert verdict_in(pytester.path)["promote"] is True


def test_under_detailed_statuses_a_missing_report_could_not_be_judged(
    run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert run_spec(TWO_MET, "--ftgate-report=report.html", "--ftgate-exit-codes=detailed").ret == 11


def test_an_error_while_drawing_is_one_line_and_the_others_are_written(
    pytester: pytest.Pytester, finished_job: Path
) -> None:
    pytester.makeconftest(NO_CURVES)
    spec_file(finished_job.parent, TWO_MET)
    asked = ("--ftgate-report=report.html", "--ftgate-markdown=report.md", ASKED)
    result = pytester.runpytest_subprocess("--ftgate=job.yaml", *asked)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [r"--ftgate-report report.html could not be made: ZeroDivisionError: no \x1b[[]31mcurve"]
    )
    assert "## PASS" in written(pytester, "report.md")
    assert verdict_in(pytester.path)["promote"] is True


def test_a_report_that_cannot_be_written_is_one_line(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / "out").write_text("a file, not a folder")
    result = run_spec(TWO_MET, "--ftgate-markdown=out/report.md")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["--ftgate-markdown out/report.md cannot be written: *"])


@pytest.mark.parametrize("option", ["--ftgate-report", "--ftgate-markdown"])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("job.yaml", "exists and is not a report: it is not overwritten"),
        ("run", "is a directory; name a file in it"),
    ],
)
def test_nothing_but_a_report_is_overwritten(run_spec: RunSpec, option: str, name: str, why: str) -> None:
    result = run_spec(TWO_MET, f"{option}={name}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {option} {name} {why}"])


def test_a_link_that_leads_nowhere_is_no_report(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / "report.md").symlink_to("nowhere.md")
    assert run_spec(TWO_MET, "--ftgate-markdown=report.md").ret == pytest.ExitCode.USAGE_ERROR


def test_a_path_that_is_no_path_is_a_usage_error(run_spec: RunSpec) -> None:
    result = run_spec(TWO_MET, f"--ftgate-markdown={'x' * 5000}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ftgate-markdown x* cannot be written: *"])


def test_a_run_that_dies_leaves_no_report_of_the_last_one(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(TWO_MET, "--ftgate-report=report.html")
    pytester.makeconftest("import os\ndef pytest_runtest_setup(item): os._exit(0)")
    pytester.runpytest_subprocess("--ftgate=job.yaml", "--ftgate-report=report.html")
    assert not (pytester.path / "report.html").exists()


def test_the_next_report_replaces_the_last(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    for spec in (TWO_MET, ONE_MISSED):
        run_spec(spec, "--ftgate-report=report.html", "--ftgate-markdown=report.md")
    assert "## FAIL" in written(pytester, "report.md")
    assert '<span class="word">FAIL</span>' in written(pytester, "report.html")


def test_a_report_needs_a_spec(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--ftgate-report=report.html")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_evidence_that_changes_after_it_was_judged_is_not_drawn(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    swap = "def test_swap():\n with open('run/trainer_state.json', 'a') as stream: stream.write(' ')"
    pytester.makepyfile(test_swap=swap)
    run_spec(TWO_MET, "test_swap.py", "--ftgate-report=report.html")
    assert "run/trainer_state.json changed since the gates were decided on it" in written(pytester, "report.html")


def test_a_spec_that_is_wrong_has_a_report(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = run_spec("ftgate: 1\n", "--ftgate-report=report.html")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "The spec could not be judged by" in written(pytester, "report.html")


def test_an_interrupted_run_has_a_report_that_says_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_other="def test_other(): raise KeyboardInterrupt")
    spec_file(pytester.path, TWO_MET)
    pytester.runpytest_subprocess("--ftgate=job.yaml", "test_other.py", "--ftgate-report=report.html")
    assert "INCOMPLETE</span> the run was interrupted" in written(pytester, "report.html")


def test_the_job_summary_is_added_to_where_the_runner_names_one(
    pytester: pytest.Pytester, run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pytester.path / "summary.md").write_text("# before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "summary.md"))
    run_spec(TWO_MET)
    assert written(pytester, "summary.md").startswith("# before\n<!-- pytest-ftgate report -->\n## PASS\n")


def test_a_job_summary_that_cannot_be_written_fails_nothing(
    pytester: pytest.Pytester, run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "nowhere/summary.md"))
    result = run_spec(TWO_MET)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["the job summary nowhere/summary.md cannot be written: *"])


@XDIST
def test_annotations_are_for_github_s_runner(
    pytester: pytest.Pytester, run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    run_spec(ONE_MISSED, *workers).stdout.no_fnmatch_line("::error*")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(pytester.path.parent))
    folder = pytester.path.name
    run_spec(ONE_MISSED, *workers).stdout.fnmatch_lines(
        [f"::error file={folder}/job.yaml,line=6,title=ftgate FAIL%3A train-loss::train-loss 0.65 > max 0.5 *"]
    )


@XDIST
def test_junit_properties_say_what_became_of_a_gate(
    pytester: pytest.Pytester, run_spec: RunSpec, workers: tuple[str, ...]
) -> None:
    run_spec(EVERY_STATUS, "--junitxml=junit.xml", *workers)
    cases = {str(case.get("name")): case for case in _cases(pytester)}
    assert _properties(cases["missed"]) == {
        "ftgate.name": "missed",
        "ftgate.status": "fail",
        "ftgate.observed": "0.65",
        "ftgate.threshold": "max 0.5",
    }
    assert _properties(cases["absent"]) == {"ftgate.name": "absent", "ftgate.status": "error"}


def test_hostile_answers_are_inert_in_junit_xml_and_in_the_log(
    pytester: pytest.Pytester, run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    hostile = "]]><script>\x1b[31m\n::set-output name=a::b\n</testcase>\x00\ud800"
    jsonl(pytester.path / "heldout.jsonl", [{"id": "p0", "prompt": "?", "target": "yes"}])
    jsonl(pytester.path / "outputs.jsonl", [{"id": "p0", "output": hostile}])
    result = run_spec(JUDGED_ONE_BY_ONE, "--junitxml=junit.xml", "--ftgate-report=report.html")
    [case] = _cases(pytester)
    assert _properties(case)["ftgate.observed"] == "missed"
    assert {child.tag for child in case} == {"properties", "failure"}
    assert not any(line.strip().startswith("::set-output") for line in result.outlines)
    assert "<script" not in written(pytester, "report.html")


@XDIST
def test_pytest_html_shows_the_curves_beside_the_gate(
    pytester: pytest.Pytester, run_spec: RunSpec, workers: tuple[str, ...]
) -> None:
    pytest.importorskip("pytest_html")
    result = run_spec(ONE_MISSED, "--html=tests.html", "--self-contained-html", *workers)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert written(pytester, "tests.html").count("data:image/svg+xml;base64,") == 1


def test_pytest_html_has_no_curves_of_a_job_that_cannot_be_read(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytest.importorskip("pytest_html")
    (pytester.path / "run/trainer_state.json").unlink()
    run_spec(TWO_MET, "--html=tests.html", "--self-contained-html")
    assert "svg+xml" not in written(pytester, "tests.html")


def test_pytest_html_is_not_worth_a_verdict(pytester: pytest.Pytester, finished_job: Path) -> None:
    pytest.importorskip("pytest_html")
    pytester.makeconftest(NO_CURVES)
    spec_file(finished_job.parent, TWO_MET)
    result = pytester.runpytest_subprocess("--ftgate=job.yaml", "--html=tests.html", "--self-contained-html")
    assert result.ret == pytest.ExitCode.OK
    assert "svg+xml" not in written(pytester, "tests.html")
    result.stdout.fnmatch_lines([r"no curves for pytest-html: ZeroDivisionError: no \x1b[[]31mcurve"])


def _cases(pytester: pytest.Pytester) -> list[ET.Element]:
    return list(ET.fromstring(written(pytester, "junit.xml")).iter("testcase"))  # noqa: S314 - pytest wrote it


def _properties(case: ET.Element) -> dict[str, str]:
    found = {str(one.get("name")): str(one.get("value")) for one in case.iter("property")}
    assert found.pop("ftgate").startswith("{")
    return found
