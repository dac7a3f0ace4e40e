"""Overfitting and divergence: a rise that is more than noise, and the laws it keeps."""

import math
from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_ftgate.bounds import Bound
from pytest_ftgate.decision import PROMOTING, Status
from pytest_ftgate.errors import EvidenceError, JobError, NotLoggedError
from pytest_ftgate.estimators import best_window
from pytest_ftgate.job import Fact
from pytest_ftgate.measures.rise import Divergence, Overfit, Rise
from pytest_ftgate.score import Score
from pytest_ftgate.series import Series, build
from pytest_ftgate.threshold import Threshold

from ..making import job, series
from .of import of

NAN = math.nan
LOSSES = st.integers(1, 400).map(lambda n: n / 100)
GATE = Threshold(max=Bound(0.1, percent=True))
FALLING = [2.0, 1.8, 1.6, 1.4, 1.3, 1.2, 1.1, 1.05, 1.02, 1.0]
RISING = [1.05, 1.1, 1.16, 1.22, 1.3, 1.36, 1.42, 1.5, 1.55, 1.6]


def overfit(values: Sequence[float], *, full_set: bool = False, name: str = "valid_loss", **more: object) -> Score:
    return Overfit(name, **more)(of(job(series(name, values, full_set=full_set))))  # type: ignore[arg-type]


def divergence(*values: float) -> Score:
    return Divergence("train_loss")(of(job(series("train_loss", values))))


def test_a_loss_that_falls_is_not_overfit() -> None:
    assert overfit([*FALLING, 0.99, 0.98]).value == 0.0


def test_a_loss_that_rises_is_overfit_by_the_share_of_its_best() -> None:
    found = overfit(FALLING + RISING)
    assert found.value == pytest.approx((1.5 - 1.05) / 1.05)
    assert found.what == "overfit of valid_loss"
    assert found.how.startswith("1.5, median of the last 5 of 20 values of valid_loss (± 0.13), steps 16-20, against ")
    assert found.how.endswith("; far beyond its noise")


def test_a_rise_among_noise_is_told_with_its_trend() -> None:
    noisy = [1.0, 1.1, 0.9, 1.05, 0.95, 1.1, 0.9, 1.0, 1.1, 1.05, 1.2, 1.1, 1.3, 1.2, 1.4, 1.3, 1.5, 1.4, 1.6, 1.5]
    found = overfit(noisy)
    assert found.value == pytest.approx(0.5789474)
    assert found.how.endswith("; it gets worse (Mann-Kendall p = 4e-05)")


def test_noise_without_a_trend_is_no_rise_and_the_rise_alone_is_told() -> None:
    found = overfit(
        [1.0, 0.8, 0.8, 0.8, 0.8, 0.8, 1.2, 0.8, 1.2, 0.8, 1.2, 0.8, 1.2, 0.9, 1.2, 1.0, 1.2, 0.8, 1.1, 1.1]
    )
    assert found.value == 0.0
    [(said, rise)] = found.others
    assert (said, round(rise, 6)) == ("the rise alone", 0.375)
    assert "; no trend shows above its noise (Mann-Kendall p = " in found.how


def test_an_accuracy_is_overfit_by_how_much_it_fell() -> None:
    found = overfit([0.5, 0.7, 0.9, 0.6], full_set=True, name="valid_mean_token_accuracy")
    assert found.value == pytest.approx(0.3)


def test_a_reward_is_overfit_by_how_much_it_fell() -> None:
    assert overfit([0.0, 2.0, 1.0], full_set=True, name="valid_mean_reward").value == 1.0


def test_few_values_of_the_whole_set_count_as_they_stand() -> None:
    found = overfit([1.0, 0.8, 1.2], full_set=True)
    assert found.value == pytest.approx(0.5)
    assert found.inconclusive == ""


def test_few_values_of_single_batches_show_nothing() -> None:
    found = overfit([1.0, 0.8, 1.2])
    assert found.inconclusive == "valid_loss has 3 values of single batches, and fewer than 8 show no trend"
    assert GATE.decide(found).status is Status.INCONCLUSIVE


def test_few_values_of_single_batches_that_only_fall_pass() -> None:
    assert GATE.decide(overfit([1.2, 1.0, 0.8])).status is Status.PASS


def test_a_loss_next_to_nothing_is_compared_with_a_tenth() -> None:
    assert overfit([0.3, 0.001, 0.002], full_set=True).value == pytest.approx(0.01)


