"""Pytest's hooks. Every run of every project that has the plugin imports this module: it imports nothing heavy."""

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .nodes import SpecFile

_SPECS = pytest.StashKey[frozenset[Path]]()
# Compiled when first used: at import it would cost every unrelated run a millisecond.
_SPEC = rb"""(?m)^(\xef\xbb\xbf)?["']?ftgate["']?[ \t]*:"""
_NEED_A_SPEC = (
    "ftgate_verdict",
    "ftgate_promote",
    "ftgate_report",
    "ftgate_markdown",
    "ftgate_history",
    "ftgate_model",
    "ftgate_policy_file",
)
_WRITTEN = ("ftgate_verdict", "ftgate_promote", "ftgate_report", "ftgate_markdown", "ftgate_history")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """What can be added."""
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The command line."""
    from .options import add_options

    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Turn each spec into a collection argument like any other.

    Node ids, -k, --lf, conftests and xdist then need no help from this plugin. The second list is what pytest looks at
    to find the initial conftests: beside the spec, instead of in `testpaths`.
    """
    from .options import NOT_EMPTY

    known = early_config.known_args_namespace
    if known.ftgate_verdict:
        _begin_verdict(known.ftgate, known.ftgate_verdict)
    for option in NOT_EMPTY:
        _refuse_empty(option, getattr(known, option))
    for spec in known.ftgate:
        _check(spec)
    arguments = [_as_argument(spec) for spec in known.ftgate]
    args[:0] = arguments
    known.file_or_dir[:0] = arguments


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark, and where specs are judged, what keeps the verdict."""
    config.addinivalue_line("markers", "ftgate: a gate, or a held-out prompt, of a fine-tuning spec")
    paths = _specs(config)
    config.stash[_SPECS] = frozenset(paths)
    for option in _NEED_A_SPEC:
        if config.getoption(option) and not paths:
            raise pytest.UsageError(f"--{option.replace('_', '-')} needs a spec to judge by: give --ftgate SPEC")
    # xdist's workers judge, its controller reports.
    if paths and not hasattr(config, "workerinput"):
        from .reporting import Reports
        from .session import Session

        if config.getoption("ftgate_promote") and len(paths) > 1:
            raise pytest.UsageError("--ftgate-promote: a verdict on several specs is nobody's baseline; name one spec")
        _refuse_one_file_for_two(config)
        session = Session(config, paths)
        config.pluginmanager.register(session, "ftgate-session")
        config.pluginmanager.register(Reports(config, lambda: session.verdict), "ftgate-reports")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "SpecFile | None":
    """Collect a file that was named on the command line, by --ftgate or because it says that it is a spec."""
    # Asked of each file beside each argument: with many specs in one folder, the cube of their number.
    if file_path not in parent.config.stash[_SPECS]:
        return None
    from .nodes import SpecFile

    return SpecFile.from_parent(parent, path=file_path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """Stop where a spec that was named was not collected: other tests that pass would look like gates that did."""
    paths = _specs(config)
    if paths:
        from .nodes import report_lost

        report_lost(config, paths)


def _specs(config: pytest.Config) -> list[Path]:
    """The spec files among the arguments, each once."""
    here = config.invocation_params.dir
    named = [_file(here, spec) for spec in config.getoption("ftgate")]
    # `pytest --help` stops before it has read the positional arguments.
    arguments = config.getoption("file_or_dir", None) or []
    given = [_file(here, argument) for argument in arguments if _is_yaml(argument)]
    return list(dict.fromkeys([*named, *(path for path in given if path in named or _says_so(path))]))


def _file(here: Path, argument: str) -> Path:
    return Path(os.path.abspath(here / argument.partition("::")[0]))  # noqa: PTH100 - as pytest does


def _is_yaml(argument: str) -> bool:
    return argument.partition("::")[0].endswith((".yaml", ".yml"))


def _says_so(path: Path) -> bool:
    try:
        # Opening a named pipe would wait for ever.
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            return re.search(_SPEC, stream.read(1 << 16)) is not None
    except OSError:
        return False


def _as_argument(spec: str) -> str:
    """`spec` as pytest takes a path, also where it begins like an option or a file of options."""
    return os.path.join(os.curdir, spec) if spec.startswith(("-", "@")) else spec  # noqa: PTH118


def _refuse_empty(option: str, said: str | list[str] | None) -> None:
    if "" in (said if isinstance(said, list) else [said]):
        raise pytest.UsageError(f"--{option.replace('_', '-')} is empty (an unset variable?)")


def _refuse_one_file_for_two(config: pytest.Config) -> None:
    written: dict[str, str] = {}
    for option in _WRITTEN:
        said = config.getoption(option)
        path = os.path.realpath(config.invocation_params.dir / said) if said else ""
        if path in written:
            names = f"--{written[path]} and --{option}".replace("_", "-")
            raise pytest.UsageError(f"{names} name the same file {said}: name one for each")
        written |= {path: option} if said else {}


def _check(spec: str) -> None:
    name = spec.partition("::")[0]
    if not name.isprintable():
        raise pytest.UsageError(f"--ftgate {name!a}: the path holds a control or invisible character; rename it")
    if "[" in name:
        raise pytest.UsageError(
            f"--ftgate {name}: pytest takes no path with [ in it: run it from that folder, or rename it"
        )
    if not name:
        raise pytest.UsageError(f"--ftgate {spec}: names a gate but no spec; write SPEC::GATE")
    try:
        mode = Path(name).stat().st_mode
    except OSError as e:
        raise pytest.UsageError(f"--ftgate {name}: {e.strerror}") from None
    if not stat.S_ISREG(mode):
        what = "a directory; name the spec in it" if stat.S_ISDIR(mode) else "not a regular file"
        raise pytest.UsageError(f"--ftgate {name}: {what}")


def _begin_verdict(specs: list[str], file: str) -> None:
    """From its first moment a run's verdict says that it is not done: nothing that dies leaves a pass behind."""
    from .errors import FtgateError
    from .verdict import unfinished, write

    try:
        write(unfinished(_file(Path.cwd(), spec) for spec in specs), Path(file))
    except FtgateError as e:
        raise pytest.UsageError(str(e)) from None
