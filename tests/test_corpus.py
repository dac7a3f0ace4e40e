"""Real files of real jobs against facts that were computed from them by other means.

The files belong to their authors and are not part of the project: the folder that holds them is named by FTGATE_CORPUS.
"""

import math
import os
from pathlib import Path
from typing import Literal

import pytest

from pytest_ftgate.errors import EvidenceError, JobError
from pytest_ftgate.estimators import At, estimate
from pytest_ftgate.job import Job
from pytest_ftgate.series import Series
from pytest_ftgate.sources import JobRef, read_job

CORPUS = Path(os.environ.get("FTGATE_CORPUS", "/nonexistent"))

if not CORPUS.is_dir():
    pytest.skip("FTGATE_CORPUS does not name the folder of real files", allow_module_level=True)

TRAIN, VALID = "train_loss", "valid_loss"
TRAIN_ACC, VALID_ACC = "train_mean_token_accuracy", "valid_mean_token_accuracy"

LAST: list[tuple[str, str, float, float]] = [
    ("openai/azure-ishidahra/results.csv", TRAIN, 0.681194, 126),
    ("openai/azure-ishidahra/results.csv", TRAIN_ACC, 0.790698, 126),
    ("openai/azure-ishidahra/results.csv", VALID, 0.537731, 125),
    ("openai/azure-ishidahra/results.csv", VALID_ACC, 0.612245, 125),
    ("openai/bptlab-robot/step_metrics.csv", TRAIN, 0.00505, 99),
    ("openai/bptlab-robot/step_metrics.csv", TRAIN_ACC, 1.0, 99),
    ("openai/historygpt/step_metrics.csv", TRAIN, 0.46647, 59),
    ("openai/historygpt/step_metrics.csv", VALID, 1.33329, 59),
    ("openai/jobgpt/step_metrics_crlf_valid.csv", TRAIN, 0.5813, 90),
    ("openai/jobgpt/step_metrics_crlf_valid.csv", VALID, 1.5826, 90),
    ("openai/jobgpt/step_metrics_novalid.csv", TRAIN, 0.31436, 90),
    ("openai/legacy-ai-chat/compiled_results.csv", TRAIN, 0.208545, 167),
    ("openai/legacy-ai-chat/compiled_results.csv", TRAIN_ACC, 0.924084, 167),
    ("openai/legacy-minimaxir-binary/finetune_results.csv", TRAIN, 0.154986, 847),
    ("openai/legacy-minimaxir-binary/finetune_results.csv", VALID, 0.168358, 834),
    ("openai/legacy-minimaxir-binary/finetune_results.csv", "classification/f1.0", 0.636637, 847),
    ("openai/nlbse-issues/step_metrics.csv", TRAIN, 0.0, 1500),
    ("openai/patent-insights/step_metrics.csv", TRAIN, 0.30286, 1665),
    ("openai/patent-insights/step_metrics.csv", VALID, 0.94125, 1600),
    ("openai/patent-insights/step_metrics.csv", VALID_ACC, 0.77778, 1600),
    ("openai/pdm-genset/step_metrics_b64.csv", TRAIN, 0.09242, 250),
    ("openai/pdm-genset/step_metrics_b64.csv", VALID, 0.45814, 250),
    ("openai/pdm-genset/step_metrics_feb2024.csv", TRAIN, 0.93428, 85),
    ("openai/pdm-genset/step_metrics_feb2024.csv", VALID, 1.25003, 85),
    ("openai/project3/step_metrics.csv", TRAIN, 0.24805, 24),
    ("openai/project3/step_metrics.csv", VALID_ACC, 0.70197, 24),
    ("openai/rft-docs-event/event.json", "train_mean_reward", 0.421569, 10),
    ("openai/rft-docs-event/event.json", "full_valid_mean_reward", 0.675, 10),
    ("trainers/gemma-hf-wandb", TRAIN, 1.356, 68500),
    ("trainers/gemma-hf-wandb", VALID, 1.36279, 68559),
    ("trainers/grpo-one-row", "train_mean_reward", 0.365625, 10),
    ("trainers/hf-tb-allresults", TRAIN, 0.0081, 3000),
    ("trainers/law-llm-gradaccum", TRAIN, 5.0244, 600),
    ("trainers/law-llm-gradaccum", VALID, 0.303802, 600),
    ("trainers/lf-four-views", TRAIN, 0.0707, 240),
    ("trainers/msswift-qwen3/trainer_state.json", TRAIN, 0.148988, 400),
    ("trainers/msswift-qwen3/trainer_state.json", VALID, 0.129322, 400),
    ("trainers/multi-eval-overfit", TRAIN, 0.0549, 12030),
    ("trainers/multi-eval-overfit", "valid_loss[g0]", 2.74867, 12030),
    ("trainers/multi-eval-overfit", "valid_loss[g5]", 4.83513, 12030),
    ("trainers/multi-eval-overfit", "eval_accuracy[g0]", 0.593516, 12030),
    ("trainers/multi-eval-overfit", "eval_accuracy[g5]", 0.25187, 12030),
    ("trainers/neiro-overfit", TRAIN, 0.0002, 8920),
    ("trainers/neiro-overfit", VALID, 0.920663, 8900),
    ("trainers/neiro-overfit", "eval_accuracy", 0.855454, 8900),
    ("trainers/never-learns", TRAIN, 1.3872, 3100),
    ("trainers/never-learns", VALID, 1.38629, 3100),
    ("trainers/trl-eval-nan/checkpoint-200", TRAIN, 0.1033, 200),
    ("trainers/trl-eval-nan/checkpoint-300", TRAIN, 0.05, 300),
    ("trainers/trl-eval-nan/checkpoint-300", TRAIN_ACC, 0.941307, 300),
    ("trainers/trl-eval-nan/checkpoint-300", VALID_ACC, 0.850209, 300),
    ("trainers/trl-rapidfire/05b-1epoch", TRAIN, 0.6091, 35),
    ("trainers/trl-rapidfire/05b-1epoch", VALID, 0.593285, 38),
    ("trainers/trl-rapidfire/05b-1epoch", VALID_ACC, 0.837296, 38),
    ("trainers/trl-rapidfire/05b-r32-3epoch", VALID, 0.447321, 38),
    ("trainers/trl-rapidfire/15b-r32-3epoch", VALID, 0.30418, 38),
    ("trainers/trl-rapidfire/15b-r32-hardneg-3epoch", TRAIN, 0.0198, 175),
    ("trainers/trl-rapidfire/15b-r32-hardneg-3epoch", VALID_ACC, 0.920322, 176),
    ("trainers/trl-tinyllama", TRAIN, 1.025, 2790),
    ("trainers/trl-tinyllama", VALID, 1.12193, 2800),
    ("trainers/trl-tinyllama", VALID_ACC, 0.750853, 2800),
    ("trainers/unsloth-tb-wandb/checkpoint-60", TRAIN, 2.0003, 60),
    ("trainers/unsloth-tb-wandb/runs", TRAIN, 2.0003, 60),
    ("trainers/unsloth-tb-wandb/run-ennbpbki.wandb", TRAIN, 1.8656, 59),
    ("trainers/hf-tb-allresults/runs", TRAIN, 0.0081, 3000),
    ("trainers/hf-tb-allresults/runs", VALID, 0.006221685, 3100),
    ("trainers/lightning-csv-tb/tensorboard", TRAIN, 0.00830602, 1039),
    ("trainers/lightning-csv-tb/tensorboard/version_0", VALID, 0.00577291, 1058),
    ("trainers/gemma-hf-wandb/wandb-summary.json", TRAIN, 1.356, 68559),
    ("trainers/gemma-hf-wandb/wandb-summary.json", VALID, 1.36279, 68559),
    ("trainers/mlflow-filestore", VALID, 0.386988, 0),
    ("trainers/hf-tb-allresults", VALID, 0.006221685, 3100),
    ("trainers/mlx-lm-prefixed/pipline_output_example.md", TRAIN, 0.503, 100),
    ("trainers/mlx-lm-prefixed/pipline_output_example.md", VALID, 0.922, 100),
    ("trainers/trl-eval-nan/sweep10", TRAIN, 0.3082, 0.9302325581395349),
    ("trainers/trl-eval-nan/sweep10", TRAIN_ACC, 0.8881150543689728, 0.9302325581395349),
    ("trainers/keras-csv-bert", TRAIN, 0.113361, 2),
    ("trainers/keras-csv-bert", VALID, 0.443168, 2),
    ("trainers/keras-csv-bert", "val_accuracy", 0.861, 2),
    ("trainers/lightning-csv-tb/csv", TRAIN, 0.00830602, 1039),
    ("trainers/lightning-csv-tb/csv", VALID, 0.00577291, 1058),
    ("trainers/lf-dup-writers", TRAIN, 0.3717, 6560),
    ("trainers/lf-four-views/trainer_log.jsonl", TRAIN, 0.0707, 240),
    ("trainers/msswift-qwen3", TRAIN, 0.154768, 430),
    ("trainers/msswift-qwen3", TRAIN_ACC, 0.934375, 430),
    ("trainers/msswift-qwen3", VALID, 0.12936, 438),
    ("trainers/msswift-qwen3", VALID_ACC, 0.946375, 438),
]

