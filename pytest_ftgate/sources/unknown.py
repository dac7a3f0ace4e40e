"""What to say of a file or folder that no source recognises: what it looks like, and how to name its columns."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from ..errors import JobError
from ..files import File, shown
from ..job import canonical
from ..wording import listed, quoted, sentence
from . import objects
from .folder import STATE, is_inside
from .pieces import Piece
from .rows import Rows

LOOKED_FOR = (
    "an OpenAI or Azure result file, saved job, events or checkpoints, a Hugging Face trainer_state.json, "
    "or a trainer's or tracker's own log"
)

_EXAMPLE = "job: {csv: metrics.csv, columns: {train_loss: loss, valid_loss: val_loss}}"
_PRINTED = (
    (
        re.compile(rb"[\s\[]*(?:SyncCursorPage|FineTuning)\w*\W"),
        "API objects as Python prints them: save them with to_json() instead",
    ),
)
_PACKED = frozenset({".gz", ".zip", ".tar", ".tgz", ".bz2", ".xz", ".zst"})
_STEPS = ("step", "current_steps", "global_step", "global_step/max_steps", "_step", "iteration", "iter", "Step")
_METRICS = ("train_loss", "valid_loss", "train_mean_token_accuracy", "valid_mean_token_accuracy", "train_mean_reward")


def refuse(file: File) -> None:
    """Raise for what trainers and notebooks leave behind beside the job's own files.

    Raises:
        JobError: it is that; the message says what to take instead.
    """
    kind = next((what for looks, what in _PRINTED if looks.match(file.data[:200])), None)
    if kind:
        raise JobError(sentence([f"{file.name}: {kind}", f"looked for {LOOKED_FOR}"]))


def hides_a_job(piece: Piece) -> bool:
    """Whether a file that is not recognised stands where a job's own should, so that no other may replace it."""
    return piece.file.path.name == STATE or bool(_api_error(piece.data))


def file_error(piece: Piece) -> JobError:
    """The error for one file."""
    name = piece.file.name
    if said := _api_error(piece.data):
        return JobError(f"{name}: an API's error answer, not a job: {quoted(said, 200)}")
    found = f"{name}: {_looks_like(piece)}, which is not a job that is recognised"
    if piece.header[1:] or _is_rows(piece):
        kind = "csv" if piece.header else "jsonl"
        hint = _remedy(kind, piece.file.path.name, _names(piece))
        return JobError(sentence([f"{found}; name its columns: {hint}", f"looked for {LOOKED_FOR}"]))
    return JobError(sentence([found, f"looked for {LOOKED_FOR}; a table of another trainer is read so: {_EXAMPLE}"]))


def folder_error(folder: Path, entries: Sequence[Path]) -> JobError:
    """The error for a folder in which nothing was recognised."""
    if not entries:
        return JobError(f"{shown(folder)}: the folder is empty")
    names = listed(quoted(entry.name) + _passed_over(entry, folder) for entry in entries)
    found = f"{shown(folder)}: no job in this folder, which holds {names}; point job: at the job's file"
    return JobError(sentence([found, f"looked for {LOOKED_FOR}; a table of another trainer is read so: {_EXAMPLE}"]))


def _passed_over(entry: Path, folder: Path) -> str:
    """Why nothing was looked for in it, where that shows at once."""
    if not is_inside(entry, folder):
        return " (a link that leaves the folder)"
    if entry.suffix.casefold() in _PACKED:
        return " (packed: unpack it first)"
    return " (empty)" if entry.is_file() and not entry.stat().st_size else ""


def _api_error(data: object) -> str:
    content = objects.record(data)
    error = content.get("error")
    if "object" in content or not error:
        return ""
    return objects.word(error) or objects.word(objects.record(error).get("message")) or "no message"


def _looks_like(piece: Piece) -> str:
    data = piece.data
    if isinstance(data, dict) and data.keys() & {"train_runtime", "eval_runtime"}:
        return "a trainer's summary (its train_loss is the average of the whole run, not the final one)"
    if isinstance(data, dict):
        return f"a JSON object with {_keys(data)}"
    if isinstance(data, list | Rows) and data and isinstance(data[0], dict):
        return f"{'JSONL rows' if _is_rows(piece) else 'a JSON list of objects'} with {_keys(data[0])}"
    if data is None and re.match(r"\s*\{'", piece.text):
        return "console output without a training's rows"
    if isinstance(data, list):
        return "a JSON list without objects" if data else "an empty JSON list"
    if len(piece.header) == 1 and (found := re.search(r"[\w\"][;\t|][\w\"]", piece.header[0])):
        return f"a table separated by {quoted(found[0][1])} (save it with commas)"
    if len(piece.header) > 1 and all(re.fullmatch(r"[^\s{}].{0,60}|", column) for column in piece.header):
        return f"a CSV with {_columns(piece.header)}"
    return "text that is neither JSON nor CSV"


def _columns(header: Sequence[str]) -> str:
    return f"columns {listed((quoted(c) for c in header), most=12)}"


def _keys(row: Mapping[str, object]) -> str:
    return f"keys {listed((quoted(str(key)) for key in row), most=12)}" if row else "no keys"


def _is_rows(piece: Piece) -> bool:
    return isinstance(piece.data, list | Rows) and not piece.text.lstrip().startswith("[")


def _names(piece: Piece) -> list[str]:
    if piece.header:
        return list(piece.header)
    rows = piece.data if isinstance(piece.data, list | Rows) else []
    return list(dict.fromkeys(str(key) for row in islice(rows, 1000) for key in objects.record(row)))


def _remedy(kind: str, name: str, names: Iterable[str]) -> str:
    """A `job:` line with the columns that are known by name, ready to paste."""
    known = list(names)
    chosen = {canonical(n): n for n in known if canonical(n) in _METRICS}
    if not chosen or not re.fullmatch(r"[\w.-]+", name):
        return _EXAMPLE
    axis = next((n for n in _STEPS if n in known), None)
    where = {"step": axis} if axis and axis != "step" else {"epoch": "epoch"} if not axis and "epoch" in known else {}
    columns = ", ".join(f"{metric}: {column}" for metric, column in {**where, **chosen}.items())
    return f"job: {{{kind}: {name}, columns: {{{columns}}}}}"
