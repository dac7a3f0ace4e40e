"""Which specs may be judged by."""

import hashlib
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.spec import Surroundings
from pytest_ftgate.verdict.policy import allowed

from ..making import gates, jsonl, loaded, refused

PLAIN = gates("finished: {job: status, equals: succeeded}")
WITH_FILES = """
    ftgate: 1
    evals:
      a: {prompts: p.jsonl, outputs: o.jsonl, grader: {type: json_schema, schema: one.json}}
      b: {prompts: p.jsonl, outputs: o.jsonl, grader: {type: json_schema, schema: two.json}}
"""


def with_files(folder: Path, one: str, two: str) -> str:
    jsonl(folder / "p.jsonl", [{"id": "a", "prompt": "?"}])
    (folder / "one.json").write_text(one)
    (folder / "two.json").write_text(two)
    return loaded(folder, WITH_FILES).policy_sha256


def test_a_spec_alone_has_the_digest_of_its_file(tmp_path: Path) -> None:
    spec = loaded(tmp_path, PLAIN)
    assert spec.policy_sha256 == hashlib.sha256(PLAIN.encode()).hexdigest()


def test_a_spec_with_schemas_has_one_over_all_of_them_in_its_order(tmp_path: Path) -> None:
    found = with_files(tmp_path, "{}", '{"type": "object"}')
    files = [(tmp_path / name).read_bytes() for name in ("job.yaml", "one.json", "two.json")]
    raw = b"".join(hashlib.sha256(content).digest() for content in files)
    assert found == hashlib.sha256(raw).hexdigest()
    assert with_files(tmp_path, '{"type": "object"}', "{}") != found


def test_only_an_allowed_spec_is_judged_by(tmp_path: Path) -> None:
    sha256 = loaded(tmp_path, PLAIN).policy_sha256
    assert loaded(tmp_path, PLAIN, Surroundings(policies=frozenset({sha256, "0" * 64}))).gates
    looser = PLAIN.replace("equals: succeeded", "in: [succeeded, failed]")
    said = refused(tmp_path, looser, Surroundings(policies=frozenset({sha256})))
    assert said.startswith("job.yaml: sha256 ")
    assert said.endswith(
        " is not a policy that may be judged by: --ftgate-policy-sha256 and --ftgate-policy-file allow 1 other"
    )


def test_a_schema_that_was_loosened_is_another_policy(tmp_path: Path) -> None:
    pinned = frozenset({with_files(tmp_path, '{"type": "object"}', "{}")})
    with_files(tmp_path, "{}", "{}")
    assert "with the 2 files that it includes is not a policy" in refused(
        tmp_path, WITH_FILES, Surroundings(policies=pinned)
    )


def test_an_empty_list_allows_none(tmp_path: Path) -> None:
    assert "allow 0 others" in refused(tmp_path, PLAIN, Surroundings(policies=frozenset()))


def test_a_list_is_the_first_word_of_each_line(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f"# reviewed\n{'a' * 64}  job.yaml\n\n{'B' * 64} # old\n")
    assert allowed(tmp_path / "list") == {"a" * 64, "b" * 64}


def test_a_line_that_is_no_digest_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list").write_text("\njob.yaml\n")
    with pytest.raises(EvidenceError, match=r"list:2: 'job\.yaml' is not a sha256: 64 hex digits"):
        allowed(Path("list"))
    with pytest.raises(EvidenceError, match="nowhere: no such file"):
        allowed(Path("nowhere"))
