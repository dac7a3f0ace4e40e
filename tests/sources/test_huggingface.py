import json
import math

import pytest

from pytest_ftgate.errors import EvidenceError, JobError
from pytest_ftgate.estimators import estimate

from .conftest import Read, Write

Row = dict[str, object]


def train(step: int, **values: object) -> Row:
    return {"step": step, "epoch": step / 10, "loss": 1 - step / 200, "grad_norm": 0.5, "learning_rate": 1e-5, **values}


def evaluation(step: int, **values: object) -> Row:
    return {"step": step, "epoch": step / 10, "eval_runtime": 2.0, **(values or {"eval_loss": 1.0})}


SUMMARY: Row = {"step": 100, "epoch": 10.0, "train_runtime": 60.0, "train_loss": 0.9, "mean_token_accuracy": 0.99}
ROWS = [train(step) for step in range(10, 101, 10)]


def state(rows: list[Row] | None = None, **changes: object) -> Row:
    history = ROWS if rows is None else rows
    return {
        "log_history": history,
        "global_step": 100,
        "max_steps": 100,
        "num_train_epochs": 10,
        "save_steps": 50,
        **changes,
    }


def stopping(stop: bool) -> Row:
    return {"TrainerControl": {"args": {"should_training_stop": stop}}}


def test_a_finished_run_gives_facts_and_series(read: Read) -> None:
    job = read(
        state([*ROWS, evaluation(100, eval_loss=0.6), SUMMARY], num_input_tokens_seen=4096), "trainer_state.json"
    )
    assert job.facts == {
        "status": "succeeded",
        "steps": 100,
        "planned_steps": 100,
        "n_epochs": 10,
        "trained_tokens": 4096,
        "run_average_train_loss": 0.9,
    }
    assert sorted(job.series) == ["grad_norm", "learning_rate", "train_loss", "valid_loss"]
    assert (job.series["valid_loss"].full_set, job.series["train_loss"].full_set) == (True, False)
    assert (job.source, job.unfinished, job.notes) == ("Hugging Face trainer_state.json", "", ())


def test_the_trainers_own_average_is_never_the_final_loss(read: Read) -> None:
    loss = read(state([*ROWS, SUMMARY])).metric("train_loss")
    assert (loss.logged_as, estimate(loss, at="last").value) == ("loss", 0.5)
    assert loss.notes == ("the trainer's own train_loss 0.9 is the average of the whole run, not read as final",)


def test_a_history_of_a_summary_alone_has_no_loss(read: Read) -> None:
    with pytest.raises(JobError, match="the job has no metrics: no train_loss was logged"):
        read(state([SUMMARY])).metric("train_loss")


def test_an_accuracy_is_never_read_from_the_summary(read: Read) -> None:
    job = read(state([train(50, mean_token_accuracy=0.7), train(100, mean_token_accuracy=0.8), SUMMARY]))
    assert list(job.series["train_mean_token_accuracy"].values) == [0.7, 0.8]


@pytest.mark.parametrize(
    "lost", [{"grad_norm": math.nan}, {"grad_norm": None}, {"entropy": math.nan}, {"mean_token_accuracy": 0.0}]
)
def test_a_loss_of_zero_in_a_dead_row_is_not_a_number(read: Read, lost: Row) -> None:
    job = read(state([*ROWS[:-1], {**train(100, loss=0.0), **lost}]))
    assert math.isnan(estimate(job.series["train_loss"], at="last").value)
    [note] = job.series["train_loss"].notes
    assert note.startswith("1 row of loss 0.0 read as NaN, first at step 100: its ")


def test_a_loss_of_zero_before_a_lost_evaluation_is_not_a_number(read: Read) -> None:
    job = read(state([train(90, loss=0.0), train(100, loss=0.0), evaluation(100, eval_loss=math.nan)]))
    assert len(job.series["train_loss"].non_finite) == 2
    assert job.notes == ("eval_loss is not finite in 1 of 1 evaluation",)


@pytest.mark.parametrize("norm", [{}, {"grad_norm": 0.0}])
def test_a_last_loss_of_zero_that_nothing_vouches_for_is_unusable(read: Read, norm: Row) -> None:
    bare = [{key: value for key, value in row.items() if key != "grad_norm"} for row in ROWS]
    history = [*bare[:-1], {**bare[-1], "loss": 0.0, **norm}]
    said = "its last loss is exactly 0, which is also how a run whose loss became NaN is logged"
    assert read(state(history)).metric("train_loss").unusable.startswith(said)
    assert read(state([*history, evaluation(100)])).metric("train_loss").unusable == ""


