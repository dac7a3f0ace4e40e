"""MLflow runs, from a file store and from a database, by MLflow's own client."""

import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate
from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, read_job

LOGGED = """
import json, math, sys
from mlflow import MlflowClient

client = MlflowClient(tracking_uri=sys.argv[1])
runs = {}
for name, end in (("good", "FINISHED"), ("failed", "FAILED"), ("deleted", "FINISHED")):
    run = client.create_run(client.create_experiment(name)).info.run_id
    for i in range(1, 6):
        client.log_metric(run, "loss", 2.0 / i, step=10 * i, timestamp=1000 + i)
    client.log_metric(run, "loss", 0.25, step=50, timestamp=2000)
    client.log_metric(run, "eval_loss", math.nan, step=50)
    client.log_metric(run, "spread", -math.inf, step=50)
    client.log_metric(run, "train_loss", 0.9, step=50)
    client.log_metric(run, "dead/loss", 1.0, step=50)
    client.log_param(run, "seed", 42)
    client.log_param(run, "num_train_epochs", "3.0")
    client.log_param(run, "model_name_or_path", "base/model")
    client.set_terminated(run, end)
    runs[name] = run
client.delete_run(runs["deleted"])
history = [(m.step, m.value) for m in client.get_metric_history(runs["good"], "loss")]
print(json.dumps({**runs, "history": history}))
"""


@dataclass(frozen=True)
class Runs:
    """What was logged: the ids of runs, and the good one's losses as the client reads them."""

    ids: Mapping[str, str]
    history: Mapping[int, float]

    def __getitem__(self, name: str) -> str:
        return self.ids[name]


Store = tuple[Path, Runs]

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ALLOW_FILE_STORE": "true"}


