"""The sources of a conftest.py, for commands that are no test run."""

import hashlib
import sys
from pathlib import Path

import pytest

from pytest_ftgate import cli
from pytest_ftgate.conftests import language, sources
from pytest_ftgate.errors import FtgateError, JobError

EXAMPLES = Path(__file__).parent.parent / "examples"
EXAMPLE = EXAMPLES / "custom_source"


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a conftest.py leaves in the interpreter goes with the test."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setitem(sys.modules, "conftest", None)  # so that it is put back


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "conftest.py"
    path.write_text(text)
    return path


def refused(path: Path) -> str:
    with pytest.raises(JobError) as error:
        sources(path)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_show_uses_the_sources_of_a_conftest(capsys: pytest.CaptureFixture[str]) -> None:
    log = str(EXAMPLE / "run.log")
    assert cli.main(["show", log]) == 1
    assert cli.main(["show", log, "--conftest", str(EXAMPLE / "conftest.py")]) == 0
    assert "house-trainer log" in capsys.readouterr().out


def test_a_conftest_may_import_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "house_reader.py").write_text("from pytest_ftgate import Source\nOURS = Source('ours', None, None)\n")
    path = written(tmp_path, "import house_reader\ndef pytest_ftgate_sources(): return [house_reader.OURS]\n")
    assert [source.name for source in sources(path)] == ["ours"]


def test_a_conftest_that_fails_is_one_line(tmp_path: Path) -> None:
    said = refused(written(tmp_path, "import a_library_that_is_not_there\n"))
    assert said.endswith("cannot be used (ModuleNotFoundError: No module named 'a_library_that_is_not_there')")
    assert refused(written(tmp_path, "raise SystemExit\n")).endswith("cannot be used (SystemExit)")


def test_a_hook_that_fails_is_one_line(tmp_path: Path) -> None:
    said = refused(written(tmp_path, "def pytest_ftgate_sources(): return 1 / 0\n"))
    assert said.endswith("cannot be used (ZeroDivisionError: division by zero)")


def test_a_conftest_without_the_hook_adds_nothing_and_says_so(tmp_path: Path) -> None:
    assert "has no function pytest_ftgate_sources" in refused(written(tmp_path, "x = 1\n"))


@pytest.mark.parametrize("given", ["None", "[1]", "'ab'"])
def test_what_is_no_source_is_an_error(tmp_path: Path, given: str) -> None:
    said = refused(written(tmp_path, f"def pytest_ftgate_sources(): return {given}\n"))
    assert said.endswith("gives something else than a list of sources")


def test_a_file_that_is_not_there_or_no_python_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "conftest.py").endswith("conftest.py: no such file")
    path = tmp_path / "notes.txt"
    path.write_text("x")
    assert refused(path).endswith("notes.txt: not a Python file")


@pytest.mark.parametrize("example", ["custom_measure", "custom_grader"])
def test_policy_uses_the_measures_and_graders_of_a_conftest(
    example: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES)
    spec = EXAMPLES / example / "job.yaml"
    assert cli.main(["policy", str(spec), "--conftest", str(spec.with_name("conftest.py"))]) == 0
    assert capsys.readouterr().out.startswith(hashlib.sha256(spec.read_bytes()).hexdigest())


def test_policy_says_how_a_conftest_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES)
    assert cli.main(["policy", "custom_measure/job.yaml"]) == 1
    said = capsys.readouterr().err
    assert "gates.calm.large_gradients: unknown key 'large_gradients'; needs one of metric" in said
    assert said.endswith("\n  what a conftest.py adds to specs is known with --conftest FILE\n")


def test_policy_names_no_conftest_where_none_could_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES)
    assert cli.main(["policy", "nowhere.yaml"]) == 1
    assert capsys.readouterr().err == "ftgate policy: nowhere.yaml: no such file\n"


def test_policy_does_not_advise_what_was_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "job.yaml"
    spec.write_text("ftgate: 1\ngates: {g: {small_gradients: 5, max: 1}}\n")
    assert cli.main(["policy", str(spec), "--conftest", str(EXAMPLES / "custom_measure" / "conftest.py")]) == 1
    said = capsys.readouterr().err
    assert "did you mean 'large_gradients'?" in said
    assert "--conftest" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "has no function pytest_ftgate_graders or pytest_ftgate_measures, so it adds no word to specs"),
        ("def pytest_ftgate_measures(): return 5", "pytest_ftgate_measures gave int; a mapping of names to Measure"),
        ("def pytest_ftgate_graders(): return 5", "pytest_ftgate_graders gave int; a mapping of names to GraderKind"),
        ("def pytest_ftgate_measures(): 1 / 0", "cannot be used (ZeroDivisionError: division by zero)"),
    ],
)
def test_what_adds_nothing_to_specs_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FtgateError) as error:
        language(written(tmp_path, text))
    assert said in str(error.value)
    assert "\n" not in str(error.value)
