"""Packed rows are the rows that were packed, in their order."""

import json
import math
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import JobError
from pytest_ftgate.files import File
from pytest_ftgate.sources import objects
from pytest_ftgate.sources.history import History, Row, history, reading
from pytest_ftgate.sources.pieces import opened
from pytest_ftgate.sources.rows import Column, Group, Packer, Record, Rows, in_groups, of_lines, without_null

VALUE = st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), st.text(max_size=3), st.lists(st.none()))
ROWS = st.lists(st.dictionaries(st.sampled_from("abcd"), VALUE), max_size=12)


def packed(rows: list[dict[str, object]]) -> Rows:
    found = of_lines(enumerate(rows, 1))
    assert isinstance(found, Rows)
    return found


@given(ROWS)
@settings(deadline=None)
def test_what_was_packed_is_unpacked_to_the_type_and_the_order_of_keys(rows: list[dict[str, object]]) -> None:
    found = packed(rows)
    assert [repr(row) for row in found] == [repr(row) for row in rows]
    assert [repr(found[k]) for k in range(len(found))] == [repr(row) for row in rows]
    assert repr(found[-2:]) == repr(rows[-2:])


@given(ROWS, st.integers(0, 12))
@settings(deadline=None)
def test_a_column_that_is_packed_in_parts_is_the_whole_column(rows: list[dict[str, object]], middle: int) -> None:
    packer = Packer(array("q"))
    for row in rows[:middle]:
        packer.add(1, row)
    packer.packed()
    for row in rows[middle:]:
        packer.add(1, row)
    assert [repr(row) for row in packer.packed()] == [repr(row) for row in rows]


def test_more_rows_than_wait_at_a_time_are_all_there() -> None:
    rows: list[dict[str, object]] = [{"a": float(k), "b": k} for k in range(20_000)]
    found = packed(rows)
    assert [type(column) for column in found.groups[0].columns.values()] == [array, array]
    assert list(found) == rows


def test_a_number_among_ten_thousand_others_that_is_of_another_type_stays_what_it_is() -> None:
    rows: list[dict[str, object]] = [{"a": 1}]
    assert packed([*rows * 20_000, {"a": True}])[-1]["a"] is True


@given(ROWS)
@settings(deadline=None)
def test_rows_without_null_are_the_rows_without_what_is_null(rows: list[dict[str, object]]) -> None:
    groups = [one for group in packed(rows).groups for one in without_null(group)]
    found = in_groups(groups, array("d", range(len(rows))))
    assert [repr(row) for row in found] == [repr({k: v for k, v in r.items() if v is not None}) for r in rows]


def test_rows_that_hold_something_are_found_in_their_order() -> None:
    rows: list[dict[str, object]] = [{"b": {"c": 1}}, {"b": 1}, {"object": "x"}, {"b": "d"}, {"b": [2]}]
    assert list(packed(rows).deep("object")) == [rows[0], rows[2], rows[4]]


def test_a_line_that_is_no_object_leaves_a_list() -> None:
    assert of_lines([(1, {"a": 1}), (2, [1]), (4, {"a": 2})]) == [{"a": 1}, [1], {"a": 2}]


def test_the_lines_of_a_file_are_packed_with_their_numbers() -> None:
    data = opened(File(Path("f"), b'{"a": 1}\n\n{"a": 2}\n')).data
    assert isinstance(data, Rows)
    assert (list(data.at), list(data)) == ([1, 3], [{"a": 1}, {"a": 2}])


def test_a_broken_line_is_told_when_the_file_is_opened() -> None:
    with pytest.raises(JobError, match=r"^f:2: the JSON ends in the middle"):
        opened(File(Path("f"), b'{"a": 1}\n{"a": '))


def test_a_history_is_the_rows_at_their_steps() -> None:
    rows = [Row(0, 1.0, {"loss": 0.5}), Row(1, 2.0, {"eval_loss": 0.4}), Row(2, 2.0, {"loss": None})]
    found = history(iter(rows))
    assert (list(found), found[1:], found[-1]) == (rows, rows[1:], rows[2])
    assert history(found) is found


def test_the_parts_of_a_history_know_places_and_steps() -> None:
    first, _ = history([Row(0, 1.0, {"a": 1}), Row(1, 2.0, {"b": 1}), Row(2, 3.0, {"a": 2})]).parts()
    assert (first.places.tolist(), first.steps.tolist(), first.row(1)) == ([0, 2], [1.0, 3.0], Row(2, 3.0, {"a": 2}))


@pytest.mark.parametrize("column", [[1, 2.0, None, "NaN", "x", True], array("d", [1.0]), array("q", [3])])
def test_a_column_is_read_as_its_values_are(column: Column) -> None:
    found = reading(column)
    measured = [objects.measured(value) for value in column]
    assert repr(found.values.tolist()) == repr([math.nan if value is None else value for value in measured])
    assert list(found.odd) == [k for k, value in enumerate(column) if measured[k] is None and value is not None]


def test_what_is_lost_is_null_or_not_finite_and_no_word() -> None:
    assert reading([1, None, math.nan, "inf", "x", True]).lost.tolist() == [False, True, True, True, False, False]


def test_rows_without_keys_are_rows() -> None:
    empty: list[Record] = [{}, {}]
    assert list(Group(array("q", [0, 1]), {})) == empty
    assert len(History(packed([{}, {}]))) == 2


def test_a_row_that_is_not_there_is_none_of_the_rows() -> None:
    with pytest.raises(IndexError):
        packed([{"a": 1}])[1]


def test_ints_of_any_size_stay_ints() -> None:
    rows = [json.loads(f'{{"a": {value}}}') for value in (1, 10**30)]
    assert list(packed(rows)) == rows
