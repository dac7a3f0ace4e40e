"""The rows that Hugging Face's trainers print, where the printed output is all that was kept.

They say their epoch and no step. Since version 5 of transformers their numbers are printed as strings of four digits.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import JobError
from ..files import File
from ..job import Fact, Job
from . import endings, hf_checkpoints, hf_results, huggingface_rows, printed, zeros
from .history import Row
from .pieces import Piece

_ROW = re.compile(r"\{'[^{}]*\}")
_PAIR = re.compile(r"'([^']+)': (?:'([^']*)'|([^,'{}]+))")
_WRAPPED = re.compile(r"(?:np|numpy)\.float[0-9]+\((.*)\)")


def recognise(piece: Piece) -> bool:
    """Whether the text holds a printed row with a loss and an epoch."""
    if piece.data is not None or piece.binary:
        return False
    return any("'epoch': " in row[0] and "loss': " in row[0] for row in _ROW.finditer(piece.text))


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job whose rows one saved output holds.

    Raises:
        JobError: there are several outputs, two runs in one, or a value is not a number.
    """
    piece = printed.the_one(where, pieces)
    rows = list(_rows(piece))
    ended = _ended(piece.file, rows)
    rows, told = hf_results.of_the_curve(rows, hf_checkpoints.split(rows), axis="epoch")
    series = huggingface_rows.series(rows, piece.file.name, appended=True, axis="epoch")
    average = huggingface_rows.run_average(rows)
    facts: dict[str, Fact] = {"status": "succeeded" if ended else "unfinished"}
    if average is not None:
        facts["run_average_train_loss"] = average
    return Job(
        source="printed output of a Hugging Face trainer",
        where=where,
        files=(piece.file.digest,),
        facts=facts,
        series=endings.judged({name: zeros.doubted(one, series, rows) for name, one in series.items()}),
        notes=(*told, *huggingface_rows.lost_evaluations(rows)),
        unfinished=""
        if ended
        else f"{piece.file.name}: the output ends before the trainer's summary: unfinished or cut",
    )


def _rows(piece: Piece) -> Iterator[Row]:
    place = 0
    for line, text in printed.lines(piece.text):
        for found in _ROW.finditer(text):
            logged = {key: _value(quoted, bare) for key, quoted, bare in _PAIR.findall(found[0])}
            epoch = logged.get("epoch")
            if _is_row(logged):
                if not isinstance(epoch, float):
                    raise JobError(f"{piece.file.name}:{line}: a printed row whose epoch is not a number")
                yield Row(place, epoch, logged)
                place += 1


def _is_row(logged: Mapping[str, object]) -> bool:
    return "epoch" in logged and any(key in ("loss", "train_runtime") or key.startswith("eval_") for key in logged)


def _value(in_quotes: str, bare: str) -> object:
    text = in_quotes or bare.strip()
    wrapped = _WRAPPED.fullmatch(text)
    found = printed.reading(wrapped[1] if wrapped else text)
    return text if found is None else found


def _ended(file: File, rows: Sequence[Row]) -> bool:
    """Whether the summary of the training follows its last loss.

    Raises:
        JobError: there are several summaries.
    """
    summaries = [row for row in rows if "train_runtime" in row.logged]
    if len({repr(sorted(row.logged.items())) for row in summaries}) > 1:
        raise JobError(f"{file.name}: {len(summaries)} runs in one output; keep the lines of one")
    last = max((row.place for row in rows if "loss" in row.logged), default=-1)
    return bool(summaries) and summaries[-1].place > last
