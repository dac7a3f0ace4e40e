"""What pytest shows of a gate: its outcome, its message, its marks."""

from xml.etree import ElementTree as ET

import pytest

from ..conftest import RunSpec
from .specs import EVERY_STATUS, ONE_MISSED, TWO_MET, UNMEASURABLE, XDIST


@XDIST
def test_each_status_has_its_outcome(run_spec: RunSpec, workers: tuple[str, ...]) -> None:
    result = run_spec(EVERY_STATUS, *workers)
    result.assert_outcomes(passed=3, failed=2, errors=1, warnings=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_gates_that_are_met_exit_with_0(run_spec: RunSpec) -> None:
    assert run_spec(TWO_MET).ret == pytest.ExitCode.OK


def test_a_miss_is_told_without_a_traceback(run_spec: RunSpec) -> None:
    result = run_spec(ONE_MISSED)
    result.stdout.fnmatch_lines(
        [
            "*_ gate job.yaml::train-loss _*",
            "train-loss 0.65 > max 0.5 (over by 0.15): median of the last 5 of 30 values of loss (± 0.083), *",
            "  job.yaml:6  run/trainer_state.json",
            "  the last value alone is 0.55",
        ],
        consecutive=True,
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest_ftgate*.py*")


def test_a_gate_that_cannot_be_measured_is_an_error_that_says_what_there_is(run_spec: RunSpec) -> None:
    run_spec(UNMEASURABLE).stdout.fnmatch_lines(
        [
            "*_ ERROR at setup of gate job.yaml::accuracy _*",
            "accuracy could not be judged: the job has no valid_mean_token_accuracy; it has train_loss, valid_loss*",
            "  job.yaml:6",
        ],
        consecutive=True,
    )


def test_a_status_that_pytest_has_no_word_for_is_named(run_spec: RunSpec) -> None:
    run_spec(EVERY_STATUS).stdout.fnmatch_lines(
        ["thin 0.65 cannot be held against max 0.8: it rests on 30 of the 1000 that min_n asks for* [[]inconclusive]"]
    )


@pytest.mark.parametrize("arguments", [("-W", "error"), ("-o", "filterwarnings=error")])
def test_a_gate_in_its_warn_zone_passes_also_where_warnings_are_errors(
    run_spec: RunSpec, arguments: tuple[str, ...]
) -> None:
    run_spec(EVERY_STATUS, "-k", "warned or advisory", *arguments).assert_outcomes(passed=2, deselected=4)


def test_a_warning_points_at_the_gate_in_the_spec(run_spec: RunSpec) -> None:
    run_spec(EVERY_STATUS).stdout.fnmatch_lines(["*job.yaml:6: GateWarning: warned 0.65 > warn 0.6 (over by 0.05): *"])


def test_tags_are_marks_also_under_strict_markers(run_spec: RunSpec) -> None:
    tagged = TWO_MET.replace("max: 0.80}", "max: 0.80, tags: [nightly]}")
    result = run_spec(tagged, "-m", "nightly", "--strict-markers")
    result.assert_outcomes(passed=1, deselected=1)


def test_a_tag_that_pytest_acts_on_is_refused(run_spec: RunSpec) -> None:
    result = run_spec(TWO_MET.replace("max: 0.80}", "max: 0.80, tags: [usefixtures]}"))
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*job.yaml:6: the tag usefixtures is pytest's own*"])


@pytest.mark.parametrize(("mark", "selected"), [("ftgate", 2), ("not ftgate", 1)])
def test_gates_bear_the_mark_ftgate(pytester: pytest.Pytester, run_spec: RunSpec, mark: str, selected: int) -> None:
    pytester.makepyfile(test_other="def test_other(): pass")
    result = run_spec(TWO_MET, "test_other.py", "-m", mark, "--strict-markers")
    result.assert_outcomes(passed=selected, deselected=3 - selected)


def test_gates_run_in_any_order(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makeconftest("def pytest_collection_modifyitems(items): items.reverse()")
    result = run_spec(TWO_MET, "-v")
    result.stdout.fnmatch_lines(["job.yaml::train-loss PASSED*", "job.yaml::finished PASSED*"])
    result.stdout.fnmatch_lines(["finished *succeeded*", "train-loss *0.65*", "verdict: PASS (2 gates judged)"])


def test_junit_xml_has_a_case_for_each_gate_and_its_record(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(EVERY_STATUS, "--junitxml=report.xml")
    root = ET.parse(pytester.path / "report.xml").getroot()  # noqa: S314
    cases = {case.attrib["name"]: case for case in root.iter("testcase")}
    assert list(cases) == ["met", "warned", "advisory", "thin", "missed", "absent"]
    assert cases["missed"][1].attrib["message"].startswith("Failed: missed 0.65 > max 0.5")
    assert '"status": "error"' in cases["absent"].find("properties/property").attrib["value"]  # type: ignore[union-attr]
