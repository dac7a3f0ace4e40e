"""Where a job's metrics are read from: one module per kind of job, found by content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from .. import files
from ..errors import JobError
from ..files import shown
from ..job import Job
from ..wording import listed, suggestion
from . import columns, folder, huggingface, openai_job, unknown
from .pieces import Piece, opened

__all__ = ["NAMED", "SOURCES", "JobRef", "NamedSource", "Source", "read_job"]


@dataclass(frozen=True)
class JobRef:
    """Where a job is, as the spec's `job:` says.

    Attributes:
        path: the resolved file or directory; for a source that is no file, its id as a relative path, for messages.
        source: a key of `NAMED`, or nothing: then the path is recognised by its content.
        id: what the key names where that is no file: a hosted job's id, a run's id.
        options: the mapping's other keys, e.g. `columns`.
    """

    path: Path
    source: str = ""
    id: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


class Source(NamedTuple):
    """One kind of job on disk: its name, how one of its files is told, and how such files become a job."""

    name: str
    recognise: Callable[[Piece], bool]
    read: Callable[[Path, Sequence[Piece]], Job]


class NamedSource(NamedTuple):
    """One kind of job that a spec names by a key: whether the key's value is a path, and what reads it."""

    takes_path: bool
    read: Callable[[JobRef], Job]


SOURCES: tuple[Source, ...] = (
    Source("OpenAI job files", openai_job.recognise, openai_job.read),
    Source("a Hugging Face trainer state", huggingface.recognise, huggingface.read),
)

"""Jobs that are found by content, the first that recognises a file wins."""

NAMED: Mapping[str, NamedSource] = {
    "csv": NamedSource(takes_path=True, read=lambda ref: columns.read(ref.path, "csv", ref.options["columns"])),
    "jsonl": NamedSource(takes_path=True, read=lambda ref: columns.read(ref.path, "jsonl", ref.options["columns"])),
}
"""Jobs that a spec names by a key of `job:`."""


def read_job(ref: JobRef) -> Job:
    """The job that `ref` names.

    Raises:
        EvidenceError: a file is missing, cannot be read, or is not what it should be.
        JobError: nothing there is a job, or there is more than one.
    """
    if ref.source:
        return NAMED[ref.source].read(ref)
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
