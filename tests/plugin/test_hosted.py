"""Hosted jobs in a run of pytest, from a server on the loopback interface."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_ftgate.sources.hosts import Access
from pytest_ftgate.sources.openai_api import download

from ..conftest import RunSpec
from ..openai_server import ID, KEY, Api, drips, fails, job, serving

GATES = """
    ftgate: 1
    job: JOB
    gates:
      finished: {job: status, equals: succeeded}
      train-loss: {metric: train_loss, max: 1.20}
"""
BY_VARIABLES = GATES.replace("JOB", "{openai: '${JOB}', base_url: '${URL}'}")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTGATE_ALLOW_HOST"):
        monkeypatch.delenv(name, raising=False)
    with serving(Api()) as found:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", found.url)
        monkeypatch.setenv("URL", found.url)
        monkeypatch.setenv("JOB", ID)
        # Such a run forgets what it imports, and the SDK imports its parts when they are first used.
        download("openai", ID, {}, Access())
        found.asked.clear()
        yield found


def test_a_hosted_job_is_judged(api: Api, run_spec: RunSpec, pytester: pytest.Pytester) -> None:
    done = run_spec(BY_VARIABLES, "--ftgate-verdict=v.json")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines([f"*job.yaml, job {ID}*", "verdict: PASS*"])
    verdict = Path(pytester.path / "v.json").read_text()
    assert json.loads(verdict)["promote"] is True
    assert f"{ID}/events.json" in verdict
    assert api.headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in verdict + done.stdout.str()


def test_it_is_read_once_for_all_gates(api: Api, run_spec: RunSpec) -> None:
    run_spec(BY_VARIABLES).assert_outcomes(passed=2)
    assert len(api.asked) == len(set(api.asked)) == 6


@pytest.mark.parametrize("said", [ID, "run"])
def test_the_id_alone_names_it_in_the_spec_and_on_the_command_line(api: Api, run_spec: RunSpec, said: str) -> None:
    arguments = [] if said == ID else [f"--ftgate-job={ID}"]
    run_spec(GATES.replace("JOB", said), *arguments).assert_outcomes(passed=2)
    assert api.asked[0].endswith(ID)


def test_a_job_that_failed_is_not_promoted(api: Api, run_spec: RunSpec) -> None:
    api.job = job(status="failed")
    done = run_spec(BY_VARIABLES)
    done.assert_outcomes(failed=1, errors=1)
    done.stdout.fnmatch_lines([f"*job '{ID}' is 'failed', not succeeded*"])


def test_a_key_that_is_not_accepted_is_an_error_in_one_line(api: Api, run_spec: RunSpec) -> None:
    api.fault(ID, fails(401))
    done = run_spec(BY_VARIABLES)
    done.assert_outcomes(errors=2)
    done.stdout.fnmatch_lines([f"*{ID} at 127.0.0.1: the key in OPENAI_API_KEY is not accepted (401)"])
    assert len(api.asked) == 1
    assert "Traceback" not in done.stdout.str()


def test_the_time_that_it_takes_is_limited(api: Api, run_spec: RunSpec) -> None:
    released = threading.Event()
    api.fault("events", drips(released))
    done = run_spec(BY_VARIABLES, "--ftgate-timeout=0.5")
    released.set()
    done.assert_outcomes(errors=2)
    done.stdout.fnmatch_lines(["*not read whole within 0.5 seconds: give it more time (--ftgate-timeout)*"])


def test_a_host_that_the_spec_chooses_must_be_allowed(
    api: Api, run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = GATES.replace("JOB", f"{{openai: {ID}, base_url: 'https://gate.invalid/v1'}}")
    done = run_spec(text)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*job.base_url: 'gate.invalid' is not a host*--ftgate-allow-host gate.invalid (or in *"])
    monkeypatch.setenv("FTGATE_ALLOW_HOST", "a.example, gate.invalid")
    assert run_spec(text, "--co").ret == 0
    monkeypatch.delenv("FTGATE_ALLOW_HOST")
    assert run_spec(text, "--co", "--ftgate-allow-host=Gate.Invalid").ret == 0
    assert api.asked == []


@pytest.mark.parametrize("value", ["0", "nan", "inf", "-1", "soon"])
def test_a_limit_that_is_none_is_a_usage_error(run_spec: RunSpec, value: str) -> None:
    done = run_spec(BY_VARIABLES, f"--ftgate-timeout={value}")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*'{value}' is not a number of seconds between 0 and 86400"])
