"""What the tests of sources share: a job is written, then read."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, read_job

Write = Callable[[str, object], Path]
Read = Callable[..., Job]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write text or bytes as they are, and anything else as JSON, under a name in the test's own folder."""
    monkeypatch.chdir(tmp_path)

    def written(name: str, content: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return written


@pytest.fixture
def read(write: Write, tmp_path: Path) -> Read:
    """The job that one written file, or the folder of several, is."""

    def done(content: object = None, name: str = "results.csv", **files: object) -> Job:
        if content is not None:
            return read_job(JobRef(write(name, content)))
        for file, one in files.items():
            write(file.replace("__", ".").replace("_in_", "/"), one)
        return read_job(JobRef(tmp_path))

    return done
