"""A real model, served and asked for real: `sh scripts/e2e` trains it, serves it and then runs this.

The folder FTGATE_E2E holds the trained run in `run/`, which has answered the first held-out prompts itself, and what
the server prints in `server.log`. The server is at FTGATE_E2E_URL and knows the model as `dates`.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.sampling.store import FILE, Store, Stored

FOLDER, URL = Path(os.environ["FTGATE_E2E"]), os.environ["FTGATE_E2E_URL"]
HELDOUT = Path(__file__).parents[2] / "examples" / "dates" / "heldout.jsonl"
AT_ONCE = 2
READY_SECONDS, RUN_SECONDS = 120.0, 150.0
NOT_THEIRS = ("PYTEST_ADDOPTS", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "OPENAI_API_KEY", "OPENAI_BASE_URL")

SPEC = f"""\
ftgate: 1
job: run
gates:
  finished: {{job: status, equals: succeeded}}
  learnt: {{metric: train_loss, max: 4}}
  dates: {{eval: forms, min: 80%}}
  exact: {{eval: exact, min: 99%}}
  quick: {{eval: exact, score: latency, percentile: 95, max: 60}}
evals:
  forms:
    prompts: heldout.jsonl
    sample: &asked
      {{model: dates, base_url: '{URL}', served_as: dates@main, temperature: 0, max_tokens: 16, concurrency: {AT_ONCE}}}
    grader: {{type: regex, pattern: '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}'}}
    items: none
  exact: {{prompts: heldout.jsonl, sample: *asked, grader: exact, items: none}}
"""
DRAWS = f"""\
ftgate: 1
gates:
  draws: {{eval: drawn, score: pass_at_k, k: 2, min: 50%}}
evals:
  drawn:
    prompts: few.jsonl
    sample: {{model: dates, base_url: '{URL}', served_as: dates@main, temperature: 1, seed: 7, max_tokens: 16}}
    repeats: 3
    grader: {{type: regex, pattern: '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}'}}
    items: none
"""


@dataclass(frozen=True)
class Run:
    """A finished run: its exit status, what it printed, its verdict's gates by name, the answers that are stored."""

    status: int
    printed: str
    gates: dict[str, Any]
    answers: dict[str, Stored]


@dataclass(frozen=True)
class Story:
    """A run that was killed, what it had stored, and the runs after it; what the model answered after training."""

    killed: int
    kept: dict[str, Stored]
    resumed: Run
    offline: Run
    asked: int
    trained: dict[str, str]


def jsonl(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def stored(folder: Path) -> dict[str, Stored]:
    with suppress(EvalError), Store(folder / ".ftgate" / FILE, writes=False) as store:
        return {answer.request: answer for answer in store.answers()}
    return {}


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Look again and again until it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} took more than {seconds:g} seconds\n{(FOLDER / 'server.log').read_text()[-3000:]}")
        time.sleep(0.02)


def serves() -> bool:
    with suppress(OSError, HTTPException), urlopen(URL.removesuffix("/v1") + "/health", timeout=5) as answer:  # noqa: S310
        return bool(answer.status == 200)
    return False


def requests() -> int:
    """How many the server has received."""
    return (FOLDER / "server.log").read_text(encoding="utf-8", errors="replace").count("[Request received]")


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--ftgate", "job.yaml", *arguments]
    environment = {key: value for key, value in os.environ.items() if key not in NOT_THEIRS}
    environment |= {"COLUMNS": "120", "NO_PROXY": "127.0.0.1"}
    with (folder / "printed.txt").open("w", encoding="utf-8") as printed:
        running = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=printed, stderr=subprocess.STDOUT, text=True
        )
        try:
            yield running
        finally:
            running.kill()
            running.wait(10)


def finished(folder: Path, *arguments: str) -> Run:
    with started(folder, "--ftgate-verdict=verdict.json", *arguments) as running:
        status = running.wait(RUN_SECONDS)
    (spec,) = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))["specs"]
    printed = (folder / "printed.txt").read_text(encoding="utf-8")
    return Run(status, printed, {gate["name"]: gate for gate in spec["gates"]}, stored(folder))


