"""A run on an MLflow tracking server, through MLflow's own client, from a server on the loopback interface."""

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, read_job
from pytest_ftgate.sources.hosts import Access

from ..openai_server import Answer, drips, says
from .tracker_server import serving

RUN = "4f2a9c0d1e5b4a7f9c3d2b1a0e8f7d6c"
LOSSES = (2.0, 1.5, 1.25, 1.0)
PAGE = 3


@dataclass
class Server:
    """What is served of one run; `fault` answers everything in its place."""

    status: str = "FINISHED"
    run: str = RUN
    asked: list[str] = field(default_factory=list)
    losses: Sequence[object] = LOSSES
    fault: Answer | None = None

    def answer(self, path: str, _: bytes) -> Answer:
        """One answer of the REST API, as MLflow publishes it."""
        self.asked.append(path)
        query = parse_qs(urlsplit(path).query)
        if self.fault:
            return self.fault
        if query["run_id"] != [RUN]:
            return says({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Run 'abc' not found"}, status=404)
        return says(self._run() if "/runs/get?" in path else self._history(query["metric_key"][0], query))

    def _run(self) -> object:
        info = {"run_id": self.run, "run_uuid": self.run, "experiment_id": "0", "status": self.status}
        last = {"loss": 1.0, "eval_loss": "NaN"}
        metrics = [{"key": key, "value": value, "timestamp": 40, "step": 40} for key, value in last.items()]
        params = [{"key": "seed", "value": "42"}]
        return {
            "run": {
                "info": {**info, "lifecycle_stage": "active", "start_time": 1, "end_time": 2},
                "data": {"metrics": metrics, "params": params},
            }
        }

    def _history(self, key: str, query: dict[str, list[str]]) -> object:
        rows: Sequence[tuple[int, object]] = [(10 * k, loss) for k, loss in enumerate(self.losses, 1)]
        rows = rows if key == "loss" else [(40, "NaN")]
        start = int(query.get("page_token", ["0"])[0])
        page = [{"key": key, "value": value, "timestamp": at, "step": at} for at, value in rows[start : start + PAGE]]
        more = {"next_page_token": str(start + PAGE)} if start + PAGE < len(rows) else {}
        return {"metrics": page, **more}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
    found = Server()
    with serving(found.answer) as url:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", url)
        yield found


def read(run: str = RUN, seconds: float = 30) -> Job:
    return read_job(JobRef(Path(run), "mlflow", run, {}, Access((), seconds)))


def refused(run: str = RUN, seconds: float = 30) -> str:
    """What reading the run is refused with: one line."""
    with pytest.raises(JobError) as error:
        read(run, seconds)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.usefixtures("server")
def test_a_run_on_a_server_is_a_job() -> None:
    job = read()
    assert dict(job.series["train_loss"].values) == {10: 2.0, 20: 1.5, 30: 1.25, 40: 1.0}
    assert math.isnan(job.series["valid_loss"].values[40])
    assert job.facts == {"status": "succeeded", "job_id": RUN, "seed": 42, "steps": 40}


def test_every_page_of_a_history_is_asked_for(server: Server) -> None:
    read()
    assert sum("metric_key=loss" in path for path in server.asked) == 2


def test_a_run_that_is_not_finished_is_refused(server: Server) -> None:
    server.status = "RUNNING"
    with pytest.raises(JobError, match="the run's status is 'running', not FINISHED"):
        read().metric("train_loss")


@pytest.mark.usefixtures("server")
def test_a_run_that_is_not_there_is_named() -> None:
    said = refused("abc")
    assert said == "abc: MLflow does not give run 'abc': RESOURCE_DOES_NOT_EXIST: Run 'abc' not found"


def test_another_run_is_not_taken_for_it(server: Server) -> None:
    server.run = "ffff"
    assert refused().endswith("the answer is of another run, 'ffff'")


@pytest.mark.parametrize("losses", [[], LOSSES[:3], [*LOSSES[:3], None]])
def test_a_history_without_the_run_s_last_value_is_an_error(server: Server, losses: Sequence[object]) -> None:
    server.losses = losses
    assert refused().endswith("the history of 'loss' does not hold its last value, 1")


def test_a_login_that_is_not_accepted_is_said(server: Server) -> None:
    server.fault = says("who are you?", status=401)
    assert "failed with error code 401" in refused()


def test_a_page_in_place_of_an_answer_is_an_error(server: Server) -> None:
    server.fault = says("<html>please log in</html>", content_type="text/html")
    assert "not in a valid JSON format" in refused()


def test_an_answer_of_another_shape_is_an_error(server: Server) -> None:
    server.fault = says({"run": []})
    assert f"MLflow does not give run '{RUN}'" in refused()


def test_a_server_s_error_is_said_after_a_few_attempts(server: Server) -> None:
    server.fault = says("no", status=500)
    assert "500" in refused()
    assert len(server.asked) == 3


def test_a_server_that_drips_is_not_waited_for(server: Server) -> None:
    released = threading.Event()
    server.fault = drips(released)
    try:
        assert refused(seconds=1) == f"'{RUN}': not read whole within 1 second: give it more time (--ftgate-timeout)"
    finally:
        released.set()
