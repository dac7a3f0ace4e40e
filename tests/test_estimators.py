"""What is read off a series: windows and estimators, and how near an estimate is."""

import math
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import best_window, estimate, first_window, last_window, window_size
from pytest_ftgate.series import Series, build

from .making import series

FINITE = st.floats(0, 100)
NAN, INF = math.nan, math.inf


def log(points: list[tuple[float, float]]) -> Series:
    """A series of a file that runs append to."""
    return build("train_loss", "loss", points, file="log", appended=True)


@pytest.mark.parametrize(
    ("n", "size"),
    [(1, 1), (2, 1), (3, 1), (4, 1), (8, 2), (19, 4), (20, 5), (50, 5), (51, 6), (100, 10), (500, 50), (9999, 50)],
)
def test_a_window_is_a_tenth_from_5_to_50_and_never_more_than_a_quarter(n: int, size: int) -> None:
    assert window_size(n) == size


@pytest.mark.parametrize(
    ("window", "size"), [(20, 20), (200, 100), (0.07, 7), (0.075, 8), (0.001, 1), (1.0, 100), (1, 1)]
)
def test_a_window_is_a_count_or_a_share(window: float, size: int) -> None:
    assert window_size(100, window) == size


def test_the_final_value_is_the_median_of_the_last_window() -> None:
    found = estimate(series("train_loss", [9.0] * 35 + [1.0, 2.0, 3.0, 4.0, 50.0]))
    assert found.value == 3.0
    assert found.how == "median of the last 5 of 40 values of train_loss (± 1.7), steps 36-40"
    assert (found.n, found.first, found.last) == (40, 36, 40)


def test_the_final_value_of_a_whole_set_series_is_its_last() -> None:
    found = estimate(series("valid_loss", [3.0, 2.0, 2.5], 100, full_set=True, logged_as="eval_loss"))
    assert (found.value, found.how) == (2.5, "last of 3 values of eval_loss, step 300")


def test_a_window_that_is_asked_for_counts_for_a_whole_set_series_too() -> None:
    found = estimate(series("valid_loss", [3.0, 2.0, 2.5], full_set=True), window=3)
    assert (found.value, found.how) == (2.5, "median of the last 3 of 3 values of valid_loss (± 1.1), steps 1-3")


def test_the_last_value_is_the_last() -> None:
    assert estimate(series("train_loss", [1.0, 2.0]), "last").value == 2.0


def test_the_mean_is_of_the_last_window() -> None:
    found = estimate(series("train_loss", [9.0] * 16 + [1.0, 1.0, 1.0, 3.0]), "mean", 4)
    assert (found.value, found.how) == (1.5, "mean of the last 4 of 20 values of train_loss (± 1), steps 17-20")


def test_the_best_loss_is_the_lowest() -> None:
    found = estimate(series("train_loss", [2.0, 1.0, 3.0]), "best")
    assert (found.value, found.how) == (1.0, "best of 3 values of train_loss, step 2")


def test_the_best_accuracy_is_the_highest() -> None:
    assert estimate(series("valid_mean_token_accuracy", [0.2, 0.4, 0.3]), "best").value == 0.4


def test_the_best_value_is_looked_for_among_the_finite_ones() -> None:
    assert estimate(series("train_loss", [NAN, 2.0, 1.0, -INF, *[3.0] * 30]), "best").value == 1.0


def test_a_series_that_ends_in_nan_has_no_best_value() -> None:
    found = estimate(series("train_loss", [2.0, 1.0, NAN]), "best")
    assert math.isnan(found.value)
    assert found.how.endswith("no earlier value counts as the best of a series that ends like this")


def test_a_metric_without_a_better_direction_has_no_best_value() -> None:
    with pytest.raises(JobError, match=r"^whether lower or higher lr is better is not known"):
        estimate(series("lr", [1.0]), "best")


def test_the_value_at_a_step_is_that_step_s() -> None:
    found = estimate(series("train_loss", [1.0, 2.0, 3.0], 10), 20)
    assert (found.value, found.how) == (2.0, "train_loss at step 20")


def test_a_step_without_a_value_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(JobError, match=r"^log: train_loss has no value at step 18; the nearest are 10, 20$"):
        estimate(series("train_loss", [1.0, 2.0, 3.0], 10), 18)


