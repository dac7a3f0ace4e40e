"""The table of a spec's gates, as lines of text with a colour word each; it does not know the terminal."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ..decision import PROMOTING, Status
from ..verdict import Judged, is_prompt
from ..wording import counted, plain

Line = tuple[str, str]
"""Text, and the markup it is meant to have: a colour of pytest's terminal writer, or nothing."""

_COLOURS = {Status.PASS: "green", Status.WARN: "yellow", Status.WAIVED: "yellow", Status.NOT_EVALUATED: "yellow"}
_HEADER = ("gate", "observed", "threshold", "status")
_GAP = 2
_MOST_PROMPTS = 10


def table(judged: Judged, width: int) -> list[Line]:
    """The gates of one spec, a line each; in a narrow terminal a gate takes two lines."""
    gates, folded = _folded(judged.gates)
    rows = [_row(gate) for gate in gates]
    widths = [max(_columns(row[i]) for row in (_HEADER, *rows)) for i in range(len(_HEADER))]
    if sum(widths) + 3 * _GAP <= width:
        lines = [_across(row, widths) for row in (_HEADER, *rows)]
    else:
        lines = ["", *(_stacked(row, width) for row in rows)]
    colours = ["", *(_COLOURS.get(Status(gate["status"]), "red") for gate in gates)]
    return [line for line in zip(lines, colours, strict=True) if line[0]] + [(line, "") for line in folded]


def _folded(gates: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Prompts that pass by themselves are counted, and so is a flood of those that do not."""
    prompts = [gate for gate in gates if is_prompt(gate)]
    missed = [gate for gate in prompts if Status(gate["status"]) not in PROMOTING]
    shown = [gate for gate in gates if not is_prompt(gate)] + missed[:_MOST_PROMPTS]
    notes = []
    if prompts:
        notes.append(f"{counted(len(prompts), 'prompt')} judged one by one: {len(prompts) - len(missed)} pass")
    if len(missed) > _MOST_PROMPTS:
        notes.append(f"{counted(len(missed) - _MOST_PROMPTS, 'more prompt')} in the way, not shown")
    return shown, notes


def _row(gate: Mapping[str, Any]) -> tuple[str, str, str, str]:
    status = Status(gate["status"])
    word = status.value.replace("_", " ")
    observed = gate["observed"] or "-"
    return (
        plain(gate["name"]),
        plain(observed),
        plain(gate["wanted"]) or "-",
        word if status in PROMOTING else word.upper(),
    )


def _across(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True))
    return (" " * _GAP).join(cells).rstrip()


def _stacked(row: Sequence[str], width: int) -> str:
    name, observed, wanted, word = row
    return f"{_cut(f'{word}  {name}', width)}\n{_cut(f'    {observed} ({wanted})', width)}"


def _cut(text: str, width: int) -> str:
    if _columns(text) <= width:
        return text
    cut = text[:width]
    while _columns(cut) > width - 1:
        cut = cut[:-1]
    return cut + "…"


def _columns(text: str) -> int:
    """How many columns of a terminal `text` takes: East Asian characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
