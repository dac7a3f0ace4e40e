"""NeMo Automodel's `training.jsonl` and `validation.jsonl`, one file for each validation set."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import JobError
from ..files import shown
from ..job import Fact, Job
from ..series import Series
from ..wording import listed
from . import endings, huggingface_rows, objects, progress
from .history import Row, history
from .pieces import Piece

_OWN = {"num_label_tokens", "tps", "mem", "lr"}
_LEFT_OUT = re.compile(r"step|epoch|timestamp|mem|tps.*|.*_time|num_.*tokens.*|.*_per_.*")
_BUFFERED = "the trainer writes this log a hundred rows at a time and does not say how many steps were planned"


def recognise(piece: Piece) -> bool:
    """Whether the file's first row is one of NeMo's, of training or of validation."""
    keys = progress.first(piece).keys()
    return {"step", "timestamp"} <= keys and ("val_loss" in keys or ("loss" in keys and bool(keys & _OWN)))


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of a training log and the validation logs beside it.

    Raises:
        JobError: there are several training logs, two runs in one, or a value is not a number.
    """
    training = [piece for piece in pieces if "val_loss" not in progress.first(piece)]
    if len(training) > 1:
        names = listed(piece.file.name for piece in training)
        raise JobError(f"{shown(where)}: {len(training)} training logs ({names}); point job: at one")
    series: dict[str, Series] = {}
    for piece in pieces:
        found = huggingface_rows.series(history(_rows(piece, len(pieces))), piece.file.name, appended=True)
        if twice := series.keys() & found.keys():
            raise JobError(f"{shown(where)}: two files hold {listed(sorted(twice))}; keep one")
        series.update(found)
    facts: dict[str, Fact] = {}
    if series:
        facts["steps"] = int(max(one.values.index[-1] for one in series.values()))
    return Job(
        source="NeMo Automodel logs",
        where=where,
        files=tuple(piece.file.digest for piece in pieces),
        facts=facts,
        series=endings.judged(series),
        notes=(_BUFFERED,),
    )


def _rows(piece: Piece, files: int) -> Iterator[Row]:
    names = _names(piece, files)
    of_training = "val_loss" not in progress.first(piece)
    for line, logged in progress.objects_of(piece):
        step = objects.number(logged.get("step"))
        if step is None or not math.isfinite(step):
            raise JobError(f"{piece.file.name}:{line}: a row without its step")
        # A validation's row repeats what the training's row at that step says.
        kept = (key for key in logged if key == "val_loss" or (of_training and not _LEFT_OUT.fullmatch(key)))
        yield Row(line, step, {names.get(key, key): logged[key] for key in kept})


def _names(piece: Piece, files: int) -> Mapping[str, str]:
    """How the keys of this file are known: with several files a validation's bear the name of its set."""
    of = re.fullmatch(r"validation_(.+)", piece.file.path.stem)
    return {"lr": "learning_rate", "val_loss": f"eval_{of[1]}_loss" if of and files > 1 else "eval_loss"}