def test_a_window_can_be_named() -> None:
    found = overfit([1.0, 0.8, 0.8, 1.2, 1.2], full_set=True, window=2)
    assert found.how.startswith("1.2, median of the last 2 of 5 values of valid_loss, steps 4-5, against 0.8, median")


@pytest.mark.parametrize("values", [[1.0, 0.5, NAN], [*FALLING, NAN], [*FALLING, math.inf]])
def test_a_curve_that_ends_in_no_number_fails(values: list[float]) -> None:
    found = overfit(values, full_set=True)
    assert GATE.decide(found).status is Status.FAIL
    assert found.advice[0].startswith("an evaluation without a number: training is finite, validation is not; try ")


def test_a_value_that_is_no_number_on_the_way_is_left_out_of_the_trend() -> None:
    values = [*FALLING[:5], NAN, *FALLING[5:], *RISING]
    assert overfit(values).value == pytest.approx(0.4285714)


def test_one_value_is_no_curve() -> None:
    with pytest.raises(NotLoggedError, match=r"^log: valid_loss has one value, which is no curve$"):
        overfit([1.0])


def test_one_value_that_is_no_number_is_no_curve_that_is_missing() -> None:
    assert GATE.decide(overfit([NAN], full_set=True)).status is Status.FAIL


def test_a_metric_without_a_direction_cannot_be_overfit() -> None:
    with pytest.raises(JobError, match="whether lower or higher lr is better is not known"):
        overfit([1.0, 2.0], name="lr")


def test_training_that_ends_worse_has_diverged() -> None:
    assert divergence(1.0, 0.8, 0.8, 0.8, 1.2).value == pytest.approx(0.5)


def test_a_training_loss_next_to_nothing_diverges_by_a_share_of_two_fifths() -> None:
    assert divergence(0.4, 0.01, 0.09).value == pytest.approx(0.2)


def test_the_worst_validation_set_counts() -> None:
    sets = [series(f"valid_loss[{name}]", [1.0, 0.5, end], full_set=True) for name, end in (("a", 0.6), ("b", 0.9))]
    found = Overfit("valid_loss[*]")(of(job(*sets)))
    assert found.value == pytest.approx(0.8)
    assert found.how.startswith("the worst of 2 validation sets is b: 0.9, last of 3 values of valid_loss[b], step 3")


def test_one_last_value_of_the_whole_set_that_collapses_counts() -> None:
    found = overfit([*FALLING, *[1.0] * 9, 1.5], full_set=True)
    assert found.value == pytest.approx(0.5)
    assert found.how.startswith("1.5, last of 20 values of valid_loss, step 20, against 1, median of the last 5 of ")
    assert found.how.endswith("; it collapsed at its very end")


def test_a_whole_last_window_of_the_whole_set_that_collapses_counts() -> None:
    values = [2.5, 1.8, 1.4, 1.2, 1.1, 1.05, 1.03, 1.1, 1.01, 1.08, 1.0, 1.42, 1.45]
    assert GATE.decide(overfit(values[:-1], full_set=True)).status is Status.FAIL
    assert GATE.decide(overfit(values, full_set=True)).status is Status.FAIL


def test_one_last_batch_is_no_collapse_and_two_are() -> None:
    assert divergence(*FALLING, *[1.0] * 9, 9.0).value == 0.0
    found = divergence(*FALLING, *[1.0] * 8, 9.0, 8.0)
    assert found.value == pytest.approx(7.0)
    assert found.how.startswith("8, mildest of the last 2 of 20 values of train_loss")


def test_a_collapse_of_almost_half_of_the_last_window_counts() -> None:
    assert divergence(*FALLING, *[1.0] * 86, *[9.0] * 4).value == pytest.approx(8.0)


def test_an_accuracy_that_collapses_at_its_end_is_overfit() -> None:
    found = overfit([*[0.9, 0.91] * 10, 0.4], full_set=True, name="valid_mean_token_accuracy")
    assert found.value == pytest.approx(0.51)


def test_a_named_window_is_what_is_compared_however_the_curve_ends() -> None:
    assert overfit([*FALLING, *[1.0] * 9, 1.5], full_set=True, window=5).value == 0.0