BEST: list[tuple[str, str, float, int]] = [
    ("openai/azure-ishidahra/results.csv", VALID, 0.451627, 109),
    ("openai/bptlab-robot/step_metrics.csv", TRAIN, 0.00263, 98),
    ("openai/historygpt/step_metrics.csv", VALID, 0.64391, 50),
    ("openai/jobgpt/step_metrics_crlf_valid.csv", VALID, 0.86619, 23),
    ("openai/jobgpt/step_metrics_novalid.csv", TRAIN, 0.10722, 76),
    ("openai/legacy-ai-chat/compiled_results.csv", TRAIN, 0.00998214, 145),
    ("openai/patent-insights/step_metrics.csv", VALID, 0.5191, 100),
    ("openai/pdm-genset/step_metrics_b64.csv", VALID, 0.06991, 200),
    ("openai/pdm-genset/step_metrics_feb2024.csv", VALID, 0.83678, 75),
    ("openai/project3/step_metrics.csv", VALID, 0.05329, 16),
    ("trainers/gemma-hf-wandb", VALID, 1.3609, 45706),
    ("trainers/multi-eval-overfit", "valid_loss[g0]", 1.11375, 401),
    ("trainers/multi-eval-overfit", "valid_loss[g5]", 2.18383, 802),
    ("trainers/neiro-overfit", VALID, 0.515148, 2600),
    ("trainers/never-learns", VALID, 1.3856, 200),
    ("trainers/trl-tinyllama", VALID, 1.12193, 2800),
]

