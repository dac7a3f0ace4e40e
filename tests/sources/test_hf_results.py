import math

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate

from .conftest import Read
from .test_huggingface import ROWS, SUMMARY, Row, evaluation, state

TIMES: Row = {"epoch": 10.0, "eval_runtime": 2.0, "eval_samples": 5}


def ended(*rows: Row, **changes: object) -> Row:
    return state([*ROWS, *rows, SUMMARY], epoch=10.0, **changes)


def test_the_evaluation_after_training_is_the_final_one(read: Read) -> None:
    job = read(trainer_state__json=ended(), all_results__json={**TIMES, "eval_loss": 0.25, "train_loss": 0.9})
    found = estimate(job.metric("valid_loss"), at="last")
    assert (found.value, found.last, job.series["valid_loss"].full_set) == (0.25, 100, True)
    assert [digest.path.name for digest in job.files] == ["trainer_state.json", "all_results.json"]


def test_it_goes_on_from_the_evaluations_in_the_state(read: Read) -> None:
    job = read(trainer_state__json=ended(evaluation(50, eval_loss=0.5)), eval_results__json={**TIMES, "eval_loss": 0.3})
    assert dict(job.metric("valid_loss").values) == {50: 0.5, 100: 0.3}


def test_the_same_evaluation_adds_nothing(read: Read) -> None:
    job = read(
        trainer_state__json=ended(evaluation(100, eval_loss=0.5)), eval_results__json={**TIMES, "eval_loss": 0.5}
    )
    assert (dict(job.metric("valid_loss").values), job.metric("valid_loss").notes) == ({100: 0.5}, ())


def test_the_best_checkpoint_s_evaluation_never_stands_for_the_end_of_the_curve(read: Read) -> None:
    curve = [evaluation(50, eval_loss=0.5), evaluation(90, eval_loss=0.9)]
    job = read(trainer_state__json=ended(*curve), all_results__json={**TIMES, "eval_loss": 0.5})
    assert estimate(job.metric("valid_loss")).value == 0.9
    assert job.notes == (
        "all_results.json: eval_loss is 0.5, the last in the curve 0.9: "
        "it is of the best checkpoint, step 50, loaded again after training",
    )


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (0.5, "it is of the best checkpoint, step 50, loaded again after training"),
        (0.4, "measured on other weights or data than the curve, and not read"),
    ],
)
def test_an_evaluation_after_the_summary_of_other_weights_does_not_take_the_end_s_place(
    read: Read, value: float, why: str
) -> None:
    curve = [evaluation(50, eval_loss=0.5), evaluation(100, eval_loss=0.9), SUMMARY]
    job = read(trainer_state__json=state([*ROWS, *curve, evaluation(100, eval_loss=value)], epoch=10.0))
    assert dict(job.metric("valid_loss").values) == {50: 0.5, 100: 0.9}
    said = f"the evaluation after training: eval_loss is {value}, the last in the curve 0.9: {why}"
    assert (job.notes, job.metric("valid_loss").notes) == ((said,), ())


def test_results_that_the_state_has_after_its_summary_are_told_once(read: Read) -> None:
    rows = [evaluation(50, eval_loss=0.5), evaluation(100, eval_loss=0.9), SUMMARY, evaluation(100, eval_loss=0.5)]
    own = state([*ROWS, *rows], epoch=10.0, best_model_checkpoint="out/checkpoint-50")
    job = read(trainer_state__json=own, all_results__json={**TIMES, "eval_loss": 0.5})
    assert (len(job.notes), job.metric("valid_loss").values[100]) == (1, 0.9)
    assert job.shipped
    assert job.shipped.step == 50


def test_an_evaluation_after_the_summary_that_is_not_finite_is_the_end(read: Read) -> None:
    rows = [evaluation(50, eval_loss=0.5), evaluation(100, eval_loss=0.9), SUMMARY]
    job = read(state([*ROWS, *rows, evaluation(100, eval_loss=math.nan)]))
    assert math.isnan(job.metric("valid_loss").values[100])


