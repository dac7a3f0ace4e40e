import json
import math

import pytest

from pytest_ftgate.checkpoints import Checkpoint
from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate

from .conftest import Read, Write

Row = dict[str, object]


def row(step: int, total: int = 100, **values: object) -> Row:
    values = values or {"loss": 1 - step / 200}
    return {"current_steps": step, "total_steps": total, **values, "epoch": step / 10, "elapsed_time": "0:00:25"}


def log(*rows: Row) -> str:
    return "".join(json.dumps(one) + "\n" for one in rows)


RUN = [row(step) for step in range(10, 101, 10)]


def test_a_finished_run_gives_facts_and_series(read: Read) -> None:
    job = read(log(*RUN, row(100, eval_loss=0.6), row(100, percentage=100.0)), "any.txt")
    assert job.facts == {"status": "succeeded", "steps": 100, "planned_steps": 100}
    assert (estimate(job.metric("train_loss"), at="last").value, estimate(job.metric("eval_loss")).value) == (0.5, 0.6)
    assert (job.source, job.unfinished, len(job.files)) == ("LLaMA-Factory trainer_log.jsonl", "", 1)


def test_the_folders_beside_a_log_are_its_checkpoints_and_it_does_not_say_what_ships(read: Read, write: Write) -> None:
    write("checkpoint-50/model.safetensors", b"\x00")
    write("checkpoint-500/model.safetensors", b"\x00")
    job = read(log(*RUN), "trainer_log.jsonl")
    assert (job.checkpoints, job.shipped) == ((Checkpoint(50.0, "checkpoint-50"),), None)


def test_accuracy_is_the_share_of_preferences_got_right(read: Read) -> None:
    job = read(log(row(50, loss=0.6, accuracy=0.7, lr=1e-5), row(100, loss=0.5, accuracy=0.8, lr=0.0)))
    assert list(job.series["train_preference_accuracy"].values) == [0.7, 0.8]
    assert list(job.series["learning_rate"].values) == [1e-5, 0.0]


def test_null_is_not_measured(read: Read) -> None:
    job = read(log(row(50, loss=0.6, eval_loss=None), row(100, loss=None, eval_loss=0.5, reward=None)))
    assert (list(job.metric("train_loss").values), list(job.metric("valid_loss").values)) == ([0.6], [0.5])


def test_nan_is_measured_and_not_finite(read: Read) -> None:
    job = read(log(*RUN[:-1], row(100, loss=math.nan)))
    assert math.isnan(estimate(job.metric("train_loss"), at="last").value)


def test_the_last_writer_of_a_step_wins(read: Read) -> None:
    doubled = [one for step in range(10, 101, 10) for one in (row(step, loss=0.5), row(step, loss=0.4))]
    assert set(read(log(*doubled)).metric("train_loss").values) == {0.4}


def test_rows_from_before_a_resume_are_dropped(read: Read) -> None:
    job = read(log(*RUN[:8], *(row(step, loss=0.1) for step in range(50, 101, 10))))
    assert list(job.metric("train_loss").values)[4:] == [0.1] * 6


def test_two_runs_in_one_log_are_refused(read: Read) -> None:
    with pytest.raises(JobError, match=r"^log: loss starts again at step 10 after step 100: two runs in one file"):
        read(log(*RUN, *RUN), "log")


def test_a_log_that_stops_early_is_unfinished(read: Read) -> None:
    job = read(log(*RUN[:4]), "log")
    assert job.facts["status"] == "unfinished"
    assert job.unfinished == "log: the log ends at step 40 of 100: unfinished, stopped early, or cut off"


def test_a_log_that_plans_no_steps_is_never_finished(read: Read) -> None:
    job = read(log(row(10, 0), row(20, 0)), "log")
    assert (job.facts["status"], job.unfinished[:35]) == ("unfinished", "log: the log ends at step 20 of 0: ")


def test_a_step_short_of_the_plan_is_finished(read: Read) -> None:
    assert read(log(*RUN, row(100, 101, percentage=99.0))).unfinished == ""


def test_a_last_loss_of_zero_that_nothing_vouches_for_is_unusable(read: Read) -> None:
    assert read(log(*RUN[:-1], row(100, loss=0.0))).metric("train_loss").unusable.startswith("its last loss is exactly")
    vouched = read(log(*RUN[:-1], row(100, loss=0.0), row(100, eval_loss=0.7)))
    assert vouched.metric("train_loss").unusable == ""


def test_a_zero_before_an_evaluation_that_is_not_finite_is_a_dead_run(read: Read) -> None:
    job = read(log(*RUN[:-1], row(100, loss=0.0), row(100, eval_loss=math.nan)))
    assert math.isnan(estimate(job.metric("train_loss"), at="last").value)


def test_a_run_that_only_predicts_has_no_loss(read: Read) -> None:
    with pytest.raises(JobError, match="the job has no metrics"):
        read(log(row(5, 5, percentage=100.0))).metric("train_loss")


@pytest.mark.parametrize(("line", "said"), [("[1]", "not a JSON object"), ('{"a": 1}', "a row without current_steps")])
def test_a_line_of_something_else_is_named(read: Read, line: str, said: str) -> None:
    with pytest.raises(JobError, match=f"^log:11: {said}"):
        read(log(*RUN) + line, "log")


def test_of_two_wrong_lines_the_first_is_named(read: Read) -> None:
    with pytest.raises(JobError, match=r"^log:11: a row without current_steps"):
        read(log(*RUN) + '{"a": 1}\n[1]\n', "log")


def test_rows_with_other_keys_stand_where_they_were_written(read: Read) -> None:
    rows = [row(k, loss=k / 100) if k % 20 else row(k, grad_norm=1.0, loss=k / 100) for k in range(10, 101, 10)]
    assert list(read(log(*rows)).metric("train_loss").values) == [k / 100 for k in range(10, 101, 10)]


def test_a_log_cut_in_a_line_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match="was the file cut off"):
        read(log(*RUN)[:-20], "log")


def test_it_is_found_in_its_folder(read: Read) -> None:
    job = read(trainer_log__jsonl=log(*RUN), dataset__jsonl='{"text": "x"}')
    assert (job.source, [digest.path.name for digest in job.files]) == (
        "LLaMA-Factory trainer_log.jsonl",
        ["trainer_log.jsonl"],
    )


def test_two_logs_in_one_folder_are_refused(read: Read) -> None:
    with pytest.raises(JobError, match=r"2 LLaMA-Factory logs \(a.jsonl, b.jsonl\); point job: at one"):
        read(a__jsonl=log(*RUN), b__jsonl=log(*RUN))
