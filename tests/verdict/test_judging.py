"""A spec, its records and its baseline."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.decision import Status
from pytest_ftgate.prior import seal
from pytest_ftgate.verdict import Record
from pytest_ftgate.verdict.judging import judged

from ..making import loaded

SPEC = """
    ftgate: 1
    job: run
    baseline: old.json
    gates:
      loss: {metric: valid_loss, max: 0.95}
    waivers:
      - {gate: loss, reason: r, owner: o, expires: 2026-12-31, up_to: 1.2}
"""
TODAY = date(2026, 11, 21)
OLD = {"schema": "pytest-ftgate/verdict/1", "verdict": "pass", "promote": True}


def baseline(folder: Path, **gate: Any) -> None:
    spec = {"facts": {}, "gates": [{"name": "loss", **gate}]}
    content = {**OLD, "specs": [spec]}
    (folder / "old.json").write_text(json.dumps({**content, "sha256": seal(content)}))


@pytest.mark.parametrize(("status", "state"), [(Status.PASS, "unused"), (Status.ERROR, "not_covered")])
def test_a_waiver_that_no_gate_asked_for_has_its_state_too(tmp_path: Path, status: Status, state: str) -> None:
    spec = loaded(tmp_path, SPEC)
    record = Record(str(spec.path), spec.digest.sha256, "loss", 6, status, "loss").as_json()
    assert [waiver["state"] for waiver in judged(spec, [record], TODAY).waivers] == [state]
    assert [waiver["state"] for waiver in judged(spec, [], TODAY).waivers] == ["not_asked"]


def test_a_baseline_that_says_no_rules_is_one_whose_gates_were_added(tmp_path: Path) -> None:
    baseline(tmp_path)
    found = judged(loaded(tmp_path, SPEC), [], TODAY)
    assert [(one["gate"], one["change"]) for one in found.changes] == [("loss", "added")]


def test_a_rule_of_a_baseline_without_end_is_a_change_and_no_crash(tmp_path: Path) -> None:
    deep: Any = "x"
    for _ in range(480):
        deep = [deep]
    baseline(tmp_path, rule={"any": deep})
    assert [one["change"] for one in judged(loaded(tmp_path, SPEC), [], TODAY).changes] == ["changed"]


@pytest.mark.parametrize("content", [None, "7", "{", json.dumps({**OLD, "promote": False, "specs": []})])
def test_a_baseline_that_is_no_verdict_is_for_the_gates_to_complain_about(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "old.json").write_text(content)
    found = judged(loaded(tmp_path, SPEC), [], TODAY)
    assert (found.baseline, found.changes) == (None, ())
