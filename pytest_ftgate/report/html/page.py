"""The page: what a template needs, in plain values, and the template filled with them."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from ...errors import FtgateError
from ...files import shown
from ...verdict import Verdict, document, is_prompt
from ...waiver import told
from ...wording import counted
from ..files import MARK
from ..inert import lines, one_line
from ..material import Material
from ..rows import Record, distance, failed_first, stands_in_the_way, status_of, word
from .baselines import Compared, compared
from .curves import Curves, curves
from .misses import Missed, missed
from .slices import Slices, slices

_MOST_ROWS, _MOST_PROMPTS, _MOST_DETAILS, _MOST_FACTS = 500, 50, 30, 300
_HEADLINE = re.compile(r"verdict: [A-Z ]+ \((.*)\)(: not a promotion verdict)?", re.DOTALL)
_SEPARATE = frozenset({"specs", "inputs", "headline", "verdict", "promote"})


@dataclass(frozen=True)
class Row:
    """One gate as it is shown; every text is bounded and harmless."""

    name: str
    line: int
    observed: str
    wanted: str
    status: str
    word: str
    distance: str
    headline: str
    details: tuple[str, ...]
    in_the_way: bool


@dataclass(frozen=True)
class Section:
    """One spec as it is shown.

    Attributes:
        spec: its path.
        job: the job that was judged, or nothing.
        problem: why the spec could not be judged by, in lines.
        counts: how many gates have each status, in words.
        rows: the gates, what failed first.
        folded: what is said of the rows that are left out.
        curves: the job's.
        slices: the evals' parts, where gates ask about some.
        compared: what gates found beside the baseline's values.
        missed: the evals' misses.
        notes: on the job, its curves and where answers come from.
        waivers: each in a sentence.
        changes: how the gates differ from the baseline verdict's.
    """

    spec: str
    job: str
    problem: str
    counts: str
    rows: tuple[Row, ...]
    folded: tuple[str, ...]
    curves: Curves
    slices: tuple[Slices, ...]
    compared: tuple[Compared, ...]
    missed: tuple[Missed, ...]
    notes: tuple[str, ...]
    waivers: tuple[str, ...]
    changes: tuple[str, ...]


def page(verdict: Verdict, materials: Sequence[Material]) -> str:
    """The verdict as one HTML page that loads nothing and runs nothing.

    Raises:
        FtgateError: a library that it is made with is not installed.
    """
    try:
        from jinja2 import Environment, StrictUndefined
        from markupsafe import Markup

        sections = [_section(material, place) for place, material in enumerate(materials)]
    except ImportError:
        raise FtgateError(
            "--ftgate-report needs libraries that are not installed: pip install 'pytest-ftgate[report]'"
        ) from None
    style = _resource("style.css")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["drawing"] = Markup
    return environment.from_string(
        _resource("page.html.j2")
    ).render(
        mark=MARK,
        style=Markup(style),  # noqa: S704 - a file of this package
        digest=base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii"),
        word=verdict.word.replace("_", " "),
        promote=verdict.promote,
        headline=_reason(verdict),
        sections=sections,
        facts=list(_facts(document(verdict)))[:_MOST_FACTS],
        inputs=[_input(digest) for digest in document(verdict)["inputs"][:_MOST_FACTS]],
    )


def _reason(verdict: Verdict) -> str:
    """The headline without the verdict's word, which the page says by itself."""
    found = _HEADLINE.fullmatch(verdict.headline)
    return one_line("".join(filter(None, found.groups())) if found else verdict.headline)


def _section(material: Material, place: int) -> Section:
    judged = material.judged
    gates = [record for record in judged.gates if not is_prompt(record)]
    prompts = [record for record in judged.gates if is_prompt(record)]
    bad = [record for record in prompts if stands_in_the_way(record)]
    first = failed_first(gates)[:_MOST_ROWS]
    drawn = curves(material, f"c{place}")
    counts = ", ".join(f"{n:,} {status.replace('_', ' ')}" for status, n in judged.counts.items() if n)
    return Section(
        spec=shown(judged.path),
        job=shown(judged.job) if judged.job else "",
        problem=lines(judged.problem, 8000),
        counts=counts,
        rows=tuple(_row(record) for record in failed_first([*first, *bad[:_MOST_PROMPTS]])),
        folded=tuple(_folded(len(gates), len(prompts), len(bad))),
        curves=drawn,
        slices=tuple(slices(gates)),
        compared=tuple(compared(first)),
        missed=tuple(missed(material)),
        notes=(*_notes(judged.gates), *drawn.notes),
        waivers=tuple(one_line(told(waiver)) for waiver in judged.waivers),
        changes=tuple(one_line(_flat(change)) for change in judged.changes[:_MOST_FACTS]),
    )


def _row(record: Record) -> Row:
    return Row(
        name=one_line(record["name"], 300),
        line=int(record["line"]),
        observed=one_line(record["observed"], 200) or "-",
        wanted=one_line(record["wanted"], 300) or "-",
        status=status_of(record).value,
        word=word(record),
        distance=distance(record),
        headline=one_line(record["headline"]),
        details=tuple(one_line(line) for line in record["details"][:_MOST_DETAILS]),
        in_the_way=stands_in_the_way(record),
    )


def _folded(gates: int, prompts: int, bad: int) -> Iterator[str]:
    if gates > _MOST_ROWS:
        yield f"{counted(gates - _MOST_ROWS, 'more gate')} not shown."
    if prompts:
        yield f"{counted(prompts, 'prompt')} judged one by one: {prompts - bad:,} pass."
    if bad > _MOST_PROMPTS:
        yield f"{counted(bad - _MOST_PROMPTS, 'more prompt')} in the way, not shown."


def _notes(gates: Sequence[Record]) -> list[str]:
    health = [f"{note['said']}; as a gate: {note['gate']}" for gate in gates for note in gate["health"]]
    origin = [f"sampled: {text}" for gate in gates for text in gate["origin"]]
    return [one_line(text) for text in dict.fromkeys([*health, *origin])]


def _facts(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where the verdict comes from, as names and values."""
    for name, value in said.items():
        if name not in _SEPARATE:
            yield from _named(name, value)
    for spec in said["specs"]:
        yield f"spec {one_line(spec['path'])}", f"sha256 {spec['sha256'] or '-'}"
        for name, value in spec.items():
            if name in ("policy", "source", "facts", "shipped", "baseline"):
                yield from _named(name, value)


def _named(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _named(f"{name} {one_line(key, 80)}", inner)
    elif value not in (None, "", [], ()):
        yield one_line(name.replace("_", " "), 120), one_line(_flat(value), 500)


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_flat(inner)}" for key, inner in value.items() if inner not in (None, "", [], {}))
    if isinstance(value, list | tuple):
        return "; ".join(map(_flat, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _input(digest: Mapping[str, Any]) -> tuple[str, str, str]:
    return one_line(digest["path"]), str(digest["sha256"]), counted(int(digest["size"]), "byte")


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
