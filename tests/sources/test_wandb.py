"""Weights & Biases runs on disk: the log, or the summary; a run that did not end well is not judged."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.estimators import estimate
from pytest_ftgate.job import Job
from pytest_ftgate.sources import JobRef, read_job

from .wandb_files import BLOCK, HEADER, begun, ended, history, log, rows, summary, typed

LOGGED = """
import math, sys, wandb
settings = wandb.Settings(console="off", x_disable_stats=True, x_disable_meta=True, silent=True)
run = wandb.init(project="tuning", mode="offline", dir=sys.argv[1], settings=settings)
for i in range(1, 6):
    run.log({"train/loss": 2.0 / i, "train/global_step": i * 10})
run.log({"eval/loss": math.nan, "nested": {"value": 2.5}, "train/global_step": 50})
run.summary["train_loss"] = 0.9
run.finish()
"""

RESUMED = """
import sys, wandb
settings = wandb.Settings(console="off", x_disable_stats=True, x_disable_meta=True, silent=True)
run = wandb.init(project="tuning", id="abc", resume="allow", mode="offline", dir=sys.argv[1], settings=settings)
for i in range(int(sys.argv[2]), int(sys.argv[2]) + 5):
    run.log({"train/loss": 2.0 / i, "train/global_step": i * 10})
run.finish()
"""


def read(path: Path) -> Job:
    return read_job(JobRef(path))


def refused(path: Path) -> str:
    with pytest.raises(JobError) as error:
        read(path)
    return str(error.value)


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that the library itself logged without a network."""
    folder = tmp_path_factory.mktemp("offline")
    subprocess.run([sys.executable, "-c", LOGGED, str(folder)], check=True, cwd=folder, capture_output=True)
    return folder


def test_what_the_library_logged_offline_is_what_is_read(offline: Path) -> None:
    job = read(offline / "wandb" / "latest-run")
    assert list(job.series["train_loss"].values) == [2.0 / i for i in range(1, 6)]
    assert list(job.series["train_loss"].values.index) == [10, 20, 30, 40, 50]
    assert math.isnan(estimate(job.series["valid_loss"]).value)
    assert estimate(job.series["nested.value"], at="last").value == 2.5


def test_a_run_that_ended_has_its_facts(offline: Path) -> None:
    job = read(offline)
    assert (job.facts["status"], job.facts["steps"], job.facts["run_average_train_loss"]) == ("succeeded", 50, 0.9)
    assert job.facts["job_id"] == job.files[0].path.stem.removeprefix("run-")
    assert (job.refused, job.unfinished) == ("", "")


def test_a_log_longer_than_a_block_is_read_whole(tmp_path: Path) -> None:
    long = history({"text": "x" * 3 * BLOCK})
    job = read(log(tmp_path / "run.wandb", [long, *rows(*[0.5] * 700), long, ended()]))
    assert (len(job.series["train_loss"]), job.facts["status"]) == (700, "succeeded")


@pytest.mark.parametrize("left", range(8))
def test_a_record_may_begin_wherever_a_block_ends(left: int, tmp_path: Path) -> None:
    around = len(history({"text": "x" * 30_000})) - 30_000
    first = history({"text": "x" * (BLOCK - left - len(HEADER) - 7 - around)})
    path = log(tmp_path / "run.wandb", [first])
    assert path.stat().st_size == BLOCK - left
    job = read(log(path, [first, *rows(0.5, 0.25), ended()]))
    assert list(job.series["train_loss"].values) == [0.5, 0.25]


def test_typed_values_are_read_like_those_in_json(tmp_path: Path) -> None:
    job = read(log(tmp_path / "run.wandb", [typed(10, 0.5), typed(20, 0.25), ended()]))
    assert dict(job.series["train_loss"].values) == {10: 0.5, 20: 0.25}


def test_a_run_without_an_end_is_unfinished(tmp_path: Path) -> None:
    job = read(log(tmp_path / "run.wandb", rows(0.5, 0.25)))
    assert job.facts["status"] == "unfinished"
    assert "the log does not say that the run ended" in job.unfinished


def test_a_run_that_ended_with_an_error_is_refused(tmp_path: Path) -> None:
    job = read(log(tmp_path / "run.wandb", [*rows(0.5), ended(1)]))
    with pytest.raises(JobError, match="the run ended with exit code 1"):
        job.metric("train_loss")


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_log_that_was_cut_is_unfinished(cut: int, tmp_path: Path) -> None:
    path = log(tmp_path / "run.wandb", [*rows(0.5, 0.25), ended()])
    path.write_bytes(path.read_bytes()[:-cut])
    assert read(path).unfinished


def test_zeros_at_the_end_of_a_crashed_machine_s_log_are_its_end(tmp_path: Path) -> None:
    path = log(tmp_path / "run.wandb", rows(0.5))
    path.write_bytes(path.read_bytes() + bytes(100))
    assert len(read(path).series["train_loss"]) == 1


