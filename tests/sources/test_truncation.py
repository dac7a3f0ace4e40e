"""A file that was cut anywhere: an error, an unfinished run, or a note; never a shorter series without a word."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, read_job

from .events import event_file, falling
from .wandb_files import begun, ended, log, rows

STEPS = range(10, 210, 10)


def state(folder: Path) -> Path:
    logged = [{"step": step, "epoch": step / 100, "loss": 10 / step} for step in STEPS]
    return _text(
        folder / "trainer_state.json", json.dumps({"log_history": logged, "global_step": 200, "max_steps": 200})
    )


def llama_factory(folder: Path) -> Path:
    lines = [json.dumps({"current_steps": step, "total_steps": 200, "loss": 10 / step}) for step in STEPS]
    return _text(folder / "trainer_log.jsonl", "\n".join([*lines, ""]))


def result_file(folder: Path) -> Path:
    lines = [f"{step},{10 / step:.5f},0.5" for step in STEPS]
    return _text(folder / "results.csv", "\n".join(["step,train_loss,train_accuracy", *lines, ""]))


def lightning(folder: Path) -> Path:
    lines = [f"0,{step},{10 / step:.5f}" for step in STEPS]
    return _text(folder / "metrics.csv", "\n".join(["epoch,step,train_loss", *lines, ""]))


def deepspeed(folder: Path) -> Path:
    lines = [f"{step},{10 / step:.5f}" for step in STEPS]
    return _text(folder / "Train_Samples_train_loss.csv", "\r\n".join(["step,train_loss", *lines, ""]))


def torchtune(folder: Path) -> Path:
    return _text(folder / "log_1.txt", "".join(f"Step {step} | loss:{10 / step:.5f} lr:0.1 \n" for step in STEPS))


def events(folder: Path) -> Path:
    return event_file(folder, falling("train/loss", 10, 200))


def wandb(folder: Path) -> Path:
    return log(folder / "run-abc.wandb", [begun("abc", 1), *rows(*[0.5] * 20), ended()])


def _text(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


KINDS = (state, llama_factory, result_file, lightning, deepspeed, torchtune, events, wandb)


def read(path: Path) -> Job | EvidenceError:
    try:
        return read_job(JobRef(path))
    except EvidenceError as e:
        return e


@pytest.mark.parametrize("write", KINDS, ids=lambda write: write.__name__)
def test_no_cut_leaves_a_series_that_is_shorter_without_a_word(write: Callable[[Path], Path], tmp_path: Path) -> None:
    path = write(tmp_path)
    data = path.read_bytes()
    whole = read(path)
    assert isinstance(whole, Job)
    assert len(whole.series["train_loss"]) == 20
    silent = []
    for end in range(0, len(data), max(1, len(data) // 150)):
        path.write_bytes(data[:end])
        found = read(path)
        if isinstance(found, Job) and not (found.refused or found.unfinished or found.notes):
            silent.append(end)
    assert silent == []
