"""Pytest's hooks. Every run of every project that has the plugin imports this module: it imports nothing heavy."""

import os
import re
import stat
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .nodes import SpecFile

# Compiled when first used: at import it would cost every unrelated run a millisecond.
_SPEC = rb"""(?m)^(\xef\xbb\xbf)?["']?ftgate["']?[ \t]*:"""
_OPTIONS = ("ftgate", "ftgate_job", "ftgate_verdict", "ftgate_allow_path", "ftgate_allow_host")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """What can be added."""
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The command line."""
    group = parser.getgroup("ftgate", "quality gates for fine-tuning jobs")
    group.addoption(
        "--ftgate",
        action="append",
        default=[],
        metavar="SPEC",
        help="judge a finished fine-tuning job by the gates of SPEC (SPEC::GATE for one gate); may be repeated",
    )
    group.addoption("--ftgate-job", metavar="JOB", help="judge this job instead of the one that the spec names")
    group.addoption("--ftgate-verdict", metavar="FILE", help="write the verdict to FILE, as JSON")
    group.addoption(
        "--ftgate-allow-path",
        action="append",
        default=[],
        metavar="DIR",
        help="a folder that specs may read from, besides their own and the rootdir (also: FTGATE_ALLOW_PATH)",
    )
    group.addoption(
        "--ftgate-allow-host",
        action="append",
        default=[],
        metavar="HOST",
        help="a host that hosted jobs may be read from, and a key be sent to (also: FTGATE_ALLOW_HOST, with commas)",
    )
    group.addoption(
        "--ftgate-timeout",
        type=_seconds,
        default=120.0,
        metavar="SECONDS",
        help="the time that the reading of a hosted job may take (default: 120)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Turn each spec into a collection argument like any other.

    Node ids, -k, --lf, conftests and xdist then need no help from this plugin. The second list is what pytest looks at
    to find the initial conftests: beside the spec, instead of in `testpaths`.
    """
    known = early_config.known_args_namespace
    if known.ftgate_verdict:
        _begin_verdict(known.ftgate, known.ftgate_verdict)
    for option in _OPTIONS:
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
    verdict = config.getoption("ftgate_verdict")
    if verdict is not None and not paths:
        raise pytest.UsageError("--ftgate-verdict needs a spec to judge by: give --ftgate SPEC")
    # xdist's workers judge, its controller reports.
    if paths and not hasattr(config, "workerinput"):
        from .session import Session

        file = config.invocation_params.dir / verdict if verdict else None
        config.pluginmanager.register(Session(config, paths, file), "ftgate-session")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "SpecFile | None":
    """Collect a file that was named on the command line, by --ftgate or because it says that it is a spec."""
    if file_path not in _specs(parent.config):
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


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86400:
        raise ArgumentTypeError(f"{text!a} is not a number of seconds between 0 and 86400")
    return value


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


def _check(spec: str) -> None:
    name = spec.partition("::")[0]
    if not name.isprintable():
        raise pytest.UsageError(f"--ftgate {name!a}: the path holds a control or invisible character; rename it")
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
