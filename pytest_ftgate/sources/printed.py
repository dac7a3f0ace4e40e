"""What trainers print, out of a saved log: lines that a progress bar, a runner's prefix or colours are mixed into."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from ..errors import JobError
from ..files import shown
from ..wording import listed, number
from . import objects
from .pieces import Piece

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; what a carriage return began anew is a line of its own."""
    for place, line in enumerate(text.split("\n"), 1):
        for part in line.split("\r"):
            if part.strip():
                yield place, _COLOURS.sub("", part)


def reading(text: str) -> float | None:
    """A printed number, NaN and infinities included, or nothing."""
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else objects.measured(text)


def the_one(where: Path, pieces: Sequence[Piece]) -> Piece:
    """The only log.

    Raises:
        JobError: there are several.
    """
    if len(pieces) > 1:
        names = listed(piece.file.name for piece in pieces)
        raise JobError(f"{shown(where)}: {len(pieces)} logs of training ({names}); point job: at one")
    return pieces[0]


def refuse_going_back(name: str, what: str, points: Iterable[tuple[float, float]]) -> None:
    """Raise where steps go back: such a trainer begins each run, and each resume, with a log of its own.

    Raises:
        JobError: they do.
    """
    for (before, _), (step, _) in pairwise(points):
        if step < before:
            raise JobError(
                f"{name}: {what} goes back from step {number(before, 12)} to {number(step, 12)}: "
                "two runs in one file; keep the lines of one"
            )