def test_a_long_series_of_few_numbers_is_judged_as_a_short_one() -> None:
    values = [1.0, 1.0, NAN, NAN, NAN, NAN, 2.0, 2.1]
    assert overfit(values, full_set=True).value == pytest.approx(1.1)
    assert overfit(values).inconclusive.startswith("valid_loss has 4 values of single batches, and fewer than 8 ")


def test_values_at_the_limits_of_numbers_are_an_error() -> None:
    with pytest.raises(EvidenceError, match=r"which is too large to compute with$"):
        overfit([1e308, 1.7e308] * 10)


@pytest.mark.parametrize(
    ("measure", "span", "is_ratio"),
    [
        (Overfit("valid_loss"), (0.0, math.inf), True),
        (Overfit("valid_mean_token_accuracy"), (0.0, 1.0), True),
        (Overfit("valid_mean_reward"), (0.0, math.inf), False),
        (Divergence("train_loss"), (0.0, math.inf), True),
    ],
)
def test_a_rise_says_which_values_it_can_have(measure: Rise, span: tuple[float, float], is_ratio: bool) -> None:
    assert (measure.span, measure.is_ratio) == (span, is_ratio)


@pytest.mark.parametrize(
    ("measure", "advised"),
    [(Overfit("valid_loss"), "overfitting: "), (Divergence("valid_loss"), "diverging: ")],
)
def test_a_miss_says_what_people_try(measure: Rise, advised: str) -> None:
    facts: dict[str, Fact] = {"n_epochs": 4}
    found = measure(of(job(series("valid_loss", FALLING + RISING), facts=facts)))
    decision = GATE.decide(found)
    assert decision.status is Status.FAIL
    assert decision.details[-1].startswith(advised)


@settings(deadline=None)
@given(st.lists(LOSSES, min_size=2, max_size=60), st.booleans(), st.data())
def test_a_curve_made_worse_after_its_best_window_never_passes_where_it_failed(
    values: list[float], full_set: bool, data: st.DataObject
) -> None:
    found = series("valid_loss", values, full_set=full_set)
    # As the measure reads it: few values of the whole set are compared one by one.
    best = best_window(found, 1 if full_set and len(values) < 8 else None)
    after = len(values) - int(best.last)
    rises = data.draw(st.lists(st.sampled_from([0.0, 0.0, 0.01, 0.2]), min_size=after, max_size=after))
    worse = [*values[: int(best.last)], *map(sum, zip(values[int(best.last) :], accumulate(rises), strict=True))]
    assume(GATE.decide(overfit(values, full_set=full_set)).status not in PROMOTING)
    assert GATE.decide(overfit(worse, full_set=full_set)).status not in PROMOTING


@settings(deadline=None)
@given(st.lists(LOSSES, min_size=8, max_size=60), st.booleans())
def test_a_curve_that_goes_on_with_no_number_never_passes(values: list[float], full_set: bool) -> None:
    assert GATE.decide(overfit([*values, NAN], full_set=full_set)).status is Status.FAIL


@settings(deadline=None)
@given(st.lists(LOSSES, min_size=2, max_size=40), st.integers(0, 10_000))
def test_the_steps_may_be_shifted(values: list[float], shift: int) -> None:
    assert _at(values, shift).value == _at(values, 0).value


@settings(deadline=None)
@given(st.lists(LOSSES, min_size=2, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_means_nothing(values: list[float], random: "object") -> None:
    points = list(enumerate(values, 1))
    shuffled = sorted(points, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert _of(shuffled).value == _of(points).value


@settings(deadline=None)
@given(st.lists(LOSSES, min_size=6, max_size=40), st.data())
def test_a_prefix_that_a_resumed_run_logs_again_changes_nothing(values: list[float], data: st.DataObject) -> None:
    stopped = data.draw(st.integers(4, len(values)))
    resumed = data.draw(st.integers(2, stopped - 1))
    points = list(enumerate(values, 1))
    again = build("valid_loss", "valid_loss", [*points[:stopped], *points[resumed:]], file="log", appended=True)
    assert Overfit("valid_loss")(of(job(again))).value == _of(points).value


def _at(values: Sequence[float], shift: int) -> Score:
    return _of([(step + shift, value) for step, value in enumerate(values, 1)])


def _of(points: Sequence[tuple[float, float]]) -> Score:
    found: Series = build("valid_loss", "valid_loss", points, file="log")
    return Overfit("valid_loss")(of(job(found)))
