import base64
import math

import pytest

from pytest_ftgate.errors import EvidenceError, JobError
from pytest_ftgate.estimators import estimate

from .conftest import Read

CHAT = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy"


def rows(*lines: str, header: str = CHAT) -> str:
    return "\n".join([header, *lines, ""])


def test_a_chat_era_file_is_read_by_canonical_names(read: Read) -> None:
    job = read(rows("1,0.9,0.5,1.1,0.4", "2,0.8,0.6,1.0,0.5"))
    assert {name: list(one.values) for name, one in job.series.items()} == {
        "train_loss": [0.9, 0.8],
        "train_mean_token_accuracy": [0.5, 0.6],
        "valid_loss": [1.1, 1.0],
        "valid_mean_token_accuracy": [0.4, 0.5],
    }
    assert job.series["train_mean_token_accuracy"].logged_as == "train_accuracy"
    assert job.facts == {"steps": 2}
    assert [digest.path.name for digest in job.files] == ["results.csv"]


def test_a_result_file_alone_does_not_say_how_its_job_ended(read: Read) -> None:
    said = "a result file by itself does not say how the job ended, nor whether the file is whole"
    assert read(rows("1,0.9,0.5,1.1,0.4", "2,0.8,0.6,1.0,0.5")).notes == (said,)


def test_a_legacy_file_is_read_by_canonical_names(read: Read) -> None:
    header = (
        "step,elapsed_tokens,elapsed_examples,training_loss,training_sequence_accuracy,training_token_accuracy,"
        "validation_loss,validation_token_accuracy,classification/f1.0"
    )
    job = read(rows("1,8,2,0.9,0,0.5,0.8,0.4,", "2,16,4,0.7,1,0.6,,,0.75", header=header))
    assert list(job.series) == [
        "train_loss",
        "training_sequence_accuracy",
        "train_mean_token_accuracy",
        "valid_loss",
        "valid_mean_token_accuracy",
        "classification/f1.0",
    ]
    assert job.series["classification/f1.0"].full_set


def test_an_azure_file_keeps_the_whole_validation_set_apart(read: Read) -> None:
    header = "step,train_loss,train_error_rate,valid_loss,full_valid_loss,timestamp"
    job = read(rows("1,0.9,,1.0,,2025-10-25T16:55:36Z", "2,0.8,,1.4,0.95,2025-10-25T16:55:37Z", header=header))
    assert sorted(job.series) == ["full_valid_loss", "train_loss", "valid_loss"]
    assert job.metric("valid_loss").name == "full_valid_loss"
    assert estimate(job.metric("valid_loss")).value == 0.95


def test_a_reinforcement_file_keeps_its_own_names(read: Read) -> None:
    header = (
        "step,train_mean_reward,full_valid_mean_reward,completion_tokens_mean,errors/graders/x/train_other_error_count"
    )
    job = read(rows("1,-1,,320,0", "2,0.4,0.6,300.5,1", header=header))
    assert list(job.series["train_mean_reward"].values) == [-1.0, 0.4]
    assert job.metric("valid_mean_reward").logged_as == "full_valid_mean_reward"
    assert list(job.series["completion_tokens_mean"].values) == [320.0, 300.5]


@pytest.mark.parametrize("minus", ["-1", "-1.0"])
def test_a_minus_one_is_never_a_loss_nor_an_accuracy(read: Read, minus: str) -> None:
    job = read(rows("1,0.9,0.5,1.1,0.4", f"2,0.8,0.6,{minus},{minus}"))
    assert list(job.series["valid_loss"].values) == [1.1]
    assert list(job.series["valid_mean_token_accuracy"].values) == [0.4]


def test_a_blank_last_validation_leaves_the_last_measured_one(read: Read) -> None:
    last = estimate(read(rows("1,0.9,0.5,1.1,0.4", "2,0.8,0.6,,")).series["valid_loss"], at="last")
    assert (last.value, last.last) == (1.1, 1)


def test_a_validation_column_that_is_blank_everywhere_is_no_series(read: Read) -> None:
    job = read(rows("1,0.9,0.5,,", "2,0.8,0.6,,"))
    with pytest.raises(JobError, match=r"no valid_loss \(was a validation file given\?\)"):
        job.metric("valid_loss")


def test_a_validation_at_the_first_step_alone_is_not_the_finished_model(read: Read) -> None:
    valid = read(rows("1,0.9,0.5,0.1,0.9", *(f"{k},0.8,0.6,," for k in range(2, 101)))).series["valid_loss"]
    assert valid.unusable == "valid_loss was last measured at step 1 of 100, so it does not say how the job ended"


@pytest.mark.parametrize("cell", ["", "-1"])
@pytest.mark.parametrize("row", ["3,{},0.6,1.0,0.5", "3,0.7,{},1.0,0.5"])
def test_a_last_row_without_its_training_metrics_was_saved_half_written(read: Read, cell: str, row: str) -> None:
    with pytest.raises(JobError, match=r"^results\.csv:4: the last row has no train_\w+: .*half written"):
        read(rows("1,0.9,0.5,1.1,0.4", "2,0.8,0.6,1.0,0.5", row.format(cell)))


def test_the_last_row_is_the_last_step_and_not_the_last_line(read: Read) -> None:
    with pytest.raises(JobError, match=r"^results\.csv:2: the last row has no train_loss"):
        read(rows("3,,0.6,1.0,0.5", "1,0.9,0.5,1.1,0.4", "2,0.8,0.6,1.0,0.5"))


