import math
from pathlib import Path

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate
from pytest_ftgate.sources import JobRef, endings, read_job

from .conftest import Read, Write

KERAS = "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,0.9,0.4,1.0\n1,0.6,0.7,0.5,0.8\n2,0.7,0.5,0.6,0.9\n"
LIGHTNING = (
    "epoch,lr-Adam,step,train_loss,val_loss\n,0.1,0,,\n0,,9,0.9,\n0,,19,0.8,\n0,,19,,0.7\n"
    "1,,29,0.6,\n1,,39,0.5,\n1,,39,,0.65\n"
)
LITGPT = (
    "epoch,iter,iter_time,learning_rate,loss,step,total_tokens,val_loss,val_ppl\n"
    "1,1,0.1,0.01,0.9,1,100,,\n1,2,0.1,0.01,0.8,2,200,,\n1,2,,,,2,,0.7,2.0\n1,3,0.1,0.01,0.6,3,300,,\n,,,,,0,,0.65,1.9\n"
)


def test_keras_counts_epochs(read: Read) -> None:
    job = read(KERAS, "any.txt")
    assert (job.source, job.facts) == ("Keras CSVLogger table", {})
    loss = job.metric("valid_loss")
    assert (loss.axis, loss.full_set, dict(loss.values)) == ("epoch", True, {0: 1.0, 1: 0.8, 2: 0.9})
    assert list(job.metric("train_loss").values) == [0.9, 0.7, 0.5]
    assert list(job.metric("val_accuracy").values) == [0.4, 0.5, 0.6]


@pytest.mark.parametrize("text", [KERAS, LIGHTNING, LITGPT])
def test_a_table_that_broke_off_cannot_be_told_and_a_note_says_so(read: Read, text: str) -> None:
    said = "the file does not say how many steps were planned, so a run or a file that broke off looks finished"
    assert read(text[: text[:-1].rindex("\n") + 1]).notes[-1] == said


def test_na_is_what_keras_did_not_measure(read: Read) -> None:
    job = read(KERAS + "3,0.8,0.4,NA,NA\n")
    assert (len(job.metric("train_loss")), len(job.metric("val_loss"))) == (4, 3)


def test_a_keras_log_that_was_appended_to_is_two_runs(read: Read) -> None:
    with pytest.raises(JobError, match=r"^log:5: epoch goes back from 2 to 0: two runs in one file; keep the rows of"):
        read(KERAS + "0,0.5,0.95,0.4,1.1\n", "log")


def test_lightning_rows_are_sparse(read: Read) -> None:
    job = read(LIGHTNING)
    assert (job.source, job.facts) == ("Lightning metrics.csv", {"steps": 39})
    assert dict(job.metric("train_loss").values) == {9: 0.9, 19: 0.8, 29: 0.6, 39: 0.5}
    assert dict(job.metric("valid_loss").values) == {19: 0.7, 39: 0.65}
    assert (job.metric("valid_loss").full_set, job.metric("train_loss").full_set) == (True, False)


def test_the_step_s_loss_is_read_and_not_the_epoch_s(read: Read) -> None:
    text = "epoch,step,train_loss_epoch,train_loss_step\n0,9,,0.9\n0,9,0.95,\n1,19,,0.7\n1,19,0.8,\n"
    assert list(read(text).metric("train_loss").values) == [0.9, 0.7]


@pytest.mark.parametrize("header", ["step,train_loss,epoch", "epoch,step,train_loss,val_loss"])
def test_a_table_that_counts_epochs_is_no_result_file_of_a_provider(read: Read, header: str) -> None:
    assert read(f"{header}\n{','.join('1' for _ in header.split(','))}\n").source == "Lightning metrics.csv"


def test_nan_in_a_table_is_not_finite(read: Read) -> None:
    job = read(LIGHTNING + "2,,49,nan,\n2,,49,,nan\n")
    assert math.isnan(estimate(job.metric("train_loss"), at="last").value)
    assert math.isnan(estimate(job.metric("valid_loss")).value)


def test_litgpt_logs_its_final_validation_without_a_step(read: Read) -> None:
    job = read(LITGPT, "log")
    assert dict(job.metric("valid_loss").values) == {2: 0.7, 3: 0.65}
    assert job.notes == ("log: the last validation was logged without its step, read as of step 3", endings.OPEN)
    assert (job.source, job.facts["steps"]) == ("LitGPT metrics.csv", 3)


def test_steps_that_go_back_in_the_middle_are_two_runs(read: Read) -> None:
    with pytest.raises(JobError, match=r"^log:9: step goes back from 39 to 9: two runs in one file"):
        read(LIGHTNING + "0,,9,0.9,\n0,,19,0.8,\n", "log")


def test_a_loss_that_is_no_number_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"^log:5: 'oops' in column 'loss' is not a number"):
        read(KERAS + "3,0.8,oops,0.5,0.4\n", "log")