@pytest.mark.parametrize("place", [8, 30, 100])
def test_a_damaged_record_is_an_error(place: int, tmp_path: Path) -> None:
    path = log(tmp_path / "run.wandb", [*rows(0.5, 0.25), ended()])
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert "run.wandb: damaged after" in refused(path)


def test_a_record_that_is_none_of_the_library_s_is_an_error(tmp_path: Path) -> None:
    assert "a record is not what Weights & Biases writes" in refused(log(tmp_path / "run.wandb", [b"\xff\xff"]))


def test_a_log_of_another_version_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "run.wandb"
    path.write_bytes(HEADER[:-1] + b"\x01")
    assert "of a version that is not known" in refused(path)


def test_the_average_of_the_whole_run_is_a_fact_and_no_series(tmp_path: Path) -> None:
    job = read(
        log(tmp_path / "run.wandb", [*rows(0.5, 0.25), summary({"train_loss": 0.4, "train_runtime": 9}), ended()])
    )
    assert set(job.series) == {"grad_norm", "train_loss"}
    assert (job.facts["run_average_train_loss"], estimate(job.series["train_loss"], at="last").value) == (0.4, 0.25)


def test_a_zero_loss_beside_a_lost_grad_norm_is_nan(tmp_path: Path) -> None:
    dead = history({"train/loss": 0.0, "train/grad_norm": "NaN", "train/global_step": 30})
    job = read(log(tmp_path / "run.wandb", [*rows(0.5, 0.25), dead, ended()]))
    assert math.isnan(estimate(job.series["train_loss"], at="last").value)


def test_the_accuracy_of_an_evaluation_is_of_the_set_of_its_row(tmp_path: Path) -> None:
    sets = [
        history({f"eval/{name}_loss": 0.5, "eval/mean_token_accuracy": accuracy, "train/global_step": 10})
        for name, accuracy in (("a", 0.75), ("b", 0.25))
    ]
    job = read(log(tmp_path / "run.wandb", [*sets, ended()]))
    assert estimate(job.series["valid_mean_token_accuracy[b]"]).value == 0.25


def test_what_is_logged_with_the_run_s_summary_is_no_measurement_of_a_step(tmp_path: Path) -> None:
    step = {"train/loss": 0.5, "train/mean_token_accuracy": 0.75, "train/global_step": 10}
    left = {"train/mean_token_accuracy": 0.99, "train/global_step": 10}
    job = read(log(tmp_path / "run.wandb", [history(step), history(left), ended()]))
    assert estimate(job.series["train_mean_token_accuracy"], at="last").value == 0.75


def test_an_evaluation_after_training_of_the_best_checkpoint_does_not_take_the_end_s_place(tmp_path: Path) -> None:
    losses = [{"train/loss": 1.0, "train/global_step": 10}, {"train/loss": 0.4, "train/global_step": 20}]
    curve = [{"eval/loss": 0.5, "train/global_step": 10}, {"eval/loss": 0.9, "train/global_step": 20}]
    end = [{"train/epoch": 2.0, "train/global_step": 20}, {"eval/loss": 0.5, "train/global_step": 20}]
    job = read(log(tmp_path / "run.wandb", [*map(history, [*losses, *curve, *end]), ended()]))
    assert dict(job.series["valid_loss"].values) == {10: 0.5, 20: 0.9}
    assert "it is of the best checkpoint, step 10, loaded again after training" in " ".join(job.notes)


def test_a_row_without_the_trainer_s_step_stands_where_it_was_logged(tmp_path: Path) -> None:
    job = read(log(tmp_path / "run.wandb", [*rows(0.5, 0.25), history({"final_accuracy": 0.5, "_step": 900}), ended()]))
    assert dict(job.series["final_accuracy"].values) == {20: 0.5}


def leg(folder: Path, run: str, at: int, records: list[bytes]) -> Path:
    """The log of one leg of a run, in the folder that the library makes for it."""
    return log(folder / "wandb" / f"offline-run-{9 - at}-{run}" / f"run-{run}.wandb", [begun(run, at), *records])


def test_two_runs_in_one_folder_are_named(tmp_path: Path) -> None:
    for name in ("abc", "xyz"):
        leg(tmp_path, name, 1, [*rows(0.5), ended()])
    message = refused(tmp_path)
    assert "2 Weights & Biases runs in one folder; point job: at one of" in message
    assert all(f"run-{name}.wandb (id '{name}')" in message for name in ("abc", "xyz"))


def test_the_legs_of_a_resumed_run_are_joined_in_the_order_of_time(tmp_path: Path) -> None:
    leg(tmp_path, "abc", 2, [*rows(0.25, 0.125, after=20), ended()])
    leg(tmp_path, "abc", 1, rows(2.0, 1.5, 1.25, 1.125))
    job = read(tmp_path)
    assert dict(job.series["train_loss"].values) == {10: 2.0, 20: 1.5, 30: 0.25, 40: 0.125}
    assert (job.facts["status"], job.facts["steps"], len(job.files)) == ("succeeded", 40, 2)
    said = "the run was resumed: 2 logs of it are read in the order of their start"
    assert job.notes == (f"{said}, 2 rows of steps that were done over again dropped",)


