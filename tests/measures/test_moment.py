"""The value of the weights that ship."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.bounds import Bound
from pytest_ftgate.checkpoints import Checkpoint, Shipped
from pytest_ftgate.decision import Status
from pytest_ftgate.errors import JobError
from pytest_ftgate.job import Job
from pytest_ftgate.measures.curve import Metric
from pytest_ftgate.measures.gap import Gap
from pytest_ftgate.score import Score
from pytest_ftgate.series import Series
from pytest_ftgate.threshold import Threshold

from ..making import job, series
from .of import of

CURVE = series("valid_loss", [0.9, 0.5, 0.8], 100, full_set=True, logged_as="eval_loss")


def run(*found: Series, step: float = 200, why: str = "it was loaded again", **more: str) -> Job:
    return job(*found, shipped=Shipped(step, why), **more)  # type: ignore[arg-type]


def at_shipped(found: Job, name: str = "valid_loss") -> Score:
    return Metric(name, "shipped")(of(found))


def test_what_ships_is_read_at_its_step_of_a_full_set_series() -> None:
    found = at_shipped(run(CURVE))
    assert (found.value, found.n, found.how) == (0.5, 3, "eval_loss at step 200, which ships")


def test_how_it_is_known_comes_first_among_the_details() -> None:
    found = at_shipped(run(CURVE, why="of \x1b[31m checkpoint-200", notes=("cut",)))  # type: ignore[arg-type]
    assert found.details == (r"step 200 ships: of \x1b[31m checkpoint-200", "cut")


def test_the_nearest_evaluation_before_what_ships_stands_for_it() -> None:
    found = at_shipped(run(CURVE, step=250))
    assert (found.value, found.how) == (0.5, "eval_loss at step 200, the last before step 250, which ships")


def test_a_per_step_series_is_read_by_its_window_up_to_what_ships() -> None:
    found = at_shipped(run(series("train_loss", [2.0] * 20 + [1.0] * 20 + [0.1] * 40), step=40), "train_loss")
    assert (found.value, found.n) == (1.0, 40)
    assert found.how == "median of the last 5 of 40 values of train_loss, steps 36-40, up to step 40, which ships"


def test_where_the_last_step_ships_it_is_the_final_value() -> None:
    noisy = series("train_loss", [2.0] * 20 + [1.0, 1.1, 1.2, 1.3, 9.0])
    found = job(noisy, shipped=Shipped(25, "x"))  # type: ignore[arg-type]
    assert at_shipped(found, "train_loss").value == Metric("train_loss")(of(found)).value


@pytest.mark.parametrize("what", [Metric("valid_loss", "shipped"), Gap("loss", "shipped")])
def test_what_ships_is_an_error_where_it_is_not_known(what: Metric | Gap) -> None:
    found = job(CURVE, series("train_loss", [1.0]), checkpoints=(Checkpoint(100, "c"), Checkpoint(200, "d")))  # type: ignore[arg-type]
    with pytest.raises(JobError) as caught:
        what(of(found))
    assert str(caught.value) == (
        "which step's weights ship is not known (read as a test's job): name the step, at: {step: N}, "
        "or use at: final or at: best; its checkpoints are of steps 100, 200"
    )


def test_without_checkpoints_the_error_names_none() -> None:
    with pytest.raises(JobError, match=r"or use at: final or at: best$"):
        at_shipped(job(CURVE))


def test_what_was_first_measured_after_what_ships_says_nothing_of_it() -> None:
    with pytest.raises(JobError, match=r"eval_loss has no value at or before step 50, which ships; its first is at"):
        at_shipped(run(CURVE, step=50))


def test_a_series_by_epochs_has_no_value_at_a_step() -> None:
    with pytest.raises(JobError, match=r"eval_loss is logged by epoch, so its value at step 200, which ships, is not"):
        at_shipped(run(series("valid_loss", [0.5], logged_as="eval_loss", axis="epoch")))


def test_an_empty_series_has_no_value_that_ships() -> None:
    with pytest.raises(JobError, match="valid_loss has no value in any row"):
        at_shipped(run(series("valid_loss", [])))


def test_a_refused_job_is_not_judged_by_what_ships() -> None:
    with pytest.raises(JobError, match="it failed"):
        at_shipped(run(CURVE, refused="it failed"))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("full_set", [True, False])
def test_a_value_that_ships_and_is_not_finite_never_passes(bad: float, full_set: bool) -> None:
    found = at_shipped(run(series("valid_loss", [0.9, bad, 0.8], 100, full_set=full_set)))
    assert Threshold(max=Bound(1e300)).decide(found).status is Status.FAIL


def test_a_gap_of_what_ships_takes_its_training_value_at_or_before_the_validation() -> None:
    train = series("train_loss", [1.0, 0.4, 0.1], 100)
    found = Gap("loss", "shipped")(of(run(CURVE, train, step=250)))
    assert (found.value, found.details[0]) == (0.1, "step 250 ships: it was loaded again")
    assert found.how.endswith("valid 0.5, eval_loss at step 200, the last before step 250, which ships")


@settings(deadline=None)
@given(st.lists(st.floats(0, 10), min_size=1, max_size=40), st.booleans(), st.data())
def test_nothing_after_what_ships_changes_its_value(values: list[float], full_set: bool, data: st.DataObject) -> None:
    step = data.draw(st.integers(1, len(values)))
    later = data.draw(st.lists(st.floats(0, 10), max_size=5))
    early, late = (series("valid_loss", some, full_set=full_set) for some in (values[:step], values[:step] + later))
    assert at_shipped(run(early, step=step)).value == at_shipped(run(late, step=step)).value
