"""The `log_<time>.txt` of torchtune's DiskLogger, and the same lines as its StdoutLogger prints them."""

import re
from collections.abc import Sequence
from pathlib import Path

from ..errors import JobError
from ..job import Job
from ..series import build
from ..wording import plain, quoted
from . import endings, printed
from .pieces import Piece

_LINE = re.compile(r"(?:^|\s)Step ([0-9]{1,15}) \| (.*)")
_PAIR = re.compile(r"([^\s:]+):(\S+)")
_TELLS = re.compile(r"Step [0-9]+ \| (?:[^|\n]*\s)?(?:val_)?loss:\S")
_NAMES = {"loss": "train_loss", "val_loss": "valid_loss"}
_NOT_METRICS = re.compile(r".*per_second.*|peak_memory.*|.*time.*")


def recognise(piece: Piece) -> bool:
    """Whether the text holds torchtune's lines."""
    return piece.data is None and not piece.binary and _TELLS.search(piece.text) is not None


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of one log; a resumed run begins another.

    Raises:
        JobError: there are several logs, two runs in one, or a value is not a number.
    """
    piece = printed.the_one(where, pieces)
    name = piece.file.name
    points: dict[str, list[tuple[float, float]]] = {}
    for line, text in printed.lines(piece.text):
        if found := _LINE.search(text):
            for key, value in _PAIR.findall(found[2]):
                if not _NOT_METRICS.fullmatch(key):
                    points.setdefault(key, []).append((float(found[1]), _reading(name, line, key, value)))
    if not points:
        raise JobError(f"{name}: it looks like torchtune's log, but no line of it is one of its own")
    for key, rows in points.items():
        printed.refuse_going_back(name, key, rows)
    series = [
        build(_NAMES.get(key, key), key, rows, file=name, full_set=key.startswith("val_"))
        for key, rows in points.items()
    ]
    return Job(
        source="torchtune log",
        where=where,
        files=(piece.file.digest,),
        facts={"steps": int(max(step for rows in points.values() for step, _ in rows))},
        series=endings.judged({one.name: one for one in series}),
        notes=(
            f"{name} does not say how many steps were planned, so a run that broke off looks finished",
            *endings.half_a_line(name, ended=piece.text.endswith("\n")),
        ),
    )


def _reading(name: str, line: int, key: str, said: str) -> float:
    value = printed.reading(said)
    if value is None:
        raise JobError(f"{name}:{line}: {quoted(plain(said))} under {quoted(plain(key))} is not a number")
    return value