def test_an_empty_series_cannot_be_judged() -> None:
    with pytest.raises(JobError, match="has no value in any row, so train_loss cannot be judged"):
        estimate(series("train_loss", []))


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
@pytest.mark.parametrize("at", ["final", "last", "mean", "best"])
def test_one_value_that_is_not_finite_spoils_the_window(bad: float, at: str) -> None:
    assert not math.isfinite(estimate(series("train_loss", [1.0] * 39 + [bad]), at).value)  # type: ignore[arg-type]


def test_an_infinity_within_the_window_spoils_a_median_that_is_finite() -> None:
    found = estimate(series("train_loss", [1.0] * 36 + [INF, 1.0, 1.0, 1.0]))
    assert math.isnan(found.value)
    assert found.how.endswith("steps 36-40, 1 of them not finite")


def test_a_value_that_is_not_finite_before_the_window_leaves_it_alone() -> None:
    assert estimate(series("train_loss", [NAN, *[1.0] * 39])).value == 1.0


def test_a_window_that_is_longer_than_the_series_is_a_shortage() -> None:
    found = estimate(series("train_loss", [1.0, 2.0]), window=20)
    assert found.shortage == "train_loss has 2 values, fewer than the window of 20"


def test_a_share_is_never_a_shortage() -> None:
    assert estimate(series("train_loss", [1.0, 2.0]), window=0.5).shortage == ""


def test_the_first_window_is_as_long_as_the_last() -> None:
    found = first_window(series("train_loss", [1.0, 2.0, 3.0, 4.0, 5.0, *[9.0] * 35]))
    assert (found.value, found.how) == (3.0, "median of the first 5 of 40 values of train_loss (± 1.7), steps 1-5")


def test_the_first_window_of_a_whole_set_series_is_its_first_value() -> None:
    assert first_window(series("valid_loss", [3.0, 2.0], full_set=True)).value == 3.0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("train_loss", -1.0, "train_loss is -1 at step 1, but train_loss is never negative"),
        ("valid_mean_token_accuracy", 93.0, "is 93 at step 1, but valid_mean_token_accuracy is a fraction from 0 to 1"),
        ("valid_mean_token_accuracy", -1.0, "is -1 at step 1, but valid_mean_token_accuracy is a fraction from 0 to 1"),
        ("valid_loss[german]", -1.0, "but valid_loss[german] is never negative"),
    ],
)
def test_a_value_that_the_metric_cannot_have_is_an_error(name: str, value: float, said: str) -> None:
    with pytest.raises(JobError) as caught:
        estimate(series(name, [value, 0.5]))
    assert said in str(caught.value)


def test_a_loss_that_says_nothing_is_told_by_that_and_not_by_its_sign() -> None:
    with pytest.raises(JobError, match=r"^log: it is GRPO's: train_loss is -0.5 at step 1$"):
        estimate(series("train_loss", [-0.5, 0.5], unusable="it is GRPO's"))


def test_a_minus_one_is_never_a_loss_wherever_it_stands() -> None:
    with pytest.raises(JobError, match="never negative"):
        estimate(series("train_loss", [1.0] * 50 + [-1.0] + [1.0] * 50))


def test_an_infinity_is_not_out_of_range_but_not_finite() -> None:
    assert not math.isfinite(estimate(series("valid_mean_token_accuracy", [0.5, INF])).value)


def test_an_epoch_may_be_a_fraction() -> None:
    found = build("train_loss", "loss", [(0.5, 2.0), (1.5, 1.0)], file="log", axis="epoch")
    assert estimate(found, "last").how == "last of 2 values of loss, epoch 1.5"


@given(st.lists(FINITE, min_size=1, max_size=60), st.integers(0, 10_000))
def test_shifted_steps_change_no_value(numbers: list[float], shift: int) -> None:
    here = estimate(log([(i, v) for i, v in enumerate(numbers)]))
    there = estimate(log([(i + shift, v) for i, v in enumerate(numbers)]))
    assert (here.value, here.last + shift) == (there.value, there.last)


@given(st.lists(FINITE, min_size=1, max_size=60))
def test_a_nan_at_the_end_leaves_no_final_value(numbers: list[float]) -> None:
    assert math.isnan(estimate(series("train_loss", [*numbers, NAN])).value)


@given(st.lists(FINITE, min_size=1, max_size=60))
def test_the_final_value_is_a_median_of_what_was_logged(numbers: list[float]) -> None:
    assert estimate(series("train_loss", numbers)).value == median(numbers[-window_size(len(numbers)) :])


