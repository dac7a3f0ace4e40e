import json
import math

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate

from .conftest import Read

Row = dict[str, object]

TOGETHER: list[Row] = [
    {"train/global_step": 10, "train/loss": 0.9, "train/epoch": 0.5, "timestamp": "2026-01-31T10:00:00Z"},
    {"train/global_step": 20, "train/loss": 0.5, "train/epoch": 1.0, "timestamp": "2026-01-31T10:01:00Z"},
    {"train/global_step": 20, "eval/loss": 0.6, "train/loss": None},
]


def mistral(**changes: object) -> Row:
    checkpoints = [
        {"step_number": 100, "metrics": {"train_loss": 0.5, "valid_loss": 0.6, "valid_mean_token_accuracy": 0.8}},
        {"step_number": 50, "metrics": {"train_loss": 0.9, "valid_loss": 0.95, "valid_mean_token_accuracy": None}},
    ]
    job = {"id": "j1", "object": "job", "status": "SUCCESS", "model": "open-mistral-7b", "fine_tuned_model": "ft:x"}
    return {
        **job,
        "trained_tokens": 4096,
        "hyperparameters": {"training_steps": 100},
        "checkpoints": checkpoints,
    } | changes


def nemo(step: int, **values: object) -> Row:
    return {"step": step, "epoch": 0, "timestamp": "2026-01-31T10:00:00", **values, "mem": 5.0, "num_label_tokens": 9}


def jsonl(*rows: Row) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


TRAINING = jsonl(*(nemo(step, loss=1 - step / 200, grad_norm=1.0, lr=1e-5, tps=9.0) for step in range(1, 101)))


def test_together_s_metrics_are_read(read: Read) -> None:
    job = read({"metrics": TOGETHER}, "metrics.json")
    assert (job.source, job.facts) == ("Together metrics", {"steps": 20})
    assert dict(job.metric("train_loss").values) == {10: 0.9, 20: 0.5}
    assert dict(job.metric("valid_loss").values) == {20: 0.6}


def test_a_together_row_without_its_step_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"^m.json: row 4 of its metrics has no global_step"):
        read({"metrics": [*TOGETHER, {"train/loss": 0.1}]}, "m.json")


def test_a_together_step_with_two_losses_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"loss has step 20 twice, with 0.5 and 0.1"):
        read({"metrics": [*TOGETHER, {"train/global_step": 20, "train/loss": 0.1}]})


def test_a_mistral_job_is_read(read: Read) -> None:
    job = read(mistral(), "job.json")
    assert job.facts == {
        "job_id": "j1",
        "model": "ft:x",
        "base_model": "open-mistral-7b",
        "status": "succeeded",
        "steps": 100,
        "planned_steps": 100,
        "trained_tokens": 4096,
    }
    assert dict(job.metric("valid_loss").values) == {50: 0.95, 100: 0.6}
    assert dict(job.metric("valid_mean_token_accuracy").values) == {100: 0.8}


@pytest.mark.parametrize("status", ["FAILED", "RUNNING", "CANCELLED", None])
def test_a_mistral_job_that_did_not_succeed_is_refused(read: Read, status: object) -> None:
    with pytest.raises(JobError, match=f"^job 'j1' is '{status}', not SUCCESS"):
        read(mistral(status=status)).metric("train_loss")


def test_a_mistral_job_whose_checkpoints_stop_early_is_unfinished(read: Read) -> None:
    job = read(mistral(hyperparameters={"training_steps": 500}), "job.json")
    assert job.unfinished == "job.json: its last checkpoint is of step 100 of 500"


def test_a_mistral_loss_of_words_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match="is not a number"):
        read(mistral(checkpoints=[{"step_number": 1, "metrics": {"train_loss": "low"}}]))


def test_nemo_s_logs_of_training_and_validation_are_one_job(read: Read) -> None:
    job = read(
        training__jsonl=TRAINING, validation__jsonl=jsonl(nemo(50, val_loss=0.9), nemo(100, val_loss=0.7, lr=1.0))
    )
    assert (job.source, job.facts["steps"], len(job.files)) == ("NeMo Automodel logs", 100, 2)
    assert sorted(job.series) == ["grad_norm", "learning_rate", "train_loss", "valid_loss"]
    assert dict(job.metric("valid_loss").values) == {50: 0.9, 100: 0.7}
    assert estimate(job.metric("train_loss"), at="last").value == 0.5


def test_nemo_s_validation_sets_keep_their_names(read: Read) -> None:
    one, two = jsonl(nemo(100, val_loss=0.7)), jsonl(nemo(100, val_loss=0.8))
    job = read(training__jsonl=TRAINING, validation_de__jsonl=one, validation_fr__jsonl=two)
    assert job.metric("valid_loss[de]").values.iloc[-1] == 0.7
    with pytest.raises(JobError, match="name one of"):
        job.metric("valid_loss")


def test_nemo_s_nan_is_not_finite(read: Read) -> None:
    job = read(TRAINING + jsonl(nemo(101, loss=math.nan, lr=0.0)))
    assert math.isnan(estimate(job.metric("train_loss"), at="last").value)


def test_a_nemo_row_without_its_step_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"^t.jsonl:101: a row without its step"):
        read(TRAINING + jsonl({"loss": 0.1}), "t.jsonl")
