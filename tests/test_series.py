"""One metric over steps: hygiene, windows, estimators."""

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftgate.directions import better, legal_range
from pytest_ftgate.errors import JobError
from pytest_ftgate.series import PointArrays, Series, build

from .making import series

FINITE = st.floats(0, 100)
NAN, INF = math.nan, math.inf


def log(points: Sequence[tuple[float, float]]) -> Series:
    """A series of a file that runs append to."""
    return build("train_loss", "loss", points, file="log", appended=True)


def values(found: Series) -> dict[float, float]:
    return dict(found.values.items())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("train_loss", "lower"),
        ("valid_loss[german]", "lower"),
        ("eval_ppl", "lower"),
        ("valid_mean_token_accuracy", "higher"),
        ("train_mean_reward", "higher"),
        ("rewards/accuracy", "higher"),
        ("learning_rate", None),
        ("gloss", None),
    ],
)
def test_the_better_direction_is_told_by_the_words_of_a_name(name: str, direction: str | None) -> None:
    assert better(name) == direction


def test_a_metric_of_which_nothing_is_known_may_have_any_value() -> None:
    assert legal_range("lr") == (-INF, INF)


@pytest.mark.parametrize("step", [-1, 1.5, NAN, INF, 2.0**60])
def test_a_step_is_a_whole_number(step: float) -> None:
    with pytest.raises(JobError, match=r"which is not a training step$"):
        log([(step, 1.0)])


@given(st.lists(FINITE, min_size=1, max_size=60), st.randoms())
def test_the_order_of_the_rows_of_a_table_means_nothing(numbers: list[float], random: object) -> None:
    points = list(enumerate(numbers))
    shuffled = sorted(points, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = (build("train_loss", "loss", rows, file="log") for rows in (points, shuffled))
    assert values(one) == values(other)


@given(st.lists(FINITE, min_size=4, max_size=60), st.data())
def test_a_resumed_run_counts_from_where_it_resumed(numbers: list[float], data: st.DataObject) -> None:
    stopped = data.draw(st.integers(4, len(numbers)))
    resumed = data.draw(st.integers(2, stopped - 1))
    points = list(enumerate(numbers))
    lost = [(step, 77.0) for step, _ in points[resumed:stopped]]
    assert values(log(points[:resumed] + lost + points[resumed:])) == dict(points)


def test_a_resume_is_told() -> None:
    found = log([(10, 1.0), (20, 2.0), (30, 3.0), (40, 4.0), (20, 2.5), (30, 3.5)])
    assert found.notes == ("loss was resumed: 3 values from before the resume dropped",)
    assert values(found) == {10: 1.0, 20: 2.5, 30: 3.5}


def test_two_writers_that_take_turns_are_no_resume() -> None:
    found = log([(10, 1.0), (10, 1.5), (20, 2.0), (20, 2.5), (30, 3.0)])
    assert values(found) == {10: 1.5, 20: 2.5, 30: 3.0}
    assert found.notes == ("loss logs 2 steps more than once: the last value of each counts",)


def test_a_writer_that_is_one_row_behind_is_no_resume() -> None:
    found = log([(10, 1.0), (20, 2.0), (30, 3.0), (20, 2.5), (40, 4.0)])
    assert values(found) == {10: 1.0, 20: 2.5, 30: 3.0, 40: 4.0}


def test_the_rows_of_many_writers_do_not_shorten_the_interval() -> None:
    found = log([(10, 1.0), (10, 1.0), (10, 1.0), (20, 2.0), (20, 2.0), (20, 2.0), (10, 1.5)])
    assert values(found) == {10: 1.5, 20: 2.0}


def test_a_number_and_nan_at_one_step_of_a_table_are_an_error() -> None:
    with pytest.raises(JobError, match="loss has step 1 twice, with 2 and nan"):
        build("train_loss", "loss", [(1, 2.0), (1, NAN)], file="log")


def test_exact_repeats_are_folded_without_a_word() -> None:
    found = build("train_loss", "loss", [(1, 2.0), (1, 2.0), (2, NAN), (2, NAN)], file="log")
    assert (len(found), found.notes) == (2, ())


def test_two_values_of_one_step_in_a_table_are_an_error() -> None:
    with pytest.raises(JobError, match=r"^log: loss has step 1 twice, with 2 and 2.00000001; two runs in one file\?$"):
        build("train_loss", "loss", [(1, 2.0), (1, 2.00000001)], file="log")


def test_a_log_that_starts_again_is_two_runs() -> None:
    with pytest.raises(JobError, match="loss starts again at step 10 after step 40: two runs in one file"):
        log([(10, 1.0), (20, 2.0), (30, 3.0), (40, 4.0), (10, 1.0)])


def test_names_from_a_hostile_log_stay_on_one_line() -> None:
    assert series("x\ny", [1.0], logged_as="a\x1b[2Jb").logged_as == r"a\x1b[2Jb"


def test_a_part_of_a_series_ends_at_a_step() -> None:
    assert values(series("train_loss", [1.0, 2.0, 3.0], 10).up_to(25)) == {10: 1.0, 20: 2.0}


@given(st.lists(st.tuples(st.integers(0, 30), FINITE), max_size=40), st.booleans())
def test_arrays_are_the_rows_they_hold(points: list[tuple[float, float]], appended: bool) -> None:
    steps, numbers = (np.array([point[k] for point in points], dtype="float64") for k in (0, 1))
    found = [_built(rows, appended) for rows in (points, PointArrays(steps, numbers))]
    assert found[0] == found[1]


def _built(points: Iterable[tuple[float, float]], appended: bool) -> object:
    try:
        one = build("train_loss", "loss", points, file="log", appended=appended)
    except JobError as e:
        return str(e)
    return values(one), one.notes, str(one.values.index.dtype)


@pytest.mark.parametrize("axis", ["step", "epoch"])
def test_no_rows_are_an_empty_series(axis: Literal["step", "epoch"]) -> None:
    assert len(build("train_loss", "loss", [], file="log", axis=axis)) == 0
