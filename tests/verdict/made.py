"""Verdicts for tests: what a run would have made, without a run."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytest_ftgate.decision import Status
from pytest_ftgate.files import Digest, read
from pytest_ftgate.verdict import Declared, Judged, Record, Verdict, combine, declared
from pytest_ftgate.verdict.keeping import Asked, bound

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RULE = {"metric": "valid_loss", "max": 0.95}
SCORE = {"what": "valid_loss", "value": 0.9, "how": "last of 3 values", "n": 3, "basis": "", "error": 0.0}
HOSTED: dict[str, Any] = {"model": "ft:gpt:acme:bot:9x", "job_id": "ftjob-1", "base_model": "gpt", "seed": 7}


def judged(spec: Path, *statuses: Status, facts: dict[str, Any] | None = None, **more: Any) -> Judged:
    """What became of the spec in this file: gates `g0`, `g1`, ... of these statuses, each decided on `evidence`."""
    file = spec.parent / "evidence"
    inputs = (digest_of(file),) if file.exists() else ()
    job: dict[str, Any] = {"source": "a test's job", "facts": facts or {}, "shipped": None, "notes": []}
    score = {**SCORE, "inconclusive": "", "interval": None}
    sha256 = digest_of(spec).sha256
    found = []
    for i, status in enumerate(statuses):
        record = Record(str(spec), sha256, f"g{i}", 3 + i, status, f"g{i} {status}", job=job, scores=(score,))
        found.append(replace(record, inputs=inputs).as_json())
    gates = [Declared(f"g{i}", 3 + i, "max 0.95", RULE) for i in range(len(statuses))]
    return replace(declared(gates, spec, sha256, found), policy_sha256=sha256, **more)


def verdict(*specs: Judged, folder: Path, model: str = "", now: datetime = NOW, **more: Any) -> Verdict:
    """The verdict over these specs, bound to this model."""
    return bound(combine(specs), Asked(folder, folder, model, **more), now, {})


def digest_of(path: Path) -> Digest:
    """The digest of a file."""
    return read(path).digest
