import json
import math
from typing import Any

import pytest

from pytest_ftgate.checkpoints import Checkpoint, Shipped
from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate

from .conftest import Read

ID = "ftjob-one"


def job(**changes: object) -> dict[str, object]:
    return {
        "object": "fine_tuning.job",
        "id": ID,
        "status": "succeeded",
        "error": {"code": None, "message": None, "param": None},
        "fine_tuned_model": "ft:gpt-4.1-nano:acme::x",
        "model": "gpt-4.1-nano",
        "hyperparameters": {"n_epochs": 3, "batch_size": "auto", "learning_rate_multiplier": 1.8},
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3, "batch_size": 4}}},
        "seed": 42,
        "trained_tokens": 9105,
        "training_file": "file-t",
        "validation_file": None,
        **changes,
    }


def event(step: int, total: int = 10, **values: object) -> dict[str, Any]:
    logged = values or {"train_loss": 1 - step / 20, "train_mean_token_accuracy": step / 10}
    return {
        "object": "fine_tuning.job.event",
        "id": f"ftevent-{step}",
        "created_at": 1700000000,
        "level": "info",
        "message": f"Step {step}/{total}",
        "type": "metrics",
        "data": {"step": step, "total_steps": total, **logged},
    }


def said(message: str, at: int = 1700000001, level: str = "info", data: object = None) -> dict[str, object]:
    kind = "fine_tuning.job.event"
    return {
        "object": kind,
        "id": "ftevent-m",
        "created_at": at,
        "level": level,
        "message": message,
        "type": "message",
        "data": data,
    }


def checkpoint(step: int, **changes: object) -> dict[str, object]:
    metrics = {
        "step": step,
        "train_loss": 0.5,
        "valid_loss": 0.6,
        "full_valid_loss": 0.4 + step / 100,
        "valid_mean_token_accuracy": None,
    }
    kind = "fine_tuning.job.checkpoint"
    return {
        "object": kind,
        "id": f"ftckpt-{step}",
        "fine_tuning_job_id": ID,
        "step_number": step,
        "metrics": metrics,
        **changes,
    }


def page(*items: object, more: bool = False) -> dict[str, object]:
    return {"object": "list", "data": list(items), "has_more": more}


EVENTS = [event(step) for step in range(10, 0, -1)]
TABLE = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n"


def table(last: int, loss: float | None = None) -> str:
    lines = [f"{k},{loss if loss is not None else 1 - k / 20:.5f},{k / 10:.5f},," for k in range(1, last + 1)]
    return TABLE + "\n".join([*lines, ""])


def test_a_job_object_alone_gives_facts_and_no_metrics(read: Read) -> None:
    found = read(job())
    assert found.facts == {
        "job_id": ID,
        "status": "succeeded",
        "model": "ft:gpt-4.1-nano:acme::x",
        "base_model": "gpt-4.1-nano",
        "method": "supervised",
        "n_epochs": 3,
        "learning_rate_multiplier": 1.8,
        "seed": 42,
        "trained_tokens": 9105,
        "training_file": "file-t",
    }
    with pytest.raises(JobError, match="the job has no metrics: no train_loss was logged"):
        found.metric("train_loss")


def test_azure_s_minus_one_says_no_hyperparameter(read: Read) -> None:
    found = read(job(hyperparameters={"n_epochs": -1, "batch_size": -1, "learning_rate_multiplier": 1}))
    assert found.fact("learning_rate_multiplier") == 1
    assert not {"n_epochs", "batch_size"} & found.facts.keys()


@pytest.mark.parametrize("error", [None, {}, {"code": None, "message": None, "param": None}])
def test_an_error_without_content_is_a_healthy_job(read: Read, error: object) -> None:
    assert read(job(error=error)).refused == ""


@pytest.mark.parametrize(
    "status", ["failed", "cancelled", "running", "queued", "paused", "pending", "Succeeded", "done"]
)
def test_only_succeeded_is_succeeded(read: Read, status: str) -> None:
    found = read(job__json=job(status=status), events__json=page(*EVENTS))
    assert found.facts["status"] == status
    assert found.refused == f"job '{ID}' is '{status}', not succeeded"
    with pytest.raises(JobError, match="not succeeded"):
        found.metric("train_loss")


def test_a_failed_job_says_the_providers_error(read: Read) -> None:
    found = read(
        job(status="failed", error={"code": "invalid_training_file", "message": "bad\x1b[31m line", "param": None})
    )
    assert found.refused == f"job '{ID}' is 'failed', not succeeded: invalid_training_file: bad\\x1b[31m line"


def test_a_missing_status_is_not_succeeded(read: Read) -> None:
    content = job()
    del content["status"]
    assert read(content).refused == f"job '{ID}' says no status"


