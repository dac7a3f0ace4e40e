"""A verdict's id and seal."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.decision import Status
from pytest_ftgate.verdict import document
from pytest_ftgate.verdict.identity import canonical, seal, verdict_id

from ..making import spec_file
from .made import HOSTED, NOW, judged, verdict


def made(
    folder: Path, status: Status = Status.PASS, spec: str = "ftgate: 1\n", evidence: str = "e", **more: Any
) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    (folder / "evidence").write_text(evidence)
    facts = more.pop("facts", HOSTED)
    return document(verdict(judged(spec_file(folder, spec), status, facts=facts), folder=folder, **more))


def test_the_same_evidence_and_spec_elsewhere_and_later_have_the_same_id(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one"), made(tmp_path / "other", now=NOW.replace(year=2027))
    assert one["verdict_id"] == other["verdict_id"]
    assert (one["created"], one["sha256"]) != (other["created"], other["sha256"])


@pytest.mark.parametrize(
    "other", [{"status": Status.WARN}, {"spec": "ftgate: 1 #\n"}, {"evidence": "f"}, {"facts": {**HOSTED, "seed": 8}}]
)
def test_another_status_spec_evidence_or_model_has_another_id(tmp_path: Path, other: dict[str, Any]) -> None:
    assert made(tmp_path)["verdict_id"] != made(tmp_path, **other)["verdict_id"]


def test_the_seal_is_over_every_other_field_as_python_writes_it(tmp_path: Path) -> None:
    found = made(tmp_path)
    assert seal(found) == found["sha256"]
    assert verdict_id(found) == found["verdict_id"]
    changed = [key for key in found if key != "sha256" and seal({**found, key: "other"}) != found["sha256"]]
    assert set(changed) == found.keys() - {"sha256"}


def test_canonical_json_is_sorted_and_ascii() -> None:
    assert canonical({"b": [1.5, None], "a": "é\ud800"}) == b'{"a":"\\u00e9\\ud800","b":[1.5,null]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


def test_what_is_not_finite_is_text_in_the_file(tmp_path: Path) -> None:
    one = judged(spec_file(tmp_path, "ftgate: 1\n"), Status.FAIL)
    odd = {**one.gates[0], "scores": ({"value": float("nan"), "interval": {"low": float("-inf")}},)}
    found = document(verdict(replace(one, gates=(odd,)), folder=tmp_path))
    assert json.loads(json.dumps(found, allow_nan=False))["specs"][0]["gates"][0]["scores"] == [
        {"value": "nan", "interval": {"low": "-inf"}}
    ]
