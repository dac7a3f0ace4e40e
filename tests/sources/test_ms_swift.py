import json
import math

import pytest

from pytest_ftgate.checkpoints import Checkpoint, Shipped
from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate

from .conftest import Read, Write
from .test_huggingface import state

Row = dict[str, object]


def row(step: int, total: int = 100, **values: object) -> Row:
    values = values or {"loss": 1 - step / 200, "grad_norm": 1.0, "token_acc": step / 200}
    return {**values, "epoch": step / 10, "global_step/max_steps": f"{step}/{total}", "memory(GiB)": 15.9}


def log(*rows: Row) -> str:
    return "".join(json.dumps(one) + "\n" for one in rows)


RUN = [row(step) for step in range(10, 101, 10)]
END = [row(100, eval_loss=0.6, eval_token_acc=0.8), row(100, train_runtime=9.0, train_loss=0.9, total_flos=1.0)]
SUMMARY: Row = {"last_model_checkpoint": "x", "global_step": 100, "log_history": [{"loss": 9.0, "step": 1}]}


def test_a_finished_run_gives_facts_and_series(read: Read) -> None:
    job = read(log(*RUN, *END, SUMMARY), "logging.jsonl")
    assert job.facts == {"status": "succeeded", "steps": 100, "planned_steps": 100, "run_average_train_loss": 0.9}
    last = {name: estimate(one, at="last").value for name, one in job.series.items()}
    assert last == {
        "train_loss": 0.5,
        "grad_norm": 1.0,
        "train_mean_token_accuracy": 0.5,
        "valid_loss": 0.6,
        "valid_mean_token_accuracy": 0.8,
    }


def summary(last: object, best: object) -> Row:
    return {**SUMMARY, "last_model_checkpoint": last, "best_model_checkpoint": best}


def test_the_summary_tells_the_checkpoints_of_a_log_that_was_copied_alone(read: Read) -> None:
    job = read(log(*RUN, *END, summary("/r/checkpoint-100", "/r/checkpoint-50")))
    assert job.checkpoints == (Checkpoint(50.0, "checkpoint-50"), Checkpoint(100.0, "checkpoint-100"))
    assert job.shipped is None


def test_the_folders_beside_a_log_are_its_checkpoints(read: Read, write: Write) -> None:
    write("checkpoint-60/model.safetensors", b"\x00")
    job = read(log(*RUN, *END, summary("/r/checkpoint-100", "/r/checkpoint-50")))
    assert job.checkpoints == (Checkpoint(60.0, "checkpoint-60"),)


def test_a_last_checkpoint_that_is_the_best_ships(read: Read) -> None:
    job = read(log(*RUN, *END, summary("/r/checkpoint-100", "/r/checkpoint-100")))
    assert job.shipped == Shipped(100.0, "the run's last checkpoint is its best one too")


@pytest.mark.parametrize("one", ["/r/checkpoint-90", "/r/last", None, 7])
def test_a_last_checkpoint_that_is_not_of_the_end_ships_nothing_known(read: Read, one: object) -> None:
    assert read(log(*RUN, *END, summary(one, one))).shipped is None


def test_an_unfinished_log_ships_nothing_known(read: Read) -> None:
    assert read(log(*RUN[:4], summary("/r/checkpoint-40", "/r/checkpoint-40"))).shipped is None


def test_the_megatron_trainer_counts_iterations(read: Read) -> None:
    job = read(log({"iteration": "5/10", "loss": 0.5}, {"iteration": "10/10", "loss": 0.4}))
    assert dict(job.metric("train_loss").values) == {5: 0.5, 10: 0.4}


def test_a_dead_run_is_told_by_its_gradient(read: Read) -> None:
    job = read(log(*RUN[:-1], row(100, loss=0.0, grad_norm=math.nan)))
    assert math.isnan(estimate(job.metric("train_loss"), at="last").value)


def test_a_log_that_stops_early_is_unfinished_even_with_a_summary(read: Read) -> None:
    job = read(log(*RUN[:4], SUMMARY), "log")
    assert job.unfinished == "log: the log ends at step 40 of 100: unfinished, stopped early, or cut off"


def test_a_chat_log_of_the_same_name_is_no_job(read: Read) -> None:
    with pytest.raises(JobError, match=r"^logging.jsonl: JSONL rows with keys 'user', 'assistant', which is not a job"):
        read(log({"user": "a", "assistant": "b"}, {"user": "a", "assistant": "b"}), "logging.jsonl")


def test_a_place_of_another_form_is_named(read: Read) -> None:
    with pytest.raises(JobError, match=r"^log:2: 'None' is no place"):
        read(log(RUN[0], {"loss": 0.1, "global_step/max_steps": None}), "log")


def test_a_row_of_something_else_is_named(read: Read) -> None:
    with pytest.raises(JobError, match=r"^log:2: a row without global_step/max_steps or iteration"):
        read(log(RUN[0], {"loss": 0.1}), "log")


def same(steps: int, **changes: object) -> Row:
    rows: list[Row] = [
        {"step": step, "epoch": step / 10, "loss": 1 - step / 200, "grad_norm": 1.0}
        for step in range(10, steps + 1, 10)
    ]
    return state(rows, global_step=steps, **changes)


def test_a_log_that_is_further_than_the_state_wins(read: Read) -> None:
    job = read(logging__jsonl=log(*RUN, *END), trainer_state__json=same(80))
    assert (job.source, job.facts["steps"]) == ("ms-swift logging.jsonl", 100)
    assert job.notes[-1] == "trainer_state.json is of step 80 of this run, logging.jsonl is read instead"
    assert [digest.path.name for digest in job.files] == ["logging.jsonl", "trainer_state.json"]


def test_a_state_of_the_end_wins(read: Read) -> None:
    job = read(logging__jsonl=log(*RUN, *END), trainer_state__json=same(100))
    assert (job.source, job.notes) == ("Hugging Face trainer_state.json", ())


def test_views_of_two_runs_are_refused(read: Read) -> None:
    other = [row(step, loss=3.0) for step in range(10, 101, 10)]
    with pytest.raises(
        JobError, match=r"two runs in one folder: trainer_state.json, logging.jsonl differ in their train"
    ):
        read(logging__jsonl=log(*other), trainer_state__json=same(100))
    with pytest.raises(JobError, match="differ in their planned_steps"):
        read(logging__jsonl=log(*RUN), trainer_state__json=same(100, max_steps=200))


def test_a_broken_log_beside_a_finished_state_is_told(read: Read) -> None:
    job = read(logging__jsonl=log(*RUN, *RUN), trainer_state__json=same(100))
    assert job.notes[0].startswith("not compared: logging.jsonl: loss starts again at step 10")


def test_a_broken_log_beside_an_unfinished_state_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"logging.jsonl: loss starts again at step 10"):
        read(logging__jsonl=log(*RUN, *RUN), trainer_state__json=same(80))
