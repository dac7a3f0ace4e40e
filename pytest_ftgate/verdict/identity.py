"""What makes two verdicts the same one, and what seals a verdict's file."""

import hashlib
from collections.abc import Mapping
from typing import Any

from ..prior import canonical, seal

__all__ = ["canonical", "seal", "verdict_id"]

_DECIDED = ("name", "status", "severity", "threshold", "inputs", "samples", "waiver")
_SCORED = ("what", "value", "n", "basis", "error", "interval", "inconclusive")
_SUBJECT = ("kind", "root_digest")
_SPEC = ("sha256", "policy", "status", "counts", "facts")


def verdict_id(document: Mapping[str, Any]) -> str:
    """The hex SHA-256 of what a verdict decided and on what: the same evidence, spec and version give the same one.

    Times, paths, CI facts, earlier verdicts and sentences are not part of it.
    """
    return hashlib.sha256(canonical(_decided(document))).hexdigest()


def _decided(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: document[key] for key in ("schema", "verdict", "promote")},
        "tool": {key: document["tool"][key] for key in ("name", "version")},
        "subject": {key: document["subject"].get(key) for key in _SUBJECT},
        "specs": [_spec(spec) for spec in document["specs"]],
        "inputs": sorted({digest["sha256"] for digest in document["inputs"]}),
        "samples": sorted({samples["sha256"] for samples in document["samples"]}),
    }


def _spec(spec: Mapping[str, Any]) -> dict[str, Any]:
    baseline = spec["baseline"]["sha256"] if spec["baseline"] else None
    policy = spec["policy"]["sha256"]
    return {
        **{key: spec[key] for key in _SPEC},
        "policy": policy,
        "baseline": baseline,
        "gates": [_gate(g) for g in spec["gates"]],
    }


def _gate(gate: Mapping[str, Any]) -> dict[str, Any]:
    scores = [{key: score.get(key) for key in _SCORED} for score in gate["scores"]]
    return {**{key: gate[key] for key in _DECIDED}, "scores": scores}
