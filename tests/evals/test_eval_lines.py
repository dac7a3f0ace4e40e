"""Reading JSON Lines and CSV strictly."""

from pathlib import Path

import pytest

from pytest_ftgate.errors import EvalError, EvidenceError
from pytest_ftgate.evals.lines import csv_rows, json_rows, rows, strict_json
from pytest_ftgate.files import File


def made(text: str | bytes) -> File:
    return File(Path("rows.txt"), text.encode() if isinstance(text, str) else text)


def test_each_row_comes_with_its_line() -> None:
    assert list(json_rows(made('{"a": 1}\n\n{"a": 2}\r\n'))) == [(1, {"a": 1}), (3, {"a": 2})]


def test_a_line_separator_inside_a_string_does_not_end_the_line() -> None:
    assert list(json_rows(made('{"a": "x\u2028y\x85z"}'))) == [(1, {"a": "x\u2028y\x85z"})]


def test_a_byte_order_mark_is_no_part_of_the_first_row() -> None:
    assert list(rows(made(b'\xef\xbb\xbf{"a": 1}'))) == [(1, {"a": 1})]


def test_csv_is_known_by_its_first_character_and_all_its_cells_are_text() -> None:
    assert list(rows(made("id,target\n1,2.5\n"))) == [(2, {"id": "1", "target": "2.5"})]


def test_a_csv_row_after_a_cell_of_two_lines_keeps_its_line() -> None:
    assert [line for line, _ in csv_rows(made('id,prompt\na,"x\ny"\nb,z\n'))] == [2, 4]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"id": 1', "not JSON: expecting ',' delimiter at column 9"),
        ('{"id": 1}{"id": 2}', "not JSON: extra data at column 10"),
        ('{"id": 1, "id": 2}', "the key 'id' comes twice in one object"),
        ('{"id": NaN}', "NaN is not a JSON value"),
        ('{"id": 1e999}', "the number '1e999' is out of range"),
        ('{"id": ' + "9" * 5000 + "}", "a whole number of 5,000 digits"),
        ('{"id": ' + "[" * 100_000, "JSON nested too deeply to be read"),
    ],
)
def test_a_line_that_readers_understand_differently_is_refused(line: str, why: str) -> None:
    with pytest.raises(EvalError, match=r"^rows\.txt:2: ") as caught:
        list(json_rows(made('{"id": 0}\n' + line)))
    assert str(caught.value) == f"rows.txt:2: {why}; one JSON object a line is wanted"


def test_a_line_that_is_no_object_is_shown_escaped() -> None:
    with pytest.raises(EvalError) as caught:
        list(json_rows(made('"\u202e"')))
    assert str(caught.value) == "rows.txt:1: '\"\\u202e\"' is not a JSON object; one a line is wanted"


def test_a_json_array_is_told_from_json_lines() -> None:
    with pytest.raises(EvalError, match="one JSON array: write one object a line"):
        rows(made('[\n{"id": 1}\n]'))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,id\n1,2\n", "rows.txt: the header names 'id' more than once"),
        ("id,target\na\n", "rows.txt:2: 1 cells, but the header has 2"),
        ("id,target\na,b,c\n", "rows.txt:2: 3 cells, but the header has 2"),
        ('id,target\na,"b\n', "rows.txt:2: not CSV: unexpected end of data"),
    ],
)
def test_a_crooked_csv_file_is_refused(text: str, why: str) -> None:
    with pytest.raises(EvalError) as caught:
        list(csv_rows(made(text)))
    assert str(caught.value) == why


def test_a_git_lfs_pointer_is_named_for_what_it_is() -> None:
    with pytest.raises(EvidenceError, match="Git LFS pointer"):
        rows(made("version https://git-lfs.github.com/spec/v1\n"))


def test_an_object_with_a_repeated_key_among_very_many_is_refused_at_once() -> None:
    keys = ", ".join(f'"k{i}": 0' for i in range(100_000))
    with pytest.raises(ValueError, match="the key 'k7' comes twice"):
        strict_json(f'{{{keys}, "k7": 1}}')
