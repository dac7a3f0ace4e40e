"""Spikes, values that are no numbers, and stretches that do not change."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import JobError
from pytest_ftgate.job import Fact
from pytest_ftgate.measures import Measure
from pytest_ftgate.measures.spikes import NonFinite, Spikes, Stuck
from pytest_ftgate.score import Score

from ..making import job, series
from .of import of

NAN, INF = math.nan, math.inf
CALM = [1.0, 1.01] * 10


def spikes(values: Sequence[float], name: str = "train_loss") -> Score:
    return Spikes(name)(of(job(series(name, values, 10))))


def test_a_calm_loss_has_no_spikes() -> None:
    found = spikes(CALM * 2)
    assert (found.value, found.how) == (0, "0 sustained and 0 isolated jumps in 40 values of train_loss")


def test_an_isolated_jump_is_told_and_not_counted() -> None:
    found = spikes([*CALM, 3.0, *CALM])
    assert found.value == 0
    assert found.how == "0 sustained and 1 isolated jump (at step 210) in 41 values of train_loss"


def test_a_jump_that_stays_up_is_counted_once() -> None:
    found = spikes([*CALM, *[2.0] * 20])
    assert found.value == 1
    assert found.how == "1 sustained (at step 210) and 0 isolated jumps in 40 values of train_loss"


def test_two_jumps_that_stay_up_are_two() -> None:
    assert spikes([*CALM, *[2.0] * 40, *[4.0] * 40]).value == 2


def test_a_slow_rise_is_no_spike() -> None:
    assert spikes([1.0 + 0.01 * i for i in range(100)]).value == 0


def test_a_rise_of_a_tenth_is_no_spike_however_calm_it_was() -> None:
    assert spikes([0.001] * 40 + [0.1] * 40).value == 0


def test_the_first_five_values_are_compared_with_nothing() -> None:
    assert spikes([9.0, 1.0, 9.0, 1.0, 9.0]).how.startswith("0 sustained and 0 isolated jumps")


def test_a_jump_that_stays_up_for_too_few_values_to_tell_is_in_doubt() -> None:
    found = spikes([*CALM, *[3.0] * 9])
    assert (found.value, found.how[:15]) == (0, "0 sustained and")
    assert found.inconclusive == (
        "a jump (at step 210) stayed up to the end, too near it to tell whether it would have lasted"
    )


def test_a_jump_of_the_last_value_alone_is_isolated() -> None:
    found = spikes([*CALM, 3.0])
    assert found.how.startswith("0 sustained and 1 isolated jump (at step 210)")
    assert found.inconclusive == ""


def test_values_at_the_limits_of_numbers_are_looked_at() -> None:
    assert spikes([1e308, 0.0] * 10).how.startswith("0 sustained and 0 isolated jumps")


def test_values_that_are_no_numbers_are_no_spikes_and_do_not_hide_one() -> None:
    assert spikes([*CALM, NAN, NAN, *[2.0] * 20]).how.startswith("1 sustained (at step 230)")


def test_spikes_are_of_losses() -> None:
    with pytest.raises(JobError, match=r"^log: spikes are looked for in losses, and train_mean_reward is none$"):
        spikes([1.0, 2.0], "train_mean_reward")


@settings(deadline=None)
@given(st.lists(st.floats(0, 10), min_size=1, max_size=80))
def test_there_are_never_more_spikes_than_values(values: list[float]) -> None:
    assert 0 <= float(spikes(values).value) <= len(values) / 10


def non_finite(values: Sequence[float], name: str = "train_loss", **facts: Fact) -> Score:
    return NonFinite(name)(of(job(series(name, values, 10), facts=facts)))


def test_all_numbers_are_none_that_is_not_finite() -> None:
    found = non_finite([1.0, 2.0])
    assert (found.value, found.how) == (0, "of 2 values of train_loss")


def test_what_is_not_finite_counts_wherever_it_stands() -> None:
    found = non_finite([1.0, NAN, INF, *[1.0] * 50])
    assert (found.value, found.how) == (2, "of 53 values of train_loss, first at step 20")


def test_a_dead_run_is_called_one() -> None:
    [said] = non_finite([1.0, NAN], learning_rate_multiplier=2).advice
    assert said.startswith("a dead run: values that are not finite; try bf16 in place of fp16, a lower learning rate")
    assert "(multiplier 2)" in said


def test_an_evaluation_that_is_no_number_is_not_called_a_dead_run() -> None:
    assert non_finite([1.0, NAN], "valid_loss").advice[0].startswith("an evaluation without a number: ")


def test_an_evaluation_of_a_dead_run_is_called_a_dead_run() -> None:
    found = NonFinite("valid_loss")(of(job(series("valid_loss", [NAN]), series("train_loss", [1.0, NAN]))))
    assert found.advice[0].startswith("a dead run: ")


def stuck(values: Sequence[float]) -> Score:
    return Stuck("train_loss")(of(job(series("train_loss", values, 10))))


def test_the_longest_stretch_of_one_value_is_told_with_its_place() -> None:
    found = stuck([3.0, 2.0, 2.0, 2.0, 1.0, 1.0, 0.5, 0.4])
    assert found.value == 3 / 8
    assert found.how == "3 of 8 values of train_loss in a row are 2, steps 20-40"


def test_values_that_all_differ_are_not_stuck() -> None:
    assert stuck([3.0, 2.0, 1.0]).value == 0.0


def test_one_value_is_not_stuck() -> None:
    assert stuck([3.0]).value == 0.0


def test_no_number_again_and_again_is_stuck_too() -> None:
    assert stuck([1.0, NAN, NAN, NAN]).value == 0.75


@pytest.mark.parametrize(
    ("measure", "what", "span", "is_ratio"),
    [
        (Spikes("a_loss"), "sustained spikes of a_loss", (0.0, INF), False),
        (NonFinite("a_loss"), "non-finite values of a_loss", (0.0, INF), False),
        (Stuck("a_loss"), "longest unchanging stretch of a_loss", (0.0, 1.0), True),
    ],
)
def test_they_say_what_they_measure(measure: Measure, what: str, span: tuple[float, float], is_ratio: bool) -> None:
    assert (measure.what, measure.span, measure.is_ratio) == (what, span, is_ratio)
