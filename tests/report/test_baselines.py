"""What gates found beside the baseline's values, read from records alone."""

from collections.abc import Mapping
from typing import Any

from pytest_ftgate.report.html.baselines import compared

from .judging import record

RULE = {"eval": "refunds", "baseline": {"max_drop": 0.02}}
BASE = "baseline 0.75: 3 of 4 prompts of refunds pass (old)"


def score(value: object) -> dict[str, object]:
    """A score as a record has it."""
    return {"what": "pass rate of refunds", "value": value, "n": 4, "interval": None}


def judged(rule: Mapping[str, Any], *scores: Mapping[str, object], **more: Any) -> dict[str, Any]:
    """The record of a gate with this rule."""
    return {**record(scores=scores, **more).as_json(), "rule": rule}


def test_both_values_and_their_difference_are_told() -> None:
    [row] = compared([judged(RULE, score(0.5), score(0.75), observed="0.5")])
    assert (row.name, row.what, row.here, row.there, row.change) == (
        "loss", "pass rate of refunds", "0.5", "0.75", "-0.25",
    )  # fmt: skip


def test_a_gate_in_percent_is_compared_in_points() -> None:
    [row] = compared([judged({**RULE, "min": "40%"}, score(0.8), score(0.75), observed="80%")])
    assert (row.there, row.change) == ("75%", "+5 points")


def test_the_prompts_that_broke_and_were_fixed_are_listed() -> None:
    details = ("last value 1", BASE, "broken: a, b", "fixed: c", "a: wanted 'x'", "fixed: is the id of a prompt")
    [row] = compared([judged(RULE, score(0.5), score(0.75), details=details)])
    assert row.notes == (BASE, "broken: a, b", "fixed: c")


def test_a_prompt_named_baseline_makes_no_comparison() -> None:
    assert compared([judged({"eval": "refunds", "min": 1}, score(0.5), details=("baseline 0.9: odd",))]) == []


def test_a_baseline_that_is_not_there_is_a_dash() -> None:
    [skipped] = compared([judged(RULE, score(0.5), observed="0.5", details=(BASE,))])
    [lost] = compared([judged(RULE, observed="")])
    assert (skipped.here, skipped.there, skipped.change, skipped.notes) == ("0.5", "-", "-", ())
    assert (lost.what, lost.here, lost.there) == ("-", "-", "-")


def test_a_baseline_that_is_no_number_is_told() -> None:
    [row] = compared([judged(RULE, score(0.5), score("nan"), observed="0.5")])
    assert (row.there, row.change) == ("nan", "-")


def test_each_condition_of_a_joined_gate_has_its_own_baseline() -> None:
    rule = {"any": [{"eval": "refunds", "min": 0.9}, RULE]}
    [row] = compared([judged(rule, score(0.1), score(0.5), score(0.75), observed="1 of 2 met")])
    assert (row.here, row.there) == ("0.5", "0.75")
