"""TensorBoard event files: every scalar, of one run, or an error that says which runs."""

import math
import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate
from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, read_job, trackers

from ..making import losses, trainer_state
from .events import append, event_file, falling

LOSS = falling("train/loss", 10, 200)


def read(path: Path) -> Job:
    return read_job(JobRef(path))


def refused(path: Path) -> str:
    with pytest.raises(JobError) as error:
        read(path)
    return str(error.value)


def test_values_are_those_of_the_library_s_own_reader(tmp_path: Path) -> None:
    path = event_file(tmp_path, LOSS)
    events = LegacyEventFileLoader(str(path)).Load()
    theirs = [(event.step, value.simple_value) for event in events for value in event.summary.value]
    ours = read(path).series["train_loss"].values
    assert list(zip(ours.index, ours, strict=True)) == theirs


def test_a_run_that_broke_off_between_two_records_cannot_be_told_and_a_note_says_so(tmp_path: Path) -> None:
    event_file(tmp_path, LOSS)
    said = "event files do not say whether the run ended, so one that broke off between two records looks finished"
    assert read(tmp_path).notes == (said,)


def test_tags_of_the_hugging_face_trainer_have_their_canonical_names(tmp_path: Path) -> None:
    event_file(tmp_path, [*LOSS, ("eval/loss", 200, 4.0), ("eval/mean_token_accuracy", 200, 0.75)])
    job = read(tmp_path)
    assert set(job.series) == {"train_loss", "valid_loss", "valid_mean_token_accuracy"}
    assert (job.series["valid_loss"].logged_as, job.series["valid_loss"].full_set) == ("eval/loss", True)
    assert (job.source, job.facts) == ("TensorBoard event files", {"steps": 200})


def test_scalars_that_are_tensors_are_read_too(tmp_path: Path) -> None:
    event_file(tmp_path, LOSS, tensors=True)
    assert estimate(read(tmp_path).series["train_loss"], at="last").value == 5.0


@pytest.mark.parametrize(
    ("tag", "metric"),
    [
        ("train_loss", "train_loss"),
        ("train_loss_step", "train_loss"),
        ("val_loss", "valid_loss"),
        ("/train_total_loss", "train_loss"),
        ("/eval_total_loss", "valid_loss"),
        ("/eval_fraction_of_correct_next_step_preds", "valid_mean_token_accuracy"),
        ("eval/de_loss", "valid_loss[de]"),
        ("eval/accuracy", "eval_accuracy"),
        ("val_roc_auc", "val_roc_auc"),
    ],
)
def test_a_tag_is_read_under_its_canonical_name(tag: str, metric: str, tmp_path: Path) -> None:
    event_file(tmp_path, [(tag, 10, 0.5)])
    assert list(read(tmp_path).series) == [metric]


def test_the_average_of_the_whole_run_is_a_fact_and_no_series(tmp_path: Path) -> None:
    event_file(tmp_path, [*LOSS, ("train/train_runtime", 200, 9.0), ("train/train_loss", 200, 20.0)])
    job = read(tmp_path)
    assert list(job.series) == ["train_loss"]
    assert job.facts["run_average_train_loss"] == 20.0
    assert "is the average of the whole run, not read as final" in job.series["train_loss"].notes[0]


def test_what_is_logged_with_the_run_s_summary_is_no_measurement_of_a_step(tmp_path: Path) -> None:
    accuracy = "train/mean_token_accuracy"
    event_file(tmp_path, [(accuracy, 200, 0.5), ("train/train_runtime", 200, 9.0), (accuracy, 200, 0.9)])
    assert estimate(read(tmp_path).series["train_mean_token_accuracy"], at="last").value == 0.5


def test_the_final_evaluation_in_a_second_file_is_part_of_the_run(tmp_path: Path) -> None:
    event_file(tmp_path / "runs/a", LOSS)
    event_file(tmp_path / "runs/a", [("eval/loss", 200, 4.5)], time=100)
    event_file(tmp_path / "runs/a/1719642696.82", [])
    job = read(tmp_path)
    assert set(job.series) == {"train_loss", "valid_loss"}
    assert len(job.files) == 3


def test_a_resumed_leg_in_another_folder_goes_on_and_its_values_win(tmp_path: Path) -> None:
    event_file(tmp_path / "runs/a", LOSS)
    event_file(tmp_path / "runs/b", [("train/loss", step, 0.25) for step in range(160, 301, 10)], time=100)
    series = read(tmp_path).series["train_loss"]
    assert len(series) == 30
    assert series.values[150] == pytest.approx(1000 / 150)
    assert set(series.values.loc[160:]) == {0.25}
    assert "was resumed" in series.notes[0]


