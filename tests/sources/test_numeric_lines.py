"""JSONL columns of plain numbers, read without keeping the rows, are what a closer reading gives."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import JobError
from pytest_ftgate.sources import JobRef, numeric_lines, read_job

VALUE = st.one_of(st.floats(), st.integers(-3, 10**20), st.none())
ROW = st.fixed_dictionaries({"step": st.integers(0, 9)}, optional={"loss": VALUE, "eval": VALUE, "note": st.text()})


def outcome(rows: list[dict[str, object]]) -> object:
    """What a job of these rows comes to: its values to the last bit and its notes, or the message."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "m.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        try:
            job = read_job(JobRef(path, "jsonl", options={"columns": {"train_loss": "loss", "valid_loss": "eval"}}))
        except JobError as e:
            return str(e).replace(folder, "")
    notes = [note.replace(folder, "") for note in job.notes]
    series = {name: [(k, v.hex(), one.notes) for k, v in one.values.items()] for name, one in job.series.items()}
    return series, notes, job.facts


@settings(deadline=None)
@given(st.lists(ROW, min_size=1, max_size=8))
def test_plain_numbers_are_read_as_a_closer_look_reads_them(rows: list[dict[str, object]]) -> None:
    # A step such as "3/9" is not a plain number, so it takes the closer look.
    assert outcome(rows) == outcome([{**row, "step": f"{row['step']}/9"} for row in rows])


@pytest.mark.parametrize("line", ["[1]", '{"n": true}', '{"n": "0.5"}', '{"n": [1]}', '{"m": 1}'])
def test_anything_but_numbers_is_left_to_the_closer_look(line: str) -> None:
    assert numeric_lines.columns("m.jsonl", line, ["n"]) == {}


def test_a_value_without_a_step_is_left_to_the_closer_look() -> None:
    found = numeric_lines.columns("m.jsonl", '{"n": 1, "v": 0.5}\n{"v": 0.4}\n', ["n", "v"])
    assert numeric_lines.points(found["n"], found["v"]) is None


def test_values_stand_at_the_steps_of_their_own_lines() -> None:
    found = numeric_lines.columns("m.jsonl", '{"n": 1}\n\n{"n": 2, "v": 0.4}\n{"n": 3}\n', ["n", "v"])
    points = numeric_lines.points(found["n"], found["v"])
    assert points is not None
    assert list(points) == [(2.0, 0.4)]


def test_a_null_counts_where_no_number_follows() -> None:
    found = numeric_lines.columns("m.jsonl", '{"n": 1, "m": null}\n{"n": null, "m": 2}', ["n", "m"])
    assert (found["n"].ends_in_null, found["m"].ends_in_null) == (True, False)
