"""What MLX-LM prints, in its old lines and in its newer table; it keeps no file of its own."""

import re
from collections.abc import Sequence
from pathlib import Path

from ..errors import JobError
from ..job import Fact, Job
from ..series import build
from ..wording import plain, quoted
from . import endings, printed
from .pieces import Piece

_LINES = {
    "train_loss": re.compile(r"Iter ([0-9]{1,15}): Train loss ([^\s,]+)|(?:^|\s)([0-9]{1,15})\s+(\S+) [▼▲](?:\s|$)"),
    "valid_loss": re.compile(
        r"Iter ([0-9]{1,15}): Val loss ([^\s,]+)|(?:^|\s)([0-9]{1,15})\s+val\s+(\S+)\s+[0-9.]+s\s*$"
    ),
}
_NAMES = {"train_loss": "Train loss", "valid_loss": "Val loss"}
_TELLS = re.compile(r"Iter [0-9]+: (?:Train|Val) loss |iter +train_loss +tok/s +tokens")
_PLANNED = re.compile(r"Starting training\.\.\., iters: ([0-9,]+)|batch · iters\s+[0-9,]+ · ([0-9,]+)")
_SAVED = re.compile(r"Saved final (?:adapter )?weights")

Points = dict[str, list[tuple[float, float]]]


def recognise(piece: Piece) -> bool:
    """Whether the text holds MLX-LM's lines."""
    return piece.data is None and not piece.binary and _TELLS.search(piece.text) is not None


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job whose lines one saved output holds.

    Raises:
        JobError: there are several outputs, two runs in one, or a loss is not a number.
    """
    piece = printed.the_one(where, pieces)
    name = piece.file.name
    points = _points(piece)
    # A validation is printed before the step that it is named after.
    done = int(max((step for step, _ in points["train_loss"] or points["valid_loss"]), default=0))
    plans = [int((old or new).replace(",", "")) for old, new in _PLANNED.findall(piece.text)]
    ended = _SAVED.search(piece.text) is not None if not plans else done >= plans[-1]
    facts: dict[str, Fact] = {"status": "succeeded" if ended else "unfinished", "steps": done}
    if plans:
        facts["planned_steps"] = plans[-1]
    for metric, found in points.items():
        printed.refuse_going_back(name, _NAMES[metric], found)
    series = {metric: build(metric, _NAMES[metric], found, file=name) for metric, found in points.items() if found}
    return Job(
        source="printed output of MLX-LM",
        where=where,
        files=(piece.file.digest,),
        facts=facts,
        series=endings.judged(series),
        notes=endings.half_a_line(name, ended=piece.text.endswith("\n")),
        unfinished=""
        if ended
        else f"{name}: the output ends at iteration {done}, and not with the end of the training",
    )


def _points(piece: Piece) -> Points:
    points: Points = {metric: [] for metric in _LINES}
    for line, text in printed.lines(piece.text):
        for metric, looks in _LINES.items():
            if found := looks.search(text):
                step, said = (group for group in found.groups() if group is not None)
                value = printed.reading(said)
                if value is None:
                    loss = quoted(plain(said))
                    raise JobError(f"{piece.file.name}:{line}: {loss} after {quoted(_NAMES[metric])} is not a number")
                points[metric].append((float(step), value))
    return points
