"""The history's file, and what is read from it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate import cli
from pytest_ftgate.decision import Status
from pytest_ftgate.errors import FtgateError
from pytest_ftgate.verdict import document
from pytest_ftgate.verdict.history import append, entry, read_history, spec_name

from ..making import spec_file
from .made import HOSTED, NOW, judged, verdict


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".ftgate" / "history.jsonl"


def made(folder: Path, *statuses: Status, **facts: Any) -> dict[str, Any]:
    one = judged(spec_file(folder, "ftgate: 1\n"), *statuses, facts={**HOSTED, **facts})
    return document(verdict(one, folder=folder, history=folder / ".ftgate/history.jsonl"))


def add(file: Path, *documents: dict[str, Any]) -> None:
    for one in documents:
        append(file, one, file.parent.parent, Path.cwd())


def test_every_verdict_is_a_line_with_the_values_of_its_gates(file: Path, tmp_path: Path) -> None:
    add(file, made(tmp_path, Status.FAIL), made(tmp_path, Status.PASS))
    first, second = map(json.loads, file.read_text().splitlines())
    assert (first["verdict"], second["verdict"], second["promote"]) == ("fail", "pass", True)
    assert first["specs"][0]["gates"] == {"g0": {"status": "fail", "value": 0.9, "observed": ""}}
    assert first["subject"]["id"] == HOSTED["model"]


def test_a_verdict_lists_the_earlier_ones_on_its_subject(file: Path, tmp_path: Path) -> None:
    for status in (Status.FAIL, Status.FAIL, Status.PASS):
        add(file, made(tmp_path, status))
    add(file, made(tmp_path, Status.FAIL, model="another"))
    found = made(tmp_path, Status.PASS)
    assert found["attempt"] == 4
    assert [one["verdict"] for one in found["previous"]] == ["fail", "fail", "pass"]
    assert found["previous"][0]["created"] == "2026-11-21T12:00:00Z"


def test_the_newest_fifty_are_listed(file: Path, tmp_path: Path) -> None:
    one = made(tmp_path, Status.FAIL)
    add(file, *[{**one, "created": str(i)} for i in range(60)])
    previous = read_history(file).previous(one, tmp_path, tmp_path)
    assert [found["created"] for found in previous] == [str(i) for i in range(10, 60)]


def test_a_line_that_a_crash_cut_is_counted_and_the_next_one_stands_alone(file: Path, tmp_path: Path) -> None:
    add(file, made(tmp_path, Status.PASS))
    file.write_bytes(file.read_bytes() + b'{"schema": "pyt')
    add(file, made(tmp_path, Status.FAIL))
    found = read_history(file)
    assert ([one["verdict"] for one in found.entries], found.unreadable) == (["pass", "fail"], 1)


@pytest.mark.parametrize("text", ["ftgate: 1\n", "{}\n", '{"schema": "pytest-ftgate/verdict/1"}\n'])
def test_nothing_but_a_history_is_added_to(file: Path, tmp_path: Path, text: str) -> None:
    one = made(tmp_path, Status.PASS)
    (tmp_path / "file").write_text(text)
    with pytest.raises(FtgateError, match=r"file exists and is no history: it is not added to$"):
        append(tmp_path / "file", one, tmp_path, tmp_path)
    assert (tmp_path / "file").read_text() == text
    assert not file.exists()


def test_a_history_whose_only_line_a_crash_cut_is_one(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"schema": "pyt')
    add(file, made(tmp_path, Status.PASS))
    assert (len(read_history(file).entries), read_history(file).unreadable) == (1, 1)


@pytest.mark.parametrize(
    "line",
    [
        b"\xff",
        b"[]",
        b"7",
        b"[" * 100_000,
        b'{"specs": 7}',
        b'{"schema": "pytest-ftgate/history/1", "subject": {"kind": 1, "id": 2, "root_digest": 3}, "specs": []}',
    ],
)
def test_hostile_lines_are_counted(file: Path, line: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(line + b"\n")
    assert (read_history(file).entries, read_history(file).unreadable) == ((), 1)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda e: e.pop("promote"),
        lambda e: e.update(promote=1),
        lambda e: e.update(verdict=7),
        lambda e: e.update(schema="other"),
        lambda e: e["specs"][0]["gates"]["g0"].pop("status"),
    ],
)
def test_an_entry_must_be_whole(file: Path, tmp_path: Path, spoil: Callable[[dict[str, Any]], object]) -> None:
    one = entry(made(tmp_path, Status.PASS), tmp_path, tmp_path)
    spoil(one)
    file.parent.mkdir()
    file.write_text(json.dumps(one))
    assert read_history(file).unreadable == 1


def test_what_promoted_is_found_by_its_spec(file: Path, tmp_path: Path) -> None:
    add(file, made(tmp_path, Status.FAIL))
    assert read_history(file).not_the_first("job.yaml") == ""
    add(file, made(tmp_path, Status.PASS))
    assert read_history(file).not_the_first("other.yaml") == ""
    assert read_history(file).not_the_first("job.yaml") == (
        ", and first_run is over: a run by this spec promoted at 2026-11-21T12:00:00Z (.ftgate/history.jsonl)"
    )


def test_a_history_with_a_broken_line_may_hide_a_promotion(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("{\n")
    assert "whether this is the first run is not known: .ftgate/history.jsonl has 1 line" in (
        read_history(file).not_the_first("job.yaml")
    )


def test_a_spec_is_named_from_the_rootdir_where_it_lies_below_it(tmp_path: Path) -> None:
    assert spec_name(tmp_path / "a/job.yaml", tmp_path) == "a/job.yaml"
    assert spec_name(tmp_path / "job.yaml", tmp_path / "a") == str(tmp_path / "job.yaml")


def test_a_history_that_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FtgateError, match=r"the history cannot be written to .*file/history\.jsonl: "):
        append(tmp_path / "file/history.jsonl", made(tmp_path, Status.PASS), tmp_path, tmp_path)


def test_the_command_prints_verdicts_and_trends(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(file, made(tmp_path, Status.FAIL))
    add(file, made(tmp_path, Status.PASS, model="newer\x1b"))
    spec_file(tmp_path, "ftgate: 1 # changed\n")
    later = judged(tmp_path / "job.yaml", Status.WARN, facts=HOSTED)
    add(file, document(verdict(later, folder=tmp_path, now=NOW.replace(day=22), history=file)))
    file.write_text(file.read_text().replace('"value": 0.9', '"value": 1.2', 1))
    assert cli.main(["history"]) == 0
    lines = capsys.readouterr().out.splitlines()
    ids = [line.split()[2] for line in lines[1:4]]
    assert lines == [
        "job.yaml: the last 3 verdicts",
        f"  2026-11-21T12:00:00Z  fail                {ids[0]}  ft:gpt:acme:bot:9x, by another content of the spec",
        rf"  2026-11-21T12:00:00Z  pass                {ids[1]}  newer\x1b, by another content of the spec",
        f"  2026-11-22T12:00:00Z  pass_with_warnings  {ids[2]}  ft:gpt:acme:bot:9x, attempt 2",
        "  g0  F.w  █▁▁  1.2 to 0.9",
    ]


def test_the_command_chooses_by_spec_model_and_number(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = made(tmp_path, Status.FAIL), made(tmp_path, Status.PASS, model="other")
    add(file, one, one, other)
    assert cli.main(["history", "--model", "other", "--spec", "job.yaml"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "job.yaml: the last 1 verdict"
    digest = one["subject"]["root_digest"]["value"]
    assert cli.main(["history", "--model", digest[:12], "-n", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "job.yaml: the last 1 verdict"
    assert cli.main(["history", "--spec", "other.yaml"]) == 1
    assert "no verdict in .ftgate/history.jsonl is by that spec" in capsys.readouterr().err


def test_trends_are_drawn_in_what_the_terminal_can_write(file: Path, tmp_path: Path) -> None:
    add(file, made(tmp_path, Status.PASS), made(tmp_path, Status.FAIL))
    main = "import sys; from pytest_ftgate.cli import main; sys.exit(main(['history']))"
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    done = subprocess.run([sys.executable, "-c", main], capture_output=True, check=True, cwd=tmp_path, env=environment)
    assert done.stdout.decode("cp1252").splitlines()[-1] == "  g0  .F  __  0.9 to 0.9"


def test_a_file_of_no_history_is_not_an_empty_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text("{}\n[]\n")
    assert cli.main(["history"]) == 1
    said = "there is no verdict in .ftgate/history.jsonl; 2 lines could not be read"
    assert capsys.readouterr().err == f"ftgate history: {said}\n"


@pytest.mark.parametrize("most", ["0", "-1", "x"])
def test_a_number_of_verdicts_that_is_none_is_usage(capsys: pytest.CaptureFixture[str], most: str) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["history", "-n", most])
    assert caught.value.code == 2
    assert f"argument -n: {most!r} is not a whole number of at least 1" in capsys.readouterr().err


def test_the_command_says_where_there_is_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["history"]) == 1
    assert capsys.readouterr().err == "ftgate history: there is no verdict in .ftgate/history.jsonl\n"
    assert not file.exists()


def test_the_command_shows_texts_and_lines_that_it_could_not_read(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(file, made(tmp_path, Status.PASS))
    text = file.read_text().replace('"value": 0.9, "observed": ""', '"value": "succeeded", "observed": "succeeded"')
    file.write_text(text + "{\n")
    assert cli.main(["history"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["  g0  .  succeeded", "1 line could not be read"]
