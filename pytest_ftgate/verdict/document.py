"""A verdict as the JSON document that `schema.json` beside this module describes."""

import math
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import __version__
from ..files import Digest, shown
from ..prior import SCHEMA
from .identity import seal, verdict_id
from .rollup import Judged, Verdict, inputs, samples
from .subject import subject_of

_OF_THE_SPEC = ("spec", "spec_sha256", "inputs", "job", "health")
"""What a gate's record repeats of its spec."""


def document(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain JSON; the fields are documented in docs/verdict.md."""
    body = {
        "schema": SCHEMA,
        "verdict_id": "",
        "verdict": verdict.word,
        "promote": verdict.promote,
        "headline": verdict.headline,
        "created": verdict.created,
        "tool": {"name": "pytest-ftgate", "version": __version__, "python": platform.python_version()},
        "subject": verdict.subject or subject_of(verdict.specs),
        "problems": [*([verdict.interrupted] if verdict.interrupted else []), *verdict.problems],
        "specs": [_spec(judged) for judged in verdict.specs],
        "inputs": [_plain(d) for d in inputs(verdict.specs)],
        "samples": [{**s, "store": shown(Path(s["store"]))} for s in samples(verdict.specs)],
        "ci": verdict.ci,
        "attempt": len(verdict.previous) + 1,
        "previous": list(verdict.previous),
    }
    body = _finite(body)
    body["verdict_id"] = verdict_id(body)
    return {**body, "sha256": seal(body)}


def _finite(value: Any) -> Any:
    """`value` with what JSON has no number for as text."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _spec(judged: Judged) -> dict[str, Any]:
    job = judged.about_the_job
    return {
        "path": shown(judged.path),
        "sha256": judged.sha256,
        "policy": {"sha256": judged.policy_sha256, "files": [_file(judged, d) for d in judged.policy]},
        "job": shown(judged.job) if judged.job else None,
        "source": job.get("source"),
        "facts": job.get("facts", {}),
        "shipped": job.get("shipped"),
        "notes": job.get("notes", []),
        "health": list({note["code"]: note for gate in judged.gates for note in gate["health"]}.values()),
        "baseline": judged.baseline,
        "status": judged.status.value,
        "problem": judged.problem,
        "counts": judged.counts,
        "gates": [_gate(gate) for gate in judged.gates],
        "waivers": list(judged.waivers),
        "changes": list(judged.changes),
    }


def _gate(gate: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in gate.items() if key not in _OF_THE_SPEC}
    rests_on = {key: [one["sha256"] for one in gate[key]] for key in ("inputs", "samples")}
    return {"severity": "block", "threshold": [], "rule": {}, **kept, **rests_on}


def _file(judged: Judged, digest: Digest) -> dict[str, Any]:
    """A file of the policy, by its path from the spec."""
    folder = judged.path.parent.resolve()
    path = digest.path.resolve()
    where = path.relative_to(folder) if path.is_relative_to(folder) else path
    return {"path": where.as_posix(), "sha256": digest.sha256, "size": digest.size}


def _plain(digest: Mapping[str, Any]) -> dict[str, Any]:
    return {**digest, "path": shown(Path(digest["path"]))}
