"""A run on a Weights & Biases server, through the library, from a server on the loopback interface."""

import itertools
import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate
from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, read_job
from pytest_ftgate.sources.hosts import Access
from pytest_ftgate.sources.wandb_server import _until

from ..openai_server import Answer, drips, says
from .tracker_server import serving

RUN = "team/tuning/abc"
KEY = "0123456789" * 4
HISTORY = [{"train/loss": 2.0 / i, "train/global_step": 10 * i, "_step": i - 1} for i in range(1, 6)]
VIEWER = {"id": "u", "username": "me", "entity": "team", "flags": "{}", "teams": {"edges": []}}
FIELDS = ("tags", "displayName", "sweepName", "group", "jobType", "commit", "description", "notes", "historyLineCount")


@dataclass
class Server:
    """What is served of one run; `fault` answers everything in its place."""

    state: str = "finished"
    history: Sequence[Mapping[str, object]] = field(default_factory=lambda: HISTORY)
    summary: Mapping[str, object] = field(default_factory=lambda: {"train_loss": 0.9, "_step": 4})
    gone: bool = False
    name: str = "abc"
    fault: Answer | None = None

    def answer(self, _: str, body: bytes) -> Answer:
        """One answer to a GraphQL query: all that any of the library's queries about a run asks for."""
        steps = {"lastStep": len(self.history) - 1, "keys": {"_step": {"typeCounts": [{"type": "number", "count": 1}]}}}
        rows = {"history": list(map(json.dumps, self.history)), "historyKeys": steps}
        live = {"parquetHistory": {"parquetUrls": [], "liveData": self.history}}
        times = {"createdAt": "2026-01-01T00:00:00", "heartbeatAt": "2026-01-01T00:00:00", "readOnly": False}
        last = {"config": "{}", "systemMetrics": "{}", "summaryMetrics": json.dumps(self.summary), "user": VIEWER}
        named = {"id": "UnVu", "projectId": "1", "name": self.name, "state": self.state, **dict.fromkeys(FIELDS)}
        # The library asks for the live data of runs whose history is in Parquet files; without any it asks for pages.
        run = {**named, **times, **last, **rows, **(live if b"parquetHistory" in body else {})}
        project = {"internalId": "1", "run": None if self.gone else run}
        return self.fault or says({"data": {"viewer": VIEWER, "project": project}}, content_type="application/json")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    found = Server()
    with serving(found.answer) as url:
        for name, value in {"BASE_URL": url, "API_KEY": KEY, "ERROR_REPORTING": "false", "DIR": str(tmp_path)}.items():
            monkeypatch.setenv(f"WANDB_{name}", value)
        yield found


def read(seconds: float = 30) -> Job:
    return read_job(JobRef(Path(RUN), "wandb", RUN, {}, Access((), seconds)))


def refused(seconds: float = 30) -> str:
    """What reading the run is refused with: one line, without the key."""
    with pytest.raises(JobError) as error:
        read(seconds)
    said = str(error.value)
    assert "\n" not in said
    assert KEY not in said
    return said


@pytest.mark.usefixtures("server")
def test_what_the_server_has_is_read_like_a_log() -> None:
    job = read()
    assert dict(job.series["train_loss"].values) == {10 * i: 2.0 / i for i in range(1, 6)}
    assert job.facts == {"steps": 50, "run_average_train_loss": 0.9, "status": "succeeded", "job_id": "abc"}
    assert (job.refused, job.unfinished, len(job.files)) == ("", "", 1)


def test_another_history_has_another_digest(server: Server) -> None:
    before = read().files
    server.summary = {"_step": 4}
    assert read().files != before


@pytest.mark.parametrize("state", ["running", "crashed", "failed", "killed"])
def test_a_run_that_is_not_finished_is_refused(server: Server, state: str) -> None:
    server.state = state
    with pytest.raises(JobError, match=f"the run's state is '{state}', not finished"):
        read().metric("train_loss")


def test_a_history_that_is_shorter_than_the_summary_says_is_inconclusive(server: Server) -> None:
    server.history = HISTORY[:3]
    job = read()
    assert estimate(job.series["train_loss"], at="last").first == 30
    assert job.unfinished == f"{RUN}: the server's history ends at W&B's step 2 of 4: rows are missing"


def test_a_run_that_is_not_there_is_named(server: Server) -> None:
    server.gone = True
    assert refused().startswith(f"'{RUN}': Weights & Biases does not give this run: Could not find run")


def test_another_run_is_not_taken_for_it(server: Server) -> None:
    server.name = "zzz"
    assert refused().endswith("Weights & Biases does not give this run: the answer is of another run, 'zzz'")


def test_a_history_without_end_is_not_read_on_when_the_time_is_up() -> None:
    rows = _until(time.monotonic() - 1, ({"_step": step} for step in itertools.count()))
    with pytest.raises(TimeoutError, match="its history did not end in time"):
        next(rows)


def test_a_key_that_is_not_accepted_is_said(server: Server) -> None:
    server.fault = says({"errors": [{"message": "user is not logged in"}]}, status=401)
    assert "Failed to verify credentials" in refused()


def test_a_page_in_place_of_an_answer_is_an_error(server: Server) -> None:
    server.fault = says("<html>please log in</html>", content_type="text/html")
    assert f"'{RUN}': Weights & Biases does not give this run: " in refused()


def test_an_answer_of_another_shape_is_an_error(server: Server) -> None:
    server.fault = says({"data": {"viewer": VIEWER, "project": {"run": {"state": 1}}}})
    assert f"'{RUN}': Weights & Biases does not give this run: " in refused()


def test_a_server_that_drips_is_not_waited_for(server: Server) -> None:
    released = threading.Event()
    server.fault = drips(released)
    try:
        assert refused(1) == f"'{RUN}': not read whole within 1 second: give it more time (--ftgate-timeout)"
    finally:
        released.set()


def test_a_run_is_named_by_three_words() -> None:
    with pytest.raises(JobError, match=r"'wandb/run-1' does not name a run: write ENTITY/PROJECT/RUN"):
        read_job(JobRef(Path("wandb/run-1"), "wandb", "wandb/run-1"))


def test_without_a_login_the_server_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "NETRC", "WANDB_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:1")
    assert "Weights & Biases does not give this run: No API key" in refused()


def test_the_library_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    assert refused().endswith("pip install 'pytest-ftgate[wandb]'")
