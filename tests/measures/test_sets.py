"""Several validation sets: the worst of them counts."""

import math

import pytest

from pytest_ftgate.bounds import Bound
from pytest_ftgate.decision import Status
from pytest_ftgate.errors import NotLoggedError
from pytest_ftgate.gate import Check, Gate, Joined
from pytest_ftgate.health import findings
from pytest_ftgate.job import Job
from pytest_ftgate.measures.gap import Gap
from pytest_ftgate.measures.improvement import Improvement
from pytest_ftgate.measures.rise import Overfit
from pytest_ftgate.measures.sets import PartlyLoggedError, worst_of_sets
from pytest_ftgate.score import Score
from pytest_ftgate.threshold import Threshold

from ..making import job, series
from .of import of

GATE = Threshold(max=Bound(0.1))


def sets(**ends: float) -> Job:
    """A job whose validation sets begin at 1 and end here."""
    found = (series(f"valid_loss[{name}]", [1.0, 0.8, end], full_set=True) for name, end in ends.items())
    return job(series("train_loss", [1.0, 0.8, 0.5]), *found)


def score(value: float, doubt: str = "") -> Score:
    return Score(value, "it", "said", inconclusive=doubt)


def test_the_largest_of_the_sets_is_the_worst_and_named() -> None:
    found = Overfit("valid_loss[*]")(of(sets(de=0.82, fr=1.2, it=0.9)))
    assert found.value == pytest.approx(0.5)
    assert found.how.startswith("the worst of 3 validation sets is fr: 1.2, last of 3 values of valid_loss[fr], step 3")


def test_the_smallest_improvement_is_the_worst() -> None:
    assert Improvement("valid_loss[*]")(of(sets(de=0.9, fr=0.7))).how.startswith("the worst of 2 validation sets is de")


def test_the_gap_of_every_set_is_taken() -> None:
    assert Gap("loss[*]")(of(sets(de=0.9, fr=1.2))).value == pytest.approx(0.7)


def test_one_set_is_judged_as_itself() -> None:
    found = Overfit("valid_loss[*]")(of(sets(de=1.2)))
    assert found.how.startswith("1.2, last of 3 values of valid_loss[de]")


def test_a_job_without_named_sets_is_judged_as_it_is() -> None:
    found = Overfit("valid_loss[*]")(of(job(series("valid_loss", [1.0, 0.8, 1.2], full_set=True))))
    assert found.value == pytest.approx(0.5)


def test_a_job_without_validation_has_not_logged_any() -> None:
    with pytest.raises(NotLoggedError, match="the job has no valid_loss"):
        Overfit("valid_loss[*]")(of(job(series("train_loss", [1.0]))))


def test_a_set_of_one_value_does_not_hide_how_the_others_fared() -> None:
    once = series("valid_loss[once]", [1.0], full_set=True)
    found = sets(de=0.82, fr=1.2)
    with pytest.raises(
        PartlyLoggedError, match=r"^log: valid_loss\[once\] has one value, which is no curve$"
    ) as caught:
        Overfit("valid_loss[*]")(of(job(*found.series.values(), once)))
    assert caught.value.rest is not None
    assert caught.value.rest.how.startswith("the worst of the 2 of 3 validation sets that can be judged is fr: 1.2, ")


def test_a_set_of_one_value_excuses_no_other_that_overfits() -> None:
    found = job(*sets(de=1.2).series.values(), series("valid_loss[once]", [1.0], full_set=True))
    gate = Gate("overfit", Check(Overfit("valid_loss[*]"), GATE, if_missing="warn"))
    assert gate.decide(gate.measure(of(found))).status is Status.FAIL
    assert "OVERFIT" in {one.code for one in findings(of(found), ())}


def test_a_set_of_one_value_is_a_warning_where_the_others_are_well() -> None:
    found = job(*sets(de=0.7).series.values(), series("valid_loss[once]", [1.0], full_set=True))
    gate = Gate("overfit", Check(Overfit("valid_loss[*]"), GATE, if_missing="warn"))
    assert gate.decide(gate.measure(of(found))).status is Status.WARN


def test_what_was_not_measured_is_not_counted_as_met_by_any() -> None:
    checks = (Check(Overfit("valid_loss"), GATE), Check(Overfit("reward"), GATE, if_missing="warn"))
    gate = Gate("either", Joined("any", checks))
    found = gate.decide(gate.measure(of(job(series("valid_loss", [1.0, 0.8, 1.2], full_set=True)))))
    assert (found.status, found.observed) == (Status.FAIL, "0 of 2 met")


def test_a_name_without_every_is_measured_as_it_is() -> None:
    assert worst_of_sets(sets(de=1.0), "valid_loss", "valid_loss", lambda _: score(3.0)).value == 3.0


@pytest.mark.parametrize("larger_is_worse", [True, False])
def test_what_is_no_number_is_worse_than_anything(larger_is_worse: bool) -> None:
    values = {"valid_loss[de]": score(-9.0), "valid_loss[fr]": score(math.nan), "valid_loss[it]": score(9.0)}
    found = worst_of_sets(
        sets(de=1, fr=1, it=1), "valid_loss[*]", "valid_loss[*]", values.__getitem__, larger_is_worse=larger_is_worse
    )
    assert math.isnan(float(found.value))


def test_what_is_in_doubt_is_worse_than_what_is_not() -> None:
    values = {"valid_loss[de]": score(0.0, "too thin"), "valid_loss[fr]": score(0.05)}
    found = worst_of_sets(sets(de=1, fr=1), "valid_loss[*]", "valid_loss[*]", values.__getitem__)
    assert found.inconclusive == "too thin"
