"""What Lightning's own loggers wrote (make_lightning.py), against what plain readers of these formats say."""

import csv
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from pytest_ftgate.sources import JobRef, read_job

RUN = Path(__file__).parent / "lightning_run"
NAMES = {"train_loss": "train_loss", "val_loss": "valid_loss"}


@pytest.mark.parametrize("column", NAMES)
def test_the_table_s_values_are_those_that_a_csv_reader_says(column: str) -> None:
    with (RUN / "lightning_logs" / "version_0" / "metrics.csv").open(newline="") as stream:
        theirs = {int(row["step"]): float(row[column]) for row in csv.DictReader(stream) if row[column]}
    ours = read_job(JobRef(RUN / "lightning_logs")).series[NAMES[column]]
    assert dict(ours.values) == theirs
    assert len(theirs) == {"train_loss": 20, "val_loss": 5}[column]


@pytest.mark.parametrize("tag", NAMES)
def test_the_event_file_s_values_are_those_that_tensorboard_says(tag: str) -> None:
    run = RUN / "tensorboard" / "version_0"
    accumulator = EventAccumulator(str(run)).Reload()
    theirs = {event.step: event.value for event in accumulator.Scalars(tag)}
    assert dict(read_job(JobRef(run)).series[NAMES[tag]].values) == theirs


def test_the_two_views_are_of_one_run() -> None:
    table, events = (read_job(JobRef(RUN / kind)) for kind in ("lightning_logs", "tensorboard"))
    assert (table.source, events.source) == ("Lightning metrics.csv", "TensorBoard event files")
    for name in NAMES.values():
        assert list(events.series[name].values) == pytest.approx(list(table.series[name].values), rel=1e-6)
        assert list(events.series[name].values.index) == list(table.series[name].values.index)
