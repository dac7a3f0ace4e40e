"""The roll-up of records to a verdict, and its file."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.decision import Status
from pytest_ftgate.errors import FtgateError
from pytest_ftgate.files import Digest
from pytest_ftgate.verdict import Declared, Judged, Record, Verdict, combine, declared, document, unfinished, write

SPEC = Path("/nowhere/job.yaml")


def record(name: str, status: Status, **more: Any) -> dict[str, Any]:
    """What an item says became of it, as it crosses processes."""
    said = {"sha256": "s1", "headline": f"{name} {status}", **more}
    return Record(str(SPEC), said.pop("sha256"), name, 1, status, **said).as_json()


def judged(*records: dict[str, Any], names: tuple[str, ...] = ()) -> Judged:
    """A spec that declares the gates of these records, or of these names."""
    gates = names or tuple(dict.fromkeys(r["name"] for r in records))
    return declared([Declared(name, 1, "max 1") for name in gates], SPEC, "s1", records)


def verdict(*statuses: Status) -> Verdict:
    """The verdict on one gate for each of these statuses."""
    return combine([judged(*(record(f"g{i}", status) for i, status in enumerate(statuses)))])


@pytest.mark.parametrize(
    ("statuses", "word", "promote"),
    [
        ([Status.PASS, Status.PASS], "pass", True),
        ([Status.PASS, Status.WARN], "pass_with_warnings", True),
        ([Status.WARN, Status.WAIVED], "pass_with_waivers", True),
        ([Status.WAIVED, Status.INCONCLUSIVE], "inconclusive", False),
        ([Status.INCONCLUSIVE, Status.ERROR], "error", False),
        ([Status.ERROR, Status.FAIL], "fail", False),
        ([Status.FAIL, Status.NOT_EVALUATED], "incomplete", False),
    ],
)
def test_the_worst_status_decides_and_what_was_not_evaluated_leaves_all_in_doubt(
    statuses: list[Status], word: str, promote: bool
) -> None:
    assert (verdict(*statuses).word, verdict(*statuses).promote) == (word, promote)


def test_nothing_judged_is_no_pass() -> None:
    assert [v.promote for v in (combine([]), combine([judged()]), verdict())] == [False] * 3
    assert combine([]).word == "incomplete"


def test_a_gate_without_a_record_was_not_evaluated() -> None:
    found = judged(record("a", Status.PASS), names=("a", "b"))
    assert [gate["status"] for gate in found.gates] == ["pass", "not_evaluated"]
    assert combine([found]).headline == ("verdict: INCOMPLETE (1 of 2 gates not evaluated: b): not a promotion verdict")


def test_gates_and_prompts_that_are_in_the_way_are_counted_among_both() -> None:
    found = judged(record("a", Status.FAIL), record("e[1]", Status.FAIL), record("e[2]", Status.PASS))
    assert combine([found]).headline == "verdict: FAIL (2 of 3 gates and prompts in the way: a, e[1])"
    some = judged(record("a", Status.PASS), names=("a", "e[1]"))
    assert "(1 of 2 gates and prompts not evaluated: e[1])" in combine([some]).headline


def test_the_counts_add_up() -> None:
    counts = judged(*(record(status, status) for status in Status), names=(*Status, "left-out")).counts
    assert counts.pop("declared") == len(Status) + 1 == sum(counts.values())
    assert counts["not_evaluated"] == 2


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_records_of_a_gate_the_worse_counts(order: int) -> None:
    records = [record("a", Status.PASS), record("a", Status.FAIL)][::order]
    assert [gate["status"] for gate in judged(*records).gates] == ["fail"]


def test_a_record_of_a_gate_that_is_not_declared_adds_nothing() -> None:
    assert judged(record("a", Status.PASS), names=("b",)).counts["pass"] == 0


def test_a_record_by_another_content_of_the_spec_does_not_count() -> None:
    assert judged(record("a", Status.PASS, sha256="s2")).status is Status.NOT_EVALUATED


def test_a_run_that_was_cut_short_promotes_nothing_that_it_had_shown() -> None:
    cut = combine([judged(record("a", Status.PASS))], "the run was interrupted")
    assert (cut.promote, cut.word) == (False, "incomplete")
    assert cut.headline == "verdict: INCOMPLETE (the run was interrupted): not a promotion verdict"


def test_a_spec_that_could_not_be_read_is_an_error_of_the_whole() -> None:
    broken = Judged(SPEC, "", "job.yaml:3: no\nsecond line", ())
    both = combine([judged(record("a", Status.PASS)), broken])
    assert (both.word, both.headline) == ("error", "verdict: ERROR (job.yaml:3: no)")


def test_evidence_with_two_digests_is_an_error() -> None:
    inputs = [(Digest(Path("/nowhere/\x1bstate.json"), 1, sha),) for sha in ("x", "y")]
    records = [record(f"g{i}", Status.PASS, inputs=read) for i, read in enumerate(inputs)]
    changed = combine([judged(*records)])
    assert (changed.promote, changed.word) == (False, "error")
    assert changed.headline == r"verdict: ERROR (/nowhere/\x1bstate.json changed while it was judged)"


def test_a_file_that_many_gates_read_is_listed_once() -> None:
    read = (Digest(Path("/nowhere/state.json"), 7, "x"),)
    found = document(combine([judged(*(record(name, Status.PASS, inputs=read) for name in "ab"))]))
    assert found["inputs"] == [{"path": "/nowhere/state.json", "sha256": "x", "size": 7}]
    assert [gate["inputs"] for gate in found["specs"][0]["gates"]] == [["x"], ["x"]]


@pytest.mark.parametrize(
    ("names", "headline"),
    [
        (("a",), "verdict: PASS (1 gate judged)"),
        (("a", "e[1]", "e[2]"), "verdict: PASS (1 gate and 2 prompts judged)"),
        (("e[1]",), "verdict: PASS (1 prompt judged)"),
    ],
)
def test_the_headline_counts_gates_and_prompts(names: tuple[str, ...], headline: str) -> None:
    assert combine([judged(*(record(name, Status.PASS) for name in names))]).headline == headline


def test_the_headline_names_what_is_in_the_way_and_what_warned() -> None:
    assert verdict(Status.PASS, Status.FAIL).headline == "verdict: FAIL (1 of 2 gates in the way: g1)"
    assert verdict(Status.WARN).headline == "verdict: PASS WITH WARNINGS (1 gate judged; warned: g0)"


def test_a_verdict_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "new/verdict.json"
    write(unfinished([SPEC]), file)
    write(verdict(Status.PASS), file)
    assert file.read_text() == json.dumps(document(verdict(Status.PASS)), indent=2) + "\n"
    assert [path.name for path in file.parent.iterdir()] == ["verdict.json"]
    assert file.stat().st_mode & 0o777 == 0o644


def test_a_link_is_followed_so_that_no_old_pass_stays_behind_it(tmp_path: Path) -> None:
    write(verdict(Status.PASS), tmp_path / "archive.json")
    (tmp_path / "verdict.json").symlink_to("archive.json")
    write(unfinished([SPEC]), tmp_path / "verdict.json")
    assert json.loads((tmp_path / "archive.json").read_text())["promote"] is False
    assert (tmp_path / "verdict.json").is_symlink()


@pytest.mark.parametrize("content", [b"precious\n", b"[]", b"\xff\xfe\x00"])
def test_a_file_that_is_no_verdict_is_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes.json").write_bytes(content)
    with pytest.raises(FtgateError, match=r"notes\.json exists and is not a verdict: it is not overwritten"):
        write(verdict(Status.PASS), tmp_path / "notes.json")
    assert (tmp_path / "notes.json").read_bytes() == content


def test_an_empty_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / "verdict.json").touch()
    write(verdict(Status.PASS), tmp_path / "verdict.json")
    assert json.loads((tmp_path / "verdict.json").read_text())["promote"] is True


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FtgateError, match="pipe exists and is not a verdict"):
        write(verdict(Status.PASS), tmp_path / "pipe")
    with pytest.raises(FtgateError, match="is a directory; name a file in it"):
        write(verdict(Status.PASS), tmp_path)


@pytest.mark.parametrize("name", ["mkdir", "open", "fdopen", "fsync", "chmod", "replace"])
@pytest.mark.parametrize("existing", [True, False], ids=["over an old one", "where none was"])
def test_a_failing_write_leaves_the_old_verdict_or_none_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, existing: bool
) -> None:
    file = tmp_path / "verdict.json"
    if existing:
        write(unfinished([SPEC]), file)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(os, name, _full(getattr(os, name), file.parent))
    target = file if name != "mkdir" else tmp_path / "deeper/verdict.json"
    with pytest.raises(FtgateError, match=r"the verdict cannot be written to .*verdict\.json: No space left on device"):
        write(verdict(Status.PASS), target)
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def _full(real: Callable[..., object], folder: Path) -> Callable[..., object]:
    """`real`, on a device that is full; what has nothing to do with `folder` goes on."""

    def fails(*arguments: Any, **options: Any) -> object:
        path = arguments[0]
        if isinstance(path, str | Path) and folder not in Path(path).parents:
            return real(*arguments, **options)
        if real.__name__ == "fdopen":
            os.close(path)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return fails


def test_an_error_without_words_is_still_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError("the quota server is gone")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(FtgateError, match="the quota server is gone"):
        write(verdict(Status.PASS), tmp_path / "verdict.json")
