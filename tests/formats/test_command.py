"""`ftgate export` on the command line."""

from pathlib import Path

import pytest

from pytest_ftgate.cli import main
from pytest_ftgate.formats import FORMATS, exported

from .making import gate, verdict


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_printed(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = verdict(tmp_path, gate("loss"))
    assert main(["export", str(path), "--as", form]) == 0
    assert capsys.readouterr() == (exported(path, form), "")


def test_an_export_is_written_where_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = verdict(tmp_path, gate("loss")), tmp_path / "metrics.txt"
    assert main(["export", str(path), "--as", "openmetrics", "-o", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == exported(path, "openmetrics")
    assert capsys.readouterr().out == f"openmetrics of {path} written to {out}\n"


def test_what_is_refused_is_one_line_and_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = verdict(tmp_path, gate("loss", "fail"), promote=False), tmp_path / "svr.json"
    assert main(["export", str(path), "--as", "svr", "-o", str(out)]) == 1
    said = f"{path} does not promote, so there is no svr of it: verdict: FAIL (said by the test)"
    assert capsys.readouterr() == ("", f"ftgate export: {said}\n")
    assert not out.exists()


def test_the_help_tells_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    said = capsys.readouterr().out
    assert [name for name, form in FORMATS.items() if f"{name} " not in said or form.help not in said] == []


def test_a_format_that_is_none_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_status:
        main(["export", str(tmp_path), "--as", "sarif"])
    assert exit_status.value.code == 2
    assert "invalid choice: 'sarif'" in capsys.readouterr().err
