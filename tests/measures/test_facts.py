"""Facts of the job."""

import math

import pytest

from pytest_ftgate.bounds import Bound
from pytest_ftgate.decision import Status
from pytest_ftgate.errors import JobError
from pytest_ftgate.job import Fact
from pytest_ftgate.measures.facts import JobFact
from pytest_ftgate.threshold import Threshold

from ..making import job
from .of import of


@pytest.mark.parametrize(
    ("value", "wanted", "status"),
    [
        (3, 3.0, Status.PASS),
        (3.0, 3, Status.PASS),
        (3, "3", Status.FAIL),
        ("succeeded", "succeeded", Status.PASS),
        ("unfinished", "succeeded", Status.FAIL),
    ],
)
def test_a_fact_is_held_against_a_value_of_its_own_type(value: Fact, wanted: Fact, status: Status) -> None:
    score = JobFact("n_epochs")(of(job(facts={"n_epochs": value})))
    assert Threshold(one_of=(wanted,)).decide(score).status is status


def test_a_fact_says_where_it_stands() -> None:
    assert JobFact("seed")(of(job(facts={"seed": 7}))).how == "seed in run/log (a test's job)"


def test_a_fact_that_is_not_known_is_an_error() -> None:
    with pytest.raises(JobError, match="do not say its seed"):
        JobFact("seed")(of(job()))


def test_the_status_of_a_refused_job_says_why() -> None:
    found = job(facts={"status": "failed"}, refused="job 'x' is 'failed': out of memory")
    assert JobFact("status")(of(found)).details == ("job 'x' is 'failed': out of memory",)


def test_other_facts_of_a_refused_job_do_not_repeat_it() -> None:
    assert JobFact("seed")(of(job(facts={"seed": 7}, refused="failed"))).details == ()


def test_the_facts_of_an_unfinished_job_are_not_in_doubt() -> None:
    assert JobFact("seed")(of(job(facts={"seed": 7}, unfinished="at step 1 of 2"))).inconclusive == ""


def test_a_number_that_is_not_finite_is_never_admitted() -> None:
    score = JobFact("run_average_train_loss")(of(job(facts={"run_average_train_loss": math.nan})))
    assert Threshold(max=Bound(9)).decide(score).status is Status.FAIL


def test_a_fact_is_no_ratio_and_never_negative() -> None:
    assert (JobFact("steps").span, JobFact("steps").is_ratio) == ((0.0, math.inf), False)
