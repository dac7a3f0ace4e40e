"""The command `ftgate samples`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_ftgate import cli

from .conftest import Model


def test_stored_answers_are_written_and_taken_over(
    model: Callable[..., Model], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = model()
    asked.sample(2)
    monkeypatch.chdir(asked.folder.parent)
    assert cli.main(["samples", "export", "a.jsonl"]) == 0
    assert cli.main(["samples", "import", "a.jsonl", "--store", "b/other.sqlite"]) == 0
    assert cli.main(["samples", "import", "a.jsonl", "--store", "b/other.sqlite"]) == 0
    taken = "2 answers taken over, 0 already there\n0 answers taken over, 2 already there\n"
    assert capsys.readouterr() == (f"2 answers written to a.jsonl\n{taken}", "")
    assert cli.main(["samples", "export", "a.jsonl"]) == 1
    assert capsys.readouterr().err == "ftgate samples: a.jsonl: is there already: it is not overwritten\n"


def test_a_store_that_is_not_there_holds_no_answers_to_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["samples", "export", "a.jsonl"]) == 1
    said = "ftgate samples: .ftgate/samples.sqlite: no such store of answers: --store names another\n"
    assert (capsys.readouterr().err, list(tmp_path.iterdir())) == (said, [])


def test_what_was_taken_over_is_replayed_and_said_to_be(model: Callable[..., Model]) -> None:
    asked = model()
    asked.sample(1)
    export = asked.folder.parent / "a.jsonl"
    assert cli.main(["samples", "export", str(export), "--store", str(asked.folder / "samples.sqlite")]) == 0
    asked.folder = asked.folder.parent / "elsewhere"
    assert cli.main(["samples", "import", str(export), "--store", str(asked.folder / "samples.sqlite")]) == 0
    found = asked.sample(1, samples="never")
    assert found.outputs[0].text == "re: q0"
    assert ": 1 from the store, 1 of them imported; the oldest is" in found.origin[0]
