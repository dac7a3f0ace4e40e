"""The command `ftgate`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_ftgate import cli
from pytest_ftgate.spec import schema_text
from pytest_ftgate.spec.presets import PRESETS

from .making import loaded, losses, trainer_state
from .openai_server import ID, KEY, Api, fails, serving


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Api]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-key")
    monkeypatch.chdir(tmp_path)
    with serving(Api()) as found:
        yield found


def test_schema_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(schema_text())


def test_fetch_writes_an_archive(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fetch", ID, "-o", "a", "--base-url", api.url]) == 0
    assert capsys.readouterr() == (f"{ID} (succeeded) in a: 5 files\n", "")
    assert Path("a/job.json").exists()


def test_fetch_asks_azure_both_ways(api: Api) -> None:
    endpoint = api.url.removesuffix("/v1")
    assert cli.main(["fetch", ID, "-o", "a", "--azure-endpoint", endpoint, "--api-version", "v"]) == 0
    assert api.headers["api-key"] == "azure-key"
    assert cli.main(["fetch", ID, "-o", "b", "--azure-base-url", api.url, "--timeout", "60"]) == 0
    assert Path("a/SHA256SUMS").read_bytes() == Path("b/SHA256SUMS").read_bytes()


def test_what_goes_wrong_is_one_line(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.fault(ID, fails(401))
    assert cli.main(["fetch", ID, "-o", "a", "--base-url", api.url]) == 1
    said = f"ftgate fetch: {ID} at 127.0.0.1: the key in OPENAI_API_KEY is not accepted (401)\n"
    assert capsys.readouterr() == ("", said)


def test_an_address_that_is_none_is_refused(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fetch", ID, "-o", "a", "--base-url", f"https://u:secret@h/{api.page}"]) == 1
    assert capsys.readouterr().err.startswith("ftgate fetch: base_url: not a plain address: write https://HOST/PATH")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fetsh"],
        ["fetch", ID],
        ["fetch", "-o", "a"],
        ["fetch", ID, "-o", "a", "--base-url", "x", "--azure-endpoint", "y"],
        *(["fetch", ID, "-o", "a", "--timeout", value] for value in ("0", "-1", "nan", "inf", "1e9", "x")),
    ],
)
def test_a_command_line_that_is_not_understood_is_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert "usage: ftgate" in capsys.readouterr().err


def test_a_reader_that_has_read_enough_sees_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = "import sys; from pytest_ftgate.cli import main; sys.exit(main(['schema']))"
    done = subprocess.run([sys.executable, "-c", run], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert done.returncode == 0
    assert b"BrokenPipe" not in done.stderr


def run(*arguments: str, at: Path, stdout: int = subprocess.PIPE, **environment: str) -> tuple[int, str, str]:
    """Exit status, output and errors of the command in a process of its own, in the folder `at`."""
    main = "import sys; from pytest_ftgate.cli import main; sys.exit(main(sys.argv[1:]))"
    python = [sys.executable, "-c", main, *arguments]
    done = subprocess.run(
        python, stdout=stdout, stderr=subprocess.PIPE, check=False, cwd=at, env=os.environ | environment
    )
    return done.returncode, (done.stdout or b"").decode(), done.stderr.decode()


def test_what_a_terminal_cannot_write_is_spelt_out(tmp_path: Path) -> None:
    trainer_state(tmp_path / "größe", losses([2.0 - i / 50 for i in range(60)]))
    status, out, err = run("show", "größe", at=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (status, err) == (0, "")
    assert out.startswith(r"gr\xf6\xdfe: Hugging Face trainer_state.json")
    assert run("show", "größe", at=tmp_path, PYTHONIOENCODING="utf-8")[1].startswith("größe: ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_cannot_be_written_is_one_line_and_no_success(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        status, _, err = run("schema", at=tmp_path, stdout=full.fileno())
    assert (status, err) == (1, "ftgate schema: the output cannot be written: No space left on device\n")


def test_an_output_that_is_closed_is_one_line_and_no_success(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert cli.main(["schema"]) == 1
    assert capsys.readouterr().err == "ftgate schema: the output cannot be written: it is closed\n"


ROWS = "epoch,loss,val_loss\n0,0.9,0.8\n1,0.5,0.6\n"


def test_show_says_what_was_found_of_a_job(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent)
    assert cli.main(["show", "examples/dates/runs/healthy"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("examples/dates/runs/healthy: Hugging Face trainer_state.json\n")
    assert "run_average_train_loss" in shown
    assert "valid_loss " in shown


def test_show_prints_json_for_scripts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(ROWS)
    assert cli.main(["show", str(tmp_path / "log.csv"), "--json"]) == 0
    assert [series["name"] for series in json.loads(capsys.readouterr().out)["series"]] == ["train_loss", "valid_loss"]


def test_show_reads_a_table_by_the_columns_it_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("at,a\n1,0.5\n2,0.25\n")
    command = ["show", str(tmp_path / "log.csv"), "--column", "step=at", "--column", "train_loss=a", "--json"]
    assert cli.main(command) == 0
    assert json.loads(capsys.readouterr().out)["series"][0]["best"] == {"value": 0.25, "step": 2.0}


def test_show_explains_what_it_does_not_recognise(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("name,remark\nx,y\n")
    assert cli.main(["show", str(tmp_path / "notes.csv")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("ftgate show: ")
    assert "notes.csv: a CSV with columns 'name', 'remark'" in said


def test_show_reads_a_hosted_job(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", ID, "--base-url", api.url]) == 0
    assert f"job_id                    {ID}" in capsys.readouterr().out


@pytest.mark.parametrize("said", ["train_loss", "=a", "train_loss="])
def test_a_column_that_is_not_named_for_a_metric_is_usage(capsys: pytest.CaptureFixture[str], said: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["show", "x.csv", "--column", said])
    assert stopped.value.code == 2
    assert "is not METRIC=COLUMN" in capsys.readouterr().err


@pytest.mark.parametrize("name", PRESETS)
def test_show_prints_what_a_preset_expands_to(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert cli.main(["show", "--preset", name]) == 0
    text = capsys.readouterr().out
    assert text.startswith("gates:\n  complete:")
    written, meant = (loaded(tmp_path, f"ftgate: 1\njob: run\n{more}") for more in (text, f"preset: {name}\n"))
    assert [(gate.name, gate.condition) for gate in written.gates] == [(g.name, g.condition) for g in meant.gates]


def test_show_needs_a_job_or_a_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show"]) == 1
    assert capsys.readouterr().err == "ftgate show: name a job, or --preset to see what one expands to\n"


def test_show_says_what_the_curves_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = trainer_state(tmp_path, losses([1.0, 0.9, 0.8], [1.0, 0.8, 1.4]))
    assert cli.main(["show", str(path)]) == 0
    text = capsys.readouterr().out
    assert "\nhealth: OVERFIT: validation got worse after its best: 75% > max 10% (over by 65 points): 1.4," in text
    assert '\n  as a gate: {overfit: "valid_loss[*]", max: 10%}\n' in text
    assert cli.main(["show", str(path), "--json"]) == 0
    assert [note["code"] for note in json.loads(capsys.readouterr().out)["health"]] == ["OVERFIT"]