def test_a_loss_of_zero_that_rounding_made_stays_zero(read: Read) -> None:
    job = read(state([*ROWS[:-1], train(100, loss=0.0)]))
    assert estimate(job.series["train_loss"], at="last").value == 0.0


def test_a_lost_grad_norm_alone_is_how_half_precision_scales(read: Read) -> None:
    job = read(state([*ROWS[:-1], train(100, grad_norm=math.nan)]))
    assert estimate(job.series["train_loss"], at="last").value == 0.5


def test_a_null_is_a_measurement_that_came_to_nothing(read: Read) -> None:
    job = read(state([*ROWS, evaluation(50, eval_loss=1.0), evaluation(100, eval_loss=None)]))
    assert math.isnan(estimate(job.series["valid_loss"]).value)


def test_hostile_keys_stay_inert(read: Read) -> None:
    job = read(state([*ROWS, {"step": 100, "a\x1b[2Jb": 0.1}]))
    assert "a\\x1b[2Jb" in job.series
    with pytest.raises(JobError) as error:
        job.metric("nothing")
    assert "\x1b" not in str(error.value)


def test_text_under_a_key_that_is_a_number_elsewhere_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"loss is .*0\.1.* at step 100, which is not a number"):
        read(state([*ROWS[:-1], train(100, loss="0.1")]))


def test_named_evaluation_sets_stay_apart_and_keep_their_accuracy(read: Read) -> None:
    german = evaluation(100, eval_de_loss=0.7, eval_de_runtime=1.0, eval_mean_token_accuracy=0.8)
    french = evaluation(100, eval_fr_loss=0.9, eval_fr_runtime=1.0, eval_mean_token_accuracy=0.6, eval_fr_bleu=0.3)
    for row in (german, french):
        del row["eval_runtime"]
    job = read(state([*ROWS, german, french]))
    assert {name: one.values.iloc[-1] for name, one in job.series.items() if "[" in name} == {
        "valid_loss[de]": 0.7,
        "valid_mean_token_accuracy[de]": 0.8,
        "valid_loss[fr]": 0.9,
        "valid_mean_token_accuracy[fr]": 0.6,
        "eval_bleu[fr]": 0.3,
    }
    assert job.series["valid_mean_token_accuracy[de]"].logged_as == "eval_mean_token_accuracy of de"
    with pytest.raises(JobError, match=r"2 validation sets; name one of valid_loss\[de\], valid_loss\[fr\]"):
        job.metric("eval_loss")


def test_a_second_loss_of_one_evaluation_is_no_set(read: Read) -> None:
    job = read(state([*ROWS, evaluation(100, eval_loss=0.7, eval_aux_loss=0.2, eval_accuracy=0.9)]))
    assert [name for name in job.series if "eval" in name or "valid" in name] == [
        "valid_loss",
        "eval_aux_loss",
        "eval_accuracy",
    ]


def test_the_last_evaluation_of_a_step_counts_and_is_noted(read: Read) -> None:
    valid = read(state([*ROWS, evaluation(100, eval_loss=0.9), evaluation(100, eval_loss=0.5)])).series["valid_loss"]
    assert estimate(valid).value == 0.5
    assert valid.notes == ("eval_loss logs 1 step more than once: the last value of each counts",)


def test_a_preference_run_keeps_the_words_of_preferences(read: Read) -> None:
    job = read(state([*ROWS[:-1], train(100, **{"rewards/accuracies": 0.9, "rewards/margins": 2.0})]))
    assert job.metric("train_preference_accuracy").logged_as == "rewards/accuracies"
    assert "rewards/margins" in job.series


def test_the_loss_of_a_group_relative_run_says_nothing(read: Read) -> None:
    job = read(state([train(100, loss=0.0, reward=0.37)]))
    assert estimate(job.metric("reward")).value == 0.37
    assert job.series["train_loss"].unusable == (
        "the loss of a GRPO run does not say how good the model is; gate on train_mean_reward"
    )


def test_an_evaluation_before_training_alone_is_not_the_finished_model(read: Read) -> None:
    assert (
        read(state([evaluation(0, eval_loss=0.1), *ROWS]))
        .series["valid_loss"]
        .unusable.startswith("eval_loss was last measured at step 0 of 100")
    )