TAIL: list[tuple[str, str, int, float]] = [
    ("openai/azure-ishidahra/results.csv", TRAIN, 10, 0.475219),
    ("openai/azure-ishidahra/results.csv", VALID, 10, 0.634575),
    ("openai/azure-ishidahra/results.csv", VALID_ACC, 10, 0.501894),
    ("openai/historygpt/step_metrics.csv", TRAIN, 10, 1.12938),
    ("openai/historygpt/step_metrics.csv", VALID, 10, 1.24269),
    ("openai/jobgpt/step_metrics_crlf_valid.csv", VALID, 10, 2.23544),
    ("openai/legacy-ai-chat/compiled_results.csv", TRAIN, 10, 0.357157),
    ("openai/patent-insights/step_metrics.csv", VALID, 10, 0.841624),
    ("openai/pdm-genset/step_metrics_b64.csv", TRAIN, 10, 0.208704),
    ("openai/project3/step_metrics.csv", TRAIN_ACC, 10, 0.941105),
    ("trainers/gemma-hf-wandb", TRAIN, 14, 1.35679),
    ("trainers/lf-four-views", TRAIN, 5, 0.07048),
    ("trainers/msswift-qwen3/trainer_state.json", TRAIN, 5, 0.15189),
    ("trainers/multi-eval-overfit", TRAIN, 3, 0.0543667),
    ("trainers/never-learns", TRAIN, 7, 1.3936),
    ("trainers/trl-eval-nan/checkpoint-300", TRAIN, 3, 0.0474667),
    ("trainers/trl-tinyllama", TRAIN, 19, 1.0366),
    ("trainers/unsloth-tb-wandb/checkpoint-60", TRAIN, 6, 1.97808),
]

NAMED: list[tuple[str, dict[str, str], str, int, float, float]] = [
    ("trainers/lf-dup-writers/trainer_log.jsonl", {"step": "current_steps", TRAIN: "loss"}, TRAIN, 656, 6560, 0.3717),
    ("trainers/lf-four-views/trainer_log.jsonl", {"step": "current_steps", TRAIN: "loss"}, TRAIN, 48, 240, 0.0707),
    (
        "trainers/msswift-qwen3/logging.jsonl",
        {"step": "global_step/max_steps", TRAIN: "loss"},
        TRAIN,
        44,
        430,
        0.154768,
    ),
    (
        "trainers/msswift-qwen3/logging.jsonl",
        {"step": "global_step/max_steps", VALID: "eval_loss"},
        VALID,
        5,
        438,
        0.12936,
    ),
    ("trainers/lightning-csv-tb/csv/version_0/metrics.csv", {TRAIN: "train_loss"}, TRAIN, 52, 1039, 0.00830602),
    ("trainers/lightning-csv-tb/csv/version_0/metrics.csv", {VALID: "val_loss"}, VALID, 3, 1058, 0.00577291),
    ("trainers/keras-csv-bert/training_log.csv", {"epoch": "epoch", TRAIN: "loss"}, TRAIN, 3, 2, 0.113361),
    ("trainers/keras-csv-bert/training_log.csv", {"epoch": "epoch", VALID: "val_loss"}, VALID, 3, 2, 0.443168),
]

