"""Waivers in a spec."""

from datetime import date
from pathlib import Path

import pytest

from ..making import loaded, refused

GATES = """
    ftgate: 1
    job: run
    baseline: old
    gates:
      loss: {metric: valid_loss, max: 0.95}
      span: {metric: valid_loss, min: 0.1, max: 0.95}
      accuracy: {metric: valid_mean_token_accuracy, min: 80%}
      finished: {job: status, equals: succeeded}
      either: {any: [{metric: valid_loss, max: 1}, {metric: train_loss, max: 1}]}
      not-worse: {metric: valid_loss, baseline: {max_rise: 0.01}}
      not-lower: {metric: train_mean_token_accuracy, baseline: {max_drop: 0.01}}
    waivers:
"""


def spec(*waivers: str) -> str:
    return GATES + "".join(f"      - {{reason: r, owner: o, {waiver}}}\n" for waiver in waivers)


def test_a_waiver_has_a_bound_an_owner_a_reason_and_a_last_day(tmp_path: Path) -> None:
    found = loaded(tmp_path, spec("gate: loss, expires: 2026-12-31, up_to: 1.2, ticket: '#1'")).waivers["loss"]
    assert (found.reason, found.owner, found.expires, found.ticket) == ("r", "o", date(2026, 12, 31), "#1")
    assert (found.low, found.high, str(found.up_to), found.line) == (float("-inf"), 1.2, "1.2", 14)


@pytest.mark.parametrize(
    ("waiver", "low", "high"),
    [
        ("gate: accuracy, up_to: 75%", 0.75, float("inf")),
        ("gate: span, up_to: 1", 0.1, 1.0),
        ("gate: span, up_to: 0.05", 0.05, 0.95),
        ("gate: not-worse, up_to: 2", float("-inf"), 2.0),
        ("gate: not-lower, up_to: 0.5", 0.5, float("inf")),
        ("gate: finished", float("-inf"), float("inf")),
        ("gate: either", float("-inf"), float("inf")),
    ],
)
def test_it_covers_what_lies_between_the_gate_s_bound_and_its_own(
    tmp_path: Path, waiver: str, low: float, high: float
) -> None:
    [found] = loaded(tmp_path, spec(f"{waiver}, expires: '2026-12-31'")).waivers.values()
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("waiver", "said"),
    [
        ("gate: los, expires: 2026-12-31", "waivers[0].gate: there is no gate 'los', did you mean 'loss'?"),
        ("gate: zzzzzz, expires: 2026-12-31", "there is no gate 'zzzzzz'; a waiver is for one gate of this spec"),
        ("gate: loss, expires: 2026-12-31", "waivers[0]: needs 'up_to': how bad the value may be"),
        ("gate: loss, expires: 2026-12-31, up_to: 0.95", "0.95 is not beyond what the gate admits (max 0.95)"),
        ("gate: accuracy, expires: 2026-12-31, up_to: 90%", "90% is not beyond what the gate admits (min 80%)"),
        ("gate: loss, expires: 2026-12-31, up_to: 150%", "up_to: 150% is a percentage, but valid_loss is not a ratio"),
        ("gate: finished, expires: 2026-12-31, up_to: 1", "finished has no one number that could be bounded"),
        ("gate: loss, expires: 2026-02-30, up_to: 1", "expires: '2026-02-30' is not a day: write it as 2026-12-31"),
        ("gate: loss, expires: tomorrow, up_to: 1", "'tomorrow' is not a day"),
        ("gate: loss, expires: '20261231', up_to: 1", "'20261231' is not a day"),
        ("gate: loss, expires: 2026-1-2, up_to: 1", "2026-1-2 is a date to some YAML readers and text to others"),
        ("gate: loss, up_to: 1", "needs 'expires'"),
        ("gate: loss, until: 2026-12-31, up_to: 1", "2026-12-31 is a date to some YAML readers"),
        ("gate: loss, expires: 2026-12-31, up_to: 1, covers: all", "unknown key 'covers'"),
    ],
)
def test_what_is_no_waiver_is_refused(tmp_path: Path, waiver: str, said: str) -> None:
    assert said in refused(tmp_path, spec(waiver))


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("{gap: token_accuracy, max: 5%}", "token accuracy gap is never 10: it lies in -1 to 1; write 10% or 0.1"),
        ("{overfit: valid_loss, max: 5%}", "10 is 1000%: write 10% or 0.1, or 1000% if that is meant"),
    ],
)
def test_a_reach_that_was_meant_in_percent_does_not_cover_everything(tmp_path: Path, gate: str, said: str) -> None:
    text = spec("gate: loss, expires: 2026-12-31, up_to: 10").replace("{metric: valid_loss, max: 0.95}", gate)
    assert refused(tmp_path, text).endswith(f"waivers[0].up_to: {said}")


def test_a_blank_reason_is_none(tmp_path: Path) -> None:
    text = spec("gate: finished, expires: 2026-12-31").replace("reason: r", "reason: ' '")
    assert "waivers[0].reason: says nothing" in refused(tmp_path, text)


def test_a_gate_has_one_waiver(tmp_path: Path) -> None:
    one = "gate: finished, expires: 2026-12-31"
    assert "'finished' has a waiver already, in line 14" in refused(tmp_path, spec(one, one))


def test_a_date_without_quotes_is_one_there_and_nowhere_else(tmp_path: Path) -> None:
    text = "ftgate: 1\njob: run\ngates:\n  expires: {job: model, equals: 2026-12-31}\n"
    assert "2026-12-31 is a date to some YAML readers" in refused(tmp_path, text)
