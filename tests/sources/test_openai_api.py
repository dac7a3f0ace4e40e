"""Hosted jobs through the real SDK, from a server on the loopback interface."""

import base64
import gzip
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_ftgate.checkpoints import Checkpoint, Shipped
from pytest_ftgate.errors import EvidenceError, JobError
from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, openai_api, read_job
from pytest_ftgate.sources.hosts import Access

from ..openai_server import FILE, ID, KEY, Answer, Api, drips, fails, hangs_up, job, metrics, says, serving, table

OURS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_VERSION", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID")
AZURE = ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_ENDPOINT")
CHECKPOINT = {"object": "fine_tuning.job.checkpoint", "id": "ftckpt-1", "fine_tuning_job_id": ID, "step_number": 40}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*OURS, *AZURE, "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api()) as found:
        yield found


def read(api: Api, seconds: float = 20, source: str = "openai", **options: str) -> Job:
    options = options or {"base_url": api.url}
    return read_job(JobRef(Path(ID), source, ID, options, Access((), seconds)))


def refused(api: Api, **more: object) -> str:
    """What reading the job is refused with: one line, without the key."""
    with pytest.raises(EvidenceError) as caught:
        read(api, **more)  # type: ignore[arg-type]
    said = str(caught.value)
    assert "\n" not in said
    assert KEY not in said
    return said.replace(f"{ID} at 127.0.0.1", "IT")


def test_a_hosted_job_is_a_job(api: Api) -> None:
    found = read(api)
    assert (found.source, found.where, found.refused, found.unfinished) == ("OpenAI job files", Path(ID), "", "")
    assert (found.fact("job_id"), found.fact("status"), found.fact("steps")) == (ID, "succeeded", 40)
    assert float(found.metric("train_loss").values[40]) == 1.0


def test_every_page_is_read_and_nothing_is_asked_twice(api: Api) -> None:
    assert len(read(api).metric("train_loss")) == 40
    assert len(api.asked) == len(set(api.asked)) == 1 + 3 + 1 + 1


def test_the_digests_are_of_what_an_archive_would_hold(api: Api) -> None:
    names = [str(digest.path) for digest in read(api).files]
    assert names == [f"{ID}/job.json", f"{ID}/events.json", f"{ID}/checkpoints.json", f"{ID}/{FILE}.csv"]


def test_the_order_of_ties_and_keys_changes_no_digest(api: Api) -> None:
    first = read(api).files
    api.events.sort(key=lambda event: (-event["created_at"], event["id"]))
    api.job = dict(reversed(api.job.items()))
    assert read(api).files == first


def test_a_result_file_in_base64_is_read(api: Api) -> None:
    api.files[FILE] = base64.b64encode(table(40))
    assert read(api).files[3].size == len(base64.b64encode(table(40)))


@pytest.mark.parametrize("names", [None, []])
def test_a_job_without_result_files_has_its_events(api: Api, names: object) -> None:
    api.job["result_files"] = names
    assert len(read(api).metric("train_loss")) == 40


def test_a_null_list_is_an_empty_one(api: Api) -> None:
    api.fault("checkpoints", says({"object": "list", "data": None}))
    assert read(api).refused == ""


@pytest.mark.parametrize("status", ["running", "paused", "pending", "validating_files", "failed", "cancelled"])
def test_a_job_that_did_not_succeed_is_refused(api: Api, status: str) -> None:
    api.job = job(status=status, fine_tuned_model=None, result_files=None)
    assert read(api).refused == f"job '{ID}' is '{status}', not succeeded"


def test_a_job_in_moderation_is_still_running(api: Api) -> None:
    api.job = job(status="running", finished_at=1700009000, result_files=[])
    moderated = {**metrics(41, 40), "type": "moderation_checks", "data": {}, "message": "New fine-tuned model created"}
    api.events.insert(0, moderated)
    assert read(api).refused == f"job '{ID}' is 'running', not succeeded"


def test_a_result_file_that_is_gone_leaves_the_events(api: Api) -> None:
    api.files.clear()
    found = read(api)
    assert found.notes == (f"its result file {FILE} is gone (404); its events give the metrics",)
    assert len(found.metric("train_loss")) == 40