SHIPS: list[tuple[str, float | None]] = [
    ("trainers/neiro-overfit", 2600),
    ("trainers/neiro-overfit/trainer_state.json", None),
    ("trainers/gemma-hf-wandb", None),
    ("trainers/gemma-hf-wandb/checkpoint-68559", 68559),
    ("trainers/hf-tb-allresults", 3100),
    ("trainers/lf-dup-writers", None),
    ("trainers/lf-four-views", 240),
    ("trainers/msswift-qwen3", None),
    ("trainers/multi-eval-overfit", 12030),
    ("trainers/trl-eval-nan/checkpoint-200", 200),
    ("trainers/trl-rapidfire/05b-1epoch", 38),
    ("trainers/trl-tinyllama", None),
    ("openai/azure-ishidahra/results.csv", None),
]

ESTIMATORS: tuple[At, ...] = ("final", "last", "best", "mean")

NEVER_FINITE = [
    ("trainers/nan-all-labels-masked", TRAIN),
    ("trainers/nan-all-labels-masked", VALID),
    ("trainers/trl-eval-nan/checkpoint-200", VALID),
    ("trainers/trl-eval-nan/checkpoint-300", VALID),
    ("trainers/trl-eval-nan/sweep10", VALID),
]

NEVER_MEASURED = [
    ("trainers/empty-history", TRAIN),
    ("openai/bptlab-robot/step_metrics.csv", VALID),
    ("openai/nlbse-issues/step_metrics.csv", VALID),
    ("openai/legacy-ai-chat/compiled_results.csv", VALID),
]

NOT_JOBS = [
    "openai/azure-dpo-intel-orca/events_messages.txt",
    "openai/batch-gpt4-maths/batch_output_test.jsonl",
    "openai/graders/multi_grader.json",
    "openai/jobgpt",
    "openai/llm-engineering-notebooks/mrpeski_cell9.txt",
    "openai/llm-engineering-notebooks/derived",
    "openai/llm-engineering-notebooks/derived/hopeogbons_cell19.json",
    "openai/llm-engineering-notebooks/derived/mrpeski_cell14.json",
    "openai/nlbse-issues/cell48output.txt",
    "openai/nlbse-issues/heldout_cell48.jsonl",
    "trainers/gemma-hf-wandb/output.log",
    "trainers/hf-tb-allresults/all_results.json",
    "trainers/not-msswift-chatlog/logging.jsonl",
]


def job(path: str) -> Job:
    return read_job(JobRef(CORPUS / path))


def own(path: str, metric: str) -> Series:
    return job(path).series[metric]


@pytest.mark.parametrize(("path", "metric", "value", "step"), LAST)
def test_the_last_value_is_the_files(path: str, metric: str, value: float, step: float) -> None:
    found = estimate(own(path, metric), at="last")
    assert found.value == pytest.approx(value, rel=1e-4, abs=0)
    assert found.last == step


@pytest.mark.parametrize(("path", "metric", "value", "step"), BEST)
def test_the_best_value_is_the_files(path: str, metric: str, value: float, step: int) -> None:
    found = estimate(own(path, metric), at="best")
    assert found.value == pytest.approx(value, rel=1e-4, abs=0)
    assert found.last == step


@pytest.mark.parametrize(("path", "metric", "window", "value"), TAIL)
def test_the_mean_of_the_tail_is_the_files(path: str, metric: str, window: int, value: float) -> None:
    assert estimate(own(path, metric), at="mean", window=window).value == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize(("path", "columns", "metric", "n", "step", "value"), NAMED)
def test_other_trainers_logs_are_read_by_their_columns(
    path: str, columns: dict[str, str], metric: str, n: int, step: float, value: float
) -> None:
    form: Literal["csv", "jsonl"] = "jsonl" if path.endswith("jsonl") else "csv"
    found = estimate(read_job(JobRef(CORPUS / path, form, options={"columns": columns})).metric(metric), at="last")
    assert (found.n, found.last) == (n, step)
    assert found.value == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize(("path", "metric"), NEVER_FINITE)
def test_what_is_dead_or_invalid_has_no_finite_value(path: str, metric: str) -> None:
    values = [estimate(job(path).metric(metric), at=at).value for at in ESTIMATORS]
    assert all(math.isnan(value) for value in values)


@pytest.mark.parametrize(("path", "metric"), NEVER_MEASURED)
def test_what_was_not_measured_is_no_series(path: str, metric: str) -> None:
    with pytest.raises(JobError, match=f"no metrics|no {metric}"):
        job(path).metric(metric)


