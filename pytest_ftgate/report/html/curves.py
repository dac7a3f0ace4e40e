"""The curves of one job, drawn, with their legends; or why they are not drawn."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...errors import FtgateError
from ...job import Job
from ...wording import counted, listed, number
from ..inert import one_line
from ..material import Material
from .charts import Chart, charts, described
from .plots import DASHES, drawn, picture, rank
from .scales import cut_off, is_logarithmic

_MOST_NOTES = 50
_MOST_ENTRIES = 40


@dataclass(frozen=True)
class Entry:
    """One line of a legend: the class of its sign, which of the dashes it has, and what it is."""

    kind: str
    dash: int
    text: str


@dataclass(frozen=True)
class Drawing:
    """One chart, drawn.

    Attributes:
        heading: what it shows.
        words: the same for people who do not see it.
        drawings: by the name of their size, as inline SVG.
        legend: what its signs mean.
        remarks: what is not in it.
    """

    heading: str
    words: str
    drawings: Mapping[str, str]
    legend: tuple[Entry, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Curves:
    """The drawings of one job, or why there are none, and what its files say beside their numbers."""

    drawings: tuple[Drawing, ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()


def curves(material: Material, prefix: str) -> Curves:
    """The curves of the job that was judged, if its files are still what they were then.

    Raises:
        ImportError: matplotlib is not installed.
    """
    if material.spec is None or material.evidence is None or not material.evidence.names_a_job:
        return Curves()
    try:
        job = material.evidence.job
    except FtgateError as e:
        return Curves(problem=f"The curves are not drawn: {one_line(str(e).partition(chr(10))[0])}")
    changed = material.changed(job.files)
    if changed:
        return Curves(problem=f"The curves are not drawn: {one_line(changed)}.")
    found = charts(job, material.spec.gates)
    return Curves(tuple(drawing(c, f"{prefix}-{i}") for i, c in enumerate(found)), notes=tuple(_notes(job)))


def pictures(material: Material, gate: str) -> dict[str, str]:
    """The drawings of what one gate reads, as SVG by their headings; none where they cannot be drawn."""
    spec, evidence = material.spec, material.evidence
    gates = [one for one in spec.gates if one.name == gate] if spec else []
    try:
        found = charts(evidence.job, gates) if evidence and gates and evidence.names_a_job else []
        return {chart.heading: picture(chart) for chart in found if chart.windows or chart.levels}
    except (FtgateError, ImportError):
        return {}


def drawing(chart: Chart, prefix: str) -> Drawing:
    """A chart with its legend; ids begin with `prefix`."""
    cut = cut_off(chart)
    said = (("logarithmic scale", is_logarithmic(chart)), (f"{counted(cut, 'value')} far off not shown", cut))
    remarks = tuple(text for text, holds in said if holds)
    legend = tuple(_legend(chart))[:_MOST_ENTRIES]
    return Drawing(chart.heading, described(chart), drawn(chart, prefix), legend, remarks)


def _legend(chart: Chart) -> Iterator[Entry]:
    for place, line in enumerate(chart.lines):
        series, dash = line.series, rank(chart.lines, place) % len(DASHES)
        yield Entry(line.role, dash, f"{one_line(series.logged_as, 80)} ({counted(len(series), 'value')})")
    for (kind, label), gates in _grouped((level.kind, level.label, level.gate) for level in chart.levels).items():
        yield Entry(kind, 0, f"{gates}: {label}")
    said = ((number(w.found.value), w.found.how, w.gate) for w in chart.windows)
    for (value, how), gates in _grouped(said).items():
        yield Entry("window", 0, f"read by {gates}: {value}, {one_line(how, 200)}")
    if chart.best:
        at = number(chart.best.first, 9)
        yield Entry("best", 0, f"best validation value {number(chart.best.value)}, {chart.axis} {at}")
    if chart.ships is not None:
        yield Entry("ships", 0, f"step {number(chart.ships, 9)} ships")
    if chart.checkpoints:
        yield Entry("saved", 0, f"{counted(len(chart.checkpoints), 'checkpoint')} saved")
    if any(len(line.series.non_finite) for line in chart.lines):
        yield Entry("cross", 0, "values that are not finite")


def _grouped(said: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    """By what is said twice, the gates of which it is said."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind, text, gate in said:
        found.setdefault((kind, text), []).append(one_line(gate, 80))
    return {key: listed(dict.fromkeys(gates)) for key, gates in found.items()}


def _notes(job: Job) -> list[str]:
    shipped = [f"step {number(job.shipped.step, 9)} ships: {job.shipped.why}"] if job.shipped else []
    of_series = [f"{s.logged_as}: {note}" for s in job.series.values() for note in (*s.notes, s.unusable) if note]
    said = [*filter(None, (job.refused, job.unfinished)), *shipped, *job.notes, *of_series]
    return [one_line(note) for note in dict.fromkeys(said)][:_MOST_NOTES]
