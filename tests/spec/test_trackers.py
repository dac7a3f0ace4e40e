"""How a spec names a run that an experiment tracker holds."""

from pathlib import Path

import pytest

from pytest_ftgate.sources import JobRef
from pytest_ftgate.spec import Surroundings

from ..making import gates, loaded, refused


def spec(job: str) -> str:
    return gates("g: {metric: valid_loss, max: 1}").replace("job: run", f"job: {job}")


def test_a_folder_of_event_files_is_a_path(tmp_path: Path) -> None:
    assert loaded(tmp_path, spec("{tensorboard: runs/a}")).job == JobRef(tmp_path / "runs/a", "tensorboard")


def test_a_run_of_the_server_is_an_id_that_may_come_from_the_environment(tmp_path: Path) -> None:
    around = Surroundings(environment={"RUN": "team/tuning/abc"})
    assert loaded(tmp_path, spec("{wandb: '${RUN}'}"), around).job == JobRef(
        Path("team/tuning/abc"), "wandb", "team/tuning/abc"
    )


@pytest.mark.parametrize("uri", ["store/mlflow.db", "sqlite:///store/mlflow.db"])
def test_a_store_on_disk_is_relative_to_the_spec(tmp_path: Path, uri: str) -> None:
    job = loaded(tmp_path, spec(f"{{mlflow: abc, tracking_uri: '{uri}'}}")).job
    assert job is not None
    assert (job.id, job.options) == ("abc", {"tracking_uri": str(tmp_path / "store/mlflow.db")})


def test_a_store_outside_the_spec_s_folder_must_be_allowed(tmp_path: Path) -> None:
    said = refused(tmp_path, spec("{mlflow: abc, tracking_uri: 'file:///elsewhere/mlruns'}"))
    assert "job.tracking_uri: '/elsewhere/mlruns' lies outside the spec's folder" in said


def test_a_server_s_address_stays_as_it_is(tmp_path: Path) -> None:
    job = loaded(tmp_path, spec("{mlflow: abc, tracking_uri: 'https://mlflow.example.org'}")).job
    assert job is not None
    assert job.options == {"tracking_uri": "https://mlflow.example.org"}


@pytest.mark.parametrize("job", ["{wandb: a/b/c, more: 1}", "{tensorboard: runs, more: 1}", "{mlflow: abc, more: 1}"])
def test_other_keys_are_unknown(tmp_path: Path, job: str) -> None:
    assert "job.more: unknown key 'more'" in refused(tmp_path, spec(job))
