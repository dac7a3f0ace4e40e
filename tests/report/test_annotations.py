"""GitHub's annotations."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_ftgate.decision import Status
from pytest_ftgate.report.annotations import annotations
from pytest_ftgate.verdict import Verdict, combine

from .judging import HOSTILE, record, verdict_of


def located(verdict: Verdict, path: Path) -> Verdict:
    return combine([replace(verdict.specs[0], path=path)])


def test_a_miss_is_an_error_on_the_spec_s_line(tmp_path: Path) -> None:
    found = annotations(located(verdict_of(record("loss")), tmp_path / "specs/job.yaml"), tmp_path)
    assert found == ["::error file=specs/job.yaml,line=3,title=ftgate FAIL%3A loss::loss says so"]


def test_a_warning_is_a_warning_and_a_pass_is_nothing(tmp_path: Path) -> None:
    verdict = verdict_of(record("a", Status.WARN), record("b", Status.PASS))
    assert annotations(located(verdict, tmp_path / "job.yaml"), tmp_path) == [
        "::warning file=job.yaml,line=3,title=ftgate warn%3A a::a says so"
    ]


def test_a_spec_outside_of_the_repository_is_named_in_no_file(tmp_path: Path) -> None:
    found = annotations(located(verdict_of(record("a")), Path("/elsewhere/job.yaml")), tmp_path)
    assert found == ["::error line=3,title=ftgate FAIL%3A a::a says so"]


def test_eight_are_shown_and_the_rest_is_counted() -> None:
    found = annotations(verdict_of(*(record(f"g{i}") for i in range(11))), Path())
    assert len(found) == 9
    assert found[-1] == (
        "::error title=ftgate::3 more annotations not shown: see the table in the log, or the job summary"
    )


def test_a_run_that_promotes_has_no_error_whatever_is_left_out() -> None:
    found = annotations(verdict_of(*(record(f"w{i}", Status.WARN) for i in range(20))), Path())
    assert found[-1].startswith("::warning title=ftgate::12 more annotations not shown: ")


def test_what_stands_in_the_way_comes_before_warnings() -> None:
    verdict = verdict_of(*(record(f"w{i}", Status.WARN) for i in range(9)), record("bad"))
    assert annotations(verdict, Path())[0].startswith("::error ")


def test_a_spec_that_is_wrong_is_annotated() -> None:
    found = annotations(verdict_of(problem="job.yaml:2: gates: nothing\nmore"), Path())
    assert found == ["::error file=job.yaml,line=1,title=ftgate::job.yaml:2: gates: nothing"]


def test_percent_signs_colons_and_commas_are_escaped_as_the_runner_wants() -> None:
    [found] = annotations(verdict_of(record("a:b,c", headline="8% > max 5%, so")), Path())
    assert found == "::error file=job.yaml,line=3,title=ftgate FAIL%3A a%3Ab%2Cc::8%25 > max 5%25, so"


@pytest.mark.parametrize("hostile", [*HOSTILE, "a\r\n::error::b", "a\n::stop-commands::x"])
def test_hostile_text_is_one_command_s_value(hostile: str) -> None:
    [found] = annotations(verdict_of(record(hostile, headline=hostile)), Path())
    assert found.isprintable()
    head, _, _ = found.removeprefix("::error ").partition("::")
    assert head.startswith("file=job.yaml,line=3,title=ftgate FAIL%3A ")
    assert head.count(",") == 2
