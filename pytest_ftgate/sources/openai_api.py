"""A hosted fine-tuning job: downloaded as the files that an archive of it holds, and read as those are."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import JobError
from ..files import File
from ..job import Job
from ..wording import listed, quoted
from . import deadline, objects, openai_job, openai_objects, openai_results
from .hosts import Access
from .openai_objects import Object
from .pieces import opened

if TYPE_CHECKING:
    from .openai_client import Api

HOSTED_ID = re.compile(r"ftjob-[A-Za-z0-9_-]{1,100}")
ENDED = frozenset({"succeeded", "failed", "cancelled"})

_FILE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_MOST_PAGES = 2000
_MOST_RESULT_FILES = 20


@dataclass(frozen=True)
class Download:
    """A job as the API gives it.

    Attributes:
        job: the job's object.
        files: `job.json`, `events.json`, `checkpoints.json` and each result file, below a folder of the job's id.
        gone: ids of result files that the job names and the API no longer has.
    """

    job: Object
    files: tuple[File, ...]
    gone: tuple[str, ...]


def read(source: str, identity: str, options: Mapping[str, str], access: Access) -> Job:
    """The hosted job with this id.

    Args:
        source: `openai` or `azure`.
        identity: the job's id.
        options: `base_url`, or for Azure `endpoint` and `api_version`.
        access: the hosts that are allowed, and the time there is.

    Raises:
        EvidenceError: it cannot be had, or what came is not a job's.
    """
    return judged(download(source, identity, options, access))


def judged(download: Download) -> Job:
    """The job that was downloaded.

    Raises:
        EvidenceError: what came is not a job's, or contradicts itself.
    """
    where = download.files[0].path.parent
    pieces = [opened(file) for file in download.files]
    for piece in pieces[3:]:
        if not openai_results.recognise(piece):
            raise JobError(f"{piece.file.name}: the API gave something else than a result file")
    job = openai_job.read(where, pieces)
    if download.gone and not openai_objects.metrics(list(openai_objects.saved(pieces[:3]))):
        raise JobError(
            f"{where}: its result file {listed(download.gone)} is gone (404), and its events have no metrics"
        )
    notes = [f"its result file {name} is gone (404); its events give the metrics" for name in download.gone]
    return replace(job, notes=(*job.notes, *notes))


def download(source: str, identity: str, options: Mapping[str, str], access: Access) -> Download:
    """What the API has of the job, in a form that is the same each time.

    Raises:
        JobError: it cannot be had, within the time there is.
    """
    from .openai_client import connect

    if not _FILE_ID.fullmatch(identity):
        raise JobError(f"{quoted(identity)} is not the id of a hosted job (ftjob-...)")
    api = connect(source, identity, options, access)
    return deadline.within(access.seconds, api.where, lambda: _download(api, identity))


def _download(api: "Api", identity: str) -> Download:
    with api.client:
        folder = Path(identity)
        job = _job(api, identity)
        pages = {kind: list(_items(api, identity, kind)) for kind in _LISTS}
        results = {name: _result(api, name) for name in _result_files(api, job)}
    saved = [_json(folder / "job.json", job)]
    saved += [_json(folder / f"{kind}.json", _page(items)) for kind, items in pages.items()]
    saved += [File(folder / f"{name}.csv", body) for name, body in results.items() if body is not None]
    return Download(job, tuple(saved), tuple(name for name, body in results.items() if body is None))


def _job(api: "Api", identity: str) -> Object:
    try:
        job = _document(api, "job", api.ask("job", identity))
    except FileNotFoundError:
        raise JobError(f"{api.where}: no such job (404): is the key of another project or account?") from None
    if job.get("object") != openai_objects.JOB:
        raise JobError(f"{api.where}: answers with something else than a fine-tuning job: is the address right?")
    if job.get("id") != identity:
        raise JobError(f"{api.where}: answers with another job, {quoted(str(job.get('id')))}")
    return job


def _items(api: "Api", identity: str, kind: str) -> Iterator[Object]:
    """The objects of all pages of a list."""
    known: set[str] = set()
    after = ""
    for _ in range(_MOST_PAGES):
        items, more = _listed(api, identity, kind, after)
        for item in items:
            after = objects.word(item.get("id")) or ""
            if not after or after in known:
                raise JobError(f"{api.where}: an object of its {kind} comes twice, or has no id: the list has no end")
            known.add(after)
            yield item
        if not more:
            return
        if not items:
            raise JobError(f"{api.where}: a page of its {kind} is empty and says that there are more")
    raise JobError(f"{api.where}: its {kind} fill more than {_MOST_PAGES:,} pages")


def _listed(api: "Api", identity: str, kind: str, after: str) -> tuple[Sequence[Object], bool]:
    """One page, and whether there are more."""
    try:
        page = _document(api, kind, api.ask(kind, identity, after))
    except FileNotFoundError:
        raise JobError(f"{api.where}: its {kind} are not there (404)") from None
    items, more = page.get("data", ()), page.get("has_more")
    items = [] if items is None else items
    if not isinstance(items, list) or any(objects.record(item).get("object") != _LISTS[kind] for item in items):
        raise JobError(f"{api.where}: answers with something else than its {kind}: is the address right?")
    if not isinstance(more, bool | None):
        raise JobError(
            f"{api.where}: a page of its {kind} says has_more {quoted(str(more), 40)}, neither true nor false"
        )
    return items, more is True


def _result_files(api: "Api", job: Object) -> list[str]:
    names = job.get("result_files")
    said = names if isinstance(names, list) else [] if names is None else [names]
    found = [name for name in said if isinstance(name, str) and _FILE_ID.fullmatch(name)]
    if len(found) < len(said) or len(found) > _MOST_RESULT_FILES:
        raise JobError(f"{api.where}: its result_files are not ids of files: {quoted(str(names))}")
    return list(dict.fromkeys(found))


def _result(api: "Api", name: str) -> bytes | None:
    try:
        return api.ask("result file", name)
    except FileNotFoundError:
        return None


def _document(api: "Api", kind: str, body: bytes) -> Object:
    name = f"{api.where} (asked for its {kind})"
    text = File(Path(name), body).text()
    if not text.strip():
        raise JobError(f"{name}: an empty answer")
    found = objects.document(name, text)
    if not isinstance(found, dict):
        raise JobError(f"{name}: answers with something else than an object: is the address right?")
    return found


def _page(items: Sequence[Object]) -> Object:
    """All pages as one, in an order that does not depend on how the API breaks ties."""
    ordered = sorted(items, key=lambda item: (objects.number(item.get("created_at")) or 0.0, str(item["id"])))
    return {"object": "list", "data": ordered[::-1], "has_more": False}


def _json(path: Path, content: Object) -> File:
    return File(path, json.dumps(content, sort_keys=True, indent=1).encode() + b"\n")


_LISTS: Mapping[str, str] = {"events": openai_objects.EVENT, "checkpoints": openai_objects.CHECKPOINT}