def logged(uri: str) -> Runs:
    """What the client logged into the store, and what it reads there itself."""
    done = subprocess.run(
        [sys.executable, "-c", LOGGED, uri], check=True, capture_output=True, text=True, env={**os.environ, **QUIET}
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    history = {int(step): float(value) for step, value in found.pop("history")}
    return Runs(found, history)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A file store with three runs, and their ids."""
    store = tmp_path_factory.mktemp("folders") / "mlruns"
    return store, logged(store.as_uri())


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A database with three runs, and their ids."""
    store = tmp_path_factory.mktemp("database") / "mlflow.db"
    return store, logged(f"sqlite:///{store}")


@pytest.fixture(params=["folders", "database"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each kind of store."""
    found: Store = request.getfixturevalue(request.param)
    return found


def named(path: Path, run: str, uri: str | None = None) -> Job:
    return read_job(JobRef(Path(run), "mlflow", run, {"tracking_uri": str(path) if uri is None else uri}))


def run_folder(folders: Store, name: str) -> Path:
    return next(folders[0].glob(f"*/{folders[1][name]}"))


def refused(path: Path) -> str:
    with pytest.raises(JobError) as error:
        read_job(JobRef(path))
    return str(error.value)


def test_values_are_those_that_the_client_reads(store: Store) -> None:
    path, runs = store
    series = named(path, runs["good"]).series["train_loss"]
    assert dict(series.values) == runs.history == {10: 2.0, 20: 1.0, 30: 2 / 3, 40: 0.5, 50: 0.25}
    assert "logs 1 step more than once" in series.notes[0]


def test_what_is_not_finite_stays_so(store: Store) -> None:
    path, runs = store
    job = named(path, runs["good"])
    assert math.isnan(estimate(job.series["valid_loss"]).value)
    assert list(job.series["spread"].values) == [-math.inf]


def test_the_run_s_facts_are_known(store: Store) -> None:
    path, runs = store
    facts = {"status": "succeeded", "job_id": runs["good"], "seed": 42, "n_epochs": 3, "base_model": "base/model"}
    assert named(path, runs["good"]).facts == {**facts, "steps": 50, "run_average_train_loss": 0.9}


def test_a_run_that_failed_is_refused(store: Store) -> None:
    path, runs = store
    job = named(path, runs["failed"])
    assert job.facts["status"] == "failed"
    with pytest.raises(JobError, match="the run's status is 'failed', not FINISHED"):
        job.metric("train_loss")


def test_a_run_that_was_deleted_is_refused(store: Store) -> None:
    path, runs = store
    with pytest.raises(JobError, match="the run's status is 'deleted'"):
        named(path, runs["deleted"]).metric("train_loss")


def test_several_runs_are_named_and_none_is_chosen(store: Store) -> None:
    path, runs = store
    message = refused(path)
    assert "2 MLflow runs in one store" in message
    assert runs["good"] in message
    assert runs["failed"] in message
    assert runs["deleted"] not in message


def test_a_run_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(JobError, match="run 'abc'"):
        named(store[0], "abc")


def test_the_store_stays_as_it_was(store: Store) -> None:
    path, runs = store
    before = digests(path)
    named(path, runs["good"])
    assert digests(path) == before


def digests(path: Path) -> dict[Path, str]:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return {one: hashlib.sha256(one.read_bytes()).hexdigest() for one in files}


def test_a_run_s_own_folder_is_a_job(folders: Store) -> None:
    job = read_job(JobRef(run_folder(folders, "good")))
    assert (job.source, job.facts["job_id"]) == ("an MLflow run", folders[1]["good"])
    assert {"meta.yaml", "loss", "eval_loss", "seed"} <= {digest.path.name for digest in job.files}


def test_a_uri_of_a_store_on_disk_is_its_path(folders: Store, database: Store) -> None:
    for (path, runs), uri in ((folders, folders[0].as_uri()), (database, f"sqlite:///{database[0]}")):
        assert named(path, runs["good"], uri).facts["status"] == "succeeded"


def test_a_run_folder_under_another_name_is_another_run_s(folders: Store, tmp_path: Path) -> None:
    shutil.copytree(run_folder(folders, "good"), tmp_path / "copy")
    assert "the folder's name is not" in refused(tmp_path / "copy")


def test_a_metric_file_that_is_broken_is_an_error(folders: Store, tmp_path: Path) -> None:
    source = run_folder(folders, "good")
    folder = tmp_path / source.name
    shutil.copytree(source, folder)
    (folder / "metrics" / "loss").write_text("1000 abc 10\n")
    assert "MLflow does not give run" in refused(folder)


def test_a_metric_that_is_a_link_out_of_the_run_is_not_dropped_in_silence(folders: Store, tmp_path: Path) -> None:
    copy = shutil.copytree(run_folder(folders, "good"), tmp_path / folders[1]["good"])
    metric = next(path for path in sorted((copy / "metrics").rglob("*")) if path.is_file())
    metric.rename(tmp_path / "elsewhere")
    metric.symlink_to(tmp_path / "elsewhere")
    said = f"{metric.name}: a link that leads out of the run's folder: put the file itself there"
    assert refused(copy).endswith(said)


def test_another_database_is_no_job(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "other.db")) as base:
        base.execute("create table t (x)")
        base.commit()
    assert refused(tmp_path / "other.db").endswith("an SQLite database that is not MLflow's, which is not read")


def test_a_database_that_is_in_use_is_not_judged(database: Store, tmp_path: Path) -> None:
    path = Path(shutil.copy(database[0], tmp_path))
    (tmp_path / "mlflow.db-wal").write_bytes(b"x")
    assert "the database is in use" in refused(path)


def test_a_spec_does_not_choose_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(JobError, match=r"'mlflow\.example\.org' is not a host .* --ftgate-allow-host mlflow"):
        named(Path(), "abc", "https://mlflow.example.org")
    with pytest.raises(JobError, match="neither a path nor a server"):
        named(Path(), "abc", "postgresql://user:secret@host/base")


def test_a_server_on_this_machine_needs_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://mlflow.example.org")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(JobError, match="abc: MLflow does not give run 'abc'"):
        named(Path(), "abc", "http://127.0.0.1:1")


def test_an_id_that_would_leave_the_store_is_none(folders: Store) -> None:
    with pytest.raises(JobError, match=r"'\.\./x' is not the id of an MLflow run"):
        named(folders[0], "../x")


def test_two_databases_in_one_folder_are_not_chosen_from(database: Store, tmp_path: Path) -> None:
    for name in ("a.db", "b.db"):
        shutil.copy(database[0], tmp_path / name)
    assert "2 databases in one folder; point job: at one" in refused(tmp_path)


def test_without_a_store_the_error_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(JobError, match="Name its tracking_uri, or set MLFLOW_TRACKING_URI"):
        named(Path(), "abc", "")


def test_a_library_that_is_missing_is_named_with_its_remedy(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(JobError, match=r"pip install 'pytest-ftgate\[mlflow\]'"):
        named(store[0], store[1]["good"])


def test_the_environment_is_as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "mine")
    monkeypatch.delenv("MLFLOW_ALLOW_FILE_STORE", raising=False)
    named(store[0], store[1]["good"])
    assert (os.environ["MLFLOW_DISABLE_TELEMETRY"], os.environ.get("MLFLOW_ALLOW_FILE_STORE")) == ("mine", None)
