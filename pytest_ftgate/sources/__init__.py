"""Where a job's metrics are read from: one module per kind of job, found by content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from .. import files
from ..errors import JobError
from ..files import shown
from ..job import Job
from ..wording import listed, suggestion
from . import columns, folder, huggingface, openai_job, unknown
from .pieces import Piece, opened

__all__ = ["SOURCES", "JobRef", "Source", "read_job"]


@dataclass(frozen=True)
class JobRef:
    """Where a job is, as the spec's `job:` says.

    Attributes:
        path: the resolved file or directory.
        format: `csv` or `jsonl` for a table whose columns the spec names; otherwise it is recognised by its content.
        columns: canonical metric name to column name, of such a table; also `step` or `epoch` to a column.
    """

    path: Path
    format: Literal["", "csv", "jsonl"] = ""
    columns: Mapping[str, str] = field(default_factory=dict)


class Source(NamedTuple):
    """One kind of job on disk: its name, how one of its files is told, and how such files become a job."""

    name: str
    recognise: Callable[[Piece], bool]
    read: Callable[[Path, Sequence[Piece]], Job]


SOURCES: tuple[Source, ...] = (
    Source("OpenAI job files", openai_job.recognise, openai_job.read),
    Source("a Hugging Face trainer state", huggingface.recognise, huggingface.read),
)


def read_job(ref: JobRef) -> Job:
    """The job that `ref` names.

    Raises:
        EvidenceError: a file is missing, cannot be read, or is not what it should be.
        JobError: nothing there is a job, or there is more than one.
    """
    if ref.format:
        return columns.read(ref.path, ref.format, ref.columns)
    if ref.columns:
        raise JobError(f"{shown(ref.path)}: columns are named, but not whether it is csv or jsonl: job: {{csv: ...}}")
    if ref.path.is_dir():
        return _folder_job(ref.path)
    if not ref.path.exists():
        raise JobError(_missing(ref.path))
    return _file_job(ref.path)


def _file_job(path: Path) -> Job:
    file = files.read(path)
    unknown.refuse(file)
    piece = opened(file)
    for source in SOURCES:
        if source.recognise(piece):
            return source.read(path, [piece])
    raise unknown.file_error(piece)


def _folder_job(path: Path) -> Job:
    found = folder.pieces(path) + huggingface.checkpoint_pieces(path)
    for piece in found:
        if unknown.hides_a_job(piece) and not any(source.recognise(piece) for source in SOURCES):
            raise unknown.file_error(piece)
    kinds = {source: mine for source in SOURCES if (mine := [p for p in found if source.recognise(p)])}
    if not kinds:
        raise unknown.folder_error(path, folder.entries(path))
    if len(kinds) > 1:
        names = "; ".join(f"{source.name}: {listed(p.file.name for p in mine)}" for source, mine in kinds.items())
        raise JobError(f"{shown(path)}: two kinds of jobs in one folder ({names}); point job: at one file")
    [(source, mine)] = kinds.items()
    return source.read(path, mine)


def _missing(path: Path) -> str:
    siblings = [p.name for p in folder.entries(path.parent)] if path.parent.is_dir() else []
    return f"{shown(path)}: no such file or folder{suggestion(path.name, siblings)}"
