"""Loss against token accuracy: nats per wrong token, and whether the two are of the same tokens."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import JobError, NotLoggedError
from pytest_ftgate.job import Job
from pytest_ftgate.measures.balance import LEAST, Balance, incomparable
from pytest_ftgate.measures.gap import Gap
from pytest_ftgate.score import Score

from ..making import job, series
from .of import of


def pair(loss: Sequence[float], accuracy: Sequence[float], side: str = "train", *, full_set: bool = False) -> Job:
    names = [f"{side}_loss", f"{side}_mean_token_accuracy"]
    return job(*(series(n, v, full_set=full_set) for n, v in zip(names, (loss, accuracy), strict=True)))


def balance(loss: Sequence[float], accuracy: Sequence[float], side: str = "train") -> Score:
    return Balance(side)(of(pair(loss, accuracy, side)))


def test_the_balance_is_the_loss_by_the_share_of_wrong_tokens() -> None:
    found = balance([9.0] * 15 + [0.5, 0.4, 0.5, 0.6, 0.5], [0.1] * 15 + [0.8] * 5)
    assert found.value == pytest.approx(2.5)
    assert found.what == "train loss per wrong token"
    assert found.how == (
        "loss 0.5, 20 % of tokens wrong, means of the last 5 of 20 rows of train_loss and train_mean_token_accuracy, "
        "step 20"
    )


def test_a_whole_set_pair_is_read_at_its_last_step() -> None:
    found = Balance("valid")(of(pair([2.0, 0.6], [0.5, 0.8], "valid", full_set=True)))
    assert found.value == pytest.approx(3.0)


def test_only_steps_that_have_both_count() -> None:
    loss, accuracy = series("train_loss", [1.0, 2.0, 3.0], 10), series("train_mean_token_accuracy", [0.5], 20)
    found = Balance("train")(of(job(loss, accuracy)))
    assert (found.value, found.n) == (4.0, 1)


def test_without_a_common_step_there_is_nothing_to_weigh() -> None:
    loss, accuracy = series("train_loss", [1.0], 10), series("train_mean_token_accuracy", [0.5], 7)
    with pytest.raises(JobError, match=r"^log: train_loss and train_mean_token_accuracy have no step in common$"):
        Balance("train")(of(job(loss, accuracy)))


def test_without_a_wrong_token_there_is_nothing_to_weigh() -> None:
    with pytest.raises(JobError, match=r"^log: no token of the last 1 of 1 rows .* is wrong, so there is nothing"):
        balance([0.01], [1.0])


def test_without_an_accuracy_it_is_not_measured() -> None:
    with pytest.raises(NotLoggedError, match="the job has no train_mean_token_accuracy"):
        Balance("train")(of(job(series("train_loss", [1.0]))))


def test_a_loss_below_what_its_wrong_tokens_cost_is_impossible() -> None:
    said = incomparable(pair([0.1], [0.5]), "train")
    assert said == (
        "train_loss 0.1 with 50 % of tokens wrong is impossible over the same tokens (each wrong one costs at least "
        "ln 2): loss and accuracy are not measured alike"
    )


def test_the_least_loss_that_is_possible_is_no_contradiction() -> None:
    assert incomparable(pair([0.5 * LEAST], [0.5]), "train") == ""


@pytest.mark.parametrize("found", [job(), pair([1.0], [1.0]), pair([math.nan], [0.5])])
def test_what_cannot_be_weighed_is_no_contradiction(found: Job) -> None:
    assert incomparable(found, "train") == ""


def test_a_gap_between_pairs_that_cannot_be_of_the_same_tokens_is_in_doubt() -> None:
    found = job(*pair([0.12], [0.95]).series.values(), *pair([0.1], [0.5], "valid").series.values())
    assert Gap("loss")(of(found)).inconclusive.startswith("valid_loss 0.1 with 50 % of tokens wrong is impossible")
    assert Gap("token_accuracy")(of(found)).inconclusive.startswith("valid_loss 0.1 with 50 % of tokens wrong")


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=30))
def test_a_model_s_own_loss_is_never_below_the_bound(right: list[float]) -> None:
    """Each token: the right one has this probability, and is the likeliest where that is more than a half."""
    loss = math.fsum(-math.log(p) for p in right) / len(right)
    accuracy = sum(p > 0.5 for p in right) / len(right)
    assert incomparable(pair([loss], [accuracy]), "train") == ""


def test_it_says_which_values_it_can_have() -> None:
    found = Balance("valid")
    assert (found.what, found.span, found.is_ratio) == ("valid loss per wrong token", (0.0, math.inf), False)