def test_two_runs_in_one_folder_are_named(tmp_path: Path) -> None:
    event_file(tmp_path / "runs/a", LOSS)
    event_file(tmp_path / "runs/b", LOSS, time=100)
    message = refused(tmp_path)
    assert "event files of two runs" in message
    assert all(name in message for name in ("runs/a/", "runs/b/"))


def test_a_run_that_logs_more_seldom_is_no_resume_of_the_other(tmp_path: Path) -> None:
    event_file(tmp_path, LOSS)
    event_file(tmp_path, falling("train/loss", 50, 200, 50), time=100)
    assert "event files of two runs" in refused(tmp_path)


def test_two_runs_that_were_written_at_the_same_time_are_two_runs(tmp_path: Path) -> None:
    event_file(tmp_path / "a", LOSS)
    event_file(tmp_path / "b", falling("train/loss", 20, 400), time=5)
    assert "event files of two runs" in refused(tmp_path)


def test_folders_that_share_no_tag_are_two_runs(tmp_path: Path) -> None:
    event_file(tmp_path / "a", LOSS)
    event_file(tmp_path / "b", [("eval/loss", 10, 0.1)], time=100)
    assert "event files of two runs" in refused(tmp_path)


def test_what_is_logged_once_per_validation_is_of_the_whole_set(tmp_path: Path) -> None:
    event_file(tmp_path, [(tag, 1, 0.5) for tag in ("val_acc", "val/f1", "val_loss_step", "train_acc")])
    found = read(tmp_path).series
    assert {name for name, one in found.items() if one.full_set} == {"val_acc", "val/f1"}


def test_keras_folders_are_training_and_validation_by_epoch(tmp_path: Path) -> None:
    for name, loss in (("train", 0.5), ("validation", 0.75)):
        rows = [("epoch_loss", 0, 2.0), ("epoch_loss", 1, loss), ("epoch_accuracy", 1, 0.5), ("batch_loss", 900, 9.0)]
        event_file(tmp_path / "logs" / name, rows, tensors=True)
    job = read(tmp_path / "logs")
    assert set(job.series) == {"train_loss", "valid_loss", "accuracy", "val_accuracy"}
    assert (job.series["valid_loss"].axis, estimate(job.series["valid_loss"]).value) == ("epoch", 0.75)
    assert job.facts == {}


def test_a_zero_loss_beside_a_lost_grad_norm_is_nan(tmp_path: Path) -> None:
    event_file(tmp_path, [("train/loss", 10, 1.0), ("train/loss", 20, 0.0), ("train/grad_norm", 20, math.nan)])
    assert math.isnan(estimate(read(tmp_path).series["train_loss"], at="last").value)


def test_an_evaluation_after_training_of_other_weights_does_not_take_the_end_s_place(tmp_path: Path) -> None:
    curve = [*LOSS, ("eval/loss", 100, 0.5), ("eval/loss", 200, 0.75), ("train/train_runtime", 200, 9.0)]
    event_file(tmp_path, [*curve, ("eval/loss", 200, 0.5)])
    valid = read(tmp_path).series["valid_loss"]
    assert dict(valid.values) == {100: 0.5, 200: 0.75}
    assert valid.notes == (
        "eval/loss: 0.5 was measured after training, at step 200, on other weights or data than the curve: not read",
    )


def test_an_evaluation_after_training_that_is_not_finite_is_the_end(tmp_path: Path) -> None:
    curve = [*LOSS, ("eval/loss", 200, 0.75), ("train/train_runtime", 200, 9.0), ("eval/loss", 200, math.nan)]
    event_file(tmp_path, curve)
    assert math.isnan(read(tmp_path).series["valid_loss"].values[200])


def test_a_last_loss_of_zero_that_nothing_vouches_for_is_unusable(tmp_path: Path) -> None:
    event_file(tmp_path, [("train/loss", 10, 1.0), ("train/loss", 20, 0.0)])
    assert read(tmp_path).series["train_loss"].unusable.startswith("its last loss is exactly 0")


def test_an_accuracy_that_several_validation_sets_log_is_of_none_of_them(tmp_path: Path) -> None:
    rows = [("eval/a_loss", 10, 0.5), ("eval/b_loss", 10, 0.6), ("eval/mean_token_accuracy", 10, 0.9)]
    event_file(tmp_path, rows)
    job = read(tmp_path)
    assert set(job.series) == {"valid_loss[a]", "valid_loss[b]", "valid_mean_token_accuracy"}
    assert "by several validation sets" in job.series["valid_mean_token_accuracy"].unusable


