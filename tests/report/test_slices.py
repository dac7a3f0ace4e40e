"""The parts of an eval side by side, read from records alone."""

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_ftgate.decision import Status
from pytest_ftgate.report.html.slices import MOST, Slices, slices

from .judging import record

WHOLE = {"eval": "refunds", "min": 0.8}


def score(value: object, what: str = "pass rate of refunds (lang de)", **interval: object) -> dict[str, object]:
    """A score as a record has it."""
    span = {"low": 0.2, "high": 0.7, **interval} if interval is not None else None
    return {"what": what, "value": value, "n": 1200, "interval": span}


def judged(rule: Mapping[str, Any], *scores: Mapping[str, object], name: str = "each", **more: Any) -> dict[str, Any]:
    """The record of a gate with this rule."""
    return {**record(name, scores=scores, observed=more.pop("observed", "50%"), **more).as_json(), "rule": rule}


def table(*records: dict[str, Any]) -> Slices:
    [found] = slices(records)
    return found


def test_a_gate_on_all_prompts_is_no_slice() -> None:
    assert slices([judged(WHOLE, score(0.5, "pass rate of refunds")), judged({"metric": "loss", "max": 1})]) == []


def test_a_slice_says_value_interval_and_threshold() -> None:
    [row] = table(judged({**WHOLE, "slice": {"lang": "de"}}, score(0.5), wanted="min 80%")).rows
    assert (row.name, row.n, row.observed, row.interval, row.wanted) == (
        "lang de", "1,200", "50%", "20% to 70%", "min 80%",
    )  # fmt: skip
    assert (row.dot, row.span, [(m.kind, m.place) for m in row.marks]) == (50.0, (20.0, 70.0), [("limit", 80.0)])


def test_the_whole_eval_comes_first_and_then_what_failed() -> None:
    part = {**WHOLE, "slice": {"lang": "de"}}
    met = judged(part, score(0.9), status=Status.PASS, name="met")
    found = table(met, judged(part, score(0.1), name="missed"), judged(WHOLE, score(0.5, "pass rate of refunds")))
    assert [(row.name, row.gate) for row in found.rows] == [
        ("all prompts", "each"), ("lang de", "missed"), ("lang de", "met"),
    ]  # fmt: skip


def test_scores_of_other_quantities_have_tables_of_their_own() -> None:
    part = {**WHOLE, "slice": {"lang": "de"}}
    slow = judged({**part, "score": "latency"}, score(0.9, "mean latency of refunds (lang de)"))
    assert [one.heading for one in slices([judged(part, score(0.5)), slow])] == [
        "pass rate of refunds", "mean latency of refunds",
    ]  # fmt: skip


def test_seconds_are_drawn_on_an_axis_that_holds_all_of_them() -> None:
    rule = {"eval": "refunds", "score": "latency", "by": "lang", "max": 2, "warn": 1}
    found = table(judged(rule, score(3, "mean latency of refunds (lang de)", low=1.0, high=4.0), observed="3"))
    assert (found.low, found.high, found.warns) == ("0", "4", True)
    assert [(m.kind, m.place) for m in found.rows[0].marks] == [("limit", 50.0), ("warn", 25.0)]


def test_nothing_but_zeros_has_an_axis() -> None:
    rule = {"eval": "refunds", "score": "cost", "by": "lang", "max": 0}
    found = table(judged(rule, score(0, "mean cost of refunds (lang de)", low=None, high=None), observed="0"))
    assert (found.low, found.high, found.rows[0].dot, found.rows[0].span) == ("0", "1", 0.0, None)


@pytest.mark.parametrize(
    ("low", "high", "said", "drawn"),
    [
        (0.2, None, "20% or more", (20.0, 100.0)),
        (None, 0.7, "up to 70%", (0.0, 70.0)),
        (None, None, "-", None),
    ],
)
def test_an_interval_may_be_open(low: object, high: object, said: str, drawn: object) -> None:
    [row] = table(judged({**WHOLE, "by": "lang"}, score(0.5, low=low, high=high))).rows
    assert (row.interval, row.span) == (said, drawn)


@pytest.mark.parametrize("rule", [{"by": "lang"}, {"slice": {"lang": "xx"}}])
def test_a_slice_that_could_not_be_measured_is_a_row_without_a_drawing(rule: Mapping[str, object]) -> None:
    lost = judged({**WHOLE, **rule}, name="each@xx", status=Status.ERROR, observed="", wanted="min 0.8")
    [row] = table(lost).rows
    assert (row.name, row.n, row.observed, row.interval, row.dot) == ("lang xx", "-", "-", "-", None)
    assert (row.word, table(lost).heading) == ("ERROR", "pass rate of refunds")


@pytest.mark.parametrize("value", ["nan", "inf", True, 10**400, 1e300, float("nan")])
def test_what_is_no_number_is_not_drawn(value: object) -> None:
    [row] = table(judged({**WHOLE, "by": "lang"}, score(value), observed="nan")).rows
    assert (row.observed, row.dot) == ("nan", None)


def test_the_parts_of_a_joined_gate_are_told_apart() -> None:
    parts = [{**WHOLE, "slice": {"lang": lang}} for lang in ("de", "fr")]
    scores = [score(value, f"pass rate of refunds (lang {lang})") for value, lang in ((0.5, "de"), (0.6, "fr"))]
    rows = table(judged({"any": [{"all": parts[:1]}, parts[1]]}, *scores, observed="0 of 2 met")).rows
    assert [(row.name, row.observed, row.wanted) for row in rows] == [
        ("lang de", "0.5", "min 0.8"), ("lang fr", "0.6", "min 0.8"),
    ]  # fmt: skip


def test_scores_that_cannot_be_told_apart_are_not_shown() -> None:
    assert slices([judged({**WHOLE, "by": "lang"}, score(0.5), score(0.5))]) == []


def test_a_difference_between_slices_is_no_slice() -> None:
    spread = {"eval": "refunds", "spread": {"by": "lang"}, "slice": {"x": "y"}, "max": 0.1}
    assert slices([judged(spread, score(0.5))]) == []


def test_a_flood_of_slices_is_counted() -> None:
    rule = {**WHOLE, "by": "id"}
    found = table(*(judged(rule, score(0.5), name=f"each@{i}") for i in range(MOST + 7)))
    assert (len(found.rows), found.more) == (MOST, 7)
