"""What is read at once is what is read cell by cell."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import JobError
from pytest_ftgate.sources import numeric, table

NUMBERS = st.one_of(
    st.floats(allow_nan=False).map(repr),
    st.integers(-(10**25), 10**25).map(str),
    st.from_regex(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?", fullmatch=True),
)
BLANK = st.just("")
NEARLY = st.text("0123456789.+-eE", max_size=6)
ODD = st.sampled_from(["nan", "-inf", " 1", "1\t", "N/A", "0x1", "1_0", '"1"', '"1,5"', "٠", "1\n2", "<<<<<<< a"])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
LAST = st.sampled_from(["", "\n", "\r\n", "\n\n", "\r\n\r\n", "\n,"])
HEADERS = st.sampled_from(
    [("step", "loss"), (" step", "loss "), ("step", ""), ("", ""), ("1", "2"), ("a", "a"), ("e", ".")]
)
TWO = "step,loss\n"


def outcome(text: str, read_table: Callable[[str, str], table.Table]) -> object:
    """What reading the text comes to: the bits of its columns and the lines of its rows, or the message."""
    try:
        found = read_table("m.csv", text)
        read = [table.readings(found, column) for column in found.header]
    except JobError as e:
        return str(e)
    cells = [
        [v.hex() if there else "" for v, there in zip(one.values.tolist(), one.there, strict=True)] for one in read
    ]
    return found.header, cells, list(found.lines), found.ended


@settings(deadline=None)
@given(
    HEADERS,
    st.lists(st.lists(st.one_of(NUMBERS, BLANK, NEARLY), min_size=2, max_size=2), max_size=6),
    ENDS,
    LAST,
)
def test_a_table_of_numbers_is_the_same_read_at_once_and_cell_by_cell(
    header: tuple[str, ...], rows: list[list[str]], end: str, last: str
) -> None:
    text = end.join(",".join(row) for row in [list(header), *rows]) + last
    assert outcome(text, table.read) == outcome(text, table.cell_by_cell)


@settings(deadline=None)
@given(st.lists(st.lists(st.one_of(NUMBERS, BLANK, ODD), min_size=1, max_size=3), max_size=6), ENDS, LAST)
def test_a_table_of_anything_is_the_same_read_at_once_and_cell_by_cell(
    rows: list[list[str]], end: str, last: str
) -> None:
    text = end.join(",".join(row) for row in [["step", "loss"], *rows]) + last
    assert outcome(text, table.read) == outcome(text, table.cell_by_cell)


@given(st.lists(NUMBERS.filter(lambda cell: math.isfinite(float(cell))), min_size=1))
def test_a_number_is_what_float_says_of_it(cells: list[str]) -> None:
    [_, found] = numeric.columns(TWO + "".join(f"1,{cell}\n" for cell in cells), 2)
    assert found.tolist() == [float(cell) for cell in cells]


def test_a_blank_is_the_only_nan() -> None:
    [_, loss] = numeric.columns("step,loss\n1,\n2,1e300\n", 2)
    assert (math.isnan(loss[0]), loss[1]) == (True, 1e300)


@pytest.mark.parametrize(
    "rows",
    ["", "\n", "1,2,3\n", "1\n", "1,2\n\n3,4\n", "1,2\r\n3,4\n", "1, 2\n", '1,"2"\n', "1,nan\n", "1,٠\n", "1,1e\n"],
)
def test_what_is_not_whole_rows_of_numbers_is_left_to_the_careful_reader(rows: str) -> None:
    assert numeric.columns(TWO + rows, 2) == ()


def test_a_line_without_an_end_in_sight_is_left_to_the_careful_reader() -> None:
    assert numeric.columns(f"step,loss\n1,0.{'5' * 200_000}\n", 2) == ()
    assert len(numeric.columns("step,loss\n" + "1,0.5\n" * 20_000, 2)) == 2


@pytest.mark.parametrize("text", ["loss\n", '"step",loss\n', "1,2\n", "step,loss", "", "\nstep,loss\n", "a\rb,c\n"])
def test_a_first_line_that_is_no_plain_header_is_left_to_the_careful_reader(text: str) -> None:
    assert numeric.header(text) == ()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_plain_header_is_its_names(end: str) -> None:
    assert numeric.header(f"step, train_loss{end}1,2{end}") == ("step", "train_loss")


def test_a_conflict_in_the_header_of_a_table_of_numbers_is_named() -> None:
    with pytest.raises(JobError, match=r"^m\.csv:1: a merge conflict marker"):
        table.read("m.csv", "<<<<<<< a,b\n1,2\n")


def test_a_column_that_comes_twice_in_a_table_of_numbers_is_an_error() -> None:
    with pytest.raises(JobError, match=r"^m\.csv:1: the column 'a' comes twice$"):
        table.read("m.csv", "a,a\n1,2\n")
