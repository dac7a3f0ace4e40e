"""What people try next: one line, chosen by what was seen and by the job's hyperparameters."""

from pathlib import Path

import pytest

from pytest_ftgate.job import Fact
from pytest_ftgate.measures.advice import PATTERNS, TRIES, advice

from ..making import job

PAGE = (Path(__file__).parents[2] / "docs" / "diagnosis.md").read_text(encoding="utf-8")


def said(pattern: str, **facts: Fact) -> str:
    [line] = advice(pattern, job(facts=facts))
    return line


def test_overfitting_is_named_with_what_to_try() -> None:
    assert said("overfit") == (
        "overfitting: it got worse on held-out data while training went on; try fewer epochs, an earlier checkpoint, a "
        "lower learning rate, weight decay or more varied examples (docs/diagnosis.md#overfit)"
    )


def test_the_job_s_own_hyperparameters_are_told() -> None:
    found = said("overfit", n_epochs=4, learning_rate_multiplier=1.8)
    assert "fewer epochs (this run had 4), an earlier checkpoint, a lower learning rate (multiplier 1.8)," in found


def test_fewer_epochs_than_one_are_not_advised() -> None:
    assert "epochs" not in said("gap", n_epochs=1)


def test_more_epochs_are_not_advised_after_many() -> None:
    assert "more epochs" in said("no-learning", n_epochs=3)
    assert "epochs" not in said("no-learning", n_epochs=20)


def test_a_smaller_batch_than_one_is_not_advised() -> None:
    assert "batch" not in said("no-learning", batch_size=1)


@pytest.mark.parametrize("value", ["auto", "x" * 10_000_000, True, float("nan"), float("inf")])
def test_a_hyperparameter_that_is_no_number_is_not_told(value: Fact) -> None:
    assert said("overfit", n_epochs=value) == said("overfit")


def test_without_a_pattern_nothing_is_advised() -> None:
    assert advice("", job()) == ()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_has_a_heading_in_the_documents_under_which_its_sources_are_named(pattern: str) -> None:
    assert f"(docs/diagnosis.md#{pattern})" in said(pattern)
    _, heading, rest = PAGE.partition(f"\n## {pattern}\n")
    assert heading
    assert "https://" in rest.partition("\n## ")[0]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_something_is_left_to_try_whatever_the_hyperparameters_are(pattern: str) -> None:
    for value in (0, 1, 1000):
        found = said(pattern, **dict.fromkeys({one.fact for one in TRIES.values()}, value))
        assert "; try " in found
        assert " or " in found


def test_every_try_that_changes_a_hyperparameter_is_one_that_a_pattern_names() -> None:
    assert set(TRIES) <= {one for pattern in PATTERNS.values() for one in pattern.tries}