@given(st.lists(FINITE, min_size=1, max_size=60), st.lists(st.floats(0, 5), min_size=60, max_size=60))
def test_a_worse_curve_never_has_a_better_final_value(numbers: list[float], more: list[float]) -> None:
    worse = [value + rise for value, rise in zip(numbers, more, strict=False)]
    assert estimate(series("train_loss", worse)).value >= estimate(series("train_loss", numbers)).value


def test_the_margin_of_a_median_is_two_standard_errors() -> None:
    found = estimate(series("train_loss", [9.0] * 35 + [1.0, 2.0, 3.0, 4.0, 50.0]))
    assert found.margin == pytest.approx(2 * 1.2533 * 1.4826 * 1.0 / math.sqrt(5), rel=1e-3)


def test_the_margin_of_a_mean_is_two_standard_errors() -> None:
    assert estimate(series("train_loss", [9.0] * 16 + [1.0, 1.0, 1.0, 3.0]), "mean", 4).margin == 1.0


@pytest.mark.parametrize("at", ["last", "best"])
def test_one_value_has_no_margin(at: str) -> None:
    found = estimate(series("train_loss", [1.0, 2.0, 3.0]), at)  # type: ignore[arg-type]
    assert (found.margin, "±" in found.how) == (0.0, False)


def test_a_window_that_is_not_finite_has_no_margin() -> None:
    assert estimate(series("train_loss", [1.0] * 38 + [NAN, 2.0])).margin == 0.0


@pytest.mark.parametrize("at", ["final", "mean"])
def test_values_too_large_to_be_squared_have_no_margin(at: str) -> None:
    found = estimate(series("train_loss", [1e308, 1e307] * 20), at)  # type: ignore[arg-type]
    assert found.margin == 0.0


@given(st.lists(FINITE, min_size=1, max_size=60))
def test_a_margin_is_never_negative(numbers: list[float]) -> None:
    assert estimate(series("train_loss", numbers)).margin >= 0


def test_the_last_window_is_a_median_of_a_whole_set_series_too() -> None:
    found = last_window(series("valid_loss", [5.0] * 12 + [1.0, 2.0, 3.0, 4.0], full_set=True))
    assert (found.value, found.first, found.last) == (2.5, 13, 16)


def test_the_best_window_is_the_one_with_the_lowest_median_of_a_loss() -> None:
    found = best_window(series("train_loss", [3.0, 3.0, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0]))
    assert (found.value, found.first, found.last) == (1.0, 3, 4)
    assert found.how == "median of the best 2 of 8 values of train_loss, steps 3-4"


def test_the_best_window_of_an_accuracy_is_the_highest() -> None:
    assert best_window(series("valid_mean_token_accuracy", [0.1, 0.1, 0.9, 0.9, 0.5, 0.5, 0.4, 0.4])).value == 0.9


def test_the_best_window_does_not_overlap_the_last_one() -> None:
    found = best_window(series("train_loss", [3.0] * 6 + [0.5, 4.0]))
    assert (found.value, found.last) == (2.25, 8)


def test_the_last_window_is_the_best_where_no_other_is_better() -> None:
    found = best_window(series("train_loss", [4.0, 3.0, 2.0, 1.0]))
    assert (found.value, found.how) == (1.0, "last of 4 values of train_loss, step 4")


def test_the_first_of_equally_good_windows_is_the_best() -> None:
    assert best_window(series("train_loss", [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0])).last == 2


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_window_with_a_value_that_is_not_finite_is_never_the_best(bad: float) -> None:
    found = best_window(series("train_loss", [0.1, bad, 0.1, 2.0, 2.0, 3.0, 4.0, 4.0]))
    assert (found.value, found.first) == (1.05, 3)


def test_the_best_window_of_a_series_that_ends_in_nan_is_no_number() -> None:
    assert math.isnan(best_window(series("train_loss", [1.0, 1.0, 1.0, NAN])).value)


def test_a_series_without_a_direction_has_no_best_window() -> None:
    with pytest.raises(JobError, match="whether lower or higher lr is better is not known"):
        best_window(series("lr", [1.0, 2.0, 3.0]))


@given(st.lists(FINITE, min_size=2, max_size=80))
def test_the_best_window_is_never_worse_than_the_last(numbers: list[float]) -> None:
    found = series("train_loss", numbers)
    assert best_window(found).value <= last_window(found).value
