"""A verdict says enough to be reckoned again by somebody who has nothing but the file and the evidence."""

import hashlib
from typing import Any

import pytest

from ..conftest import RunSpec
from .specs import EVERY_STATUS
from .verdicts import ASKED, verdict_in


def reckoned(gate: dict[str, Any]) -> str:
    """The status of a gate with one comparison, from its own words."""
    [score], [wanted] = gate["scores"], gate["threshold"]
    beyond = score["value"] > wanted["value"]
    if score["n"] < wanted.get("min_n", 0):
        return "inconclusive"
    if beyond:
        return "warn" if gate["severity"] == "warn" else "fail"
    return "warn" if score["value"] > wanted.get("warn", wanted["value"]) else "pass"


def test_every_status_follows_from_the_scores_and_thresholds(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(EVERY_STATUS, ASKED)
    gates = [gate for gate in verdict_in(pytester.path)["specs"][0]["gates"] if gate["status"] != "error"]
    assert {gate["name"]: reckoned(gate) for gate in gates} == {gate["name"]: gate["status"] for gate in gates}
    assert {gate["scores"][0]["how"] for gate in gates} == {
        "median of the last 5 of 30 values of loss (± 0.083), steps 260-300"
    }


def test_the_evidence_and_the_rule_are_those_of_the_files(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(EVERY_STATUS, ASKED)
    sha256 = hashlib.sha256((pytester.path / "run/trainer_state.json").read_bytes()).hexdigest()
    [warned] = [gate for gate in verdict_in(pytester.path)["specs"][0]["gates"] if gate["name"] == "warned"]
    assert warned["inputs"] == [sha256]
    assert warned["rule"] == {"metric": "train_loss", "max": 0.8, "warn": 0.6}
    assert warned["threshold"] == [{"op": "<=", "value": 0.8, "unit": "number", "warn": 0.6}]
    assert (warned["line"], warned["scores"][0]["value"]) == (6, pytest.approx(0.65))