@pytest.mark.parametrize("path", NOT_JOBS)
def test_what_is_no_job_that_is_read_says_so_in_one_line(path: str) -> None:
    folder = CORPUS / path
    found = next(folder.iterdir()) if folder.name == "version_0" else folder
    with pytest.raises(JobError) as error:
        read_job(JobRef(found))
    first = str(error.value).splitlines()[0]
    assert len(first) < 600
    assert any(
        word in first
        for word in ("not a job", "no job", "not read", "to_json", "result files", "jobs are mixed", "pages")
    )


@pytest.mark.parametrize("path", sorted((CORPUS / "openai").rglob("job_*.json")), ids=lambda path: path.name)
def test_a_job_object_is_refused_unless_it_succeeded(path: Path) -> None:
    found = read_job(JobRef(path))
    assert bool(found.refused) is (found.facts["status"] != "succeeded")


def test_a_job_that_still_runs_is_refused_with_its_results() -> None:
    found = job("openai/azure-ishidahra")
    assert found.facts["status"] == "running"
    with pytest.raises(JobError, match="is 'running', not succeeded"):
        found.metric(TRAIN)


@pytest.mark.parametrize(
    ("path", "status", "unfinished"),
    [
        ("trainers/empty-history", "succeeded", False),
        ("trainers/multi-eval-overfit", "succeeded", False),
        ("trainers/trl-tinyllama", "unfinished", False),
        ("trainers/msswift-qwen3/trainer_state.json", "unfinished", False),
        ("trainers/trl-eval-nan", "succeeded", False),
        ("trainers/trl-eval-nan/checkpoint-200", "unfinished", True),
    ],
)
def test_how_far_a_run_came_is_told(path: str, status: str, unfinished: bool) -> None:
    found = job(path)
    assert (found.facts["status"], bool(found.unfinished)) == (status, unfinished)


@pytest.mark.parametrize(
    ("path", "first", "n"),
    [("lf-four-views", "trainer_state.json", 4), ("msswift-qwen3", "logging.jsonl", 2)],
)
def test_several_views_of_one_run_are_one_job(path: str, first: str, n: int) -> None:
    found = job(f"trainers/{path}")
    assert (found.files[0].path.name, len(found.files)) == (first, n)
    assert (found.facts["status"], found.unfinished) == ("succeeded", "")


def test_the_newest_of_two_checkpoints_is_read() -> None:
    assert [digest.path.parent.name for digest in job("trainers/trl-eval-nan").files] == ["checkpoint-300"]


@pytest.mark.parametrize(("path", "step"), SHIPS)
def test_which_step_s_weights_ship_is_known_or_not(path: str, step: float | None) -> None:
    shipped = job(path).shipped
    assert (shipped and shipped.step) == step


def test_the_average_of_the_whole_run_is_a_fact_and_not_a_loss() -> None:
    found = job("trainers/neiro-overfit")
    assert found.facts["run_average_train_loss"] == pytest.approx(0.169374, rel=1e-4)
    assert "is the average of the whole run, not read as final" in found.series[TRAIN].notes[0]


def test_event_files_without_a_scalar_are_no_job() -> None:
    with pytest.raises(JobError, match="1 event file and no scalar in any of them"):
        job("trainers/gemma-hf-wandb/logs")


def test_a_log_without_an_end_is_of_a_run_that_did_not_finish() -> None:
    found = job("trainers/unsloth-tb-wandb/run-ennbpbki.wandb")
    assert (found.facts["status"], bool(found.unfinished)) == ("unfinished", True)


def test_a_run_that_was_deleted_from_its_store_is_refused() -> None:
    [folder] = (CORPUS / "trainers/mlflow-filestore/mlruns").glob("*/3a9af4bdab714eb69a4ed7582c387268")
    with pytest.raises(JobError, match="the run's status is 'deleted'"):
        job(str(folder.relative_to(CORPUS))).metric(VALID)


def test_the_loss_of_a_group_relative_run_is_unusable() -> None:
    assert "gate on train_mean_reward" in own("trainers/grpo-one-row", TRAIN).unusable


@pytest.mark.parametrize("path", sorted(p for p in CORPUS.rglob("*") if p.is_file()), ids=lambda path: path.name)
def test_every_file_is_read_or_refused_in_words_that_name_it(path: Path) -> None:
    assert path.name in outcome(path)


def outcome(path: Path) -> str:
    try:
        return str([digest.path for digest in read_job(JobRef(path)).files])
    except EvidenceError as e:
        return str(e).splitlines()[0]
