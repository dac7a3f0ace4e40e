"""An MLflow run as MLflow's own client gives it."""

import math
import os
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import JobError
from ..files import Digest
from ..job import FACTS, NUMERIC_FACTS, Fact, Job
from ..wording import number, plain, quoted
from . import deadline, extras, logged, objects
from .logged import Point

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SETTINGS = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ALLOW_FILE_STORE": "true"}
_STATUS = {"FINISHED": "succeeded", "FAILED": "failed", "KILLED": "cancelled", "RUNNING": "running"}
# A database has no infinity, so the client stores the largest number instead.
_INFINITE = 1.797e308
_PARAMS = {
    "num_train_epochs": "n_epochs",
    "seed": "seed",
    "model_name_or_path": "base_model",
    "_name_or_path": "base_model",
}
_OF_THE_RUN = ("status", "job_id", "steps", "run_average_train_loss")

Run = tuple[str, Mapping[str, str], dict[str, list[Point]]]
"""A run's status, its parameters, and each metric's history."""


def job(run: str, uri: str, where: Path, digests: tuple[Digest, ...], name: str, seconds: float = 0.0) -> Job:
    """The job of run `run` in the store `uri`; `name` is what messages call it.

    Args:
        run: its id.
        uri: of a store on disk, or of a server.
        where: what the job says it was read from.
        digests: of the files that the store on disk is a copy of.
        name: a path, or the run.
        seconds: the time that a server has; none for a store on disk.

    Raises:
        JobError: the library is not installed, or does not give the run within the time there is.
    """
    with extras.needed("mlflow", name, {**_SETTINGS, **(_patience(seconds) if seconds else {})}):
        import mlflow  # noqa: F401 - its time is not the server's

        if uri.startswith("sqlite:"):
            # Without these MLflow only says that it does not know such stores.
            import alembic  # noqa: F401
            import sqlalchemy  # noqa: F401
        ask = partial(_asked, run, uri, name)
        status, params, points = deadline.within(seconds, quoted(run), ask) if seconds else ask()
    entries, notes = logged.together(points, name)
    metrics = logged.metrics(entries, name, notes=notes)
    return Job(
        source="an MLflow run",
        where=where,
        files=digests or (logged.digest(run, points),),
        facts={**_facts(params), **metrics.facts, "status": status, "job_id": run},
        series=metrics.series,
        notes=metrics.notes,
        refused="" if status == "succeeded" else f"{plain(name)}: the run's status is {quoted(status)}, not FINISHED",
    )


def _patience(seconds: float) -> dict[str, str]:
    """What MLflow may take for one answer: its own seven attempts would hide a server's error behind the time."""
    own = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": str(math.ceil(seconds))}
    return {name: value for name, value in own.items() if name not in os.environ}


def _asked(run: str, uri: str, name: str) -> Run:
    try:
        return _run(run, uri)
    except Exception as e:  # noqa: BLE001 - the library says nowhere what it raises of answers that it did not expect
        raise JobError(f"{plain(name)}: MLflow does not give run {quoted(run)}: {extras.said(e)}") from None


def _run(run: str, uri: str) -> Run:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    found = client.get_run(run)
    if found.info.run_id != run:
        raise ValueError(f"the answer is of another run, {quoted(str(found.info.run_id))}")
    points = {key: _history(client, run, key, _value(last)) for key, last in found.data.metrics.items()}
    status = str(found.info.status)
    deleted = found.info.lifecycle_stage == "deleted"
    return "deleted" if deleted else _STATUS.get(status, status), dict(found.data.params), points


def _history(client: "MlflowClient", run: str, key: str, last: float) -> list[Point]:
    """All that was logged of a metric, of which the run itself knows the `last` value."""
    found = client.get_metric_history(run, key)
    points = [Point(m.step, _value(m.value), m.timestamp / 1000) for m in found]
    # NaN is not equal to itself.
    if any(m.key != key for m in found) or not any(str(point.value) == str(last) for point in points):
        raise ValueError(f"the history of {quoted(key)} does not hold its last value, {number(last)}")
    return sorted(points, key=lambda point: (point.time, point.step))


def _value(value: float) -> float:
    return value * float("inf") if abs(value) >= _INFINITE else float(value)


def _facts(params: Mapping[str, str]) -> dict[str, Fact]:
    """The parameters that are facts under their own name, or under a trainer's; what contradicts itself is none."""
    named: dict[str, set[str]] = {}
    for key, value in params.items():
        named.setdefault(_PARAMS.get(key, key), set()).add(value)
    said = {name: next(iter(values)) for name, values in named.items() if len(values) == 1}
    facts = {name: _fact(name, said[name]) for name in FACTS if name in said and name not in _OF_THE_RUN}
    return {name: value for name, value in facts.items() if value is not None}


def _fact(name: str, text: str) -> Fact | None:
    return _number(text) if name in NUMERIC_FACTS else objects.word(text)


def _number(text: str) -> float | int | None:
    found = re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,15})?", text)
    return None if not found else float(text) if found[1] and float(text) % 1 else int(float(text))
