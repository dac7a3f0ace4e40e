"""The verdict as Markdown, for a pull request or a job summary: what jobs and models wrote stands in code only."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from ..files import shown
from ..verdict import Judged, Verdict
from ..wording import counted
from .files import MARK
from .inert import one_line
from .rows import Record, failed_first, stands_in_the_way, word

MOST_BYTES = 256 * 1024
"""GitHub takes up to 1 MiB of a step's summary, and nothing of a longer one."""

_MOST_ROWS, _MOST_MESSAGES, _MOST_DETAILS, _MOST_INPUTS = 20, 50, 20, 200
_CELL, _LINE = 160, 1000


def markdown(verdict: Verdict) -> str:
    """The verdict: its word first, what failed first, details folded; never more than `MOST_BYTES` as UTF-8."""
    text, size = "", 0
    for part in _parts(verdict):
        size += len(part.encode("utf-8"))
        if size > MOST_BYTES - 200:
            return f"{text}The rest is left out: a summary holds {MOST_BYTES // 1024} kB.\n"
        text += part
    return text


def code(text: object, most: int = _LINE) -> str:
    """`text` as inline code, where nothing is markup, a link or a mention, and no table's cell ends."""
    said = one_line(text, most).replace("|", "¦")
    if not said.strip():
        return "-"
    fence = "`" * (_longest_run(said) + 1)
    pad = " " if said.startswith(("`", " ")) or said.endswith(("`", " ")) else ""
    return f"{fence}{pad}{said}{pad}{fence}"


def _parts(verdict: Verdict) -> Iterator[str]:
    yield f"<!-- {MARK} -->\n## {verdict.word.upper().replace('_', ' ')}\n\n{code(verdict.headline)}\n\n"
    rows = [record for judged in verdict.specs for record in failed_first(judged.gates)]
    rows.sort(key=lambda record: not stands_in_the_way(record))
    for judged in verdict.specs:
        yield from _spec(judged, [record for record in rows[:_MOST_ROWS] if record["spec"] == str(judged.path)])
    if len(rows) > _MOST_ROWS:
        yield f"{counted(len(rows) - _MOST_ROWS, 'more row')} not shown.\n\n"
    yield from _messages([record for record in rows if stands_in_the_way(record)])
    yield from _provenance(verdict)


def _spec(judged: Judged, rows: Sequence[Record]) -> Iterator[str]:
    on = f", job {code(shown(judged.job))}" if judged.job else ""
    yield f"### {code(shown(judged.path))}{on}\n\n"
    if judged.problem:
        yield _block(judged.problem.split("\n")[:_MOST_DETAILS])
    if rows:
        yield "| gate | observed | threshold | status |\n|---|---|---|---|\n"
        for record in rows:
            cells = (code(record[key], _CELL) for key in ("name", "observed", "wanted"))
            yield f"| {' | '.join(cells)} | {_status(record)} |\n"
        yield "\n"


def _status(record: Record) -> str:
    return f"**{word(record)}**" if stands_in_the_way(record) else word(record)


def _messages(missed: Sequence[Record]) -> Iterator[str]:
    if not missed:
        return
    yield f"<details><summary>What stands in the way: {counted(len(missed), 'message')}</summary>\n\n"
    for record in missed[:_MOST_MESSAGES]:
        where = f"{shown(Path(record['spec']))}:{record['line']}"
        yield _block([record["headline"], where, *(f"  {line}" for line in record["details"][:_MOST_DETAILS])])
    if len(missed) > _MOST_MESSAGES:
        yield f"{counted(len(missed) - _MOST_MESSAGES, 'more message')} not shown.\n\n"
    yield "</details>\n\n"


def _provenance(verdict: Verdict) -> Iterator[str]:
    specs = [f"{judged.sha256[:12] or '-':12}  {shown(judged.path)}" for judged in verdict.specs]
    read = {(d["sha256"], d["path"]): None for j in verdict.specs for gate in j.gates for d in gate["inputs"]}
    inputs = [f"{sha256[:12]}  {shown(Path(path))}" for sha256, path in list(read)[:_MOST_INPUTS]]
    yield f"<details><summary>Judged by and on (SHA-256): {counted(len(specs) + len(read), 'file')}</summary>\n\n"
    yield _block([*specs, *inputs])
    yield "</details>\n"


def _block(text: Iterable[object]) -> str:
    said = [one_line(line, _LINE) for line in text if line]
    fence = "`" * max(3, _longest_run("\n".join(said)) + 1)
    return f"{fence}text\n{chr(10).join(said)}\n{fence}\n\n"


def _longest_run(text: str) -> int:
    return max((len(list(run)) for mark, run in groupby(text) if mark == "`"), default=0)
