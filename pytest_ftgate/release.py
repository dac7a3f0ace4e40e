"""The sub-commands of a release: may this model be promoted, by which policy, and what was judged before."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .arguments import age, at_least_1
from .conftests import language
from .errors import FtgateError, SpecError
from .evals.runtime import BARE
from .files import shown
from .report.show import curve, has_blocks
from .spec import Surroundings, load
from .verdict.history import FILE, read_history
from .verdict.verify import Wanted, verify
from .wording import counted, number, plain


def verify_arguments(parser: ArgumentParser) -> None:
    """The arguments of `ftgate verify`."""
    parser.add_argument("verdict", metavar="VERDICT", type=Path, help="what --ftgate-verdict wrote")
    parser.add_argument(
        "--spec", action="append", type=Path, required=True, help="the spec in hand; one for each that was judged by"
    )
    parser.add_argument(
        "--model",
        metavar="DIR_OR_ID",
        action="append",
        required=True,
        help="the model in hand: its folder or file, or its hosted id",
    )
    parser.add_argument("--max-age", metavar="AGE", type=age, required=True, help="how old it may be: 30m, 12h, 7d")
    parser.add_argument(
        "--evidence",
        metavar="DIR",
        type=Path,
        nargs="?",
        const=Path(),
        help="look at every file that was judged too; paths start from DIR (default: here)",
    )


def run_verify(said: Namespace) -> str:
    """One line: the model may be promoted."""
    if len(said.model) > 1:
        raise FtgateError("a verdict is on one model: give --model once, and verify each model by its own verdict")
    wanted = Wanted(said.spec, said.model[0], said.max_age, said.evidence)
    return verify(said.verdict, wanted, datetime.now(UTC)) + "\n"


def policy_arguments(parser: ArgumentParser) -> None:
    """The arguments of `ftgate policy`."""
    parser.add_argument("specs", metavar="SPEC", type=Path, nargs="+", help="a spec")
    parser.add_argument(
        "--conftest", metavar="FILE", type=Path, help="run this conftest.py, whose graders and measures the specs name"
    )


def run_policy(said: Namespace) -> str:
    """A line for each spec: the digest of it with all that it includes, and its path."""
    around = _surroundings(said.conftest)
    try:
        specs = [load(path, around) for path in said.specs]
    except SpecError as e:
        unknown = " unknown " in str(e) or " is not known" in str(e)
        hint = (
            "" if said.conftest or not unknown else "\n  what a conftest.py adds to specs is known with --conftest FILE"
        )
        raise SpecError(f"{e}{hint}") from None
    return "".join(f"{spec.policy_sha256}  {shown(spec.path)}\n" for spec in specs)


def _surroundings(conftest: Path | None) -> Surroundings:
    graders, measures = language(conftest) if conftest else ({}, {})
    return Surroundings((Path.cwd(),), runtime=replace(BARE, graders=graders), measures=measures)


def history_arguments(parser: ArgumentParser) -> None:
    """The arguments of `ftgate history`."""
    parser.add_argument("--file", metavar="FILE", type=Path, default=FILE, help=f"default: {FILE}")
    parser.add_argument("--spec", metavar="SPEC", help="only by this spec, as the history names it")
    parser.add_argument("--model", metavar="ID", help="only on this model: its id, or the beginning of its digest")
    parser.add_argument(
        "-n", dest="most", metavar="N", type=at_least_1, default=20, help="the last N of each (default: 20)"
    )


def run_history(said: Namespace) -> str:
    """The verdicts by each spec, and each gate's values over time."""
    history = read_history(said.file)
    if not history.entries:
        why = f"; {counted(history.unreadable, 'line')} could not be read" if history.unreadable else ""
        raise FtgateError(f"there is no verdict in {shown(said.file)}{why}")
    chosen = [entry for entry in history.entries if _is_on(entry["subject"], said.model)]
    names = dict.fromkeys(spec["path"] for entry in chosen for spec in entry["specs"])
    lines = [line for name in names if said.spec in (None, name) for line in _by_spec(chosen, name, said.most)]
    if not lines:
        raise FtgateError(f"no verdict in {shown(said.file)} is by that spec and on that model")
    odd = [f"{counted(history.unreadable, 'line')} could not be read"] if history.unreadable else []
    return "\n".join([*lines, *odd]) + "\n"


def _is_on(subject: Mapping[str, Any], model: str | None) -> bool:
    digest = str((subject.get("root_digest") or {}).get("value", ""))
    return model is None or model == subject.get("id") or (bool(model) and digest.startswith(model))


def _by_spec(entries: Sequence[Mapping[str, Any]], name: str, most: int) -> Iterator[str]:
    found = [(entry, spec) for entry in entries for spec in entry["specs"] if spec["path"] == name][-most:]
    yield f"{plain(name)}: the last {counted(len(found), 'verdict')}"
    for entry, spec in found:
        told = plain(str(entry["subject"].get("id") or "?"))
        attempt = f", attempt {entry['attempt']}" if entry.get("attempt", 1) != 1 else ""
        changed = "" if spec["sha256"] == found[-1][1]["sha256"] else ", by another content of the spec"
        word = plain(entry["verdict"]).ljust(18)
        yield f"  {plain(entry['created'])}  {word}  {plain(entry['verdict_id'])[:12]}  {told}{attempt}{changed}"
    gates = dict.fromkeys(gate for _, spec in found for gate in spec["gates"])
    width = max((len(plain(gate)) for gate in gates), default=0)
    for gate in gates:
        yield f"  {plain(gate).ljust(width)}  {_trend([spec['gates'].get(gate) for _, spec in found])}"


def _trend(seen: Sequence[Mapping[str, Any] | None]) -> str:
    """A gate over time: its curve where its values are numbers, the first and the last of them, and its statuses."""
    values = [found["value"] for found in seen if found and _is_number(found.get("value"))]
    last = next(found for found in reversed(seen) if found)
    statuses = "".join(_LETTERS.get(found["status"], "?") if found else "-" for found in seen)
    if not values:
        return f"{statuses}  {plain(str(last.get('observed') or last['status']))}"
    span = f"{number(values[0])} to {number(values[-1])}" if len(values) > 1 else number(values[0])
    return f"{statuses}  {curve(values, len(values), unicode=has_blocks())}  {span}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


_LETTERS = {
    "pass": ".",
    "warn": "w",
    "waived": "x",
    "fail": "F",
    "error": "E",
    "inconclusive": "I",
    "not_evaluated": "-",
}
"""How a status is written in a trend, as pytest writes outcomes."""
