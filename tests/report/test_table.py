"""The table of a spec's gates as text."""

from pathlib import Path

import pytest

from pytest_ftgate.decision import Status
from pytest_ftgate.report.table import table
from pytest_ftgate.verdict import Judged, Record


def judged(*rows: tuple[str, Status, str, str]) -> Judged:
    """A spec with these gates: name, status, observed, wanted."""
    records = (Record("job.yaml", "", n, 1, s, n, observed=o, wanted=w).as_json() for n, s, o, w in rows)
    return Judged(Path("job.yaml"), "", "", tuple(records))


def lines(found: Judged, width: int = 80) -> list[str]:
    return [line for text, _ in table(found, width) for line in text.split("\n")]


GATES = judged(
    ("valid-loss", Status.FAIL, "1.043", "max 0.95"),
    ("accuracy", Status.ERROR, "", "min 0.8"),
    ("finished", Status.NOT_EVALUATED, "", "equals succeeded"),
    ("loss", Status.WAIVED, "0.9", "max 0.8"),
)


def test_a_wide_table_is_aligned() -> None:
    assert lines(GATES) == [
        "gate        observed  threshold         status",
        "valid-loss  1.043     max 0.95          FAIL",
        "accuracy    -         min 0.8           ERROR",
        "finished    -         equals succeeded  NOT EVALUATED",
        "loss        0.9       max 0.8           waived",
    ]


def test_each_line_has_the_colour_of_its_status() -> None:
    assert [colour for _, colour in table(GATES, 80)] == ["", "red", "red", "yellow", "yellow"]


def test_a_narrow_table_takes_two_lines_a_gate() -> None:
    assert lines(GATES, 30)[:2] == ["FAIL  valid-loss", "    1.043 (max 0.95)"]


@pytest.mark.parametrize("width", [20, 30, 50, 80])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    wide = judged(("a-gate-with-a-name-that-goes-on" * 3, Status.FAIL, "观察" * 40, "one of " + "x, " * 50))
    assert max(len(line) + sum(c > "\u2e80" for c in line) for line in lines(wide, width)) <= width


def test_wide_characters_keep_the_columns_aligned() -> None:
    found = lines(judged(("refunds[退款]", Status.FAIL, "missed", "passed"), ("a", Status.PASS, "1", "min 0")))
    assert found[1:3] == ["a              1         min 0      pass", "refunds[退款]  missed    passed     FAIL"]


def test_hostile_text_is_spelt_out() -> None:
    assert lines(judged(("a", Status.FAIL, "\x1b[2J\n##[error]", "equals \u202ex")))[1] == (
        r"a     \x1b[2J\n#\x23[error]  equals \u202ex  FAIL"
    )


def test_prompts_that_pass_are_counted_and_those_that_miss_are_shown() -> None:
    rows = [(f"refunds[{i}]", Status.PASS if i else Status.FAIL, "passed", "passed") for i in range(30)]
    assert lines(judged(("a", Status.PASS, "1", "min 0"), *rows))[1:] == [
        "a           1         min 0      pass",
        "refunds[0]  passed    passed     FAIL",
        "30 prompts judged one by one: 29 pass",
    ]


def test_a_flood_of_misses_is_counted() -> None:
    found = lines(judged(*((f"refunds[{i}]", Status.FAIL, "missed", "passed") for i in range(5000))))
    assert len(found) == 13
    assert found[-2:] == ["5,000 prompts judged one by one: 0 pass", "4,990 more prompts in the way, not shown"]
