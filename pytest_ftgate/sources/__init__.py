"""Where a job's metrics are read from: one module per kind of job, found by content."""

import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from .. import files
from ..errors import JobError
from ..files import shown
from ..job import Job
from ..wording import listed, suggestion
from . import (
    columns,
    deepspeed,
    folder,
    hf_results,
    huggingface,
    llama_factory,
    mlflow_run,
    ms_swift,
    nemo,
    openai_api,
    openai_job,
    printed_hf,
    printed_mlx,
    providers,
    tensorboard,
    torchtune,
    trackers,
    training_csv,
    unknown,
    views,
    wandb_run,
    wandb_server,
)
from .hosts import Access
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
        access: what reading it over the network may take.
    """

    path: Path
    source: str = ""
    id: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    access: Access = field(default_factory=Access)


def _nothing(_: Piece) -> bool:
    return False


class Source(NamedTuple):
    """One kind of job on disk: its name, how one of its files is told, and how such files become a job.

    Attributes:
        name: in words.
        recognise: whether a file is such a job, or a part of one.
        read: the job of such files.
        beside: which other files of a folder belong to such a job, though they are none by themselves.
        role: what it is beside another kind in one folder: `job`, an error; `view`, of the same run; a tracker's
            `copy` and a `print`, read where there is nothing better.
    """

    name: str
    recognise: Callable[[Piece], bool]
    read: Callable[[Path, Sequence[Piece]], Job]
    beside: Callable[[Piece], bool] = _nothing
    role: Literal["job", "view", "copy", "print"] = "job"


class NamedSource(NamedTuple):
    """One kind of job that a spec names by a key: whether the key's value is a path, and what reads it."""

    takes_path: bool
    read: Callable[[JobRef], Job]


SOURCES: tuple[Source, ...] = (
    Source("DeepSpeed's CSV monitor", deepspeed.recognise, deepspeed.read, deepspeed.beside),
    Source("OpenAI job files", openai_job.recognise, openai_job.read),
    Source("a Hugging Face trainer state", huggingface.recognise, huggingface.read, hf_results.recognise, "view"),
    Source("an ms-swift log", ms_swift.recognise, ms_swift.read, role="view"),
    Source("a LLaMA-Factory log", llama_factory.recognise, llama_factory.read, role="view"),
    Source("NeMo Automodel logs", nemo.recognise, nemo.read),
    Source("Together metrics", providers.is_together, providers.read_together),
    Source("a Mistral job", providers.is_mistral, providers.read_mistral),
    Source("a trainer's table", training_csv.recognise, training_csv.read, role="view"),
    Source("printed output of a Hugging Face trainer", printed_hf.recognise, printed_hf.read, role="print"),
    Source("printed output of MLX-LM", printed_mlx.recognise, printed_mlx.read, role="print"),
    Source("a torchtune log", torchtune.recognise, torchtune.read, role="print"),
    Source("TensorBoard event files", tensorboard.recognise, tensorboard.read, role="copy"),
    Source("a Weights & Biases run", wandb_run.recognise, wandb_run.read, role="copy"),
    Source("an MLflow run", mlflow_run.recognise, mlflow_run.read, role="copy"),
)
"""Jobs that are found by content, the first that recognises a file wins."""

NAMED: Mapping[str, NamedSource] = {
    "csv": NamedSource(takes_path=True, read=lambda ref: columns.read(ref.path, "csv", ref.options["columns"])),
    "jsonl": NamedSource(takes_path=True, read=lambda ref: columns.read(ref.path, "jsonl", ref.options["columns"])),
    "openai": NamedSource(
        takes_path=False, read=lambda ref: openai_api.read("openai", ref.id, ref.options, ref.access)
    ),
    "azure": NamedSource(takes_path=False, read=lambda ref: openai_api.read("azure", ref.id, ref.options, ref.access)),
    "tensorboard": NamedSource(takes_path=True, read=lambda ref: tensorboard.read(ref.path, trackers.pieces(ref.path))),
    "wandb": NamedSource(takes_path=False, read=lambda ref: wandb_server.fetch(ref.id, ref.access)),
    "mlflow": NamedSource(
        takes_path=False, read=lambda ref: mlflow_run.fetch(ref.id, ref.options.get("tracking_uri", ""), ref.access)
    ),
}
"""Jobs that a spec names by a key of `job:`."""


def read_job(ref: JobRef, more: Sequence[Source] = ()) -> Job:
    """The job that `ref` names; `more` sources are tried before the built-in ones.

    Raises:
        EvidenceError: a file is missing, cannot be read, or is not what it should be.
        JobError: nothing there is a job, or there is more than one.
    """
    if ref.source:
        return NAMED[ref.source].read(ref)
    try:
        folder_named = stat.S_ISDIR(ref.path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        raise JobError(_missing(ref.path)) from None
    except (OSError, ValueError) as e:
        why = getattr(e, "strerror", None) or "it is not a path"
        raise JobError(f"{shown(ref.path)}: cannot be read ({why})") from None
    if folder_named:
        return _folder_job(ref.path, (*more, *SOURCES))
    return _file_job(ref.path, (*more, *SOURCES))


def _file_job(path: Path, sources: Sequence[Source]) -> Job:
    file = files.read(path)
    unknown.refuse(file)
    piece = opened(file)
    for source in sources:
        if source.recognise(piece):
            return source.read(path, [piece])
    raise unknown.file_error(piece)


def _folder_job(path: Path, sources: Sequence[Source]) -> Job:
    found = folder.pieces(path) + huggingface.checkpoint_pieces(path) + training_csv.version_pieces(path)
    for piece in found:
        if unknown.hides_a_job(piece) and not any(source.recognise(piece) for source in sources):
            raise unknown.file_error(piece)
    # What trackers keep of a run is looked for where its trainer left nothing better.
    kinds = _by_source(found, sources)
    if all(source.role == "print" for source in kinds):
        kinds = _by_source([*found, *trackers.pieces(path)], sources)
    if not kinds:
        raise unknown.folder_error(path, folder.entries(path))
    if len(kinds) > 1 and any(source.role != "view" for source in kinds):
        names = "; ".join(f"{source.name}: {listed(p.file.name for p in mine)}" for source, mine in kinds.items())
        raise JobError(f"{shown(path)}: two kinds of jobs in one folder ({names}); point job: at one file")
    return views.furthest(path, [partial(source.read, path, mine) for source, mine in kinds.items()])


def _by_source(found: Sequence[Piece], sources: Sequence[Source]) -> dict[Source, list[Piece]]:
    """The pieces by the source that reads them; where there is something better, copies and prints are left out."""
    kinds: dict[Source, list[Piece]] = {}
    for piece in found:
        source = next((source for source in sources if source.recognise(piece)), None)
        if source is not None:
            kinds.setdefault(source, []).append(piece)
    ranks = (("job", "view"), ("copy",), ("print",))
    best = next((rank for rank in ranks if any(source.role in rank for source in kinds)), ())
    in_order = [source for source in sources if source in kinds and source.role in best]
    return {source: [*kinds[source], *filter(source.beside, found)] for source in in_order}


def _missing(path: Path) -> str:
    siblings = [p.name for p in folder.entries(path.parent)] if path.parent.is_dir() else []
    return f"{shown(path)}: no such file or folder{suggestion(path.name, siblings)}"
