"""Measures of one metric's curve, and the evidence they rest on."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftgate.bounds import Bound
from pytest_ftgate.decision import Status
from pytest_ftgate.errors import JobError
from pytest_ftgate.gate import Check, Gate
from pytest_ftgate.job import Job
from pytest_ftgate.measures import Measure
from pytest_ftgate.measures.curve import Metric
from pytest_ftgate.measures.improvement import Improvement
from pytest_ftgate.score import Score
from pytest_ftgate.threshold import Threshold

from ..making import job, series
from .of import of

NAN, INF = math.nan, math.inf


def score(measure: Measure, found: Job) -> Score:
    return measure(of(found))


def test_a_metric_s_score_is_its_final_value_and_how_it_was_read() -> None:
    found = score(Metric("loss"), job(series("train_loss", [3.0] * 16 + [1.0, 1.0, 2.0, 9.0, 1.0], logged_as="loss")))
    assert (found.value, found.what, found.n) == (1.0, "loss", 21)
    assert found.how == "median of the last 5 of 21 values of loss, steps 17-21"


def test_a_score_is_a_plain_float_that_can_cross_processes() -> None:
    assert type(score(Metric("train_loss"), job(series("train_loss", [1.0]))).value) is float


def test_the_value_at_a_step_can_be_asked_for() -> None:
    assert score(Metric("train_loss", at=2), job(series("train_loss", [1.0, 2.0, 3.0]))).value == 2.0


def test_a_final_value_comes_with_the_last_and_the_best() -> None:
    found = score(Metric("valid_loss"), job(series("valid_loss", [0.5, *[1.0] * 38, 0.9], 10)))
    assert found.others == (("the last value alone", 0.9), ("the best, at step 10,", 0.5))


def test_other_readings_that_say_the_same_are_left_out() -> None:
    assert score(Metric("valid_loss"), job(series("valid_loss", [1.0, 1.0]))).others == ()


def test_a_metric_without_a_direction_has_no_best_to_tell() -> None:
    assert score(Metric("lr"), job(series("lr", [*[1.0] * 38, 2.0]))).others == (("the last value alone", 2.0),)


def test_another_estimator_comes_without_other_readings() -> None:
    assert score(Metric("valid_loss", at="last"), job(series("valid_loss", [0.5, 1.0]))).others == ()


def test_values_that_are_not_finite_are_told_wherever_they_stand() -> None:
    found = score(Metric("train_loss"), job(series("train_loss", [1.0, NAN, INF, *[1.0] * 37])))
    assert found.value == 1.0
    assert found.details == ("2 values of train_loss not finite, first at step 2",)


def test_notes_of_the_series_come_before_those_of_the_job() -> None:
    noted = series("train_loss", [1.0], notes=("resumed",))  # type: ignore[arg-type]
    found = score(Metric("train_loss"), job(noted, notes=("cut",)))  # type: ignore[arg-type]
    assert found.details == ("resumed", "cut")


def test_an_unfinished_job_leaves_its_metrics_in_doubt() -> None:
    found = job(series("train_loss", [0.1]), unfinished="it is at step 1 of 9")
    decision = Threshold(max=Bound(1)).decide(score(Metric("train_loss"), found))
    assert (decision.status, "it is at step 1 of 9" in decision.headline) == (Status.INCONCLUSIVE, True)


def test_a_refused_job_s_metrics_are_errors() -> None:
    with pytest.raises(JobError, match=r"^g could not be judged: job 'x' is 'failed'"):
        Gate("g", Check(Metric("train_loss"), Threshold(max=Bound(1)))).measure(
            of(job(series("train_loss", [0.1]), refused="job 'x' is 'failed'"))
        )


def test_an_unusable_series_is_in_doubt() -> None:
    assert score(Metric("train_loss"), job(series("train_loss", [0.1], unusable="it is GRPO's"))).inconclusive == (
        "it is GRPO's"
    )


def test_a_window_that_the_series_does_not_fill_is_in_doubt() -> None:
    found = score(Metric("train_loss", window=50), job(series("train_loss", [0.1])))
    assert found.inconclusive == "train_loss has 1 value, fewer than the window of 50"


def test_too_few_logged_values_are_in_doubt_where_min_n_asks_for_more() -> None:
    found = score(Metric("train_loss"), job(series("train_loss", [0.1] * 9)))
    assert Threshold(max=Bound(1), min_n=10).decide(found).status is Status.INCONCLUSIVE


@given(st.lists(st.sampled_from([NAN, INF, -INF]), min_size=1, max_size=60), st.sampled_from(["final", "last", "mean"]))
def test_without_a_finite_value_no_gate_passes(values: list[float], at: str) -> None:
    found = score(Metric("train_loss", at), job(series("train_loss", values)))  # type: ignore[arg-type]
    assert Threshold(max=Bound(1e300)).decide(found).status is Status.FAIL
    assert Threshold(min=Bound(-1e300)).decide(found).status is Status.FAIL


@pytest.mark.parametrize(
    ("name", "span", "is_ratio"),
    [
        ("eval_loss", (0.0, INF), False),
        ("valid_mean_token_accuracy", (0.0, 1.0), True),
        ("train_mean_reward", (-INF, INF), False),
    ],
)
def test_what_values_a_metric_can_have(name: str, span: tuple[float, float], is_ratio: bool) -> None:
    assert (Metric(name).span, Metric(name).is_ratio) == (span, is_ratio)


@pytest.mark.parametrize(
    ("name", "span", "is_ratio"),
    [
        ("eval_loss", (-INF, 1.0), True),
        ("valid_mean_token_accuracy", (-1.0, 1.0), True),
        ("eval_ppl", (-INF, INF), True),
        ("train_mean_reward", (-INF, INF), False),
    ],
)
def test_what_values_an_improvement_can_have(name: str, span: tuple[float, float], is_ratio: bool) -> None:
    assert (Improvement(name).span, Improvement(name).is_ratio) == (span, is_ratio)


@pytest.mark.parametrize(
    ("name", "first", "last", "improvement"),
    [
        ("train_loss", 2.0, 1.0, 0.5),
        ("train_loss", 1.0, 2.0, -1.0),
        ("valid_mean_token_accuracy", 0.5, 0.75, 0.25),
        ("valid_mean_token_accuracy", 0.75, 0.5, -0.25),
        ("train_mean_reward", -1.0, 2.0, 3.0),
    ],
)
def test_getting_better_is_a_positive_improvement(name: str, first: float, last: float, improvement: float) -> None:
    assert score(Improvement(name), job(series(name, [first] * 10 + [last] * 10))).value == improvement


def test_an_improvement_says_from_where_to_where() -> None:
    found = score(Improvement("valid_loss"), job(series("valid_loss", [2.0, 1.5, 1.0], 10, full_set=True)))
    assert found.what == "improvement of valid_loss"
    assert found.how == (
        "from 2, first of 3 values of valid_loss, step 10, to 1, last of 3 values of valid_loss, step 30"
    )


def test_a_loss_that_began_at_zero_cannot_improve() -> None:
    found = score(Improvement("train_loss"), job(series("train_loss", [0.0] * 20)))
    assert Threshold(min=Bound(-99)).decide(found).status is Status.FAIL


@pytest.mark.parametrize("values", [[NAN, *[1.0] * 39], [*[1.0] * 39, NAN]])
def test_a_window_that_is_not_finite_shows_no_improvement(values: list[float]) -> None:
    assert math.isnan(float(score(Improvement("train_loss"), job(series("train_loss", values))).value))


def test_one_value_shows_no_improvement() -> None:
    with pytest.raises(JobError, match=r"^log: train_loss has one value, which shows no improvement$"):
        score(Improvement("train_loss"), job(series("train_loss", [1.0])))


def test_one_value_that_is_no_number_is_no_improvement_that_is_missing() -> None:
    assert math.isnan(float(score(Improvement("train_loss"), job(series("train_loss", [NAN]))).value))


def test_two_values_show_an_improvement() -> None:
    assert score(Improvement("train_loss"), job(series("train_loss", [2.0, 1.0]))).value == 0.5


def test_windows_that_meet_in_one_row_overlap() -> None:
    found = score(Improvement("train_loss", window=2), job(series("train_loss", [2.0, 1.0, 0.5])))
    assert found.inconclusive == "its first and last windows overlap"


def test_windows_that_overlap_show_no_improvement() -> None:
    found = score(Improvement("train_loss", window=6), job(series("train_loss", [9.0] * 5 + [1.0] * 5)))
    assert found.inconclusive == "its first and last windows overlap"


@pytest.mark.parametrize("at", ["final", "last", "best"])
def test_nothing_is_concluded_from_what_a_run_measured_after_its_training_loss_died(at: str) -> None:
    train = series("train_loss", [1.0, 0.5, NAN], logged_as="loss")
    accuracy = series("valid_mean_token_accuracy", [0.1, 0.8, 0.9], full_set=True)
    found = score(Metric("valid_mean_token_accuracy", at=at), job(train, accuracy))  # type: ignore[arg-type]
    assert found.inconclusive == (
        "the run's loss is not finite at its end, so what else it measured is of a broken model"
    )


def test_a_training_loss_that_recovered_from_a_single_nan_condemns_nothing_else() -> None:
    found = job(series("train_loss", [1.0, NAN, 0.4]), series("valid_loss", [0.5], full_set=True))
    assert score(Metric("valid_loss"), found).inconclusive == ""