def test_a_result_file_that_is_gone_and_no_events_are_nothing(api: Api) -> None:
    api.files.clear()
    api.events.clear()
    assert refused(api) == f"{ID}: its result file {FILE} is gone (404), and its events have no metrics"


def test_events_and_result_file_that_disagree_are_an_error(api: Api) -> None:
    api.files[FILE] = table(39)
    assert "contradict each other" in refused(api)


def test_a_hosted_job_tells_its_checkpoints_and_what_ships(api: Api) -> None:
    model = str(api.job["fine_tuned_model"])
    api.checkpoints = [{**CHECKPOINT, "fine_tuned_model_checkpoint": model, "metrics": {}}]
    found = read(api)
    assert found.checkpoints == (Checkpoint(40.0, model),)
    assert found.shipped == Shipped(40.0, "the model id of its checkpoint is the job's fine_tuned_model")


def test_a_checkpoint_of_another_job_is_an_error(api: Api) -> None:
    api.checkpoints = [{**CHECKPOINT, "fine_tuning_job_id": "ftjob-other", "metrics": {"train_loss": 1}}]
    assert refused(api).startswith("files of 2 jobs are mixed")


HTML = "<!DOCTYPE html><title>Log in</title>"


@pytest.mark.parametrize(
    ("last", "answer", "said"),
    [
        (ID, says(HTML), "IT (asked for its job): an HTML page, not data"),
        (ID, says("Service is busy today"), "IT (asked for its job):1:1: not JSON (Expecting value)"),
        (ID, says(""), "IT (asked for its job): an empty answer"),
        (ID, says("[]"), "IT (asked for its job): answers with something else than an object: is the address right?"),
        (ID, says('{"id": 1, "id": 2}'), "IT (asked for its job): the key 'id' comes twice in one object, so one"),
        (ID, says("[" * 100_000), "IT (asked for its job): JSON that nests too deeply"),
        (ID, says({"id": ID}), "IT: answers with something else than a fine-tuning job: is the address right?"),
        (ID, says(job(id="ftjob-2")), "IT: answers with another job, 'ftjob-2'"),
        (ID, says(job(result_files=["../x"])), "IT: its result_files are not ids of files: '['../x']'"),
        (ID, says(job(result_files=[{}])), "IT: its result_files are not ids of files"),
        (ID, fails(404), "IT: no such job (404): is the key of another project or account?"),
        ("events", fails(404), "IT: its events are not there (404)"),
        ("events", says(HTML), "IT (asked for its events): an HTML page, not data"),
        ("events", says({"data": ["x"]}), "IT: answers with something else than its events: is the address right?"),
        (
            "events",
            says({"data": [], "has_more": "true"}),
            "IT: a page of its events says has_more 'true', neither true nor false",
        ),
        ("events", says({"data": {}}), "IT: answers with something else than its events"),
        ("events", says({"data": [], "has_more": True}), "IT: a page of its events is empty and says that there are"),
        (
            "events",
            says({"data": [metrics(1, 1)], "has_more": True}),
            "IT: an object of its events comes twice, or has",
        ),
        ("events", says({"data": [{**metrics(1, 1), "id": ""}]}), "IT: an object of its events comes twice, or has no"),
        ("content", says(HTML), f"{ID}/{FILE}.csv: an HTML page, not data"),
        ("content", says({"error": {}}), f"{ID}/{FILE}.csv: the API gave something else than a result file"),
        ("content", says(""), f"{ID}/{FILE}.csv: the file is empty: no rows"),
        (ID, says(job(metadata={"echo": KEY})), "IT: the answer (job) holds the key of OPENAI_API_KEY: it is not read"),
        (ID, says(gzip.compress(b"x"), content_encoding="gzip"), "IT: answers with compressed data, which was not as"),
    ],
)
def test_an_answer_that_is_not_the_job_s_is_an_error(api: Api, last: str, answer: Answer, said: str) -> None:
    api.fault(last, answer)
    assert refused(api).startswith(said)


