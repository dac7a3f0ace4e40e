"""Which model a verdict is on, and the digests of a model's files."""

import os
from pathlib import Path

import pytest

from pytest_ftgate.decision import Status
from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.verdict.model_files import model_files, root_digest
from pytest_ftgate.verdict.subject import hosted, of_files, record_of, subject_of

from ..making import spec_file
from .made import HOSTED, judged

TREE = {
    "adapter_model.safetensors": b"weights\n",
    "adapter_config.json": b"{}\n",
    "a/b.txt": b"1",
    "a.b/c": b"2",
    "a-b": b"3",
    "sub/.gitignore": b"y",
    ".gitignore": b"x",
    ".gitattributes": b"q",
    ".git/HEAD": b"ref",
    ".github/w.yml": b"w",
}
SIGNED = "6308f9f87338b93caf350946dde738788a5ff32498674ffaba5ac874b46e0f97"
"""What model-signing 1.1.1 has as the subject's digest for this tree, and below for the one file alone."""
ALONE = "4adf1214a920a955173f697d1766cdc347de7aebfcb435efa1e44398ec9224fe"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    for name, content in TREE.items():
        (tmp_path / "adapter" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "adapter" / name).write_bytes(content)
    return tmp_path / "adapter"


def test_the_digest_is_the_one_that_model_signing_has(model: Path) -> None:
    assert root_digest(model_files(model)) == SIGNED
    assert root_digest(model_files(model / "adapter_model.safetensors")) == ALONE


def test_files_are_in_the_order_of_the_parts_of_their_paths_without_git_s_own(model: Path) -> None:
    names = [file.path.as_posix() for file in model_files(model)]
    assert names == ["a/b.txt", "a-b", "a.b/c", "adapter_config.json", "adapter_model.safetensors", "sub/.gitignore"]
    assert [file.size for file in model_files(model)] == [1, 1, 1, 3, 8, 1]


def test_the_subject_lists_every_file_so_that_a_renamed_one_is_seen(model: Path) -> None:
    before = of_files(model)
    (model / "a-b").rename(model / "a-c")
    after = of_files(model)
    assert (before["kind"], before["id"], before["root_digest"]) == ("files", "adapter", after["root_digest"])
    assert before["files"] != after["files"]


def test_a_link_to_a_file_counts_as_the_file(model: Path, tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(b"3")
    (model / "a-b").unlink()
    (model / "a-b").symlink_to(tmp_path / "blob")
    assert root_digest(model_files(model)) == SIGNED


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.symlink_to(path.parent.parent), "odd is a link to a folder"),
        (lambda path: path.symlink_to("nowhere"), "odd is neither a file nor a folder"),
        (os.mkfifo, "odd is neither a file nor a folder"),
    ],
)
def test_what_no_digest_covers_is_refused(model: Path, make: object, said: str) -> None:
    make(model / "odd")  # type: ignore[operator]
    with pytest.raises(EvidenceError, match=said):
        model_files(model)


def test_a_model_without_files_is_none(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="holds no files"):
        model_files(tmp_path)
    with pytest.raises(EvidenceError, match=r"nothing cannot be read|nothing holds no files"):
        model_files(tmp_path / "nothing")


def test_a_hosted_model_has_a_digest_of_its_record(tmp_path: Path) -> None:
    spec = spec_file(tmp_path, "ftgate: 1\n")
    found = subject_of([judged(spec, Status.PASS, facts={**HOSTED, "status": "succeeded"})])
    assert (found["kind"], found["id"], found["record"]) == ("hosted_record", HOSTED["model"], HOSTED)
    assert found["root_digest"]["alg"] == "ftgate/hosted_record/sha256"
    assert hosted({**HOSTED, "seed": 8})["root_digest"] != found["root_digest"]


@pytest.mark.parametrize("facts", [{}, {"model": "m"}, {"job_id": "j"}, {"model": "", "job_id": "j"}])
def test_a_job_without_a_model_of_a_name_has_no_record(facts: dict[str, str]) -> None:
    assert record_of(facts) == {}


def test_without_a_model_the_verdict_is_bound_to_none_and_says_how_to(tmp_path: Path) -> None:
    spec = spec_file(tmp_path, "ftgate: 1\n")
    found = subject_of([judged(spec, Status.PASS, job=tmp_path / "run")])
    assert (found["kind"], found["root_digest"]) == ("unbound", None)
    assert found["why"] == "no model was named: --ftgate-model DIR binds the verdict to its files"


def test_specs_on_two_models_bind_to_none(tmp_path: Path) -> None:
    specs = [spec_file(tmp_path, "ftgate: 1\n", name) for name in ("a.yaml", "b.yaml")]
    facts = [HOSTED, {**HOSTED, "model": "other"}]
    found = subject_of([judged(s, Status.PASS, facts=f) for s, f in zip(specs, facts, strict=True)])
    assert (found["kind"], found["why"]) == ("unbound", "the specs judge different models")


def test_a_hosted_id_must_be_the_jobs_model(tmp_path: Path) -> None:
    one = judged(spec_file(tmp_path, "ftgate: 1\n"), Status.PASS, facts=HOSTED)
    assert subject_of([one], HOSTED["model"], tmp_path)["kind"] == "hosted_record"
    with pytest.raises(EvidenceError, match="'other' is no file or folder here, and the jobs' model is 'ft:gpt"):
        subject_of([one], "other", tmp_path)
    with pytest.raises(EvidenceError, match="'adapter' is no file or folder here, and the jobs name none"):
        subject_of([judged(spec_file(tmp_path, "ftgate: 1\n"), Status.PASS)], "adapter", tmp_path)
