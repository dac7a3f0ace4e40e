"""Which checkpoint would have passed."""

import math
from pathlib import Path

import pytest

from pytest_ftgate.checkpoints import Checkpoint
from pytest_ftgate.earlier import is_of_curves, passing_checkpoint
from pytest_ftgate.evidence import Evidence
from pytest_ftgate.gate import Gate
from pytest_ftgate.job import Job
from pytest_ftgate.series import build

from .making import gates, job, loaded, series

VALID = series("valid_loss", [1.0, 0.8, 0.7, 0.9, 1.1], 10, full_set=True)
OVERFIT = "a: {overfit: valid_loss, max: 10%}"
LOW = "b: {metric: valid_loss, max: 0.85}"


def read(folder: Path, *lines: str) -> tuple[Gate, ...]:
    return loaded(folder, gates(*lines)).gates


def said(folder: Path, found: Job, *lines: str) -> str:
    return passing_checkpoint(read(folder, *(lines or (OVERFIT, LOW))), Evidence.holding(found))


def test_the_best_step_that_would_have_passed_is_named(tmp_path: Path) -> None:
    assert said(tmp_path, job(VALID)) == (
        "at step 30 all 2 curve gates would have passed: ship that checkpoint, if it was saved"
    )


def test_a_checkpoint_that_was_saved_is_named_by_its_name(tmp_path: Path) -> None:
    saved = tuple(Checkpoint(step, f"ft:m:a::1:ckpt-step-{step}") for step in (20, 40, 50))
    found = job(VALID, checkpoints=saved)  # type: ignore[arg-type]
    assert said(tmp_path, found, LOW) == "ft:m:a::1:ckpt-step-20, step 20, would have passed the curve gate"


def test_a_hostile_name_stays_on_one_line(tmp_path: Path) -> None:
    found = job(VALID, checkpoints=(Checkpoint(20, "a\nb\x1b[2J"), Checkpoint(50, "end")))  # type: ignore[arg-type]
    assert said(tmp_path, found, LOW).startswith(r"a\nb\x1b[2J, step 20, would have passed")


def test_the_last_checkpoint_is_what_failed_and_is_not_tried(tmp_path: Path) -> None:
    found = job(VALID, checkpoints=(Checkpoint(50, "checkpoint-50"),))  # type: ignore[arg-type]
    assert said(tmp_path, found, "a: {metric: valid_loss, max: 5}") == ""


def test_where_none_would_have_passed_none_is_named(tmp_path: Path) -> None:
    assert said(tmp_path, job(VALID), "a: {metric: valid_loss, max: 0.1}") == ""


def test_a_checkpoint_must_pass_all_gates_on_curves(tmp_path: Path) -> None:
    train = series("train_loss", [1.0, 0.9, 0.6, 0.4, 0.2], 10)
    gate = "c: {metric: train_loss, max: 0.5}"
    assert said(tmp_path, job(VALID, train), LOW, gate) == ""
    assert said(tmp_path, job(VALID, train), "b: {metric: valid_loss, max: 0.9}", gate).startswith("at step 40 all 2")


def test_a_gate_on_something_else_does_not_count(tmp_path: Path) -> None:
    assert said(tmp_path, job(VALID), LOW, "count: {job: steps, min: 1000}").startswith("at step 30 the curve gate ")


def test_without_gates_on_curves_no_checkpoint_is_named(tmp_path: Path) -> None:
    assert said(tmp_path, job(VALID), "count: {job: steps, min: 1000}") == ""


def test_curves_by_epoch_have_no_checkpoints(tmp_path: Path) -> None:
    by_epoch = build("valid_loss", "val_loss", [(0, 0.5), (1, 0.9)], file="log", axis="epoch", full_set=True)
    assert said(tmp_path, job(by_epoch), LOW) == ""


def test_where_nothing_tells_the_best_the_last_that_passes_is_named(tmp_path: Path) -> None:
    train = series("train_loss", [0.5, 0.4, 0.6, 9.0], 10)
    saved = tuple(Checkpoint(step, f"checkpoint-{step}") for step in (10, 20, 40))
    found = job(train, checkpoints=saved)  # type: ignore[arg-type]
    assert said(tmp_path, found, "t: {metric: train_loss, max: 1}").startswith("checkpoint-20, step 20, ")


def test_a_validation_that_is_no_number_is_never_the_best(tmp_path: Path) -> None:
    valid = series("valid_loss", [1.0, math.nan, 0.8, 0.9], 10, full_set=True)
    assert said(tmp_path, job(valid), LOW).startswith("at step 30 ")


def test_a_checkpoint_before_the_first_validation_is_tried_last(tmp_path: Path) -> None:
    valid = series("valid_loss", [0.8, 0.9, 2.0], 20, full_set=True)
    train = series("train_loss", [0.5] * 6, 10)
    saved = tuple(Checkpoint(step, f"checkpoint-{step}") for step in (10, 40, 60))
    found = job(train, valid, checkpoints=saved)  # type: ignore[arg-type]
    assert said(tmp_path, found, "t: {metric: train_loss, max: 1}").startswith("checkpoint-40, step 40, ")


def test_a_checkpoint_at_which_a_gate_could_not_be_judged_does_not_pass(tmp_path: Path) -> None:
    valid = series("valid_loss", [0.9, 2.0], 20, full_set=True)
    saved = tuple(Checkpoint(step, f"checkpoint-{step}") for step in (10, 20, 40))
    found = job(series("train_loss", [0.5] * 4, 10), valid, checkpoints=saved)  # type: ignore[arg-type]
    assert said(tmp_path, found, LOW, "t: {metric: train_loss, max: 1}") == ""


def test_many_evaluations_are_sampled(tmp_path: Path) -> None:
    valid = series("valid_loss", [0.5] * 399 + [9.0], 10, full_set=True)
    assert said(tmp_path, job(valid), LOW).startswith("at step ")


@pytest.mark.parametrize(
    ("gate", "meant"),
    [
        ("{metric: valid_loss, max: 1}", True),
        ("{gap: loss, max: 1}", True),
        ("{any: [{overfit: valid_loss, max: 1}, {stuck: train_loss, max: 0.5}]}", True),
        ("{metric: valid_loss, at: best, max: 1}", False),
        ("{metric: valid_loss, at: {step: 10}, max: 1}", False),
        ("{any: [{metric: valid_loss, max: 1}, {job: steps, min: 1}]}", False),
        ("{metric: valid_loss, baseline: {max_rise: 1}}", False),
    ],
)
def test_a_gate_is_judged_earlier_where_it_reads_curves_to_their_end(tmp_path: Path, gate: str, meant: bool) -> None:
    [found] = loaded(tmp_path, "baseline: old\n" + gates(f"g: {gate}")).gates
    assert is_of_curves(found) is meant