def test_pages_without_end_are_left(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_api, "_MOST_PAGES", 2)
    assert refused(api) == "IT: its events fill more than 2 pages"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (fails(401, f"Incorrect API key: {KEY}"), "IT: the key in OPENAI_API_KEY is not accepted (401)"),
        (fails(401, x_should_retry="true"), "IT: the key in OPENAI_API_KEY is not accepted (401)"),
        (fails(403), "IT: the key in OPENAI_API_KEY has no right to read it (403)"),
        (fails(429, code="insufficient_quota"), "IT: the account's quota is used up (429 insufficient_quota)"),
        (fails(400, f"no such version {KEY}"), "IT: answers 400: no such version [key]"),
        (fails(302, location="/v1/elsewhere"), "IT: answers with a redirect (302), which is not followed: name the"),
        (fails(308, location="http://127.0.0.2/"), "IT: answers with a redirect (308), which is not followed: name"),
    ],
)
def test_what_asking_again_would_not_mend_is_asked_once(api: Api, answer: Answer, said: str) -> None:
    api.fault(ID, answer)
    assert refused(api).startswith(said)
    assert len(api.asked) == 1


@pytest.mark.parametrize("answer", [fails(429, code="rate_limit_exceeded"), fails(500), fails(503), fails(408)])
def test_what_may_pass_is_asked_again(api: Api, answer: Answer) -> None:
    api.fault(ID, answer, says(api.job))
    assert read(api).refused == ""


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (fails(429, "slow down", code="rate_limit_exceeded"), "IT: answers 429: slow down (also when asked again)"),
        (fails(500, "oops\nat \x1b[31m"), "IT: answers 500: oops\\nat \\x1b[31m (also when asked again)"),
        (says("<html>", 502), "IT: answers 502 (also when asked again)"),
    ],
)
def test_what_does_not_pass_is_an_error(api: Api, answer: Answer, said: str) -> None:
    api.fault(ID, answer)
    assert refused(api) == said
    assert len(api.asked) == 3


def test_a_long_wait_that_is_asked_for_is_said_and_not_waited(api: Api) -> None:
    api.fault(ID, fails(429, "slow down", retry_after="1000000000", retry_after_ms="1e12"))
    assert refused(api) == "IT: answers 429: slow down; it asks to wait (Retry-After: 1000000000): try again later"
    assert len(api.asked) == 1


def test_what_was_asked_once_is_not_said_to_have_been_asked_again(api: Api) -> None:
    api.fault(ID, says("<html>", 451))
    assert (refused(api), len(api.asked)) == ("IT: answers 451", 1)


def test_a_connection_that_is_refused_is_said(api: Api) -> None:
    said = refused(api, base_url="http://127.0.0.1:1/v1")
    assert said.startswith("IT: cannot be reached (")
    assert "refused" in said


def test_an_answer_that_is_cut_is_asked_for_again(api: Api) -> None:
    api.fault("events", hangs_up, says({"data": api.events, "has_more": False}))
    assert len(read(api).metric("train_loss")) == 40


def test_an_answer_that_drips_ends_at_the_limit(api: Api) -> None:
    released = threading.Event()
    api.fault("events", drips(released))
    begin = time.monotonic()
    said = refused(api, seconds=0.5)
    released.set()
    assert said == "IT: not read whole within 0.5 seconds: give it more time (--ftgate-timeout)"
    assert time.monotonic() - begin < 5