@pytest.mark.parametrize("model", [None, "", 3])
def test_succeeded_without_a_model_is_refused(read: Read, model: object) -> None:
    assert read(job(fine_tuned_model=model)).refused == f"job '{ID}' says succeeded, but names no fine-tuned model"


def test_succeeded_with_an_error_is_refused(read: Read) -> None:
    refused = read(job(error={"code": "server_error", "message": None})).refused
    assert refused == f"job '{ID}' says succeeded, but carries an error: server_error"


@pytest.mark.parametrize(
    "content",
    [
        page(*EVENTS),
        EVENTS,
        [page(*EVENTS[:5], more=True), page(*EVENTS[5:])],
        "\n".join(json.dumps(one) for one in EVENTS),
        {"job": job(), "events": page(*EVENTS), "checkpoints": None},
    ],
)
def test_events_are_read_however_they_were_saved(read: Read, content: object) -> None:
    found = read(content, "events.json")
    assert list(found.series["train_loss"].values.items()) == [(k, 1 - k / 20) for k in range(1, 11)]
    assert (found.facts["steps"], found.facts["planned_steps"], found.unfinished) == (10, 10, "")


def test_events_of_other_types_and_without_data_are_ignored(read: Read) -> None:
    blocked = {**said("Moderation checks passed"), "type": "moderation_checks", "data": {"blocked": False, "step": 99}}
    unheard = {**event(3), "type": "telemetry", "data": {"step": 3, "train_loss": 0.0}}
    found = read(page(said("done"), blocked, unheard, said("empty", data={}), *EVENTS))
    assert len(found.series["train_loss"]) == 10
    assert found.series["train_loss"].values[3] == 0.85


def test_full_validation_is_kept_apart(read: Read) -> None:
    last = event(10, train_loss=0.5, valid_loss=1.4, full_valid_loss=0.97)
    found = read(page(last, *(event(k, train_loss=0.5, valid_loss=1.0) for k in range(9, 0, -1))))
    assert (found.metric("valid_loss").name, found.metric("valid_loss").full_set) == ("full_valid_loss", True)


def test_reinforcement_scores_are_rewards(read: Read) -> None:
    scores = {"train_reward_mean": 0.42, "valid_reward_mean": 0.67, "graders": []}
    found = read(
        {**event(1, total=1, full_valid_mean_reward=0.68), "data": {"step": 1, "total_steps": 1, "scores": scores}}
    )
    assert {name: list(one.values) for name, one in found.series.items()} == {
        "train_mean_reward": [0.42],
        "valid_mean_reward": [0.67],
    }


def test_a_null_that_no_number_follows_is_not_the_step_before(read: Read) -> None:
    lost = event(10, train_loss=None, valid_loss=None)
    found = read(page(lost, *(event(k, train_loss=0.5, valid_loss=None if k == 3 else 1.0) for k in range(9, 0, -1))))
    assert math.isnan(estimate(found.series["train_loss"], at="last").value)
    assert math.isnan(estimate(found.series["valid_loss"], at="last").value)
    assert 3 not in found.series["valid_loss"].values.index


def test_a_last_event_without_the_loss_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"the last metrics event, of step 10, has no train_loss"):
        read(page(event(10, valid_loss=0.1), *EVENTS[1:]))


def test_text_where_numbers_stand_elsewhere_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"train_loss is .*0\.1.* at step 10, which is not a number"):
        read(page(event(10, train_loss="0.1"), *EVENTS[1:]))


@pytest.mark.parametrize("value", ["high", True])
def test_a_metric_that_is_never_a_number_is_an_error_and_not_missing(read: Read, value: object) -> None:
    with pytest.raises(JobError, match=r"events\.json: valid_loss is .* at step 1, which is not a number$"):
        read(events__json=page(*(event(step, valid_loss=value) for step in (2, 1))))


def test_a_metrics_event_without_a_step_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match="the metrics event 'ftevent-9' has no step"):
        read(page(EVENTS[0], {**EVENTS[1], "data": {"train_loss": 0.1}}, *EVENTS[2:]))


def test_metrics_that_stop_early_are_unfinished(read: Read) -> None:
    found = read(job__json=job(), events__json=page(*EVENTS[3:]))
    assert found.unfinished == "the metrics stop at step 7 of 10"


def test_metrics_of_every_tenth_step_may_end_a_little_before_the_end(read: Read) -> None:
    assert read(page(*(event(k, total=55) for k in (50, 40, 30, 20, 10, 1)))).unfinished == ""


def test_metrics_beyond_the_end_are_of_two_jobs(read: Read) -> None:
    with pytest.raises(JobError, match="the metrics go to step 12, but the job has 10 steps: of two jobs"):
        read(events__json=page(*EVENTS), results__csv=table(12))


