"""Verdict files for tests, with the fields of docs/verdict.md and a seal that is true."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from pytest_ftgate.decision import Status
from pytest_ftgate.verdict.identity import seal, verdict_id

WEIGHTS = "a" * 64
"""The digest of the model's only file."""
ROOT = "b" * 64
"""The digest of the model."""
SPEC = "c" * 64
"""The digest of the spec."""
LOG = "d" * 64
"""The digest of the job's log."""

FILES = {
    "kind": "files",
    "id": "adapter",
    "root_digest": {"alg": "model-signing/files/sha256", "value": ROOT},
    "files": [{"path": "adapter_model.safetensors", "sha256": WEIGHTS, "size": 10}],
}
HOSTED = {
    "kind": "hosted_record",
    "id": "ft:gpt-4o-mini:acme::9xYz",
    "root_digest": {"alg": "ftgate/hosted_record/sha256", "value": ROOT},
    "record": {"model": "ft:gpt-4o-mini:acme::9xYz"},
}
UNBOUND = {"kind": "unbound", "id": "runs/healthy", "root_digest": None, "why": "no model was named"}
GITHUB = {
    **dict.fromkeys(("repo", "commit", "ref", "actor", "run", "attempt", "workflow", "event")),
    "provider": "github",
    "run_url": "https://github.com/acme/bot/actions/runs/7",
}


def gate(name: str, status: str = "pass", value: object = 0.25, **more: Any) -> dict[str, Any]:
    """A gate that observed `value`, and wanted at most 0.5."""
    return {
        "name": name,
        "line": 5,
        "status": status,
        "headline": f"{name}: {status}",
        "details": [],
        "observed": str(value),
        "wanted": "max 0.5",
        "severity": "block",
        "threshold": [{"op": "<=", "value": 0.5, "unit": "number"}],
        "rule": {},
        "scores": [score(value, more.pop("what", "valid_loss"))],
        "inputs": [LOG],
        "samples": [],
        "origin": [],
        "waiver": None,
        **more,
    }


def score(value: object, what: str = "valid_loss") -> dict[str, Any]:
    """What a gate observed."""
    said = {"how": "last of 20 values", "n": 20, "basis": "", "error": 0.0, "inconclusive": "", "interval": None}
    return {"what": what, "value": value, **said}


def document(*gates: Mapping[str, Any], promote: bool = True, spec: Mapping[str, Any] | None = None, **top: Any) -> Any:
    """A verdict on these gates as JSON, with the digests that it must have."""
    word = "pass" if promote else "fail"
    body = {
        "schema": "pytest-ftgate/verdict/1",
        "verdict_id": "",
        "verdict": word,
        "promote": promote,
        "headline": f"verdict: {word.upper()} (said by the test)",
        "created": "2026-11-21T10:00:00Z",
        "tool": {"name": "pytest-ftgate", "version": "0.1.0", "python": "3.11.7"},
        "subject": FILES,
        "problems": [],
        "specs": [{**_spec(gates), "status": word, **(spec or {})}],
        "inputs": [{"path": "runs/healthy/trainer_state.json", "sha256": LOG, "size": 100}],
        "samples": [],
        "ci": None,
        "attempt": 1,
        "previous": [],
        **top,
    }
    return sealed(deepcopy(body))


def sealed(body: dict[str, Any]) -> dict[str, Any]:
    """The verdict with its digests made anew."""
    body["verdict_id"] = verdict_id(body)
    return {**body, "sha256": seal(body)}


def verdict(folder: Path, *gates: Mapping[str, Any], **more: Any) -> Path:
    """The file of such a verdict."""
    path = folder / "verdict.json"
    path.write_text(json.dumps(document(*gates, **more)), encoding="utf-8")
    return path


def _spec(gates: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = Counter(gate["status"] for gate in gates)
    return {
        "path": "job.yaml",
        "sha256": SPEC,
        "policy": {"sha256": "e" * 64, "files": [{"path": "answer.schema.json", "sha256": "f" * 64, "size": 3}]},
        "job": "runs/healthy",
        "source": "Hugging Face trainer_state.json",
        "facts": {},
        "shipped": None,
        "notes": [],
        "health": [],
        "baseline": None,
        "problem": "",
        "counts": {"declared": len(gates), **{status.value: found[status.value] for status in Status}},
        "gates": list(gates),
        "waivers": [],
        "changes": [],
    }
