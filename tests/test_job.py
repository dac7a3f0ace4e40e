"""Looking up metrics and facts of a job."""

from pathlib import Path

import pytest

from pytest_ftgate.errors import JobError, NotLoggedError
from pytest_ftgate.job import FACTS, NUMERIC_FACTS, Job, canonical

from .making import job, series

LOSS = series("train_loss", [1.0])
VALID = series("valid_loss", [2.0])
FULL = series("full_valid_loss", [3.0], full_set=True)


@pytest.mark.parametrize("name", ["train_loss", "loss", "training_loss"])
def test_a_metric_is_found_by_every_name_people_know(name: str) -> None:
    assert job(LOSS).metric(name) is LOSS


def test_the_set_in_brackets_survives_translation() -> None:
    assert canonical("eval_loss[german]") == "valid_loss[german]"


def test_the_whole_set_stands_in_for_single_batches() -> None:
    assert job(VALID, FULL).metric("eval_loss") is FULL


def test_without_a_whole_set_series_the_batches_count() -> None:
    assert job(VALID).metric("valid_loss") is VALID


def test_a_metric_of_the_job_s_own_name_goes_before_an_alias() -> None:
    own = series("reward", [1.0])
    assert job(own, series("train_mean_reward", [2.0])).metric("reward") is own


def test_an_unknown_metric_is_told_with_the_nearest_and_all_there_are() -> None:
    with pytest.raises(JobError) as caught:
        job(LOSS, VALID).metric("valid_los")
    assert str(caught.value) == (
        "the job has no valid_los, did you mean 'valid_loss'?; it has train_loss, valid_loss (read as a test's job)"
    )


def test_a_missing_validation_metric_asks_for_the_validation_file() -> None:
    with pytest.raises(JobError, match=r"^the job has no valid_loss \(was a validation file given\?\)"):
        job(LOSS).metric("valid_loss")


def test_a_job_without_metrics_says_so() -> None:
    with pytest.raises(JobError, match=r"^the job has no metrics: no train_loss was logged \(read as a test's job\)$"):
        job().metric("train_loss")


def test_one_of_several_validation_sets_has_to_be_named() -> None:
    sets = [series(f"valid_loss[{name}]", [1.0]) for name in ("german", "french")]
    with pytest.raises(
        JobError, match=r"has 2 validation sets; name one of valid_loss\[french\], valid_loss\[german\]"
    ):
        job(*sets).metric("eval_loss")


def test_a_refused_job_s_metrics_are_not_judged() -> None:
    with pytest.raises(JobError, match=r"^job 'x' is 'failed'$"):
        job(LOSS, refused="job 'x' is 'failed'").metric("train_loss")


def test_a_hostile_metric_name_cannot_forge_a_line() -> None:
    hostile = series("train_loss", [1.0])
    with pytest.raises(JobError) as caught:
        Job("x", Path(), (), {}, {"a\n::error::b": hostile}).metric("loss\x1b")
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_fact_is_what_the_files_say() -> None:
    assert job(facts={"n_epochs": 3}).fact("n_epochs") == 3


def test_a_fact_that_the_files_do_not_say_is_an_error_that_lists_what_they_do() -> None:
    with pytest.raises(JobError) as caught:
        job(facts={"steps": 3}).fact("seed")
    assert str(caught.value) == "the job's files do not say its seed (read as a test's job); they say: steps"


def test_a_number_below_zero_is_no_fact() -> None:
    with pytest.raises(NotLoggedError, match=r"^the job's files say n_epochs -1, which stands for one that they do "):
        job(facts={"n_epochs": -1}).fact("n_epochs")


def test_numeric_facts_are_facts() -> None:
    assert set(FACTS) > NUMERIC_FACTS


def test_a_job_s_folder_is_itself_or_what_its_file_lies_in(tmp_path: Path) -> None:
    assert Job("x", tmp_path, (), {}, {}).directory == tmp_path
    assert Job("x", tmp_path / "log", (), {}, {}).directory == tmp_path
