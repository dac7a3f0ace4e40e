"""Which checkpoints a trainer left, and which of them ships."""

import math
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.checkpoints import Checkpoint, Shipped
from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, hf_checkpoints, read_job

from .conftest import Read, Write
from .test_huggingface import ROWS, SUMMARY, Row, evaluation, folder, state, stopping

TIMES: Row = {"epoch": 10.0, "eval_runtime": 2.0}
CURVE = [evaluation(50, eval_loss=0.5, eval_accuracy=0.8), evaluation(100, eval_loss=0.9, eval_accuracy=0.9)]
NONE_MARKED = "training ended there, and the trainer marked no checkpoint as the best, so loaded none"
LOADED = (
    "the evaluation after training repeats that of step 50, checkpoint-50, and not that of step 100: "
    "the best checkpoint was loaded again"
)


def ended(*rows: Row, best: object = "out/checkpoint-50", **changes: object) -> Row:
    return state([*ROWS, *CURVE, SUMMARY, *rows], epoch=10.0, **{"best_model_checkpoint": best, **changes})


def names(job: Job) -> list[str]:
    return [one.name for one in job.checkpoints]


def test_the_folders_below_the_state_are_its_checkpoints(read: Read, write: Write) -> None:
    folder(write, checkpoint_90=90, checkpoint_20=20)
    assert read(trainer_state__json=state()).checkpoints == (
        Checkpoint(20.0, "checkpoint-20"),
        Checkpoint(90.0, "checkpoint-90"),
    )


def test_the_folders_beside_a_checkpoint_are_the_run_s_up_to_its_step(write: Write, tmp_path: Path) -> None:
    folder(write, checkpoint_20=20, checkpoint_50=50, checkpoint_100=100)
    found = [read_job(JobRef(tmp_path / name)) for name in ("checkpoint-50", "checkpoint-50/trainer_state.json")]
    assert [names(job) for job in found] == [["checkpoint-20", "checkpoint-50"]] * 2


@pytest.mark.parametrize("path", ["out/checkpoint-50", "./out/checkpoint-50/", r"C:\runs\checkpoint-50"])
def test_a_state_that_was_copied_alone_tells_its_best_checkpoint(read: Read, path: str) -> None:
    assert read(state(best_model_checkpoint=path)).checkpoints == (Checkpoint(50.0, "checkpoint-50"),)


def test_a_best_checkpoint_that_is_gone_is_none_where_others_are_there(read: Read, write: Write) -> None:
    folder(write, checkpoint_100=100)
    assert names(read(trainer_state__json=state(best_model_checkpoint="out/checkpoint-50"))) == ["checkpoint-100"]


def test_a_best_checkpoint_of_another_name_is_of_the_step_that_the_state_says(read: Read) -> None:
    assert read(state(best_global_step=50, best_model_checkpoint="out/best")).checkpoints == (Checkpoint(50.0, "best"),)


@pytest.mark.parametrize("step", [None, "50", math.nan, math.inf, -1, True])
def test_a_best_checkpoint_without_a_step_is_left_out(read: Read, step: object) -> None:
    assert read(state(best_global_step=step, best_model_checkpoint="out/best")).checkpoints == ()


@pytest.mark.parametrize("best", [7, "", "/", [], "out/checkpoint-9999", "out/checkpoint-" + "9" * 400])
def test_a_best_checkpoint_that_can_be_none_tells_nothing(read: Read, best: object) -> None:
    job = read(state([*ROWS, *CURVE], best_model_checkpoint=best))
    assert (job.checkpoints, job.shipped) == ((), None)


def test_a_folder_that_cannot_be_listed_has_no_checkpoints(tmp_path: Path) -> None:
    assert hf_checkpoints.saved(tmp_path / "gone" / "trainer_state.json", 100) == ()


@pytest.mark.parametrize("name", ["checkpoint-50", "checkpoint-50/trainer_state.json"])
def test_a_job_that_is_a_checkpoint_ships_its_step(write: Write, tmp_path: Path, name: str) -> None:
    folder(write, checkpoint_50=50)
    assert read_job(JobRef(tmp_path / name)).shipped == Shipped(50.0, "it is the checkpoint that job: names")


def test_a_checkpoint_with_another_s_state_ships_nothing_known(write: Write, tmp_path: Path) -> None:
    write("checkpoint-50/trainer_state.json", state(best_model_checkpoint=None))
    assert read_job(JobRef(tmp_path / "checkpoint-50")).shipped is None


def test_the_best_checkpoint_ships_where_the_evaluation_after_training_repeats_it(read: Read) -> None:
    results = {**TIMES, "eval_loss": 0.5, "eval_accuracy": 0.8, "eval_samples": 9}
    assert read(trainer_state__json=ended(), all_results__json=results).shipped == Shipped(50.0, LOADED)


