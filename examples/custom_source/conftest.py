"""A source of one's own: the log of an in-house trainer, recognised by its content."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate import Job, JobError, Piece, Source, build


def is_ours(piece: Piece) -> bool:
    """Whether a file is a log of our trainer: JSON that says so."""
    return isinstance(piece.data, dict) and piece.data.get("trainer") == "house-trainer"


def read(path: Path, pieces: Sequence[Piece]) -> Job:
    """The job of one such log."""
    if len(pieces) != 1:
        raise JobError(f"{path}: {len(pieces)} logs of the house trainer; point job: at one")
    piece = pieces[0]
    log: dict[str, Any] = piece.data  # type: ignore[assignment]  # is_ours saw to it
    rows = log["epochs"]
    train = build("train_loss", "loss", [(r["step"], r["loss"]) for r in rows], file=piece.file.name)
    heldout = [(r["step"], r["heldout_loss"]) for r in rows]
    valid = build("valid_loss", "heldout_loss", heldout, file=piece.file.name, full_set=True)
    facts = {"status": "succeeded" if log["done"] else "unfinished", "base_model": log["base"]}
    series = {found.name: found for found in (train, valid)}
    return Job("house-trainer log", path, (piece.file.digest,), facts, series)


# optionalhook: a run without the plugin (-p no:ftgate) then ignores this instead of refusing it.
@pytest.hookimpl(optionalhook=True)
def pytest_ftgate_sources() -> list[Source]:
    """Let specs in this folder name such logs."""
    return [Source("house-trainer log", is_ours, read)]