def test_a_last_record_that_is_cut_leaves_the_run_unfinished(tmp_path: Path) -> None:
    path = event_file(tmp_path, LOSS)
    path.write_bytes(path.read_bytes()[:-3])
    job = read(path)
    assert len(job.series["train_loss"]) == len(LOSS) - 1
    assert job.unfinished.endswith("its last record is cut: the run still writes, or died")


@pytest.mark.parametrize("left", [1, 8, 11, 12, 30])
def test_a_file_that_was_cut_in_its_last_frame_is_unfinished(left: int, tmp_path: Path) -> None:
    whole = event_file(tmp_path / "a", LOSS[:-1]).read_bytes()
    path = event_file(tmp_path / "b", LOSS)
    path.write_bytes(path.read_bytes()[: len(whole) + left])
    assert (len(read(path).series["train_loss"]), bool(read(path).unfinished)) == (len(LOSS) - 1, True)


def test_a_leg_that_was_cut_and_then_resumed_is_noted(tmp_path: Path) -> None:
    path = event_file(tmp_path, LOSS)
    path.write_bytes(path.read_bytes()[:-3])
    event_file(tmp_path, falling("train/loss", 160, 300), time=100)
    job = read(tmp_path)
    assert (job.unfinished, job.notes[0]) == ("", f"the last record of {path} is cut")


def test_texts_and_tables_are_no_scalars(tmp_path: Path) -> None:
    path = event_file(tmp_path, LOSS)
    append(path, ("note/text", "hello"), ("histogram", [1.0, 2.0]))
    assert list(read(path).series) == ["train_loss"]


def test_a_value_that_was_written_at_no_time_is_an_error(tmp_path: Path) -> None:
    path = event_file(tmp_path, LOSS, every=math.inf)
    assert "'train/loss' has a value that was written at no time" in refused(path)


@pytest.mark.parametrize("place", [-6, 12 + 24 + 4 + 30, 12 + 24 + 4 + 2])
def test_a_damaged_record_is_an_error_that_names_the_file(place: int, tmp_path: Path) -> None:
    path = event_file(tmp_path, LOSS)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert f"{path.name}: damaged after" in refused(path)


def test_a_record_that_is_no_event_is_an_error(tmp_path: Path) -> None:
    from tensorboard.summary.writer.record_writer import RecordWriter

    path = event_file(tmp_path, LOSS)
    with path.open("ab") as stream:
        RecordWriter(stream).write(b"\xff\xff\xff")
    assert "damaged after 21 records" in refused(path)


def test_files_without_a_scalar_are_no_job(tmp_path: Path) -> None:
    event_file(tmp_path, [])
    assert "1 event file and no scalar in any of them" in refused(tmp_path)


def test_hidden_folders_are_not_looked_into(tmp_path: Path) -> None:
    event_file(tmp_path / "runs/a", LOSS)
    event_file(tmp_path / ".venv/other", LOSS)
    assert len(read(tmp_path).files) == 1


def test_a_folder_with_very_many_files_is_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trackers, "_MOST_ENTRIES", 3)
    for name in "abcd":
        (tmp_path / name).write_text("")
    assert "more than 3 files below it; point job: at the run's own folder" in refused(tmp_path)


def test_two_tags_for_one_metric_are_not_chosen_from(tmp_path: Path) -> None:
    event_file(tmp_path, [("val_loss", 10, 0.5), ("val/loss", 10, 0.9)])
    assert "val/loss and val_loss both stand for eval_loss" in refused(tmp_path)


def test_a_trainer_s_own_state_is_read_instead(tmp_path: Path) -> None:
    trainer_state(tmp_path, losses([1.0, 0.5]))
    event_file(tmp_path / "runs/a", LOSS)
    job = read(tmp_path)
    assert (job.source, len(job.files)) == ("Hugging Face trainer_state.json", 1)


def test_a_spec_may_ask_for_the_event_files_all_the_same(tmp_path: Path) -> None:
    trainer_state(tmp_path, losses([1.0, 0.5]))
    event_file(tmp_path / "runs/a", LOSS)
    assert read_job(JobRef(tmp_path, "tensorboard")).source == "TensorBoard event files"


def test_a_library_that_is_missing_is_named_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = event_file(tmp_path, LOSS)
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto", None)
    assert refused(path).endswith("a library that is not installed: pip install 'pytest-ftgate[tensorboard]'")