def test_that_evaluation_can_be_in_the_state_after_its_summary(read: Read) -> None:
    assert read(ended(evaluation(100, eval_loss=0.5, eval_accuracy=0.8))).shipped == Shipped(50.0, LOADED)


def test_that_evaluation_tells_what_ships_of_a_run_that_stopped_before_its_plan(read: Read) -> None:
    job = read(ended(evaluation(100, eval_loss=0.5), max_steps=1000))
    assert (job.shipped, bool(job.unfinished)) == (Shipped(50.0, LOADED), True)


def test_an_evaluation_that_repeats_one_metric_and_not_another_tells_nothing(read: Read) -> None:
    results = {**TIMES, "eval_loss": 0.5, "eval_accuracy": 0.7}
    assert read(trainer_state__json=ended(), eval_results__json=results).shipped is None


def test_the_last_step_ships_where_the_evaluation_after_training_repeats_it(read: Read) -> None:
    results = {**TIMES, "eval_loss": 0.9, "eval_accuracy": 0.9}
    assert read(trainer_state__json=ended(), eval_results__json=results).shipped == Shipped(
        100.0, "the evaluation after training repeats that of the last step, 100"
    )


def test_an_evaluation_that_repeats_both_tells_nothing(read: Read) -> None:
    flat = [evaluation(50, eval_loss=0.5), evaluation(100, eval_loss=0.5), SUMMARY, evaluation(100, eval_loss=0.5)]
    assert read(state([*ROWS, *flat], best_model_checkpoint="checkpoint-50")).shipped is None


def test_an_evaluation_of_the_last_but_one_step_does_not_make_the_last_ship(read: Read) -> None:
    curve = [evaluation(50, eval_loss=0.5), evaluation(90, eval_loss=0.9), SUMMARY, evaluation(100, eval_loss=0.9)]
    assert read(state([*ROWS, *curve], best_model_checkpoint="checkpoint-50")).shipped is None


@pytest.mark.parametrize(("repeated", "ships"), [(0.5, True), (0.50001, False)])
def test_the_best_checkpoint_ships_where_its_evaluation_is_repeated_after_more_steps(
    read: Read, repeated: float, ships: bool
) -> None:
    own = state([*ROWS, CURVE[0], SUMMARY], epoch=10.0, best_model_checkpoint="out/checkpoint-50")
    found = read(trainer_state__json=own, all_results__json={**TIMES, "eval_loss": repeated, "eval_accuracy": 0.8})
    said = (
        "the evaluation after training repeats that of step 50, checkpoint-50, "
        "though training went on to step 100: the best checkpoint was loaded again"
    )
    assert found.shipped == (Shipped(50.0, said) if ships else None)


def test_a_best_checkpoint_by_itself_does_not_say_that_it_was_loaded(read: Read) -> None:
    assert read(ended()).shipped is None


def test_without_a_best_checkpoint_the_last_step_ships(read: Read) -> None:
    assert read(ended(best=None)).shipped == Shipped(100.0, NONE_MARKED)


def test_an_early_stop_without_a_best_checkpoint_ships_its_last_step(read: Read) -> None:
    early = ended(best=None, max_steps=1000, stateful_callbacks=stopping(True))
    assert read(early).shipped == Shipped(100.0, NONE_MARKED)


def test_a_last_step_that_is_the_best_ships_either_way(read: Read) -> None:
    assert read(ended(best="checkpoint-100")).shipped == Shipped(
        100.0, "the last step is the trainer's best checkpoint too"
    )


def test_an_evaluation_of_other_weights_or_data_leaves_open_what_ships(read: Read) -> None:
    assert read(ended(evaluation(100, eval_loss=0.7), best=None)).shipped is None
    assert read(ended(evaluation(100, eval_loss=0.9), best=None)).shipped == Shipped(100.0, NONE_MARKED)


def test_an_evaluation_that_was_not_finite_repeats_one_that_was_not(read: Read) -> None:
    dead = [evaluation(100, eval_loss=math.nan), SUMMARY, evaluation(100, eval_loss=math.nan)]
    assert read(state([*ROWS, *dead], best_model_checkpoint=None)).shipped == Shipped(100.0, NONE_MARKED)


def test_an_evaluation_of_what_training_did_not_measure_speaks_neither_way(read: Read) -> None:
    other = evaluation(100, eval_de_loss=0.7, eval_note="x")
    assert read(ended(other, best=None)).shipped == Shipped(100.0, NONE_MARKED)


def test_a_state_that_says_nothing_of_a_best_checkpoint_leaves_open_what_ships(read: Read) -> None:
    assert read(state()).shipped is None


@pytest.mark.parametrize("changes", [{"max_steps": 1000}, {"max_steps": None}, {"global_step": None}])
def test_a_run_that_is_not_known_to_have_ended_ships_nothing_known(read: Read, changes: dict[str, Any]) -> None:
    assert read(ended(best=None, **changes)).shipped is None