def test_a_history_whose_end_is_lost_does_not_say_how_the_job_ended(read: Read) -> None:
    job = read(state([train(step, loss=1.0) for step in range(10, 60, 10)]))
    said = "loss was last measured at step 50 of 100, so it does not say how the job ended"
    assert job.metric("train_loss").unusable == said


def test_a_last_row_before_the_next_was_due_is_the_end(read: Read) -> None:
    job = read(state([train(step, loss=1.0) for step in (30, 60)]))
    assert job.metric("train_loss").unusable == ""


def test_a_key_with_a_canonical_name_of_its_own_does_not_displace_the_trainers(read: Read) -> None:
    job = read(state([*ROWS, evaluation(100, eval_loss=0.9), {"step": 100, "valid_loss": 0.1, "train_loss": 0.1}]))
    assert estimate(job.metric("valid_loss")).value == 0.9
    assert estimate(job.metric("train_loss"), at="last").value == 0.5


@pytest.mark.parametrize("step", [None, "100", True, math.nan])
def test_a_row_without_a_step_is_an_error(read: Read, step: object) -> None:
    with pytest.raises(JobError, match=r"^s\.json: row 11 of its history has no step"):
        read(state([*ROWS, {"loss": 0.1, "step": step}]), "s.json")


def test_a_row_that_is_no_object_is_an_error(read: Read) -> None:
    with pytest.raises(JobError, match="row 2 of its history is not an object"):
        read({"log_history": [train(1), 3]})


def test_a_step_with_two_training_losses_is_two_runs(read: Read) -> None:
    with pytest.raises(JobError, match=r"loss has step 90 twice, with 0\.5\S* and 0\.1\S*; two runs in one file"):
        read(state([*ROWS[:9], train(90, loss=0.1), ROWS[9]]))


def test_steps_that_go_back_are_two_runs(read: Read) -> None:
    with pytest.raises(JobError, match="loss goes back from step 100 to step 15: two runs in one file"):
        read(state([*ROWS, train(15), train(25)]))


def test_a_metric_that_a_script_logs_at_each_micro_step_keeps_its_last_value(read: Read) -> None:
    kl = read(state([*ROWS, {"step": 100, "kl": 0.3}, {"step": 100, "kl": 0.2}])).series["kl"]
    assert list(kl.values) == [0.2]


@pytest.mark.parametrize("content", [{}, {"global_step": 5}, {"error": {"message": "no such run"}}])
def test_a_state_without_a_history_is_not_replaced_by_an_older_one(read: Read, write: Write, content: Row) -> None:
    folder(write, checkpoint_50=50)
    with pytest.raises(JobError, match=r"^trainer_state\.json: a"):
        read(trainer_state__json=content)


def test_an_empty_history_is_a_job_without_metrics(read: Read) -> None:
    job = read(state([]))
    assert (job.facts["status"], dict(job.series)) == ("succeeded", {})


def test_a_best_metric_of_infinity_is_never_used(read: Read) -> None:
    text = json.dumps(state([*ROWS, evaluation(100, eval_loss=math.nan)], best_metric=math.inf))
    assert math.isnan(estimate(read(text).metric("valid_loss"), at="best").value)


def test_a_run_that_stopped_half_way_is_unfinished(read: Read) -> None:
    job = read(state(max_steps=300))
    assert job.facts["status"] == "unfinished"
    assert job.unfinished == "results.csv: the run is at step 100 of 300: unfinished, or an earlier checkpoint's state"


def test_a_last_checkpoint_a_little_before_the_end_is_a_note(read: Read) -> None:
    job = read(state(max_steps=104))
    assert (job.facts["status"], job.unfinished) == ("unfinished", "")
    assert job.notes == ("the state is of step 100 of 104: the last checkpoint, not the very end",)


@pytest.mark.parametrize(
    ("save_steps", "unfinished"), [(2, True), (0.5, False), (500, False), (None, False), (True, False)]
)
def test_how_much_may_be_missing_follows_the_checkpoints(read: Read, save_steps: object, unfinished: bool) -> None:
    assert bool(read(state(max_steps=108, save_steps=save_steps)).unfinished) is unfinished