@pytest.mark.parametrize("word", ["nan", "NaN", "inf"])
def test_a_last_loss_that_is_not_finite_stays_so(read: Read, word: str) -> None:
    job = read(rows("1,0.9,0.5,1.1,0.4", f"2,{word},0.6,{word},0.5"))
    assert not math.isfinite(estimate(job.series["train_loss"], at="last").value)
    assert not math.isfinite(estimate(job.series["valid_loss"], at="last").value)


@pytest.mark.parametrize("word", ["N/A", "null", "-", "None", "<NA>", "#N/A", "0,9", "０.４"])
@pytest.mark.parametrize("row", ['2,"{}",0.6,1.0,0.5', '2,0.8,0.6,"{}",0.5'])
def test_a_last_value_that_is_no_number_is_never_the_row_before(read: Read, word: str, row: str) -> None:
    with pytest.raises(JobError, match=r"^results\.csv:3: .* is not a number"):
        read(rows("1,0.9,0.5,1.1,0.4", row.format(word)))


def test_rows_in_any_order_are_put_in_order(read: Read) -> None:
    train = read(rows("3,0.7,0.5,,", "1,0.9,0.5,,", "2,0.8,0.5,,")).series["train_loss"]
    assert list(train.values.items()) == [(1, 0.9), (2, 0.8), (3, 0.7)]


def test_a_step_with_two_losses_is_two_runs(read: Read) -> None:
    with pytest.raises(
        JobError, match=r"train_loss has step 2 twice, with 0\.8\S* and 0\.2\S*; two runs in one file\?"
    ):
        read(rows("1,0.9,0.5,,", "2,0.8,0.5,,", "2,0.2,0.5,,"))


@pytest.mark.parametrize("step", ["1.5", "-1", "1e300", "nan", "inf"])
def test_a_step_that_is_no_whole_number_is_an_error(read: Read, step: str) -> None:
    with pytest.raises(JobError, match="which is not a training step"):
        read(rows("1,0.9,0.5,,", f"{step},0.8,0.5,,"))


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(read: Read) -> None:
    text = rows("1,0.9,0.5,1.1,0.4", "2,0.8,0.6,1.0,0").replace("\n", "\r\n")
    assert estimate(read(b"\xef\xbb\xbf" + text.encode()).series["train_loss"], at="last").value == 0.8


def test_an_index_column_that_a_data_frame_left_is_ignored(read: Read) -> None:
    job = read(rows("0,1,0.9,0.5,,", "1,2,0.8,0.6,,", header=f",{CHAT}"))
    assert sorted(job.series) == ["train_loss", "train_mean_token_accuracy"]


def test_a_remark_column_is_ignored_and_a_broken_metric_is_not(read: Read) -> None:
    job = read(rows("1,0.9,fine,3", "2,0.8,,4", header="step,train_loss,remark,kl"))
    assert sorted(job.series) == ["kl", "train_loss"]
    with pytest.raises(JobError, match=r":3: '1\.5\.2' in column 'kl' is not a number"):
        read(rows("1,0.9,3", "2,0.8,1.5.2", header="step,train_loss,kl"))


def test_two_columns_of_one_metric_are_an_error(read: Read) -> None:
    with pytest.raises(JobError, match="'train_accuracy' and 'train_mean_token_accuracy' are one metric"):
        read(rows("1,0.9,0.5,0.6", header="step,train_loss,train_accuracy,train_mean_token_accuracy"))


def test_losses_that_are_all_zero_are_noted(read: Read) -> None:
    job = read(rows("1,0.0,1.0,,", "2,0.0,1.0,,"))
    assert job.series["train_loss"].notes == ("every logged train_loss is exactly 0, which no healthy job logs",)


def test_a_base64_body_is_unpacked_once(read: Read) -> None:
    packed = base64.b64encode(rows("1,0.9,0.5,,", "2,0.8,0.6,,").encode())
    assert estimate(read(packed).series["train_loss"], at="last").value == 0.8
    with pytest.raises(JobError, match=r"^results\.csv: looks like base64, but does not decode to a result file"):
        read(base64.b64encode(packed))


def test_base64_that_was_cut_is_an_error(read: Read) -> None:
    packed = base64.b64encode(rows(*(f"{k},0.81234,0.61234,," for k in range(1, 50))).encode())
    with pytest.raises(JobError, match=r"was it cut off|does not decode"):
        read(packed[: len(packed) // 8 * 4])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty: no rows"),
        (b"\n\n", "the file is empty: no rows"),
        (CHAT.encode(), "a header and no rows"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a Git LFS pointer"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "an HTML page"),
        (b'{"error": {"message": "No such File object: file-x"}}', "an API's error answer, not a job: 'No such File"),
        (CHAT.encode("utf-16"), "UTF-16 text"),
        (b"\x1f\x8b\x08\x00rest", "gzip data"),
        ((CHAT + "\n1,0.9,0.5,,\n").encode() + b"\x00" * 16, "holds NUL bytes"),
        ((CHAT + "\n1,0.9,0.5,,\n").encode() + b"\xff\xfe\x80", "not UTF-8 text"),
    ],
)
def test_what_is_no_result_file_is_named(read: Read, content: bytes, said: str) -> None:
    with pytest.raises(EvidenceError, match=rf"^results\.csv: .*{said}"):
        read(content)


@pytest.mark.parametrize(
    "header",
    ["step,loss,train_loss", "step,train_loss,eval_loss"],
)
def test_another_trainers_table_is_not_taken_for_a_result_file(read: Read, header: str) -> None:
    cells = ",".join("1" for _ in header.split(","))
    with pytest.raises(JobError, match="not a job that is recognised; name its columns"):
        read(rows(cells, header=header))