def test_an_evaluation_that_repeats_the_best_checkpoint_s_is_none_of_later_steps(read: Read) -> None:
    own = ended(evaluation(50, eval_loss=0.5), best_model_checkpoint="out/checkpoint-50")
    job = read(trainer_state__json=own, all_results__json={**TIMES, "eval_loss": 0.5})
    assert dict(job.metric("valid_loss").values) == {50: 0.5}
    assert job.notes == (
        "all_results.json: eval_loss is 0.5, as at step 50: "
        "it is of the best checkpoint, step 50, loaded again after training",
    )


def test_an_evaluation_that_may_be_of_the_best_checkpoint_is_told_and_not_read(read: Read) -> None:
    own = ended(evaluation(90, eval_loss=0.9), best_model_checkpoint="out/checkpoint-50")
    job = read(trainer_state__json=own, all_results__json={**TIMES, "eval_loss": 0.4})
    assert estimate(job.metric("valid_loss")).value == 0.9
    assert job.notes[0].endswith("measured on other weights or data than the curve, and not read")


def test_a_final_evaluation_that_is_not_finite_is_always_read(read: Read) -> None:
    own = ended(evaluation(100, eval_loss=0.9), best_model_checkpoint="out/checkpoint-50")
    job = read(trainer_state__json=own, all_results__json={**TIMES, "eval_loss": math.nan})
    assert math.isnan(estimate(job.metric("valid_loss")).value)


def test_a_named_set_keeps_its_name(read: Read) -> None:
    results = {"epoch": 10.0, "eval_de_runtime": 1.0, "eval_de_loss": 0.4, "eval_mean_token_accuracy": 0.8}
    job = read(trainer_state__json=ended(), eval_results__json=results)
    assert job.metric("valid_loss[de]").values.iloc[-1] == 0.4
    assert job.metric("valid_mean_token_accuracy[de]").values.iloc[-1] == 0.8


def test_what_several_sets_overwrote_in_turn_is_nobodys(read: Read) -> None:
    results = {
        "epoch": 10.0,
        "eval_de_runtime": 1.0,
        "eval_de_loss": 0.4,
        "eval_fr_runtime": 1.0,
        "eval_fr_loss": 0.6,
        "eval_mean_token_accuracy": 0.8,
    }
    job = read(trainer_state__json=ended(), eval_results__json=results)
    assert sorted(name for name in job.series if name.startswith("valid")) == ["valid_loss[de]", "valid_loss[fr]"]


def test_results_of_another_epoch_are_refused(read: Read) -> None:
    with pytest.raises(JobError, match=r"^all_results.json is of epoch 3, the trainer's state of epoch 10: results of"):
        read(trainer_state__json=ended(), all_results__json={**TIMES, "epoch": 3.0, "eval_loss": 0.1})


def test_results_with_another_run_average_are_refused(read: Read) -> None:
    with pytest.raises(
        JobError, match=r"^all_results.json: its train_loss is 0.2, the state's 0.9: results of another"
    ):
        read(trainer_state__json=ended(), all_results__json={**TIMES, "eval_loss": 0.1, "train_loss": 0.2})


def test_results_that_say_no_epoch_are_left_out(read: Read) -> None:
    job = read(trainer_state__json=ended(), eval_results__json={"eval_runtime": 1.0, "eval_loss": 0.1})
    assert "valid_loss" not in job.series
    assert job.notes[0].startswith("eval_results.json says no epoch")


def test_results_of_the_end_do_not_finish_an_earlier_checkpoint(read: Read) -> None:
    early = state(ROWS[:5], global_step=50, epoch=5.0)
    results = {**TIMES, "eval_loss": 0.1}
    job = read(**{"checkpoint-50_in_trainer_state__json": early, "all_results__json": results})
    assert ("valid_loss" in job.series, bool(job.unfinished)) == (False, True)
    assert job.notes[0] == "all_results.json is of epoch 10, the trainer's state of epoch 5: not read"


def test_two_evaluations_that_differ_are_refused(read: Read) -> None:
    with pytest.raises(JobError, match=r"^eval_results.json: 'eval_loss' is another than in all_results.json"):
        read(
            trainer_state__json=ended(),
            all_results__json={**TIMES, "eval_loss": 0.1},
            eval_results__json={**TIMES, "eval_loss": 0.2},
        )


def test_results_alone_are_no_job(read: Read) -> None:
    with pytest.raises(JobError, match="no job in this folder"):
        read(all_results__json={**TIMES, "eval_loss": 0.1})
