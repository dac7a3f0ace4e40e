import math

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate

from .conftest import Read

ROWS = (
    "{'loss': 0.9, 'grad_norm': 1.5, 'learning_rate': 1e-05, 'epoch': 0.5}\n"
    "{'eval_loss': 0.8, 'eval_runtime': 2.1, 'eval_mean_token_accuracy': 0.7, 'epoch': 0.5}\n"
    "{'loss': 0.5, 'grad_norm': 1.25, 'learning_rate': 0.0, 'epoch': 1.0}\n"
)
SUMMARY = "{'train_runtime': 60.0, 'train_loss': 0.75, 'mean_token_accuracy': 0.99, 'epoch': 1.0}\n"
MLX = (
    "Starting training..., iters: 100\n"
    "Iter 1: Val loss 2.699, Val took 2.702s\n"
    "Iter 50: Train loss 1.248, Learning Rate 1.000e-05, It/sec 1.5, Tokens/sec 252.9, Peak mem 2 GB\n"
    "Iter 100: Val loss 0.922, Val took 2.440s\n"
    "Iter 100: Train loss 0.503, Learning Rate 1.000e-05, It/sec 1.5, Tokens/sec 252.9, Peak mem 2 GB\n"
    "Saved final weights to adapters/adapters.safetensors.\n"
)
MLX_TABLE = (
    "\u2502  batch \u00b7 iters   4 \u00b7 1,000  \u2502\n"
    "  iter   train_loss     tok/s     tokens\n"
    "     1    val 2.699    2.70s\n"
    "   500    1.248 \x1b[1;32m\u25bc\x1b[0m      270     18.7k\n"
    "  save  0000500_adapters.safetensors\n"
    "  1000    val 0.922    2.44s\n"
    "  1000    1.503 \u25b2      270     37.7k\n"
)
TUNE = (
    "Step 1 | loss:1.5 lr:0.0001 tokens_per_second_per_gpu:101.2 peak_memory_active:5 \n"
    "Step 2 | loss:1.25 lr:0.0001 tokens_per_second_per_gpu:101.2 \nStep 2 | val_loss:1.375 \n"
)


def test_printed_rows_are_read_over_epochs(read: Read) -> None:
    job = read("loading the model\n" + ROWS + SUMMARY, "out")
    assert (job.source, job.unfinished) == ("printed output of a Hugging Face trainer", "")
    assert job.facts == {"status": "succeeded", "run_average_train_loss": 0.75}
    assert (job.metric("train_loss").axis, dict(job.metric("train_loss").values)) == ("epoch", {0.5: 0.9, 1.0: 0.5})
    assert dict(job.metric("valid_mean_token_accuracy").values) == {0.5: 0.7}
    assert "train_mean_token_accuracy" not in job.series


def test_rows_may_be_the_first_thing_in_the_file(read: Read) -> None:
    assert list(read(ROWS + SUMMARY).metric("train_loss").values) == [0.9, 0.5]
    assert len(read("[INFO|trainer.py:1] training\n" + ROWS).metric("train_loss")) == 2
    assert len(read("[2026-01-31 10:00:00,000] [INFO] training\n" + ROWS).metric("train_loss")) == 2


def test_prefixes_bars_and_colours_are_read_past(read: Read) -> None:
    rows = ROWS.splitlines()
    text = f"```\n 50%|### | 1/2 [00:51]\r\x1b[0m12:00 | INFO | {rows[0]}\r100%| 2/2{rows[2]}\n```\n{SUMMARY}"
    assert list(read(text).metric("train_loss").values) == [0.9, 0.5]


def test_numbers_that_are_printed_as_strings_are_numbers(read: Read) -> None:
    text = "{'loss': '0.9', 'grad_norm': 'nan', 'epoch': '0.5'}\n{'loss': '0', 'grad_norm': 'nan', 'epoch': '1'}\n"
    loss = read(text).metric("train_loss")
    assert loss.values.iloc[0] == 0.9
    assert math.isnan(loss.values.iloc[1])
    assert loss.notes[-1].startswith("1 row of loss 0.0 read as NaN, first at epoch 1: its grad_norm is not finite")


def test_numpy_s_numbers_are_numbers(read: Read) -> None:
    assert list(read("{'loss': np.float64(0.25), 'epoch': 1.0}\n").metric("train_loss").values) == [0.25]


def test_nan_and_infinity_are_not_finite(read: Read) -> None:
    job = read(ROWS + "{'loss': nan, 'epoch': 1.5}\n{'eval_loss': inf, 'eval_runtime': 1.0, 'epoch': 1.5}\n" + SUMMARY)
    assert math.isnan(estimate(job.metric("train_loss"), at="last").value)
    assert not math.isfinite(estimate(job.metric("valid_loss")).value)


def test_an_evaluation_after_the_summary_of_the_best_checkpoint_does_not_take_the_end_s_place(read: Read) -> None:
    curve = "".join(f"{{'eval_loss': {v}, 'eval_runtime': 1.0, 'epoch': {e}}}\n" for v, e in ((0.5, 0.5), (0.9, 1.0)))
    job = read(ROWS + curve + SUMMARY + "{'eval_loss': 0.5, 'eval_runtime': 1.0, 'epoch': 1.0}\n")
    assert dict(job.metric("valid_loss").values) == {0.5: 0.5, 1.0: 0.9}
    assert job.notes == (
        "the evaluation after training: eval_loss is 0.5, the last in the curve 0.9: "
        "it is of the best checkpoint, epoch 0.5, loaded again after training",
    )


