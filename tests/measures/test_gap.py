"""The gap between training and validation."""

import math

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import At
from pytest_ftgate.job import Job
from pytest_ftgate.measures.gap import PAIRS, Gap
from pytest_ftgate.score import Score
from pytest_ftgate.series import Series, build

from ..making import job, series
from .of import of


def gap(train: Series, valid: Series, what: str = "loss", at: At = "final") -> Score:
    return Gap(what, at)(of(job(train, valid)))


def train(*values: float, every: int = 10) -> Series:
    return series("train_loss", values, every)


def valid(*points: tuple[int, float], **more: str) -> Series:
    return build("valid_loss", "eval_loss", points, file="log", full_set=True, **more)  # type: ignore[arg-type]


def test_a_gap_is_how_much_worse_validation_is() -> None:
    found = gap(train(*[1.0] * 40), valid((400, 1.25)))
    assert (found.value, found.what, found.n) == (0.25, "loss gap", 1)
    assert found.how == (
        "train 1, median of the last 5 of 40 values of train_loss, steps 360-400; "
        "valid 1.25, last of 1 value of eval_loss, step 400"
    )


def test_validation_that_is_better_is_a_negative_gap() -> None:
    assert gap(train(1.25), valid((10, 1.24))).value == -0.01


@pytest.mark.parametrize("what", ["token_accuracy", "preference_accuracy", "reward"])
def test_a_gap_of_what_should_be_high_is_positive_where_validation_is_lower(what: str) -> None:
    one, other = PAIRS[what]
    assert gap(series(one, [0.75]), series(other, [0.5]), what).value == 0.25


def test_training_beyond_the_last_validation_is_not_compared() -> None:
    found = gap(train(2.0, 2.0, 2.0, 2.0, *[0.1] * 30), valid((40, 2.5)))
    assert found.value == 0.5


def test_training_is_read_at_or_before_the_best_validation() -> None:
    found = gap(train(1.0, 0.8, 0.1, 0.1), valid((20, 0.9), (40, 2.0)), at="best")
    assert found.how.startswith("train 0.8, last of 2 values of train_loss, step 20; valid 0.9, best of 2 values")


def test_training_is_read_at_or_before_a_step_at_which_it_has_no_value() -> None:
    assert gap(train(1.0, 0.8, 0.1), valid((25, 1.0), (30, 2.0)), at=25).value == 0.2


def test_the_last_values_alone_can_be_compared() -> None:
    assert gap(train(*[1.0] * 39, 2.0), valid((400, 2.5)), at="last").value == 0.5


def test_the_means_can_be_compared() -> None:
    found = gap(train(*[1.0] * 36, 1.0, 1.0, 2.0, 2.0), valid((390, 1.5), (400, 1.5)), at="mean")
    assert found.how.startswith("train 1.4, mean of the last 5 of 40 values")


def test_single_precision_s_noise_is_no_gap() -> None:
    assert gap(train(1.0), valid((10, 1.20000000298))).value == 0.2


def test_without_training_before_the_validation_there_is_no_gap() -> None:
    with pytest.raises(JobError, match=r"train_loss has no value at or before step 5, where eval_loss is read$"):
        gap(train(1.0), valid((5, 1.0)))


def test_steps_and_epochs_are_not_compared() -> None:
    by_epoch = valid((10, 1.0), axis="epoch")
    with pytest.raises(JobError, match=r"train_loss is logged by step and eval_loss by epoch"):
        gap(train(1.0), by_epoch)


def test_an_empty_training_series_leaves_no_gap() -> None:
    with pytest.raises(JobError, match=r"train_loss has no value in any row"):
        gap(train(), valid((10, 1.0)))


def test_without_validation_there_is_no_gap() -> None:
    with pytest.raises(JobError, match=r"the job has no valid_loss \(was a validation file given\?\)"):
        Gap("loss")(of(job(train(1.0))))


def test_one_of_several_validation_sets_can_be_named() -> None:
    german = series("valid_loss[german]", [1.5], 10)
    assert Gap("loss[german]")(of(job(train(1.0), german))).value == 0.5


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_side_that_is_not_finite_leaves_a_gap_that_is_not(bad: float) -> None:
    assert not math.isfinite(float(gap(train(bad), valid((10, 1.0))).value))
    assert not math.isfinite(float(gap(train(1.0), valid((10, bad))).value))


@pytest.mark.parametrize("times", [2, 4, 8, 3.3, 100])
def test_a_training_loss_that_was_summed_over_accumulation_steps_is_not_compared(times: float) -> None:
    found = gap(train(times * 1.1), valid((10, 1.1)))
    assert f"the training loss is {times:g} times the validation loss" in found.inconclusive


@pytest.mark.parametrize("loss", [1.1, 1.5, 0.3, 2.6])
def test_a_training_loss_that_is_a_little_higher_is_compared(loss: float) -> None:
    assert gap(train(loss), valid((10, 1.0))).inconclusive == ""


def test_tiny_losses_are_compared_whatever_their_ratio() -> None:
    assert gap(train(0.04), valid((10, 0.01))).inconclusive == ""


def test_a_validation_loss_of_zero_has_no_ratio() -> None:
    assert gap(train(0.5), valid((10, 0.0))).inconclusive == ""


def test_a_training_loss_that_is_beyond_all_bounds_has_no_power_of_two() -> None:
    assert gap(train(1e308), valid((10, 0.01))).inconclusive.startswith("the training loss is inf times")


@pytest.mark.parametrize("what", ["loss", "token_accuracy"])
def test_a_training_series_that_is_shorter_than_the_window_is_in_doubt(what: str) -> None:
    one, other = PAIRS[what]
    found = Gap(what, window=3)(of(job(series(one, [0.5], 3), series(other, [0.5] * 3))))
    assert found.inconclusive == f"{one} has 1 value, fewer than the window of 3"


def test_doubt_about_either_side_is_doubt_about_the_gap() -> None:
    found: Job = job(train(1.0), valid((10, 1.0), unusable="of a GRPO run"))
    assert Gap("loss")(of(found)).inconclusive == "of a GRPO run"


@pytest.mark.parametrize(("what", "is_ratio"), [("loss", False), ("reward", False), ("token_accuracy[a]", True)])
def test_only_a_gap_of_accuracies_is_a_ratio(what: str, is_ratio: bool) -> None:
    assert Gap(what).is_ratio is is_ratio
    assert Gap(what).span == ((-1.0, 1.0) if is_ratio else (-math.inf, math.inf))