@pytest.mark.parametrize("step", ["nan", "inf", "-1", "1e300", "2.5"])
def test_a_step_that_is_none_is_an_error(read: Read, step: str) -> None:
    with pytest.raises(JobError, match=r"^log: .* which is not a training step"):
        read(f"epoch,step,train_loss\n0,{step},0.8\n", "log")


def test_a_column_of_words_is_told_and_not_read(read: Read) -> None:
    job = read("epoch,loss,phase\n0,0.5,warm\n1,0.4,main\n", "log")
    assert (list(job.series), job.notes) == (
        ["train_loss"],
        ("log: columns that are not numbers are not read: 'phase'", endings.OPEN),
    )


def test_a_validation_that_stopped_early_is_unusable(read: Read) -> None:
    text = "epoch,loss,val_loss\n0,0.9,0.8\n" + "".join(f"{k},0.5,\n" for k in range(1, 20))
    assert "was last measured at epoch 0 of 19" in read(text).metric("val_loss").unusable


def test_bedrock_counts_step_numbers(read: Read) -> None:
    job = read("step_number,epoch_number,training_loss,perplexity\n0,0,2.0,7.4\n1,0,1.5,4.5\n")
    assert dict(job.metric("train_loss").values) == {0: 2.0, 1: 1.5}


def test_a_dump_of_a_hugging_face_history_is_not_taken_for_another_table(read: Read) -> None:
    with pytest.raises(JobError, match="name its columns"):
        read("epoch,step,loss,train_loss,train_runtime\n1,10,0.5,,\n1,10,,0.9,60\n")


def test_the_one_version_in_a_folder_is_read(read: Read) -> None:
    job = read(**{"lightning_logs/version_3/metrics__csv": LIGHTNING})
    assert [digest.path.parent.name for digest in job.files] == ["version_3"]


def test_of_several_versions_one_must_be_named(read: Read) -> None:
    files = {f"version_{k}/metrics__csv": LIGHTNING for k in (0, 10)}
    with pytest.raises(
        JobError, match=r"2 runs' tables \(version_0/metrics.csv, version_10/metrics.csv\); point job: at"
    ):
        read(**files)


def test_a_table_is_found_in_its_folder(read: Read) -> None:
    assert read(training_log__csv=KERAS, notes__txt="hello").source == "Keras CSVLogger table"


def test_a_version_that_is_a_link_out_of_the_folder_is_not_followed(write: Write, tmp_path: Path) -> None:
    outside = write("elsewhere/version_1/metrics.csv", LIGHTNING).parent
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "version_1").symlink_to(outside)
    with pytest.raises(JobError, match=r"'version_1/metrics.csv' is a symbolic link that leaves the folder"):
        read_job(JobRef(tmp_path / "run"))


DUMP = ",loss,grad_norm,learning_rate,epoch,step\n0,2.3,1.5,1e-05,0.1,10\n1,2.1,1.25,1e-05,0.2,20\n"


@pytest.mark.parametrize("norm", ["", "nan", "inf"])
def test_a_loss_of_zero_beside_a_lost_gradient_is_nan(read: Read, norm: str) -> None:
    job = read(DUMP + f"2,0.0,{norm},1e-05,0.3,30\n", "dump.csv")
    assert math.isnan(job.metric("train_loss").values.iloc[-1])
    assert job.notes[0] == (
        "dump.csv: 1 row of loss 0.0 read as NaN, first at step 30: its grad_norm is not finite, "
        "and a trainer logs NaN as 0"
    )


def test_a_loss_of_zero_beside_a_gradient_stays_zero(read: Read) -> None:
    loss = read(DUMP + "2,0.0,0.001,1e-05,0.3,30\n").metric("train_loss")
    assert (loss.values.iloc[-1], loss.unusable) == (0.0, "")


@pytest.mark.parametrize(
    "text", [DUMP + "2,0.0,0.0,1e-05,0.3,30\n", "step,epoch,loss,learning_rate\n1,1,2,1\n2,1,0,1\n"]
)
def test_a_dumped_history_that_ends_in_a_zero_that_nothing_vouches_for_is_unusable(read: Read, text: str) -> None:
    assert read(text).metric("train_loss").unusable.startswith("its last loss is exactly 0")


@pytest.mark.parametrize("rows", ["10,1,0.0,\n10,1,,nan\n", "10,1,0.0,high\n20,2,0.0,high\n"])
def test_a_gradient_of_other_rows_or_in_words_says_nothing_of_a_loss_of_zero(read: Read, rows: str) -> None:
    assert read(f"step,epoch,loss,grad_norm\n{rows}").metric("train_loss").values.iloc[0] == 0.0


def test_a_table_of_validation_alone_is_read(read: Read) -> None:
    job = read("epoch,val_loss\n0,0.5\n1,0.25\n")
    assert {name: list(one.values) for name, one in job.series.items()} == {"valid_loss": [0.5, 0.25]}
