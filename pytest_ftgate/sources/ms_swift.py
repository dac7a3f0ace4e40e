"""ms-swift's `logging.jsonl`, of its Hugging Face and its Megatron trainers."""

import re
from array import array
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..checkpoints import Checkpoint, Shipped
from ..errors import JobError
from ..files import shown
from ..job import Job
from ..wording import listed, plain, quoted
from . import hf_checkpoints, progress
from .history import History
from .pieces import Piece
from .progress import Logged
from .rows import Packer

_PLACES = ("global_step/max_steps", "iteration")
_LEFT_OUT = re.compile(r"global_step/max_steps|iteration|percentage|elapsed_time|remaining_time|.*\((?:GiB|.*/.*)\)")


def recognise(piece: Piece) -> bool:
    """Whether the file's first row says its place as ms-swift does, `10/438`."""
    return _place(progress.first(piece)) is not None


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of one log.

    Raises:
        JobError: there are several, two runs in one, or a row that is not one of the log's.
    """
    if len(pieces) > 1:
        names = listed(piece.file.name for piece in pieces)
        raise JobError(f"{shown(where)}: {len(pieces)} ms-swift logs ({names}); point job: at one")
    file = pieces[0].file
    rows = Packer(array("d"))
    planned = array("d")
    summary: Logged = {}
    for line, logged in progress.objects_of(pieces[0]):
        if isinstance(logged.get("log_history"), list) or not logged.keys() & {*_PLACES}:
            # The run's summary at the end repeats the whole history.
            if not _is_summary(logged):
                raise JobError(f"{file.name}:{line}: a row without {' or '.join(_PLACES)}")
            summary = logged
            continue
        place = _place(logged)
        if place is None:
            said = next(logged[key] for key in _PLACES if key in logged)
            raise JobError(f"{file.name}:{line}: {quoted(plain(repr(said)))} is no place such as 10/438")
        rows.add(place[0], {key: value for key, value in logged.items() if not _LEFT_OUT.fullmatch(key)})
        planned.append(place[1])
    last, best = (hf_checkpoints.marked(summary, f"{which}_model_checkpoint") for which in ("last", "best"))
    found = progress.job("ms-swift logging.jsonl", where, file, History(rows.packed()), planned, last, best)
    return replace(found, shipped=_shipped(found, last, best))


def _shipped(job: Job, last: Checkpoint | None, best: Checkpoint | None) -> Shipped | None:
    """What ships where the last checkpoint is the best one too; else it is the user who chooses between the two."""
    if last is None or last != best or job.unfinished or last.step != job.facts["steps"]:
        return None
    return Shipped(last.step, "the run's last checkpoint is its best one too")


def _is_summary(logged: Logged) -> bool:
    return bool(logged.keys() & {"log_history", "last_model_checkpoint", "model_parameter_info", "model_info"})


def _place(logged: Logged) -> tuple[int, int] | None:
    found = (value for key in _PLACES if isinstance(value := logged.get(key), str))
    place = next((re.fullmatch(r"([0-9]{1,15})/([0-9]{1,15})", value) for value in found), None)
    return (int(place[1]), int(place[2])) if place else None