def test_the_newest_page_alone_is_not_all_of_the_events(read: Read) -> None:
    with pytest.raises(
        JobError, match=r"^results\.csv: the events begin at step 6: older pages are not there; save all pages"
    ):
        read(page(*EVENTS[:5], more=True))


def test_a_bare_list_of_the_newest_events_is_not_all_of_them(read: Read) -> None:
    with pytest.raises(JobError, match="the events begin at step 6: older pages are not there"):
        read(EVENTS[:5])


def test_a_page_without_metrics_that_has_more_is_not_all(read: Read) -> None:
    with pytest.raises(JobError, match="the page of events says has_more, and no other page is there"):
        read(page(said("The job has successfully completed"), more=True))


def test_a_missing_page_between_is_noticed(read: Read) -> None:
    with pytest.raises(JobError, match="there are no events of the steps after 3: a page between is not there"):
        read([page(*EVENTS[:4], more=True), page(*EVENTS[7:])])


def test_a_first_page_that_reaches_the_first_step_is_enough(read: Read) -> None:
    assert len(read(page(*EVENTS, more=True)).series["train_loss"]) == 10


def test_a_result_file_gives_the_steps_that_a_missing_page_does_not(read: Read) -> None:
    newest = [event(k, train_loss=1 - k / 20, full_valid_loss=0.7) for k in (10, 9, 8)]
    found = read(events__json=page(*newest, more=True), results__csv=table(10))
    assert list(found.series["train_loss"].values.index) == list(range(1, 11))
    assert "full_valid_loss" not in found.series
    assert found.notes == (
        "the events begin at step 8: older pages are not there; the result file gives the other steps, "
        "and full_valid_loss was left out because its older values are missing",
    )


def test_events_are_stronger_than_the_result_file_and_both_than_checkpoints(read: Read) -> None:
    found = read(
        job__json=job(),
        events__json=page(*[event(k, train_loss=1 - k / 20 + 4e-6) for k in range(10, 0, -1)]),
        results__csv=table(10),
        checkpoints__json=page(checkpoint(5), checkpoint(10)),
    )
    assert found.series["train_loss"].values[10] == 0.5 + 4e-6
    assert list(found.series["full_valid_loss"].values.items()) == [(5, 0.45), (10, 0.5)]
    assert found.series["train_mean_token_accuracy"].file == "results.csv"
    assert len(found.files) == 4


def test_events_and_a_result_file_that_disagree_are_of_two_jobs(read: Read) -> None:
    with pytest.raises(JobError, match=r"events\.json and results\.csv contradict each other: .*files of two jobs\?"):
        read(events__json=page(*EVENTS), results__csv=table(10, loss=0.3))


def test_a_nan_on_one_side_alone_is_a_contradiction(read: Read) -> None:
    with pytest.raises(JobError, match=r"contradict each other: train_loss at step 1 is 0\.95 and nan"):
        read(events__json=page(*EVENTS), results__csv=table(10).replace("1,0.95000", "1,nan"))


def test_checkpoints_alone_are_noted_as_few(read: Read) -> None:
    found = read(page(checkpoint(10), checkpoint(5)), "checkpoints.json")
    assert list(found.series["full_valid_loss"].values) == [0.45, 0.5]
    assert "valid_mean_token_accuracy" not in found.series
    assert found.notes == ("only checkpoints were saved, which hold the metrics of a few steps",)


MODEL = str(job()["fine_tuned_model"])


def saved(step: int, name: object = None) -> dict[str, object]:
    return checkpoint(step, fine_tuned_model_checkpoint=name or f"{MODEL}:ckpt-step-{step}")


def test_a_job_s_checkpoints_are_named_by_their_model_ids(read: Read) -> None:
    found = read(page(saved(10), saved(5), saved(5)), "checkpoints.json")
    assert found.checkpoints == (
        Checkpoint(5.0, f"{MODEL}:ckpt-step-5"),
        Checkpoint(10.0, f"{MODEL}:ckpt-step-10"),
    )


@pytest.mark.parametrize("name", ["", 7, []])
def test_a_checkpoint_without_a_model_id_cannot_be_passed_on(read: Read, name: object) -> None:
    bare = checkpoint(5, fine_tuned_model_checkpoint=name)
    assert read(page(checkpoint(10), bare), "checkpoints.json").checkpoints == ()


def test_two_checkpoints_of_one_step_are_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"^c\.json: two checkpoints of step 5: 'other', 'ft:.*:ckpt-step-5'; files of"):
        read(page(saved(5, "other"), saved(5)), "c.json")


@pytest.mark.parametrize("step", [-1, 2.5, math.nan, math.inf])
def test_a_checkpoint_of_no_step_is_an_error(read: Read, step: float) -> None:
    odd = {**saved(5), "step_number": step, "metrics": {}}
    with pytest.raises(JobError, match=r"^c\.json: the checkpoint 'ftckpt-5' is of step \S+, which is none$"):
        read(page(odd), "c.json")


