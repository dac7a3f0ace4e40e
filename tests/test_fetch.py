"""Archives of hosted jobs."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_ftgate.errors import FtgateError
from pytest_ftgate.fetch import fetch
from pytest_ftgate.sources import JobRef, read_job
from pytest_ftgate.sources.hosts import Access

from .openai_server import FILE, ID, KEY, Api, job, serving


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Api]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    with serving(Api()) as found:
        yield found


def fetched(api: Api, folder: str = "a") -> list[str]:
    return fetch("openai", ID, {"base_url": api.url}, Access((), 20), Path(folder))


def contents(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def refused(api: Api, folder: str = "a") -> str:
    with pytest.raises(FtgateError) as caught:
        fetched(api, folder)
    return str(caught.value)


def test_an_archive_holds_what_the_api_has(api: Api) -> None:
    assert fetched(api) == [f"{ID} (succeeded) in a: 5 files"]
    assert sorted(contents("a")) == ["SHA256SUMS", "checkpoints.json", "events.json", f"{FILE}.csv", "job.json"]
    assert [path.name for path in Path().iterdir()] == ["a"]


def test_an_archive_is_the_job_that_the_api_has(api: Api) -> None:
    fetched(api)
    hosted = read_job(JobRef(Path(ID), "openai", ID, {"base_url": api.url}))
    saved = read_job(JobRef(Path("a")))
    assert saved.facts == hosted.facts
    assert saved.metric("train_loss").values.equals(hosted.metric("train_loss").values)
    assert {d.sha256 for d in saved.files} < {d.sha256 for d in hosted.files}


def test_the_digests_are_of_the_files(api: Api) -> None:
    fetched(api)
    lines = {line[66:]: line[:64] for line in Path("a/SHA256SUMS").read_text().splitlines()}
    found = contents("a")
    assert lines.keys() == found.keys() - {"SHA256SUMS"}
    assert all(hashlib.sha256(found[name]).hexdigest() == digest for name, digest in lines.items())


def test_a_second_archive_is_the_same_byte_for_byte(api: Api) -> None:
    fetched(api)
    api.page = 7
    api.events.sort(key=lambda event: (-event["created_at"], event["id"]))
    fetched(api, "b")
    assert contents("a") == contents("b")


def test_the_same_folder_again_is_left_as_it_is(api: Api) -> None:
    fetched(api)
    Path("a/samples.jsonl").write_text("{}")
    assert fetched(api) == [f"{ID} (succeeded) in a: 5 files, as they were"]


def test_no_secret_is_in_an_archive(api: Api) -> None:
    fetched(api)
    assert not any(KEY.encode() in body for body in contents("a").values())


def test_an_empty_folder_is_filled(api: Api) -> None:
    Path("a").mkdir()
    assert fetched(api) == [f"{ID} (succeeded) in a: 5 files"]


def test_an_empty_folder_stays_the_same_one(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a").mkdir()
    before = Path("a").stat().st_ino
    monkeypatch.chdir("a")
    assert fetched(api, ".")[0].endswith(": 5 files")
    assert (len(list(Path().iterdir())), Path().stat().st_ino) == (5, before)


def test_what_a_killed_fetch_left_over_is_in_nobody_s_way(api: Api) -> None:
    Path(f".a.{os.getpid()}.tmp").mkdir()
    assert fetched(api) == [f"{ID} (succeeded) in a: 5 files"]


def test_folders_above_are_made(api: Api) -> None:
    assert fetched(api, "deep/er/a")[0].endswith("5 files")


@pytest.mark.parametrize("name", ["notes.txt", "job.json"])
def test_a_folder_of_something_else_is_refused(api: Api, name: str) -> None:
    Path("a").mkdir()
    (Path("a") / name).write_text("{}")
    assert refused(api) == "a is not empty and not an archive of this job: name a folder that is new"
    assert contents("a") == {name: b"{}"}


def test_a_file_in_the_place_of_the_folder_is_refused(api: Api) -> None:
    Path("a").write_text("x")
    assert refused(api) == "a is a file: name a folder that is new or empty"


def test_another_state_of_the_same_job_is_left_as_it_is(api: Api) -> None:
    fetched(api)
    Path("a/events.json").write_text("{}")
    before = contents("a")
    assert refused(api).startswith("a holds another state of this job (events.json): it is left as it is; name another")
    assert contents("a") == before


def test_a_result_file_that_is_gone_does_not_replace_an_older_archive(api: Api) -> None:
    fetched(api)
    api.files.clear()
    assert f"(SHA256SUMS, {FILE}.csv)" in refused(api)
    assert fetched(api, "b")[1] == f"its result file {FILE} is gone (404), and is not in the archive"


def test_a_job_that_runs_is_not_archived(api: Api) -> None:
    api.job = job(status="running")
    assert refused(api) == f"{ID} is 'running': fetch it when it has ended"
    assert not Path("a").exists()


def test_a_job_that_failed_is_archived_and_said_to_have(api: Api) -> None:
    api.job = job(status="failed", error={"code": "exceeded", "message": "no"}, result_files=[])
    assert fetched(api) == [f"{ID} (failed) in a: 4 files", f"job '{ID}' is 'failed', not succeeded: exceeded: no"]


def test_evidence_that_contradicts_itself_is_not_archived(api: Api) -> None:
    api.files[FILE] = b"step,train_loss\n1,9\n40,9\n"
    assert "contradict each other" in refused(api)
    assert not Path("a").exists()


def test_a_folder_that_cannot_be_written_is_said(api: Api) -> None:
    Path("file").write_text("")
    assert refused(api, "file/a").startswith("file/a: the archive cannot be written (")
