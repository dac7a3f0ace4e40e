"""Gates on other tools' reports, as a spec writes them."""

from pathlib import Path

import pytest

from pytest_ftgate.gate import Check
from pytest_ftgate.measures.result import ReportedNumber
from pytest_ftgate.spec import Surroundings

from ..making import loaded, refused


def gate(body: str) -> str:
    return f"ftgate: 1\njob: run\ngates:\n  g: {body}\n"


def built(folder: Path, body: str, around: Surroundings | None = None) -> ReportedNumber:
    condition = loaded(folder, gate(body), around).gates[0].condition
    assert isinstance(condition, Check)
    assert isinstance(condition.measure, ReportedNumber)
    return condition.measure


def test_a_report_is_named_by_its_path_and_its_number_by_a_key(tmp_path: Path) -> None:
    found = built(tmp_path, "{result: r.json, key: loss, max: 2}")
    assert found == ReportedNumber((tmp_path / "r.json").resolve(), "loss")


def test_a_report_in_the_job_s_folder_switches_with_the_job(tmp_path: Path) -> None:
    around = Surroundings(job=tmp_path / "other")
    found = built(tmp_path, "{result: {job: r.json}, key: loss, max: 2}", around)
    assert found == ReportedNumber(Path("r.json"), "loss", in_job=True)


def test_a_report_that_stays_while_the_job_changes_is_another_job_s(tmp_path: Path) -> None:
    found = built(tmp_path, "{result: r.json, key: loss, max: 2}", Surroundings(job=tmp_path / "other"))
    assert found.refused.startswith("'r.json' is of the spec's own job, but --ftgate-job names another")


def test_a_variable_may_name_the_report(tmp_path: Path) -> None:
    around = Surroundings(job=tmp_path / "other", environment={"REPORT": "r.json"})
    found = built(tmp_path, "{result: '${REPORT}', key: loss, max: 2}", around)
    assert (found.file.name, found.refused) == ("r.json", "")


def test_a_report_needs_no_job(tmp_path: Path) -> None:
    text = "ftgate: 1\ngates:\n  g: {result: r.json, key: loss, max: 2}\n"
    assert loaded(tmp_path, text).job is None


@pytest.mark.parametrize(
    ("bound", "scale"),
    [("min: 90%", "ratio"), ("min: 0.9", "ratio"), ("min: 90", "percent"), ("in: [90, 95]", "percent")],
)
def test_the_bounds_tell_whether_a_share_is_in_percent(tmp_path: Path, bound: str, scale: str) -> None:
    assert built(tmp_path, f"{{result: r.json, key: arc.acc, {bound}}}").scale == scale


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{result: r.json, max: 1}", "gates.g: needs 'key'"),
        ("{result: '', key: a, max: 1}", "gates.g.result"),
        ("{result: {path: r.json}, key: a, max: 1}", "gates.g.result.path: unknown key 'path'"),
        ("{result: {job: ../r.json}, key: a, max: 1}", "must be a file below the job's own folder"),
        ("{result: ../../r.json, key: a, max: 1}", "lies outside the spec's folder"),
        ("{result: 'http://x/r.json', key: a, max: 1}", "a spec fetches nothing"),
        ("{result: '${NOPE}', key: a, max: 1}", "the environment variable NOPE is not set"),
        ("{result: r.json, key: ' a', max: 1}", "holds invisible characters, or blanks at an end"),
        ("{result: r.json, key: loss, max: 5%}", "loss in r.json is not a ratio: write a plain number"),
        ("{result: r.json, key: a, equals: 'x'}", "the text 'x' is never a in r.json: write a number"),
        ("{result: r.json, key: a, at: last, max: 1}", "unknown key 'at'"),
    ],
)
def test_what_a_gate_on_a_report_cannot_say(tmp_path: Path, body: str, said: str) -> None:
    assert said in refused(tmp_path, gate(body), Surroundings(environment={}))
