"""The plugin is free where it is installed and not used."""

import ast
import sys
from pathlib import Path

import pytest

import pytest_ftgate.plugin

pytestmark = pytest.mark.usefixtures("run_spec")

HEAVY = {"yaml", "pandas", "numpy", "openai", "jsonschema", "referencing", "scipy", "regex"}


@pytest.mark.parametrize("arguments", [(), ("--co",)], ids=["run", "collect"])
def test_a_run_without_a_spec_imports_nothing_heavy(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    pytester.makeconftest("import sys\ndef pytest_unconfigure(): print(*sorted(sys.modules), sep='\\n')")
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_subprocess("-s", "-p", "no:hypothesispytest", "-p", "no:anyio", *arguments)
    loaded = set(result.outlines)
    assert "pytest_ftgate.plugin" in loaded
    assert not HEAVY & loaded
    ours = {f"pytest_ftgate{name}" for name in ("", ".arguments", ".hookspecs", ".options", ".plugin")}
    assert {name for name in loaded if name.startswith("pytest_ftgate")} == ours


def test_the_plugin_module_imports_the_standard_library_and_pytest() -> None:
    tree = ast.parse(Path(str(pytest_ftgate.plugin.__file__)).read_text(encoding="utf-8"))
    imported = {
        alias.name.partition(".")[0] for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {str(node.module).partition(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names | {"pytest"}


@pytest.mark.parametrize("option", ["--help", "--markers", "--fixtures", "--version", "--co"])
def test_pytests_own_options_work_without_a_spec(pytester: pytest.Pytester, option: str) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    assert pytester.runpytest_inprocess(option).ret == pytest.ExitCode.OK


def test_the_help_names_the_options(pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess("--help").stdout.fnmatch_lines(
        ["quality gates for fine-tuning jobs:", "  --ftgate*SPEC*", "  --ftgate-job*JOB*", "  --ftgate-verdict*FILE*"]
    )


def test_a_run_of_tests_alone_says_nothing_of_gates(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1)
    assert "ftgate: " not in result.stdout.str()
    assert "verdict" not in result.stdout.str()
