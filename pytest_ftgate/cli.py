"""The command `ftgate`: what is not judged in a test run."""

import json
import os
import shutil
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from . import __version__
from .errors import FtgateError
from .fetch import fetch
from .report.show import as_json, as_text
from .sources import JobRef, read_job
from .sources.hosts import DEFAULT_SECONDS, Access, host
from .spec import schema_text


class Command(NamedTuple):
    """One sub-command: what it does in a few words, its arguments, and what it prints."""

    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: 0 where it succeeded, 1 where not, 2 where it was not understood."""
    said = _parser().parse_args(arguments)
    try:
        sys.stdout.write(COMMANDS[said.command].run(said))
        sys.stdout.flush()
    except FtgateError as e:
        sys.stderr.write(f"ftgate {said.command}: {e}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read has read enough; the interpreter would flush once more, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser("ftgate", description="quality gates for finished fine-tuning jobs: pytest --ftgate SPEC")
    parser.add_argument("--version", action="version", version=f"pytest-ftgate {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        command.arguments(commands.add_parser(name, help=command.help, description=command.help))
    return parser


def _fetch_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the job's id, ftjob-...")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help="a folder that is new or empty")
    _hosted_arguments(parser)


def _fetch(said: Namespace) -> str:
    lines = fetch(*_hosted(said), said.output)
    return "".join(f"{line}\n" for line in lines)


def _show_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="a file, a folder, or a hosted job's id")
    parser.add_argument("--json", action="store_true", help="print it as JSON, for scripts")
    parser.add_argument(
        "--column",
        dest="columns",
        action="append",
        type=column,
        default=[],
        metavar="METRIC=COLUMN",
        help="read JOB as a table whose columns are named here; may be repeated, and needs step=... or epoch=...",
    )
    _hosted_arguments(parser)


def _show(said: Namespace) -> str:
    job = read_job(_shown_job(said))
    if said.json:
        return json.dumps(as_json(job), indent=2, allow_nan=False) + "\n"
    blocks = (sys.stdout.encoding or "").casefold().startswith("utf")
    return "\n".join(as_text(job, shutil.get_terminal_size().columns, unicode=blocks)) + "\n"


def _shown_job(said: Namespace) -> JobRef:
    path = Path(said.job)
    if said.columns:
        form = "jsonl" if path.suffix in (".jsonl", ".json") else "csv"
        return JobRef(path, form, options={"columns": dict(said.columns)})
    if said.job.startswith("ftjob-") and not path.exists():
        source, identity, options, access = _hosted(said)
        return JobRef(path, source, identity, options, access)
    return JobRef(path)


def _hosted_arguments(parser: ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--base-url", metavar="URL", help="the API's address (or: OPENAI_BASE_URL)")
    where.add_argument(
        "--azure-endpoint", metavar="URL", help="an Azure resource's address (key: AZURE_OPENAI_API_KEY)"
    )
    where.add_argument("--azure-base-url", metavar="URL", help="the same for the newer API, ending in /openai/v1/")
    parser.add_argument("--api-version", metavar="VERSION", help="of --azure-endpoint (or: OPENAI_API_VERSION)")
    parser.add_argument("--timeout", metavar="SECONDS", type=seconds, default=DEFAULT_SECONDS, help="default: 120")


def _hosted(said: Namespace) -> tuple[str, str, dict[str, str], Access]:
    source = "azure" if said.azure_endpoint or said.azure_base_url else "openai"
    url = said.base_url or said.azure_base_url
    named = {"base_url": url, "endpoint": said.azure_endpoint, "api_version": said.api_version}
    options = {key: value for key, value in named.items() if value}
    # Whoever types an address allows its host.
    hosts = tuple(host(key, options[key]) for key in ("base_url", "endpoint") if key in options)
    return source, said.job, options, Access(hosts, said.timeout)


def column(text: str) -> tuple[str, str]:
    """A metric's name and the column that holds it, from `METRIC=COLUMN`.

    Raises:
        ArgumentTypeError: it is not of that form.
    """
    metric, _, name = text.partition("=")
    if not (metric and name):
        raise ArgumentTypeError(f"{text!a} is not METRIC=COLUMN")
    return metric, name


def seconds(text: str) -> float:
    """A number of seconds from the command line.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86400:
        raise ArgumentTypeError(f"{text!a} is not a number of seconds between 0 and 86400")
    return value


COMMANDS: Mapping[str, Command] = {
    "show": Command("show what is found of a job: facts, series, notes", _show_arguments, _show),
    "fetch": Command("save what a hosted job left behind, as a folder that is a job", _fetch_arguments, _fetch),
    "schema": Command(
        "print the JSON Schema of the spec language, for editors", lambda _: None, lambda _: schema_text()
    ),
}
"""The sub-commands."""
