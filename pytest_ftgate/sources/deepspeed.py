"""The tables of DeepSpeed's CSV monitor: one file for each metric, `Train_Samples_train_loss.csv` and its like.

The monitor (deepspeed/monitor/csv_monitor.py) names a file after the whole tag and its second column after the tag's
last part. Its column `step` counts training samples. It appends, and writes the header again with every start.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import JobError
from ..files import shown
from ..job import Job, canonical
from ..series import Series, build
from ..wording import plain
from . import endings, table
from .pieces import Piece

_OF_TRAINING = "Train_Samples_"
_SAMPLES = "its steps are training samples, as DeepSpeed's monitor counts"


def recognise(piece: Piece) -> bool:
    """Whether the file is of one of the tags that DeepSpeed itself logs."""
    return _is_named_so(piece) and piece.file.path.stem.startswith(_OF_TRAINING)


def beside(piece: Piece) -> bool:
    """Whether the file is of a tag of the user's own."""
    return _is_named_so(piece) and not recognise(piece)


def may_be(piece: Piece) -> bool:
    """Whether the monitor may have written the file, whatever it is called now: its two columns and its line ends."""
    end = piece.text.find("\n")
    return _is_named_so(piece) or (_is_narrow(piece) and end > 0 and piece.text[end - 1] == "\r")


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of a monitor's files, or of a single one.

    Raises:
        JobError: a file is broken or holds two runs, or two of them are of one metric.
    """
    series: dict[str, Series] = {}
    notes: list[str] = []
    for piece in pieces:
        found = table.read(piece.file.name, _once(piece))
        one = _series(piece, found)
        if one.name in series:
            raise JobError(f"{shown(where)}: {series[one.name].logged_as} and {one.logged_as} are one metric; keep one")
        series[one.name] = one
        notes += table.notes(found)
    held = {name: one for name, one in series.items() if len(one)}
    return Job(
        source="DeepSpeed's CSV monitor",
        where=where,
        files=tuple(piece.file.digest for piece in pieces),
        facts={},
        series=endings.judged(held),
        notes=(*notes, endings.OPEN),
    )


def _series(piece: Piece, found: table.Table) -> Series:
    tag = piece.file.path.stem
    name = canonical(tag.removeprefix(_OF_TRAINING))
    points = table.points(table.steps(found, "step"), table.readings(found, found.header[1]))
    one = build(name, tag, points, file=found.name, appended=True)
    return replace(one, notes=(_SAMPLES, *one.notes))


def _once(piece: Piece) -> str:
    """The text without the headers of later starts; their lines stay, so that the others keep their numbers."""
    head, end, rows = piece.text.partition("\n")
    again = rf"(?m)^{re.escape(head.rstrip())}(?=\r?$)"
    return f"{head}{end}{re.sub(again, '', rows)}"


def _is_named_so(piece: Piece) -> bool:
    return _is_narrow(piece) and piece.file.path.stem.endswith(f"_{_part(piece)}")


def _is_narrow(piece: Piece) -> bool:
    return len(piece.header) == 2 and piece.header[0] == "step" and bool(piece.header[1])


def _part(piece: Piece) -> str:
    return plain(piece.header[1]).replace(" ", "_")
