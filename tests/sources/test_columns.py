import json
import math
from collections.abc import Mapping
from typing import Literal

import pytest

from pytest_ftgate.errors import EvidenceError, JobError
from pytest_ftgate.estimators import estimate
from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, read_job

from .conftest import Write

KERAS = "epoch,accuracy,loss,val_loss\n0,0.8,0.4,0.3\n1,0.9,0.2,0.35\n"


def read(write: Write, text: str, columns: Mapping[str, str], form: Literal["csv", "jsonl"] = "csv") -> Job:
    return read_job(JobRef(write(f"m.{form}", text), form, options={"columns": columns}))


def lines(*rows: Mapping[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_named_columns_alone_are_read(write: Write) -> None:
    job = read(write, "step,loss,note\n1,0.9,x\n2,0.8,y\n", {"train_loss": "loss"})
    assert {name: list(one.values.items()) for name, one in job.series.items()} == {"train_loss": [(1, 0.9), (2, 0.8)]}
    assert (job.facts, job.source, len(job.files)) == ({"steps": 2}, "the named columns of a CSV file", 1)


def test_epochs_are_an_axis_too(write: Write) -> None:
    job = read(write, KERAS, {"epoch": "epoch", "train_loss": "loss", "valid_loss": "val_loss"})
    last = estimate(job.metric("valid_loss"), at="last")
    assert (last.value, last.how) == (0.35, "last of 2 values of val_loss, epoch 1")
    assert job.facts == {}


def test_without_a_step_the_message_says_to_name_one(write: Write) -> None:
    with pytest.raises(JobError, match=r"^m\.csv: name the column that counts steps, .* it has 'epoch', 'accuracy'"):
        read(write, KERAS, {"train_loss": "loss"})


def test_an_alias_is_its_canonical_name(write: Write) -> None:
    assert list(read(write, KERAS, {"epoch": "epoch", "eval_loss": "val_loss"}).series) == ["valid_loss"]


def test_two_columns_for_one_metric_are_an_error(write: Write) -> None:
    with pytest.raises(JobError, match="two columns are named for valid_loss; name one"):
        read(write, KERAS, {"epoch": "epoch", "valid_loss": "val_loss", "eval_loss": "loss"})


@pytest.mark.parametrize("other", ["valid_loss", "step"])
def test_one_column_for_two_metrics_is_an_error(write: Write, other: str) -> None:
    said = rf"^m\.csv: the column 'loss' is named for train_loss and for {other}: name a column of its own for each$"
    with pytest.raises(JobError, match=said):
        read(write, KERAS, {"train_loss": "loss", other: "loss"})


def test_no_metric_at_all_is_an_error(write: Write) -> None:
    with pytest.raises(JobError, match="no metric's column is named"):
        read(write, KERAS, {"epoch": "epoch"})


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_column_that_is_not_there_is_an_error_with_a_suggestion(write: Write, form: Literal["csv", "jsonl"]) -> None:
    text = "step,val_loss\n1,0.5\n" if form == "csv" else lines({"step": 1, "val_loss": 0.5})
    with pytest.raises(JobError, match=r"no column 'vall_loss', did you mean 'val_loss'\?; it has 'step', 'val_loss'"):
        read(write, text, {"valid_loss": "vall_loss"}, form)


def test_sparse_rows_are_read(write: Write) -> None:
    text = "step,train,val\n1,0.9,\n2,,1.0\n3,0.8,\n4,,0.9\n"
    job = read(write, text, {"train_loss": "train", "valid_loss": "val"})
    assert list(job.series["train_loss"].values.index) == [1, 3]
    assert list(job.series["valid_loss"].values.index) == [2, 4]


def test_a_step_with_two_values_is_an_error_in_csv(write: Write) -> None:
    with pytest.raises(JobError, match="loss has step 1 twice"):
        read(write, "step,loss\n1,0.9\n1,0.1\n", {"train_loss": "loss"})


def test_a_log_of_two_writers_keeps_the_last_word(write: Write) -> None:
    rows = [{"n": step, "loss": value} for step in (1, 2, 3) for value in (0.9, 0.8)]
    job = read(write, lines(*rows), {"step": "n", "train_loss": "loss"}, "jsonl")
    assert list(job.series["train_loss"].values) == [0.8, 0.8, 0.8]


def test_a_resumed_log_drops_what_the_first_leg_left(write: Write) -> None:
    rows = [{"step": step, "loss": 1.0} for step in (1, 2, 3, 4, 9)] + [{"step": 3, "loss": 0.5}]
    job = read(write, lines(*rows), {"train_loss": "loss"}, "jsonl")
    assert list(job.series["train_loss"].values.items()) == [(1, 1.0), (2, 1.0), (3, 0.5)]


def test_a_step_of_a_total_is_that_step(write: Write) -> None:
    job = read(write, lines({"at": "10/40", "loss": 0.5}), {"step": "at", "train_loss": "loss"}, "jsonl")
    assert job.facts["steps"] == 10


@pytest.mark.parametrize("value", [True, "0.5", "", [0.5], {}])
def test_a_json_value_that_is_no_number_is_an_error(write: Write, value: object) -> None:
    with pytest.raises(JobError, match=r"^m\.jsonl:2: .* under 'loss' is not a number"):
        read(write, lines({"step": 1, "loss": 0.5}, {"step": 2, "loss": value}), {"train_loss": "loss"}, "jsonl")


@pytest.mark.parametrize("value", ["nan", "Infinity", math.nan, -math.inf])
def test_what_is_not_finite_in_json_stays_so(write: Write, value: object) -> None:
    job = read(write, lines({"step": 1, "loss": 0.5}, {"step": 2, "loss": value}), {"train_loss": "loss"}, "jsonl")
    assert not math.isfinite(estimate(job.metric("train_loss"), at="last").value)


def test_a_null_at_the_end_is_noted(write: Write) -> None:
    job = read(write, lines({"step": 1, "loss": 0.5}, {"step": 2, "loss": None}), {"train_loss": "loss"}, "jsonl")
    assert job.notes == ("m.jsonl:2: loss is null in its last row, read as not measured",)


@pytest.mark.parametrize("step", [None, "x", True])
def test_a_value_without_a_step_is_an_error(write: Write, step: object) -> None:
    with pytest.raises(JobError, match=r"^m\.jsonl:2: the row has 'loss' but no number under 'step'"):
        read(write, lines({"step": 1}, {"step": step, "loss": 0.1}), {"train_loss": "loss"}, "jsonl")


@pytest.mark.parametrize("line", ["3", "[1]", '"text"', "null"])
def test_a_line_that_is_no_object_is_an_error(write: Write, line: str) -> None:
    with pytest.raises(JobError, match=r"^m\.jsonl:2: not a JSON object"):
        read(write, lines({"step": 1, "loss": 0.5}) + line, {"train_loss": "loss"}, "jsonl")


def test_an_empty_log_is_an_error(write: Write) -> None:
    with pytest.raises(JobError, match=r"^m\.jsonl: the file is empty: no rows"):
        read(write, "\n", {"train_loss": "loss"}, "jsonl")


def test_a_full_set_is_known_by_its_name_alone(write: Write) -> None:
    job = read(write, "step,a,b\n1,0.5,0.6\n", {"valid_loss": "a", "full_valid_loss": "b"})
    assert (job.series["valid_loss"].full_set, job.series["full_valid_loss"].full_set) == (False, True)


def test_a_folder_is_no_table(write: Write) -> None:
    with pytest.raises(EvidenceError, match="a directory"):
        read_job(JobRef(write("m.csv", KERAS).parent, "csv", options={"columns": {"train_loss": "loss"}}))


@pytest.mark.parametrize("norm", ["nan", ""])
def test_a_named_loss_of_zero_beside_a_lost_gradient_is_nan(write: Write, norm: str) -> None:
    text = f"step,loss,grad_norm,eval_loss\n1,0.9,1.5,\n2,0.0,{norm},\n2,,,0.7\n"
    job = read(write, text, {"train_loss": "loss"})
    assert math.isnan(job.metric("train_loss").values.iloc[-1])
    assert job.notes[-1].startswith("m.csv: 1 row of loss 0.0 read as NaN, first at step 2: its grad_norm is not")


@pytest.mark.parametrize("norm", [math.nan, None])
def test_a_named_loss_of_zero_beside_a_lost_gradient_is_nan_in_jsonl_too(write: Write, norm: float | None) -> None:
    text = lines({"step": 1, "loss": 0.9, "grad_norm": 1.5}, {"step": 2, "loss": 0.0, "grad_norm": norm})
    job = read(write, text, {"train_loss": "loss"}, "jsonl")
    assert math.isnan(job.metric("train_loss").values.iloc[-1])
    assert job.notes[-1].startswith("m.jsonl: 1 row of loss 0.0 read as NaN, first at step 2")
