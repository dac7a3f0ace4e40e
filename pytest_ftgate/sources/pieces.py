"""One file of a job, opened and told apart: JSON data, or the header of a table."""

import base64
import binascii
import re
from dataclasses import dataclass, field

from ..errors import JobError
from ..files import File
from . import event_file, objects, rows, table, wandb_log

SQLITE = b"SQLite format 3\x00"

# A Python dict, `[INFO|trainer.py:1] ...` and `[2026-01-31 10:00:00] ...` begin a log and no JSON.
_PRINTED = re.compile(r"\s*(?:\{'|\[[A-Za-z]{2,}[^A-Za-z,\]]|\[[0-9]{4}-[0-9])")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{16,}+={0,2}\s*")


@dataclass(frozen=True)
class Piece:
    """A file and what it holds.

    Attributes:
        file: the file as it was read.
        text: its content, out of its base64 where the provider had packed it.
        data: the JSON document, or the sequence of a JSONL file's lines, `Rows` where all are objects; None where it
            is no JSON.
        header: the column names of a table; empty where it is JSON.
        binary: it is a tracker's own log and no text: the three above are empty.
    """

    file: File
    text: str = field(repr=False)
    data: object = field(default=None, repr=False)
    header: tuple[str, ...] = ()
    binary: bool = False


def opened(file: File) -> Piece:
    """What `file` holds, by its content and not by its name.

    Raises:
        EvidenceError: it is not text, it is empty, it is JSON that is broken, or base64 of something else than a table.
    """
    if is_binary(file.data[:64]):
        return Piece(file, "", binary=True)
    text = file.text()
    first = re.search(r"\S", text)
    if not first:
        raise JobError(f"{file.name}: the file is empty: no rows")
    if first[0] in "{[" and not is_printed(text):
        return Piece(file, text, objects.document(file.name, text, rows.of_lines))
    if is_base64(text):
        text = _unpacked(file.name, text)
    return Piece(file, text, header=table.header(text))


def is_binary(head: bytes) -> bool:
    """Whether a file that begins so is a log that a tracker reads by its own library: TensorBoard, W&B, MLflow."""
    return event_file.is_event_file(head) or wandb_log.is_log(head) or head.startswith(SQLITE)


def is_printed(text: str) -> bool:
    """Whether a text that begins with a bracket is a log that was printed, and no JSON."""
    return bool(_PRINTED.match(text))


def is_base64(text: str) -> bool:
    """Whether `text` is nothing but base64 characters, as no table is."""
    return bool(_BASE64.fullmatch(text)) and "," not in text[:100] and not re.search(r"\w \w", text[:100])


def _unpacked(name: str, text: str) -> str:
    """The table that OpenAI's file content call returned in base64.

    Only one layer is taken off, and a body without its last line end is refused: the provider always writes one, so
    base64 that was cut at a multiple of four would otherwise look whole.
    """
    try:
        inner = base64.b64decode("".join(text.split()), validate=True).decode("utf-8-sig")
    except (binascii.Error, UnicodeDecodeError):
        inner = ""
    if not inner.startswith("step,"):
        raise JobError(
            f"{name}: looks like base64, but does not decode to a result file (a table that starts with `step`)"
        )
    if not inner.endswith("\n"):
        raise JobError(f"{name}: base64 of a result file whose last line does not end: was it cut off?")
    return inner