def test_the_checkpoint_with_the_job_s_model_id_ships(read: Read) -> None:
    found = read(job__json=job(), events__json=page(*EVENTS), checkpoints__json=page(saved(5, MODEL), saved(7)))
    assert found.shipped == Shipped(5.0, "the model id of its checkpoint is the job's fine_tuned_model")


LAST = Shipped(10.0, "a job that succeeded hands on the model of its last step")


def test_the_last_planned_step_ships_where_no_checkpoint_has_the_job_s_model_id(read: Read) -> None:
    files = {"events__json": page(*EVENTS[1:]), "checkpoints__json": page(saved(5))}
    assert read(job__json=job(), **files).shipped == LAST


def test_the_last_step_of_a_result_file_ships_where_no_plan_is_known(read: Read) -> None:
    assert read(job__json=job(), results__csv=table(10)).shipped == LAST


def test_of_two_checkpoints_with_the_job_s_model_id_neither_is_known_to_ship(read: Read) -> None:
    twice = page(saved(5, MODEL), saved(10, MODEL))
    assert read(job__json=job(), events__json=page(*EVENTS), checkpoints__json=twice).shipped is None


def test_checkpoints_alone_do_not_tell_the_last_step(read: Read) -> None:
    assert read(job__json=job(), checkpoints__json=page(saved(5))).shipped is None


@pytest.mark.parametrize("changes", [{"status": "failed"}, {"status": "running"}, {"fine_tuned_model": None}])
def test_a_job_that_did_not_succeed_ships_nothing(read: Read, changes: dict[str, object]) -> None:
    assert read(job__json=job(**changes), events__json=page(*EVENTS)).shipped is None


def test_events_without_their_job_do_not_say_that_anything_ships(read: Read) -> None:
    assert read(page(*EVENTS)).shipped is None


def test_another_jobs_checkpoint_is_an_error(read: Read) -> None:
    with pytest.raises(
        JobError, match=r"files of 2 jobs are mixed: 'ftjob-two' in checkpoints\.json, 'ftjob-one' in job\.json"
    ):
        read(job__json=job(), checkpoints__json=page(checkpoint(5, fine_tuning_job_id="ftjob-two")))


def test_two_jobs_in_one_folder_are_an_error(read: Read) -> None:
    with pytest.raises(
        JobError, match=r"files of 2 jobs are mixed: 'ftjob-one' in job\.json, 'ftjob-two' in other\.json"
    ):
        read(job__json=job(), other__json=job(id="ftjob-two"))


def test_another_jobs_events_are_told_by_their_first_message(read: Read) -> None:
    with pytest.raises(JobError, match=r"files of 2 jobs are mixed: .*'ftjob-two' in events\.json"):
        read(job__json=job(), events__json=page(*EVENTS, said("Created fine-tuning job: ftjob-two")))


def test_of_several_copies_the_most_advanced_counts(read: Read) -> None:
    running = job(status="running", finished_at=1700000900, fine_tuned_model=None)
    assert read(a__json=job(finished_at=1700000500), b__json=running).facts["status"] == "succeeded"


def test_of_two_ends_at_one_time_the_failure_is_believed(read: Read) -> None:
    assert read(a__json=job(finished_at=5), b__json=job(status="failed", finished_at=5)).facts["status"] == "failed"


def test_a_page_of_one_job_is_that_job(read: Read) -> None:
    assert read(page(job(), more=True)).facts["job_id"] == ID


def test_a_page_of_several_jobs_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match="files of 2 jobs are mixed"):
        read(page(job(), job(id="ftjob-two")))


def test_events_that_end_in_an_error_are_refused(read: Read) -> None:
    found = read(page(said("The job failed due to a server error", level="error"), *EVENTS))
    assert found.refused == "results.csv: the job's events end in an error: 'The job failed due to a server error'"


def test_an_error_event_before_the_success_is_past(read: Read) -> None:
    done = said("The job has successfully completed", at=1700000009)
    assert read(page(done, said("Retrying", level="error"), *EVENTS)).refused == ""


def test_an_api_error_saved_for_a_job_is_not_passed_over(read: Read) -> None:
    with pytest.raises(JobError, match=r"^job\.json: an API's error answer, not a job: 'Could not find fine tune"):
        read(results__csv=table(3), job__json={"error": {"message": "Could not find fine tune: ftjob-x"}})


def test_two_result_files_in_one_folder_are_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"2 result files \(a\.csv, b\.csv\); keep one, or point job: at one"):
        read(a__csv=table(3), b__csv=table(3))


def test_two_runs_in_one_list_of_events_are_an_error(read: Read) -> None:
    with pytest.raises(JobError, match="train_loss has step 10 twice"):
        read(page(*EVENTS, event(10, train_loss=0.1)))
