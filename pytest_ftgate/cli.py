"""The command `ftgate`: what is not judged in a test run."""

import json
import os
import shutil
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from . import __version__, conftests
from .errors import EvalError, FtgateError
from .evals.sampling.exchange import exported, imported, save
from .evals.sampling.store import FILE, Store
from .evidence import Evidence
from .fetch import fetch
from .files import read, shown
from .formats import FORMATS
from .formats import exported as told_as
from .formats import save as save_export
from .health import findings
from .release import (
    history_arguments,
    policy_arguments,
    run_history,
    run_policy,
    run_verify,
    verify_arguments,
)
from .report.show import as_json, as_text, has_blocks
from .sources import JobRef, read_job
from .sources.hosts import DEFAULT_SECONDS, Access, host, seconds
from .spec import schema_text
from .spec.presets import PRESETS, preset_text
from .verdict import reading
from .wording import counted


class Command(NamedTuple):
    """One sub-command: what it does in a few words, its arguments, and what it prints."""

    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: 0 where it succeeded, 1 where not, 2 where it was not understood."""
    said = _parser().parse_args(arguments)
    try:
        _print(COMMANDS[said.command].run(said))
    except FtgateError as e:
        sys.stderr.write(f"ftgate {said.command}: {e}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _print(text: str) -> None:
    """Write `text` to the standard output, with what that cannot write spelt out."""
    out: TextIO | None = sys.stdout
    if out is None:
        raise FtgateError("the output cannot be written: it is closed")
    encoding = out.encoding or "utf-8"
    try:
        out.write(text.encode(encoding, "backslashreplace").decode(encoding))
        out.flush()
    except OSError as e:
        # The interpreter would flush once more, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        # Of a broken pipe: whoever read has read enough.
        if not isinstance(e, BrokenPipeError):
            raise FtgateError(f"the output cannot be written: {e.strerror or e}") from None


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
    parser.add_argument("job", metavar="JOB", nargs="?", help="a file, a folder, or a hosted job's id")
    parser.add_argument("--preset", choices=PRESETS, help="print the gates of a preset, as lines of a spec")
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
    parser.add_argument(
        "--conftest", metavar="FILE", type=Path, help="run this conftest.py, and look for the sources that it adds too"
    )
    _hosted_arguments(parser)


def _show(said: Namespace) -> str:
    if said.preset:
        return preset_text(said.preset)
    if not said.job:
        raise FtgateError("name a job, or --preset to see what one expands to")
    job = read_job(_shown_job(said), conftests.sources(said.conftest) if said.conftest else ())
    health = findings(Evidence.holding(job), ())
    if said.json:
        told = {**as_json(job), "health": [finding.as_json() for finding in health]}
        return json.dumps(told, indent=2, allow_nan=False) + "\n"
    lines = as_text(job, shutil.get_terminal_size().columns, unicode=has_blocks())
    lines += ["", *(f"health: {one.code}: {one.said}\n  as a gate: {one.gate}" for one in health)] if health else []
    return "\n".join(lines) + "\n"


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


def _samples_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=["export", "import"], help="write the stored answers, or take some over")
    parser.add_argument("file", metavar="FILE", type=Path, help="a JSON Lines file")
    parser.add_argument(
        "--store", metavar="FILE", type=Path, default=Path(".ftgate") / FILE, help="default: .ftgate/samples.sqlite"
    )


def _samples(said: Namespace) -> str:
    if said.action == "export" and not said.store.exists():
        raise EvalError(f"{shown(said.store)}: no such store of answers: --store names another")
    with Store(said.store, writes=said.action == "import") as store:
        if said.action == "import":
            new, known = imported(read(said.file), store)
            return f"{counted(new, 'answer')} taken over, {known:,} already there\n"
        count = save(exported(store), said.file)
    return f"{counted(count, 'answer')} written to {shown(said.file)}\n"


def _export_arguments(parser: ArgumentParser) -> None:
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.epilog = "formats:\n" + "".join(f"  {name:18} {form.help}\n" for name, form in FORMATS.items())
    parser.add_argument("verdict", metavar="VERDICT", type=Path, help="a file that --ftgate-verdict wrote")
    parser.add_argument("--as", dest="form", choices=FORMATS, required=True, help="the format, one of those below")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="a new file (default: it is printed)")


def _export(said: Namespace) -> str:
    text = told_as(said.verdict, said.form)
    if said.output is None:
        return text
    save_export(text, said.output)
    return f"{said.form} of {shown(said.verdict)} written to {shown(said.output)}\n"


SCHEMAS: Mapping[str, Callable[[], str]] = {"spec": schema_text, "verdict": reading.schema_text}
"""The JSON Schemas that are shipped."""


def _schema_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("of", choices=SCHEMAS, nargs="?", default="spec", help="which one (default: spec)")


COMMANDS: Mapping[str, Command] = {
    "show": Command("show what is found of a job: facts, series, notes", _show_arguments, _show),
    "fetch": Command("save what a hosted job left behind, as a folder that is a job", _fetch_arguments, _fetch),
    "samples": Command("export and import the stored answers of sampled evals", _samples_arguments, _samples),
    "export": Command("write a verdict in a format that other tools read", _export_arguments, _export),
    "verify": Command("say whether a verdict lets a model be promoted", verify_arguments, run_verify),
    "history": Command(
        "print what was judged before, and each gate's values over time", history_arguments, run_history
    ),
    "policy": Command("print the digest of a spec with all that it includes", policy_arguments, run_policy),
    "schema": Command(
        "print the JSON Schema of the spec language, for editors, or of a verdict",
        _schema_arguments,
        lambda said: SCHEMAS[said.of](),
    ),
}
"""The sub-commands."""
