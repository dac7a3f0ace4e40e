"""How a spec's gates differ from an earlier verdict's."""

from typing import Any

import pytest

from pytest_ftgate.verdict.changes import changes, told

MAX = {"metric": "valid_loss", "max": 0.95}
MIN = {"eval": "refunds", "min": "90%"}


def change(before: dict[str, Any], now: dict[str, Any]) -> str:
    found = changes({"g": before}, {"g": now})
    return found[0]["change"] if found else ""


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (MAX, {**MAX, "max": 1.0}),
        (MIN, {**MIN, "min": "85%"}),
        ({**MAX, "warn": 0.9}, MAX),
        ({**MIN, "warn": "95%"}, {**MIN, "warn": "94%"}),
        ({**MIN, "min_n": 30}, {**MIN, "min_n": 20}),
        ({**MIN, "confidence": 0.95}, MIN),
        (MAX, {**MAX, "severity": "warn"}),
        (MAX, {**MAX, "if_missing": "warn"}),
        ({**MAX, "baseline": {"max_rise": 0.01}}, {**MAX, "baseline": {"max_rise": 0.02}}),
        ({**MAX, "baseline": {"max_rise": 0.01}}, MAX),
        ({"job": "status", "equals": "a"}, {"job": "status", "in": ["a", "b"]}),
    ],
)
def test_a_gate_that_admits_more_is_loosened_and_the_other_way_round_tightened(
    before: dict[str, Any], now: dict[str, Any]
) -> None:
    assert (change(before, now), change(now, before)) == ("loosened", "tightened")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (MAX, {**MAX, "metric": "train_loss"}),
        (MAX, {**MAX, "at": "best"}),
        (MAX, {**MAX, "max": 1.0, "min": 0.1}),
        (MAX, {**MAX, "max": "5%"}),
        (MAX, {"metric": "valid_loss", "max": "hostile"}),
        ({"in": ["a"]}, {"in": ["b"]}),
        ({"in": ["a"]}, {"max": 1}),
        ({**MAX, "severity": "odd"}, MAX),
        ({**MAX, "baseline": "odd"}, MAX),
        ({"any": [MAX]}, {"any": [MIN]}),
        ({"near": 1, "atol": 0.1}, {"near": 1, "rtol": "10%"}),
    ],
)
def test_what_is_neither_is_changed(before: dict[str, Any], now: dict[str, Any]) -> None:
    assert change(before, now) == "changed"


def test_tags_and_equal_gates_are_no_change() -> None:
    assert changes({"g": MAX}, {"g": {**MAX, "tags": ["nightly"]}}) == []


def test_each_change_is_told_in_a_line() -> None:
    found = changes({"old": MIN, "g": MAX}, {"g": {**MAX, "max": 1.0}, "new": {"in": [1, True], "metric": "a\x1b"}})
    assert [told(one) for one in found] == [
        "old removed: it was {eval: refunds, min: 90%}",
        "g loosened: {metric: valid_loss, max: 0.95} is now {metric: valid_loss, max: 1.0}",
        r"new added: {in: [1, true], metric: a\x1b}",
    ]


def test_a_rule_with_a_baseline_is_written_whole() -> None:
    [found] = changes({}, {"g": {**MIN, "baseline": {"max_drop": 0.02}}})
    assert found["now"] == "{eval: refunds, min: 90%, baseline: {max_drop: 0.02}}"
