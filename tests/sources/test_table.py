import math

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.sources import table


def readings(*cells: str, sparse: bool = False) -> list[float | None]:
    text = "step,loss\n" + "".join(f"{k},{cell}\n" for k, cell in enumerate(cells, 1))
    return told(table.readings(table.read("m.csv", text), "loss", sparse=sparse))


def told(found: table.Readings) -> list[float | None]:
    """One entry a row, None where nothing was measured."""
    return [value if there else None for value, there in zip(found.values.tolist(), found.there, strict=True)]


def test_a_blank_cell_is_not_measured() -> None:
    assert readings("0.5", "", " ", "4") == [0.5, None, None, 4.0]


@pytest.mark.parametrize("word", ["nan", "NaN", "-nan", "1.#IND", "-1.#QNAN"])
def test_a_literal_nan_is_measured_and_not_a_number(word: str) -> None:
    [_, last] = readings("0.5", word)
    assert last is not None
    assert math.isnan(last)


@pytest.mark.parametrize(
    ("word", "value"), [("inf", math.inf), ("-Infinity", -math.inf), ("1e999", math.inf), ("-1.#INF", -math.inf)]
)
def test_an_infinity_stays_one(word: str, value: float) -> None:
    assert readings("0.5", word) == [0.5, value]


@pytest.mark.parametrize("cell", ["1e-3", "+.5", "5.", "1E5", "-0.93", "007"])
def test_every_way_to_write_a_number_is_read(cell: str) -> None:
    assert readings(cell) == [float(cell)]


@pytest.mark.parametrize(
    "cell", ["０.４", "٠.٤", "0_1", "1.5.2", "0x1", "1e", "--1", "3 4", "true", "1,5", "1.234,56", "0.5abc"]
)
def test_what_is_not_a_number_is_an_error_that_names_line_and_column(cell: str) -> None:
    with pytest.raises(JobError, match=r"^m\.csv:3: '.*' in column 'loss' is not a number"):
        readings("0.5", f'"{cell}"')


def test_a_decimal_comma_is_told_to_be_a_point() -> None:
    with pytest.raises(JobError, match=r"write numbers with a point"):
        readings('"0,5"')


@pytest.mark.parametrize("word", ["N/A", "null", "-", "None", "<NA>", "#N/A"])
def test_a_placeholder_is_never_a_reading(word: str) -> None:
    with pytest.raises(JobError, match=r"m\.csv:3: .* is not a number"):
        readings("0.5", word, "0.4")


@pytest.mark.parametrize("word", ["N/A", "null", "NA"])
def test_a_placeholder_in_a_sparse_column_is_a_blank_where_a_number_follows(word: str) -> None:
    assert readings("0.5", word, "0.4", sparse=True) == [0.5, None, 0.4]


@pytest.mark.parametrize("word", ["N/A", "null", "NA"])
def test_a_placeholder_at_the_end_of_a_sparse_column_is_an_error(word: str) -> None:
    with pytest.raises(JobError, match=r"m\.csv:4: .*; blank the cell if it was not measured"):
        readings("0.5", "0.4", word, sparse=True)


def test_a_last_row_that_was_cut_is_an_error() -> None:
    with pytest.raises(JobError, match=r"^m\.csv:3: 2 cells where the header has 3: was the file cut off\?$"):
        table.read("m.csv", "step,loss,acc\n99,1.9,0.5\n100,1")


def test_a_row_with_a_cell_too_many_is_an_error() -> None:
    with pytest.raises(JobError, match=r"^m\.csv:2: 3 cells where the header has 2$"):
        table.read("m.csv", "step,loss\n1,1.9,0.5\n2,1\n")


def test_a_column_that_comes_twice_is_an_error() -> None:
    with pytest.raises(JobError, match=r"^m\.csv:1: the column 'loss' comes twice$"):
        table.read("m.csv", "step,loss,loss\n1,1.9,0.5\n")


def test_a_header_in_the_middle_is_two_files() -> None:
    with pytest.raises(JobError, match=r"^m\.csv:3: the header comes again: two files in one"):
        table.read("m.csv", "step,loss\n1,1.9\nstep,loss\n1,0.1\n")


@pytest.mark.parametrize("mark", ["<<<<<<< HEAD", "=======", ">>>>>>> main"])
def test_conflict_markers_are_named(mark: str) -> None:
    with pytest.raises(JobError, match=r"^m\.csv:3: a merge conflict marker"):
        table.read("m.csv", f"step,loss\n1,1.9\n{mark}\n2,0.1\n")


@pytest.mark.parametrize("text", ["step,loss", "step,loss\n", "step,loss\r\n\r\n"])
def test_a_header_alone_says_that_there_are_no_rows(text: str) -> None:
    with pytest.raises(JobError, match="a header and no rows"):
        table.read("m.csv", text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(end: str) -> None:
    found = table.read("m.csv", f"step,loss{end}1,0.5{end}2,0.4{end}")
    assert (list(table.steps(found, "step")), list(found.lines)) == ([1.0, 2.0], [2, 3])


def test_a_quote_that_never_closes_is_an_error() -> None:
    with pytest.raises(JobError, match=r"m\.csv:3: not CSV"):
        table.read("m.csv", 'step,loss\n1,"0.5\n2,0.4\n')


def test_a_missing_last_line_end_is_noted() -> None:
    assert table.notes(table.read("m.csv", "step,loss\n1,0.5\n")) == ()
    [note] = table.notes(table.read("m.csv", "step,loss\n1,0.5"))
    assert note == "m.csv does not end in a line end, so its last number may have been cut short"


def test_a_column_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(JobError, match=r"no column 'losss', did you mean 'loss'\?; it has 'step', 'loss'"):
        table.readings(table.read("m.csv", "step,loss\n1,0.5\n"), "losss")


def test_a_row_without_a_step_is_an_error() -> None:
    with pytest.raises(JobError, match=r"^m\.csv:3: the row has no step$"):
        table.steps(table.read("m.csv", "step,loss\n1,0.5\n,0.4\n"), "step")