def beside_the_run(tmp: pytest.TempPathFactory, name: str, spec: str) -> Path:
    folder = tmp.mktemp(name)
    shutil.copytree(FOLDER / "run", folder / "run")
    (folder / "job.yaml").write_text(spec, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", autouse=True)
def server() -> None:
    until(serves, READY_SECONDS, "serving the model")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = beside_the_run(tmp_path_factory, "story", SPEC)
    trained = {row["id"]: row["output"] for row in jsonl(FOLDER / "run" / "outputs.jsonl")}
    lines = HELDOUT.read_text(encoding="utf-8").splitlines()[: len(trained)]
    (folder / "heldout.jsonl").write_text("\n".join(lines), encoding="utf-8")
    before = requests()
    with started(folder) as running:
        until(lambda: len(stored(folder)) * 2 >= len(trained) or running.poll() is not None, RUN_SECONDS, "half a run")
        running.kill()
        killed = running.wait(10)
    kept = stored(folder)
    resumed = finished(folder)
    asked = requests() - before
    offline = finished(folder, "--ftgate-samples=never")
    return Story(killed, kept, resumed, offline, asked, trained)


def test_a_run_that_is_killed_keeps_what_was_answered(story: Story) -> None:
    assert story.killed == -9
    assert len(story.trained) / 2 <= len(story.kept) < len(story.trained)


def test_the_next_run_asks_only_for_what_is_missing(story: Story) -> None:
    assert len(story.resumed.answers) == len(story.trained)
    assert {key: story.resumed.answers[key] for key in story.kept} == story.kept
    assert len(story.trained) <= story.asked <= len(story.trained) + AT_ONCE


def test_each_gate_is_decided_as_the_model_fares(story: Story) -> None:
    statuses = {name: gate["status"] for name, gate in story.resumed.gates.items()}
    wanted = {"finished": "pass", "learnt": "pass", "dates": "pass", "exact": "fail", "quick": "pass"}
    assert statuses == wanted, story.resumed.printed
    assert story.resumed.status == pytest.ExitCode.TESTS_FAILED


def test_the_served_model_answers_as_it_did_after_its_training(story: Story) -> None:
    said = {
        json.loads(one.asked)["body"]["messages"][-1]["content"]: one.body for one in story.offline.answers.values()
    }
    texts = {prompt: json.loads(body)["choices"][0]["message"]["content"] for prompt, body in said.items()}
    rows = [(texts[row["prompt"]], story.trained[row["id"]]) for row in jsonl(HELDOUT)[: len(story.trained)]]
    # The script answers in batches, whose rounding may turn a draw between two bytes.
    assert sum(served == own for served, own in rows) >= 0.9 * len(rows)


def test_the_verdict_says_who_was_asked_and_what_is_of_which_run(story: Story) -> None:
    origin = story.resumed.gates["dates"]["origin"][0]
    fresh, kept = len(story.trained) - len(story.kept), len(story.kept)
    assert origin.startswith(f"{len(story.trained)} answers of 'dates' at 127.0.0.1: {fresh} asked in this run")
    assert f"{kept} from the store" in origin


def test_without_the_model_the_stored_answers_are_judged_alike(story: Story) -> None:
    runs = (story.resumed, story.offline)
    judged = [{name: (gate["status"], gate["observed"]) for name, gate in run.gates.items()} for run in runs]
    assert len(judged[0]) == 5
    assert judged[0] == judged[1]
    assert story.offline.answers == story.resumed.answers


def test_repeats_are_draws_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = beside_the_run(tmp_path_factory, "draws", DRAWS)
    lines = HELDOUT.read_text(encoding="utf-8").splitlines()[:5]
    (folder / "few.jsonl").write_text("\n".join(lines), encoding="utf-8")
    run = finished(folder)
    assert (run.status, run.gates["draws"]["status"], len(run.answers)) == (0, "pass", 15), run.printed
    texts = {json.loads(one.body)["choices"][0]["message"]["content"] for one in run.answers.values()}
    assert len(texts) > 5
