"""Which model a verdict is on: files with digests, a hosted model's record, or nothing that could be checked."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import EvidenceError
from ..files import shown
from ..job import Fact
from ..wording import listed, plain, quoted
from .identity import canonical
from .model_files import ALGORITHM, model_files, root_digest
from .rollup import Judged

RECORD_ALGORITHM = "ftgate/hosted_record/sha256"
"""What `root_digest.alg` says of a hosted model's record: a digest of what is known of it, never of its weights."""

_RECORD = (
    "model",
    "job_id",
    "base_model",
    "method",
    "training_file",
    "validation_file",
    "seed",
    "n_epochs",
    "batch_size",
    "learning_rate_multiplier",
    "trained_tokens",
)
"""The facts that a hosted model's record consists of, where they are known."""


def subject_of(specs: Sequence[Judged], model: str = "", here: Path | None = None) -> dict[str, Any]:
    """The model that `specs` judged, as plain JSON: `kind`, `id`, `root_digest`, and what that is taken of.

    Args:
        specs: what was judged.
        model: the folder, file or hosted model's id that the command line names, or nothing.
        here: the folder that a relative `model` starts from.

    Raises:
        EvidenceError: the model cannot be read, or the jobs are of another one.
    """
    path = (here or Path.cwd()) / model
    if model and path.exists():
        return of_files(path)
    records = [record_of(judged.about_the_job.get("facts", {})) for judged in specs]
    known = {str(record["model"]) for record in records if record}
    if model and known != {model}:
        said = f"the jobs' model is {listed(map(quoted, sorted(known)))}" if known else "the jobs name none"
        raise EvidenceError(f"--ftgate-model {quoted(model)} is no file or folder here, and {said}")
    if len(known) == 1 and all(records) and len({canonical(record) for record in records}) == 1:
        return hosted(records[0])
    return _unbound(specs, known)


def of_files(path: Path) -> dict[str, Any]:
    """A model that is files, with their digests and the one that model-signing has for them all.

    Raises:
        EvidenceError: see `model_files`.
    """
    files = model_files(path)
    told = [{"path": file.path.as_posix(), "sha256": file.sha256, "size": file.size} for file in files]
    root = {"alg": ALGORITHM, "value": root_digest(files)}
    return {"kind": "files", "id": plain(path.resolve().name), "root_digest": root, "files": told}


def record_of(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """What is known of a hosted model; empty where the facts are of no such model."""
    if not all(isinstance(facts.get(key), str) and facts[key] for key in ("model", "job_id")):
        return {}
    return {key: facts[key] for key in _RECORD if key in facts}


def hosted(record: Mapping[str, Fact]) -> dict[str, Any]:
    """A hosted model: nobody can take a digest of its weights, so it is one of its record."""
    root = {"alg": RECORD_ALGORITHM, "value": hashlib.sha256(canonical(record)).hexdigest()}
    return {"kind": "hosted_record", "id": plain(str(record["model"])), "root_digest": root, "record": dict(record)}


def _unbound(specs: Sequence[Judged], known: set[str]) -> dict[str, Any]:
    jobs = sorted({shown(judged.job) for judged in specs if judged.job})
    several = "the specs judge different models" if len(known) > 1 else ""
    why = several or "no model was named: --ftgate-model DIR binds the verdict to its files"
    return {"kind": "unbound", "id": ", ".join(jobs), "root_digest": None, "why": why}
