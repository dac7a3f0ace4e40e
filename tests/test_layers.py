"""Imports point down the layers, and what every pytest run imports stays light."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_ftgate

ROOT = Path(pytest_ftgate.__file__).parent
LAYERS = (
    "errors",
    "arguments",
    "wording",
    "files",
    "samples",
    "directions",
    "statistics",
    "steps",
    "series",
    "estimators",
    "checkpoints",
    "job",
    "score",
    "bounds",
    "decision",
    "threshold",
    "comparison",
    "prior",
    "sources",
    "evals",
    "data",
    "evidence",
    "measures",
    "baseline",
    "gate",
    "health",
    "earlier",
    "waiver",
    "spec",
    "verdict",
    "formats",
    "report",
    "hookspecs",
    "within",
    "nodes",
    "session",
    "reporting",
    "options",
    "plugin",
    "fetch",
    "conftests",
    "release",
    "cli",
)
KNOW_PYTEST = {"within", "reporting", "options", "nodes", "session", "plugin", "hookspecs"}
HEAVY = {"pandas", "numpy", "scipy", "jsonschema", "referencing", "regex", "yaml", "hypothesis"}
LIGHT = ("plugin", "__init__", "errors", "wording")
MODULES = sorted(ROOT.rglob("*.py"))


def imported(path: Path, *, when_loaded: bool = False) -> Iterator[str]:
    """The full names of what a file imports; `when_loaded` leaves out what functions and types import."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in _loaded(tree) if when_loaded else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = [*_package(path)[: len(_package(path)) + 1 - node.level]] if node.level else []
            base = ".".join([*package, *([node.module] if node.module else [])])
            yield from ([base] if node.module else [f"{base}.{alias.name}" for alias in node.names])


def _loaded(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported."""
    for child in ast.iter_child_nodes(node):
        typing_only = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not typing_only:
            yield child
            yield from _loaded(child)


def _package(path: Path) -> list[str]:
    return ["pytest_ftgate", *path.relative_to(ROOT).parent.parts]


def layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def layers_below(path: Path) -> set[str]:
    inside = (name.split(".") for name in imported(path) if name.startswith("pytest_ftgate."))
    return {parts[1] for parts in inside} - {layer(path), "__version__"}


def test_every_module_has_its_layer() -> None:
    assert {layer(path) for path in MODULES} - {"__init__"} <= set(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_lower_layers_only(path: Path) -> None:
    mine = len(LAYERS) if layer(path) == "__init__" else LAYERS.index(layer(path))
    assert {name for name in layers_below(path) if LAYERS.index(name) >= mine} == set()


def test_only_the_bridge_knows_pytest() -> None:
    assert {layer(path) for path in MODULES if "pytest" in set(imported(path))} <= KNOW_PYTEST


def test_nothing_is_taken_from_pytest_s_inside() -> None:
    assert [path for path in MODULES for name in imported(path) if name.split(".")[0] == "_pytest"] == []


@pytest.mark.parametrize("name", LIGHT)
def test_what_every_pytest_run_imports_is_light(name: str) -> None:
    loaded = set(imported(ROOT / f"{name}.py", when_loaded=True))
    assert {module.split(".")[0] for module in loaded} & HEAVY == set()
    assert {module for module in loaded if module.startswith("pytest_ftgate.")} <= {"pytest_ftgate.errors"}


def test_pandas_and_the_schema_library_are_never_imported_with_a_module() -> None:
    late = {"pandas", "numpy", "scipy", "jsonschema", "referencing", "regex", "matplotlib", "jinja2", "markupsafe"}
    early = [(path.name, name) for path in MODULES for name in imported(path, when_loaded=True)]
    assert [(where, name) for where, name in early if name.split(".")[0] in late] == []


def test_no_evaluating_unpickling_or_templating_is_imported() -> None:
    barred = {
        "pickle",
        "marshal",
        "shelve",
        "jinja2",
        "subprocess",
        "socket",
        "urllib",
        "http",
        "importlib.import_module",
    }
    # The one place that runs a program of the spec, where --ftgate-allow-python is given, does so in its own process.
    # The one template is a file of this package, filled with escaping on.
    allowed = {("python_code.py", "subprocess"), ("page.py", "jinja2")}
    found = {(path.name, name) for path in MODULES for name in imported(path) if name.split(".")[0] in barred}
    assert found - allowed == set()
