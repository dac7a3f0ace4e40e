"""Verdicts for reports: of records, and of a spec that is judged without pytest."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from pytest_ftgate.decision import Status
from pytest_ftgate.errors import FtgateError
from pytest_ftgate.gate import Gate, digests
from pytest_ftgate.report.html import page
from pytest_ftgate.report.material import Material
from pytest_ftgate.spec import Spec
from pytest_ftgate.verdict import Declared, Judged, Record, Verdict, combine, declared

from ..making import loaded

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "\x1b[31mred\x1b[0m\x07",
    "::set-output name=a::b",
    "]]>",
    "lone \ud800 surrogate",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "@someone www.example.org https://example.org a@example.org",
    "a | b ` c ``` d",
    "[a](javascript:alert(1)) ![b](https://example.org/x.png)",
    "\u202egnp.exe",
    "\x00\x0b\x85",
)
"""Texts that would act where a report is careless."""


def record(name: str = "loss", status: Status = Status.FAIL, **more: object) -> Record:
    """What became of a gate."""
    said = {"headline": f"{name} says so", "observed": "1.2", "wanted": "max 1", **more}
    return Record("job.yaml", "0" * 64, name, 3, status, **said)  # type: ignore[arg-type]


def verdict_of(*records: Record, problem: str = "") -> Verdict:
    """A verdict over one spec with these records."""
    conditions = [Declared(one.name, one.line, one.wanted) for one in records]
    judged = declared(conditions, Path("job.yaml"), "0" * 64, [one.as_json() for one in records])
    return combine([replace(judged, problem=problem)])


def judge(spec: Spec) -> Judged:
    """What becomes of the gates of a spec."""
    evidence = spec.evidence()

    def decided(gate: Gate) -> Record:
        where = (str(spec.path), spec.digest.sha256, gate.name, gate.line)
        try:
            measured = gate.measure(evidence)
        except FtgateError as e:
            return Record(*where, Status.ERROR, str(e))
        found = gate.decide(measured)
        said = {"details": found.details, "observed": found.observed, "wanted": found.wanted}
        scores = tuple(score.as_json() for score in measured.scores())
        inputs = digests(measured)
        return Record(*where, found.status, found.headline, inputs=inputs, scores=scores, **said)  # type: ignore[arg-type]

    conditions = [Declared(gate.name, gate.line, str(gate.condition), gate.rule) for gate in spec.gates]
    records = [decided(gate).as_json() for gate in spec.gates]
    judged = declared(conditions, spec.path, spec.digest.sha256, records)
    return replace(judged, job=spec.job.path if spec.job else None)


def material_of(folder: Path, text: str) -> Material:
    """A spec of this text, judged, with its evidence still to be read."""
    spec = loaded(folder, text)
    return Material(judge(spec), spec, spec.evidence())


def page_of(*materials: Material) -> str:
    """The page on these specs."""
    return page(combine([material.judged for material in materials]), materials)


class Seen(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data
