import json
import os
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvidenceError, JobError
from pytest_ftgate.sources import SOURCES, JobRef, read_job

from .conftest import Read, Write


def first_line(error: pytest.ExceptionInfo[JobError]) -> str:
    return str(error.value).splitlines()[0]


def test_every_source_says_its_name() -> None:
    names = [source.name for source in SOURCES]
    assert {"OpenAI job files", "a Hugging Face trainer state", "a LLaMA-Factory log"} <= {*names}
    assert len(set(names)) == len(names)


def test_a_missing_path_names_the_near_one(write: Write, tmp_path: Path) -> None:
    write("step_metrics.csv", "")
    with pytest.raises(
        JobError, match=r"^step_metric\.csv: no such file or folder, did you mean 'step_metrics\.csv'\?$"
    ):
        read_job(JobRef(tmp_path / "step_metric.csv"))


def test_a_path_of_control_characters_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"a\\x1b\[31mb"):
        read_job(JobRef(tmp_path / "a\x1b[31mb"))


def test_a_pipe_is_no_job(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(EvidenceError, match="not a regular file"):
        read_job(JobRef(tmp_path / "pipe"))


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"the folder is empty$"):
        read_job(JobRef(tmp_path))


def test_a_table_of_another_trainer_is_answered_with_a_line_to_paste(read: Read) -> None:
    with pytest.raises(JobError) as error:
        read("iter,loss,val_loss\n0,0.5,0.6\n", "log.csv")
    assert first_line(error) == (
        "log.csv: a CSV with columns 'iter', 'loss', 'val_loss', which is not a job that is recognised; "
        "name its columns: job: {csv: log.csv, columns: {step: iter, train_loss: loss, valid_loss: val_loss}}"
    )


def test_a_log_of_another_trainer_is_answered_with_a_line_to_paste(read: Read) -> None:
    rows = [
        {"iter": 5, "loss": 0.5},
        {"iter": 10, "eval_loss": 0.6},
    ]
    with pytest.raises(JobError) as error:
        read("\n".join(map(json.dumps, rows)), "log.jsonl")
    assert first_line(error).endswith(
        "job: {jsonl: log.jsonl, columns: {step: iter, train_loss: loss, valid_loss: eval_loss}}"
    )


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (b"a\tb\n1\t2\n", "a table separated by '\\t' (save it with commas)"),
        (b"step;train_loss\n1;0,5\n", "a table separated by ';' (save it with commas)"),
        (b"hello\n", "text that is neither JSON nor CSV"),
        (b"{}", "a JSON object with no keys"),
        (b"[]", "an empty JSON list"),
        (b"[1, 2]", "a JSON list without objects"),
        (b'{"train_loss": 0.1, "train_runtime": 3}', "a trainer's summary (its train_loss is the average"),
        (b'{"object": "list", "data": [], "has_more": false}', "a JSON object with keys 'object', 'data', 'has_more'"),
        (b"{'input': 0.1}", "console output without a training's rows"),
        (b"[FineTuningJobEvent(id='x', data=None)]", "API objects as Python prints them"),
    ],
)
def test_what_a_file_looks_like_is_said(read: Read, content: bytes, looks: str) -> None:
    with pytest.raises(JobError) as error:
        read(content, "it")
    assert first_line(error).startswith(f"it: {looks}")
    assert "looked for an OpenAI or Azure result file" in str(error.value)


def test_hostile_column_names_stay_inert(read: Read) -> None:
    with pytest.raises(JobError) as error:
        read("a\x1b[2J,b\u202e\n1,2\n", "it.csv")
    assert first_line(error).startswith("it.csv: a CSV with columns 'a\\x1b[2J', 'b\\u202e', which is not")


@pytest.mark.parametrize(("name", "why"), [("x" * 300, "File name too long"), ("a\x00b", "it is not a path")])
def test_a_name_that_can_be_no_file_is_one_line(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(JobError, match=rf"cannot be read \({why}\)$"):
        read_job(JobRef(tmp_path / name))
