import os
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvidenceError, JobError
from pytest_ftgate.sources import JobRef, folder, read_job

from .conftest import Read, Write

TABLE = "step,train_loss,train_accuracy\n1,0.9,0.5\n2,0.8,0.6\n"
STATE = {
    "log_history": [{"step": 1, "epoch": 1.0, "loss": 0.5, "learning_rate": 1e-5}],
    "global_step": 1,
    "max_steps": 1,
}


def test_the_files_of_a_job_are_found_by_content_among_others(read: Read, write: Write) -> None:
    write("model.safetensors", b"\x00\x01" * 5000)
    write("config.json", {"model_type": "llama"})
    write("tokenizer_config.json", "version https://git-lfs.github.com/spec/v1\n")
    write("train.jsonl", '{"messages": []}\n{"messages": [')
    write("README.md", "# the run\nstep by step\n")
    write("notes.csv", "name,remark\nx,y\n")
    job = read(whatever__txt=TABLE)
    assert [digest.path.name for digest in job.files] == ["whatever.txt"]
    assert job.facts == {"steps": 2}


def test_two_kinds_of_jobs_in_one_folder_are_an_error(read: Read) -> None:
    with pytest.raises(
        JobError, match=r"two kinds of jobs in one folder \(OpenAI job files: a\.csv; a Hugging Face .*s\.json\)"
    ):
        read(a__csv=TABLE, s__json=STATE)


@pytest.mark.parametrize(
    "name", ["job.json", "ftjob-abc.json", "events_2.jsonl", "step_metrics.csv", "trainer_state.json"]
)
@pytest.mark.parametrize("content", ["", "version https://git-lfs.github.com/spec/v1\n", "<html></html>", b"{\x00\x00"])
def test_a_broken_file_with_a_jobs_name_is_not_passed_over(
    read: Read, write: Write, name: str, content: object
) -> None:
    write(name, content)
    with pytest.raises(EvidenceError, match=rf"^{name}: "):
        read(a__csv=TABLE)


def test_a_cut_file_with_a_jobs_content_is_not_passed_over(read: Read, write: Write) -> None:
    write("saved.json", '{"object": "fine_tuning.job", "id": "ftjob-x", "status": "fail')
    with pytest.raises(JobError, match=r"^saved\.json:1:\d+: the JSON ends in the middle"):
        read(a__csv=TABLE)


def test_a_log_that_only_looks_like_json_is_passed_over(read: Read, write: Write) -> None:
    write("train.log", '[12:00] INFO {"step": 1, loss\n')
    assert read(a__csv=TABLE).facts == {"steps": 2}


def test_a_link_out_of_the_folder_is_not_followed_and_said_to_be_one(write: Write, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.csv").symlink_to(write("elsewhere.csv", TABLE))
    with pytest.raises(
        JobError,
        match=r"no job in this folder, which holds 'mine\.csv' \(a link that leaves the folder\); point",
    ):
        read_job(JobRef(tmp_path / "run"))


def test_a_job_s_file_that_is_a_link_out_of_the_folder_is_not_passed_over_for_an_older_one(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write("blobs/abc", STATE)
    write("run/checkpoint-1/trainer_state.json", STATE)
    (tmp_path / "run" / "trainer_state.json").symlink_to("../blobs/abc")
    with pytest.raises(
        JobError,
        match=r"^run: 'trainer_state\.json' is a symbolic link that leaves the folder, and is not followed; point job: "
        r"at blobs/abc itself, or put a copy in its place$",
    ):
        read_job(JobRef(tmp_path / "run"))


def test_a_link_to_a_job_s_file_that_is_not_there_is_not_passed_over(write: Write, tmp_path: Path) -> None:
    write("checkpoint-1/trainer_state.json", STATE)
    (tmp_path / "trainer_state.json").symlink_to("gone.json")
    with pytest.raises(EvidenceError, match=r"no such file$"):
        read_job(JobRef(tmp_path))


def test_empty_and_packed_files_are_said_to_be_such(write: Write, tmp_path: Path) -> None:
    write("events.out.tfevents.1", "")
    write("logs.tar.gz", b"\x1f\x8b")
    with pytest.raises(
        JobError, match=r"holds 'events.out.tfevents.1' \(empty\), 'logs.tar.gz' \(packed: unpack it first\); point"
    ):
        read_job(JobRef(tmp_path))


def test_a_link_within_the_folder_is_the_same_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "latest.csv").symlink_to(write("results.csv", TABLE))
    assert len(read_job(JobRef(tmp_path)).files) == 1


def test_a_checkpoint_that_is_a_link_out_of_the_folder_is_not_followed(write: Write, tmp_path: Path) -> None:
    write("other/checkpoint-1/trainer_state.json", STATE)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoint-1").symlink_to(tmp_path / "other" / "checkpoint-1")
    with pytest.raises(JobError, match=r"run: 'checkpoint-1' is a symbolic link that leaves the folder"):
        read_job(JobRef(tmp_path / "run"))


def test_other_folders_are_not_searched(write: Write, tmp_path: Path) -> None:
    write("nested/results.csv", TABLE)
    with pytest.raises(JobError, match=r"no job in this folder, which holds 'nested'"):
        read_job(JobRef(tmp_path))


def test_pipes_are_passed_over(write: Write, tmp_path: Path) -> None:
    write("results.csv", TABLE)
    os.mkfifo(tmp_path / "job.json")
    assert len(read_job(JobRef(tmp_path)).files) == 1


def test_checkpoints_are_in_the_order_of_their_numbers(write: Write, tmp_path: Path) -> None:
    for name in ("checkpoint-9", "checkpoint-100", "checkpoint-20", "checkpoint-best", "checkpoint-7.bak"):
        write(f"{name}/x", "")
    assert list(folder.checkpoints(tmp_path)) == [9, 20, 100]


def test_text_cut_inside_a_character_by_the_first_look_is_still_text(read: Read) -> None:
    assert read(table__txt=TABLE + "".join(f"{k},0.5,0.5\n" for k in range(3, 999)) + "\n").facts == {"steps": 998}


def test_a_folder_that_cannot_be_listed_is_an_error(write: Write) -> None:
    with pytest.raises(JobError, match=r"the folder cannot be read \(Not a directory\)"):
        folder.entries(write("file", "x"))


def test_a_link_in_a_circle_is_passed_over(write: Write, tmp_path: Path) -> None:
    write("results.csv", TABLE)
    (tmp_path / "loop").symlink_to("loop")
    assert len(read_job(JobRef(tmp_path)).files) == 1


def test_a_packed_result_file_is_found(read: Read) -> None:
    packed = "c3RlcCx0cmFpbl9sb3NzCjEsMC41Cg=="
    assert read(body=packed).facts == {"steps": 1}