def test_a_loss_of_zero_that_nothing_vouches_for_is_unusable(read: Read) -> None:
    job = read("{'loss': 0.5, 'epoch': 1.0}\n{'loss': 0.0, 'epoch': 2.0}\n" + SUMMARY)
    assert job.metric("train_loss").unusable.startswith("its last loss is exactly 0")


def test_an_output_without_a_summary_is_unfinished(read: Read) -> None:
    job = read(ROWS, "out")
    assert job.facts == {"status": "unfinished"}
    assert job.unfinished == "out: the output ends before the trainer's summary: unfinished or cut"
    assert read(SUMMARY + ROWS).unfinished != ""


def test_a_loss_of_words_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"^out: loss is .*high.* at step 1.5, which is not a number"):
        read(ROWS + "{'loss': 'high', 'epoch': 1.5}\n", "out")


def test_two_runs_in_one_output_are_refused(read: Read) -> None:
    with pytest.raises(JobError, match=r"^out: 2 runs in one output; keep the lines of one"):
        read(ROWS + SUMMARY + ROWS + SUMMARY.replace("60", "61"), "out")
    with pytest.raises(JobError, match=r"^out: loss starts again at epoch 0.5 after epoch 1.5: two runs in one file"):
        read(ROWS + "{'loss': 0.4, 'epoch': 1.5}\n" + ROWS + SUMMARY, "out")


def test_a_log_is_found_where_there_is_nothing_better(read: Read) -> None:
    assert read(train__log=ROWS + SUMMARY, notes__txt="no metrics").facts["status"] == "succeeded"
    row = {"step": 9, "loss": 0.1}
    state = {"log_history": [row], "global_step": 9, "max_steps": 9}
    assert read(train__log=ROWS, trainer_state__json=state).source == "Hugging Face trainer_state.json"


def test_several_logs_in_one_folder_are_refused(read: Read) -> None:
    with pytest.raises(JobError, match=r"2 logs of training \(a.log, b.log\); point job: at one"):
        read(a__log=ROWS, b__log=ROWS)


def test_mlx_prints_lines(read: Read) -> None:
    job = read(MLX, "out")
    assert job.facts == {"status": "succeeded", "steps": 100, "planned_steps": 100}
    assert dict(job.metric("train_loss").values) == {50: 1.248, 100: 0.503}
    assert dict(job.metric("valid_loss").values) == {1: 2.699, 100: 0.922}


def test_mlx_lines_may_bear_a_runner_s_prefix(read: Read) -> None:
    text = "".join(f"2025-10-30 17:03 [12/train/4 (pid 7)] {line}\n" for line in MLX.splitlines())
    assert len(read(f"# A page\n\n```\n{text}```\n").metric("train_loss")) == 2


def test_newer_mlx_prints_a_table(read: Read) -> None:
    job = read(MLX_TABLE, "out")
    assert dict(job.metric("train_loss").values) == {500: 1.248, 1000: 1.503}
    assert dict(job.metric("valid_loss").values) == {1: 2.699, 1000: 0.922}
    assert (job.facts["planned_steps"], job.unfinished) == (1000, "")


def test_an_mlx_run_that_stops_early_is_unfinished(read: Read) -> None:
    text = "\n".join(MLX.splitlines()[:3])
    assert read(text, "out").unfinished == "out: the output ends at iteration 50, and not with the end of the training"
    assert read(text.split("\n", 1)[1]).facts["status"] == "unfinished"


def test_two_mlx_runs_in_one_output_are_refused(read: Read) -> None:
    with pytest.raises(JobError, match=r"^out: Train loss goes back from step 100 to 50: two runs in one file"):
        read(MLX + MLX, "out")


def test_an_mlx_loss_of_nan_is_not_finite(read: Read) -> None:
    job = read(MLX.replace("0.503", "nan").replace("0.922", "nan"))
    assert math.isnan(estimate(job.metric("train_loss"), at="last").value)
    assert math.isnan(estimate(job.metric("valid_loss"), at="last").value)


def test_torchtune_logs_steps(read: Read) -> None:
    job = read(log_1700000000__txt=TUNE)
    assert (dict(job.metric("train_loss").values), dict(job.metric("valid_loss").values)) == (
        {1: 1.5, 2: 1.25},
        {2: 1.375},
    )
    assert sorted(job.series) == ["lr", "train_loss", "valid_loss"]
    assert job.notes == (
        "log_1700000000.txt does not say how many steps were planned, so a run that broke off looks finished",
    )


@pytest.mark.parametrize("line", ["Step 2 | loss:1", "Iter 2: Train loss 1"])
def test_a_last_line_without_an_end_is_noted(read: Read, line: str) -> None:
    said = "run.log does not end in a line end, so its last number may have been cut short"
    assert said in read(line, "run.log").notes
    assert said not in read(f"{line}\n", "run.log").notes


def test_a_torchtune_value_that_is_no_number_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"^out:4: 'oops' under 'loss' is not a number"):
        read(TUNE + "Step 3 | loss:oops \n", "out")


def test_what_only_looks_like_torchtune_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"^out: it looks like torchtune's log, but no line of it is one of its own"):
        read("xStep 3 | loss:1\n", "out")


def test_two_torchtune_runs_in_one_log_are_refused(read: Read) -> None:
    with pytest.raises(JobError, match=r"^out: loss goes back from step 2 to 1: two runs in one file"):
        read(TUNE + TUNE, "out")


def test_text_without_rows_is_no_log(read: Read) -> None:
    with pytest.raises(JobError, match="not a job that is recognised"):
        read("the loss went down, step by step\n", "out")