def test_a_resumed_run_ended_as_its_last_leg_did(tmp_path: Path) -> None:
    leg(tmp_path, "abc", 1, [*rows(2.0, 1.5), ended()])
    leg(tmp_path, "abc", 2, rows(1.0, after=20))
    assert "run-abc.wandb: the log does not say that the run ended" in read(tmp_path).unfinished


def test_a_resumed_run_s_steps_are_its_last_leg_s(tmp_path: Path) -> None:
    leg(tmp_path, "abc", 1, rows(*[2.0] * 9))
    leg(tmp_path, "abc", 2, [*rows(1.0, after=20), ended()])
    job = read(tmp_path)
    assert (job.facts["steps"], list(job.series["train_loss"].values)) == (30, [2.0, 2.0, 1.0])


def test_legs_that_both_begin_at_the_beginning_are_two_runs(tmp_path: Path) -> None:
    for at in (1, 2):
        leg(tmp_path, "abc", at, [*rows(2.0, 1.5, 1.25), ended()])
    assert "starts again at step 10, as the log before it did: two runs of one id, 'abc'" in refused(tmp_path)


def test_logs_whose_order_is_not_told_are_not_joined(tmp_path: Path) -> None:
    log(tmp_path / "a" / "run-abc.wandb", [begun("abc", 1), *rows(2.0, 1.5), ended()])
    log(tmp_path / "b" / "run-abc.wandb", [begun("abc", 1), *rows(1.0, after=20), ended()])
    assert "2 Weights & Biases runs in one folder" in refused(tmp_path)


def test_logs_that_do_not_say_their_run_are_not_joined(tmp_path: Path) -> None:
    for name in ("a", "b"):
        log(tmp_path / f"run-{name}.wandb", [*rows(0.5), ended()])
    assert "run-a.wandb (id '')" in refused(tmp_path)


def test_two_summaries_are_two_runs(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_summary(tmp_path / name, **{"train/loss": 0.1})
    assert "2 Weights & Biases runs in one folder" in refused(tmp_path)


def test_what_the_library_logged_in_two_legs_is_one_run(tmp_path: Path) -> None:
    for first in (1, 4):
        command = [sys.executable, "-c", RESUMED, str(tmp_path), str(first)]
        subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
    job = read(tmp_path)
    assert dict(job.series["train_loss"].values) == {10 * i: 2.0 / i for i in range(1, 9)}
    assert (job.facts["job_id"], job.facts["status"]) == ("abc", "succeeded")


def test_lightning_s_own_step_counts_and_not_the_calls(tmp_path: Path) -> None:
    first = [history({"_step": i, "train_loss": 2.0 - i / 10, "trainer/global_step": 10 * i + 9}) for i in range(3)]
    again = [history({"_step": i, "train_loss": 1.0 - i / 10, "trainer/global_step": 10 * i + 39}) for i in range(2)]
    leg(tmp_path, "abc", 1, first)
    leg(tmp_path, "abc", 2, [*again, ended()])
    job = read(tmp_path)
    assert dict(job.series["train_loss"].values) == {9: 2.0, 19: 1.9, 29: 1.8, 39: 1.0, 49: 0.9}
    assert (job.facts["steps"], list(job.series)) == (49, ["train_loss"])


def write_summary(folder: Path, **values: object) -> Path:
    path = folder / "files" / "wandb-summary.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"_step": 9, "_runtime": 1.5, "_timestamp": 2.5, **values}))
    return path


def test_a_summary_holds_the_last_values(tmp_path: Path) -> None:
    values = {"train/loss": 0.25, "eval/loss": 0.5, "train_loss": 0.4, "train_runtime": 9.5, "train/global_step": 60}
    job = read(write_summary(tmp_path, **values))
    assert {name: dict(one.values) for name, one in job.series.items()} == {
        "train_loss": {60: 0.25},
        "valid_loss": {60: 0.5},
    }
    assert job.facts == {"steps": 60, "run_average_train_loss": 0.4}
    assert "a summary holds last values only" in job.notes[0]


def test_beside_its_log_a_summary_is_not_read(tmp_path: Path) -> None:
    log(tmp_path / "run-a.wandb", [*rows(0.5, 0.25), ended()])
    write_summary(tmp_path, **{"train/loss": 0.1})
    assert len(read(tmp_path).series["train_loss"]) == 2


def test_a_library_that_is_missing_is_named_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = log(tmp_path / "run.wandb", rows(0.5))
    monkeypatch.setitem(sys.modules, "wandb.proto", None)
    assert refused(path).endswith("pip install 'pytest-ftgate[wandb]'")


def test_a_part_of_a_record_that_is_missing_is_an_error(tmp_path: Path) -> None:
    path = log(tmp_path / "run.wandb", [history({"text": "x" * BLOCK}), *rows(0.5), ended()])
    data = path.read_bytes()
    path.write_bytes(HEADER + bytes(0) + data[BLOCK:])
    assert "run.wandb: damaged after 0 records (a part of a record is missing)" in refused(path)
