"""Specs, jobs and outputs for tests: small, and the same everywhere."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_ftgate.errors import SpecError
from pytest_ftgate.job import Fact, Job
from pytest_ftgate.prior import SCHEMA, seal
from pytest_ftgate.series import Series, build
from pytest_ftgate.spec import Spec, Surroundings, load

Row = Mapping[str, object]


def sealed_verdict(path: Path, content: Row) -> Path:
    """A verdict file with the digest that says that nobody changed it."""
    verdict = {"schema": SCHEMA, **content}
    path.write_text(json.dumps({**verdict, "sha256": seal(verdict)}), encoding="utf-8")
    return path


def spec_file(folder: Path, text: str, name: str = "job.yaml") -> Path:
    """A spec of this text, without the indentation that the test gives it."""
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8", newline="")
    return path


def gates(*lines: str) -> str:
    """The text of a spec with a job and one gate a line."""
    return "\n".join(["ftgate: 1", "job: run", "gates:", *(f"  {line}" for line in lines), ""])


def loaded(folder: Path, text: str, around: Surroundings | None = None) -> Spec:
    """The spec of this text."""
    return load(spec_file(folder, text), around)


def refused(folder: Path, text: str, around: Surroundings | None = None) -> str:
    """What a spec of this text is refused with; paths are relative to `folder`."""
    with pytest.raises(SpecError) as caught:
        loaded(folder, text, around)
    return str(caught.value).replace(f"{folder}{os.sep}", "")


def trainer_state(folder: Path, rows: Sequence[Row], **top: object) -> Path:
    """A `trainer_state.json` with this history, finished unless `top` says otherwise."""
    steps = [row["step"] for row in rows if isinstance(row.get("step"), int)]
    last = max((step for step in steps if isinstance(step, int)), default=0)
    state = {"global_step": last, "max_steps": last, "num_train_epochs": 1, "log_history": list(rows), **top}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "trainer_state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    return path


def losses(train: Sequence[float], valid: Sequence[float] = (), every: int = 10) -> list[Row]:
    """A trainer's history: a training loss each `every` steps, and an evaluation at each of the last ones."""
    rows: list[Row] = [{"step": every * i, "loss": value} for i, value in enumerate(train, 1)]
    first = len(train) - len(valid) + 1
    return rows + [{"step": every * i, "eval_loss": value} for i, value in enumerate(valid, first)]


def jsonl(path: Path, rows: Sequence[Row]) -> Path:
    """A JSON Lines file of these rows."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def series(name: str, values: Sequence[float], every: int = 1, *, full_set: bool = False, **more: str) -> Series:
    """A series with a value each `every` steps."""
    points = [(every * i, value) for i, value in enumerate(values, 1)]
    logged_as = more.pop("logged_as", name)
    return build(name, logged_as, points, file="log", full_set=full_set, **more)  # type: ignore[arg-type]


def job(*found: Series, facts: Mapping[str, Fact] | None = None, **more: str) -> Job:
    """A job with these series."""
    by_name = {one.name: one for one in found}
    return Job("a test's job", Path("run/log"), (), facts or {}, by_name, **more)  # type: ignore[arg-type]