def test_an_answer_that_is_too_long_is_left(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from pytest_ftgate.sources import openai_client

    monkeypatch.setattr(openai_client, "_MOST_ERROR_BYTES", 100)
    api.fault(ID, fails(500, "x" * 1000))
    assert refused(api) == "IT: answers with more than 100 bytes"


def test_all_answers_together_are_bounded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from pytest_ftgate.sources import openai_client

    monkeypatch.setattr(openai_client, "MOST_BYTES", 5000)
    assert "answers with more than" in refused(api)
    assert len(api.asked) < 6


@pytest.mark.parametrize("key", ["", None])
def test_no_key_is_said_before_anything_is_asked(api: Api, key: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY") if key is None else monkeypatch.setenv("OPENAI_API_KEY", key)
    said = f"{ID}: no key: set OPENAI_API_KEY to read a hosted job, or name its saved files"
    assert (refused(api), api.asked) == (said, [])


def test_a_key_with_a_line_break_is_not_shown(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n")
    assert refused(api) == f"{ID}: the key in OPENAI_API_KEY holds a blank, a line break or a strange character"


def test_a_local_server_is_content_with_any_word(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "job")
    assert read(api).refused == ""


def test_a_proxy_that_cannot_be_used_is_not_shown(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://user:secret@proxy:1")
    said = refused(api)
    assert said.startswith("IT: the openai SDK cannot be set up (")
    assert "secret" not in said


def test_certificates_that_are_not_there_are_no_traceback(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    said = refused(api)
    assert said.startswith("IT: the openai SDK cannot be set up (FileNotFoundError): look at its variables, and at")


def test_no_proxy_is_between_this_machine_and_itself(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert read(api).refused == ""


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://api.example", "base_url: 'api.example' is not a host that a key may be sent to: allow it with --f"),
        ("https://127.0.0.1.example", "base_url: '127.0.0.1.example' is not a host"),
        ("http://api.openai.com/v1", "base_url: api.openai.com must be reached by https://, because a key is sent"),
        ("https://user:secret@api.openai.com", "base_url: not a plain address: write https://HOST/PATH, without a"),
        ("https://api.openai.com\\@evil", "base_url: not a plain address"),
        ("https://api.openai.com/v1?x=", "base_url: not a plain address"),
        ("file:///etc/passwd", "base_url: not a plain address"),
        ("http://127.0.0.1:65536/v1", "base_url: port 65536 cannot be: there are 1 to 65535"),
        ("http://127.0.0.256/v1", "base_url: 127.0.0.256 must be reached by https://"),
    ],
)
def test_a_key_goes_to_no_host_that_was_not_allowed(api: Api, url: str, said: str) -> None:
    message = refused(api, base_url=url)
    assert message.startswith(said)
    assert "secret" not in message


def test_the_sdk_s_own_variable_names_the_address(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", api.url)
    assert read_job(JobRef(Path(ID), "openai", ID)).refused == ""


def test_azure_is_asked_by_endpoint_and_version(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-key")
    endpoint = api.url.removesuffix("/v1")
    assert read(api, source="azure", endpoint=endpoint, api_version="2024-10-21").refused == ""
    assert api.asked[0] == f"/openai/fine_tuning/jobs/{ID}?api-version=2024-10-21"
    assert api.headers["api-key"] == "azure-key"
    assert KEY not in str(api.headers)


def test_azure_s_newer_api_is_asked_by_base_url(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-key")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-openai")
    assert read(api, source="azure", base_url=f"{api.url}/").refused == ""
    assert api.headers["authorization"] == "Bearer azure-key"
    assert "org-of-openai" not in str(api.headers)


@pytest.mark.parametrize(
    ("variables", "options", "said"),
    [
        ({}, {"endpoint": "http://localhost:1"}, f"{ID}: no key: set AZURE_OPENAI_API_KEY to read"),
        ({"AZURE_OPENAI_API_KEY": "k"}, {"api_version": "v"}, "AZURE_OPENAI_ENDPOINT is not set: set it, or name the"),
        (
            {"AZURE_OPENAI_API_KEY": "k"},
            {"endpoint": "http://localhost:1"},
            "azure needs an api_version (or OPENAI_API",
        ),
    ],
)
def test_what_azure_still_needs_is_said(
    api: Api, variables: dict[str, str], options: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert refused(api, source="azure", **options).startswith(said)


def test_an_azure_key_that_is_not_accepted_is_named(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
    api.fault(ID, fails(401))
    said = refused(api, source="azure", base_url=api.url)
    assert said == "IT: the key in AZURE_OPENAI_API_KEY is not accepted (401)"


def test_an_id_that_is_none_asks_for_nothing(api: Api) -> None:
    with pytest.raises(JobError, match=r"^'\.\./x' is not the id of a hosted job \(ftjob-\.\.\.\)$"):
        read_job(JobRef(Path("x"), "openai", "../x", {"base_url": api.url}))


def test_a_hosted_job_has_no_folder(api: Api) -> None:
    with pytest.raises(JobError, match=rf"^{ID} has no folder that outputs could lie in: name them by their path$"):
        _ = read(api).directory


def test_the_sdk_is_imported_only_when_a_hosted_job_is_read() -> None:
    code = "import sys, pytest_ftgate.cli, pytest_ftgate.nodes; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