def test_an_early_stop_is_an_end(read: Read) -> None:
    job = read(state(max_steps=1000, stateful_callbacks=stopping(True)))
    assert (job.facts["status"], job.unfinished) == ("succeeded", "")
    assert job.notes == ("the trainer stopped early, at step 100 of 1000",)
    assert read(state(max_steps=1000, stateful_callbacks=stopping(False))).unfinished != ""


@pytest.mark.parametrize("content", [{"trainer_state": state()}, {"args": {}, "training_history": ROWS}, ROWS])
def test_a_history_is_found_under_any_key(read: Read, content: object) -> None:
    assert estimate(read(content, "run.txt").metric("train_loss"), at="last").value == 0.5


def test_two_histories_in_one_folder_are_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"2 training histories in one folder \(a\.json, b\.json\); point job: at one"):
        read(a__json=state(), b__json=state())


def test_two_histories_in_one_file_are_an_error(read: Read) -> None:
    with pytest.raises(JobError, match=r"^results\.csv: 2 training histories in one file"):
        read({"first": ROWS, "second": ROWS})


def test_a_state_that_was_cut_names_the_place(read: Read) -> None:
    text = json.dumps(state(), indent=1)
    with pytest.raises(JobError, match=r"^trainer_state\.json:\d+:\d+: the JSON ends in the middle"):
        read(text[:300], "trainer_state.json")


def folder(write: Write, **steps: int) -> None:
    for name, step in steps.items():
        rows = ROWS[: step // 10]
        write(f"{name.replace('_', '-')}/trainer_state.json", state(rows, global_step=step))


def test_the_newest_checkpoint_is_the_largest_number(read: Read, write: Write) -> None:
    folder(write, checkpoint_20=20, checkpoint_100=100, checkpoint_90=90)
    job = read()
    assert (job.facts["steps"], [d.path.parent.name for d in job.files]) == (100, ["checkpoint-100"])


def test_the_folders_own_state_counts_before_its_checkpoints(read: Read, write: Write) -> None:
    folder(write, checkpoint_50=50)
    assert read(trainer_state__json=state()).facts["steps"] == 100


def test_a_checkpoint_beyond_the_folders_own_state_is_another_run(read: Read, write: Write) -> None:
    folder(write, checkpoint_100=100)
    with pytest.raises(JobError, match=r"^trainer_state\.json: it ends at step 50, but there is a checkpoint-100"):
        read(trainer_state__json=state(ROWS[:5], global_step=50))


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (state(ROWS[:5], global_step=50, max_steps=70), "max_steps"),
        (state([train(10, loss=0.3)], global_step=50), "first logged row"),
    ],
)
def test_checkpoints_of_two_runs_are_an_error(read: Read, write: Write, other: Row, what: str) -> None:
    folder(write, checkpoint_100=100)
    with pytest.raises(JobError, match=f"states of two runs in one folder: .* differ in their {what}"):
        read(**{"checkpoint-50_in_trainer_state__json": other})


def test_a_checkpoint_whose_state_is_of_another_step_is_an_error(read: Read, write: Write) -> None:
    folder(write, checkpoint_100=50)
    with pytest.raises(JobError, match="its global_step is not 100: another checkpoint's file"):
        read()


def test_a_newest_checkpoint_without_a_state_is_not_passed_over(read: Read, write: Write) -> None:
    folder(write, checkpoint_50=50)
    write("checkpoint-100/model.safetensors", b"\x00")
    with pytest.raises(JobError, match=r"^checkpoint-100/trainer_state\.json: no such file: was the newest checkpoint"):
        read()


@pytest.mark.parametrize("broken", ["", '{"log_history": [', "version https://git-lfs.github.com/spec/v1\n"])
def test_a_broken_newest_state_is_not_passed_over(read: Read, write: Write, broken: str) -> None:
    folder(write, checkpoint_50=50)
    write("checkpoint-100/trainer_state.json", broken)
    with pytest.raises(EvidenceError, match=r"^checkpoint-100/trainer_state\.json:"):
        read()


def test_ms_swift_s_name_of_the_token_accuracy_is_known(read: Read) -> None:
    job = read(state([train(50, token_acc=0.7), train(100, token_acc=0.8), evaluation(100, eval_token_acc=0.6)]))
    assert list(job.metric("train_mean_token_accuracy").values) == [0.7, 0.8]
    assert list(job.metric("eval_token_acc").values) == [0.6]
