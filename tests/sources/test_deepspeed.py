"""DeepSpeed's CSV monitor: a file for each metric, counted in samples, and no result file of OpenAI's."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, read_job

LOSSES = ((32, 2.0), (64, 1.5), (96, 1.25))


def monitor(folder: Path, tag: str, *starts: Sequence[tuple[int, float]]) -> Path:
    """What the monitor writes of one tag in each of several starts of a run."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{tag.replace('/', '_').replace(' ', '_')}.csv"
    for rows in starts:
        with path.open("a") as stream:
            csv.writer(stream).writerows([("step", tag.split("/")[-1]), *rows])
    return path


def read(path: Path) -> Job:
    return read_job(JobRef(path))


def refused(path: Path) -> str:
    with pytest.raises(JobError) as error:
        read(path)
    return str(error.value)


def test_the_files_of_a_folder_are_one_job(tmp_path: Path) -> None:
    monitor(tmp_path, "Train/Samples/train_loss", LOSSES)
    monitor(tmp_path, "Train/Samples/lr", [(32, 0.1), (64, 0.05), (96, 0.0)])
    monitor(tmp_path, "Train/Samples/eval_loss", [(96, 1.5)])
    (tmp_path / "deepspeed_config.csv").write_text("key,value\r\ntrain_batch_size,32\r\n")
    job = read(tmp_path)
    assert (job.source, set(job.series)) == ("DeepSpeed's CSV monitor", {"train_loss", "lr", "valid_loss"})
    assert dict(job.series["train_loss"].values) == dict(LOSSES)


def test_one_file_by_itself_is_a_job_and_none_of_openai_s(tmp_path: Path) -> None:
    job = read(monitor(tmp_path, "Train/Samples/train_loss", LOSSES))
    assert (job.source, list(job.series)) == ("DeepSpeed's CSV monitor", ["train_loss"])


def test_samples_are_not_taken_for_steps(tmp_path: Path) -> None:
    job = read(monitor(tmp_path, "Train/Samples/train_loss", LOSSES))
    assert "steps" not in job.facts
    assert job.series["train_loss"].notes == ("its steps are training samples, as DeepSpeed's monitor counts",)


def test_a_run_that_broke_off_cannot_be_told_and_a_note_says_so(tmp_path: Path) -> None:
    job = read(monitor(tmp_path, "Train/Samples/train_loss", LOSSES))
    said = "the file does not say how many steps were planned, so a run or a file that broke off looks finished"
    assert job.notes == (said,)


def test_a_header_that_comes_again_is_a_restart(tmp_path: Path) -> None:
    path = monitor(tmp_path, "Train/Samples/train_loss", LOSSES, [(64, 1.0), (96, 0.75), (128, 0.5)])
    found = read(path).series["train_loss"]
    assert dict(found.values) == {32: 2.0, 64: 1.0, 96: 0.75, 128: 0.5}
    assert any("more than once" in note for note in found.notes)


def test_what_a_resume_left_behind_goes(tmp_path: Path) -> None:
    first = [(32 * k, 2.0) for k in range(1, 9)]
    found = read(monitor(tmp_path, "Train/Samples/train_loss", first, [(96, 1.0), (128, 0.5)])).series["train_loss"]
    assert dict(found.values) == {32: 2.0, 64: 2.0, 96: 1.0, 128: 0.5}


def test_a_start_from_the_beginning_is_a_second_run(tmp_path: Path) -> None:
    path = monitor(tmp_path, "Train/Samples/train_loss", LOSSES, LOSSES)
    assert "starts again at step 32 after step 96: two runs in one file" in refused(path)


def test_a_tag_of_the_user_s_own_keeps_its_whole_name(tmp_path: Path) -> None:
    monitor(tmp_path, "Train/Samples/train_loss", LOSSES)
    monitor(tmp_path, "My eval/train_loss", [(96, 3.0)])
    assert dict(read(tmp_path).series["My_eval_train_loss"].values) == {96: 3.0}


def test_two_names_of_one_metric_are_an_error(tmp_path: Path) -> None:
    for tag in ("Train/Samples/eval_loss", "Train/Samples/valid_loss"):
        monitor(tmp_path, tag, LOSSES)
    assert "Train_Samples_eval_loss and Train_Samples_valid_loss are one metric" in refused(tmp_path)


def test_under_another_name_it_is_not_taken_for_openai_s_either(tmp_path: Path) -> None:
    path = monitor(tmp_path, "Train/Samples/train_loss", LOSSES).rename(tmp_path / "loss.csv")
    assert "columns: {train_loss: train_loss}" in refused(path)


def test_a_line_that_is_cut_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = monitor(tmp_path, "Train/Samples/train_loss", LOSSES, LOSSES[2:])
    path.write_bytes(path.read_bytes()[:-7])
    assert "Train_Samples_train_loss.csv:6: 1 cell where the header has 2: was the file cut off?" in refused(path)


def test_a_number_that_may_be_cut_is_noted(tmp_path: Path) -> None:
    path = monitor(tmp_path, "Train/Samples/train_loss", LOSSES)
    path.write_bytes(path.read_bytes()[:-3])
    assert "does not end in a line end" in read(path).notes[0]


def test_a_loss_that_is_not_finite_stays_so(tmp_path: Path) -> None:
    job = read(monitor(tmp_path, "Train/Samples/train_loss", [*LOSSES, (128, float("nan"))]))
    assert len(job.series["train_loss"].non_finite) == 1
