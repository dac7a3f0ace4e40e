"""Where an MLflow run is: in a file store, in a database file, or on a tracking server.

What is on disk is read once and handed to MLflow's own client as a copy: it writes into stores that it opens.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .. import files
from ..errors import JobError
from ..files import Digest, File, shown
from ..job import Job
from ..wording import listed, plain, quoted
from . import hosts, mlflow_client
from .hosts import Access
from .pieces import SQLITE, Piece

META = "meta.yaml"
_RUN = re.compile(r"^run_(?:id|uuid): '?([0-9A-Za-z_-]+)'?\s*$", re.MULTILINE)
_EXPERIMENT = re.compile(r"^experiment_id: '?([0-9A-Za-z_-]+)'?\s*$", re.MULTILINE)
_MOST_FILES = 20_000
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def recognise(piece: Piece) -> bool:
    """Whether the file is a database, or says what a folder's run is."""
    if piece.binary:
        return piece.file.data.startswith(SQLITE)
    return piece.file.path.name == META and bool(_RUN.search(piece.text))


def read(where: Path, pieces: Sequence[Piece]) -> Job:
    """The job of the one run that the store or folder holds.

    Raises:
        JobError: there are several runs or none, or the library is not installed.
    """
    mine = [piece for piece in pieces if recognise(piece)]
    stores = [piece for piece in mine if piece.binary]
    if len(mine) > 1 and len(stores) == len(mine):
        raise JobError(f"{shown(where)}: {len(mine)} databases in one folder; point job: at one")
    return _of_database(where, stores[0].file) if stores else _of_folder(where, mine)


def fetch(run: str, uri: str, access: Access) -> Job:
    """The job of run `run` in the store `uri`: a folder, a database file, or a server.

    Without one it is the store that MLFLOW_TRACKING_URI names. A server must be that one, on this machine, or allowed,
    and answer within the time there is.

    Raises:
        JobError: the library is not installed, the server is not allowed, or the store does not give the run.
    """
    own = os.environ.get("MLFLOW_TRACKING_URI", "")
    if not (uri or own):
        raise JobError(f"{quoted(run)}: in which MLflow store? Name its tracking_uri, or set MLFLOW_TRACKING_URI")
    found = local(uri or own)
    where = found or Path(run)
    if found is None:
        if uri and uri != own:
            _refuse_host(uri, own, access)
        return mlflow_client.job(run, uri or own, where, (), run, access.seconds)
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,256}", run):
        raise JobError(f"{quoted(run)} is not the id of an MLflow run")
    if found.is_dir():
        metas = [one for one in found.glob(f"*/{run}/{META}") if one.is_file()]
        if not metas:
            raise JobError(f"{shown(found)}: no run {quoted(run)} in this MLflow store")
        return _of_folder(where, [_meta(metas[0])])
    return _of_database(where, files.read(found), run)


def _refuse_host(uri: str, own: str, access: Access) -> None:
    """A spec does not choose by itself where a login is sent."""
    if not re.match(r"https?://", uri):
        raise JobError("tracking_uri: neither a path nor a server: set MLFLOW_TRACKING_URI to it instead")
    host = hosts.host("tracking_uri", uri)
    trusted = {hosts.host("MLFLOW_TRACKING_URI", own)} if re.match(r"https?://", own) else set()
    if host not in {*_LOOPBACK, *trusted, *access.hosts}:
        raise JobError(
            f"tracking_uri: {quoted(host)} is not a host that a login may be sent to: "
            f"allow it with --ftgate-allow-host {host} (or in FTGATE_ALLOW_HOST)"
        )


def local(uri: str) -> Path | None:
    """The file or folder that `uri` names, if it names one."""
    found = re.fullmatch(r"sqlite:///(.+)|file:(?://)?(/.+)", uri)
    if found:
        return Path(found[1] or found[2])
    return None if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|databricks", uri) else Path(uri)


def _meta(path: Path) -> Piece:
    file = files.read(path)
    return Piece(file, file.text())


def _of_folder(where: Path, metas: Sequence[Piece]) -> Job:
    runs = {_RUN.search(piece.text)[1]: piece for piece in metas if _RUN.search(piece.text)}  # type: ignore[index]
    live = {run: piece for run, piece in runs.items() if "lifecycle_stage: deleted" not in piece.text} or runs
    if len(live) > 1:
        raise _several(where, [shown(piece.file.path.parent) for piece in live.values()])
    [(run, piece)] = live.items()
    with tempfile.TemporaryDirectory() as store:
        digests = _copied(piece, run, Path(store))
        return mlflow_client.job(run, Path(store).as_uri(), where, digests, shown(piece.file.path.parent))


def _copied(piece: Piece, run: str, store: Path) -> tuple[Digest, ...]:
    """Copy a run's metrics and parameters into a store of its own."""
    source = piece.file.path.parent
    experiment = _EXPERIMENT.search(piece.text)
    if source.name != run or experiment is None:
        raise JobError(f"{piece.file.name}: its run_id is {quoted(run)}, the folder's name is not")
    base = store / experiment[1]
    for part in ("metrics", "params", "tags", "artifacts"):
        (base / run / part).mkdir(parents=True)
    found = [piece.file, *(files.read(path) for path in _small(source))]
    for file in found:
        path = base / run / file.path.relative_to(source)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    (base / META).write_text(
        f"experiment_id: '{experiment[1]}'\nname: copy\nartifact_location: ''\nlifecycle_stage: active\n"
    )
    return tuple(file.digest for file in found)


def _small(run: Path) -> Iterator[Path]:
    found = [path for part in ("metrics", "params") for path in sorted((run / part).rglob("*"))]
    if len(found) > _MOST_FILES:
        raise JobError(f"{shown(run)}: more than {_MOST_FILES:,} metrics and parameters")
    inside = run.resolve()
    for path in found:
        if not path.resolve().is_relative_to(inside):
            raise JobError(f"{shown(path)}: a link that leads out of the run's folder: put the file itself there")
        if not path.is_dir():
            yield path


def _of_database(where: Path, file: File, run: str = "") -> Job:
    for ending in ("-wal", "-journal"):
        beside = file.path.with_name(file.path.name + ending)
        if beside.exists() and beside.stat().st_size:
            raise JobError(f"{file.name}: the database is in use ({shown(beside)}): close what writes to it")
    with tempfile.TemporaryDirectory() as store:
        copy = Path(store) / "mlflow.db"
        copy.write_bytes(file.data)
        uri = f"sqlite:///{copy.as_posix()}"
        return mlflow_client.job(run or _only_run(uri, where, file), uri, where, (file.digest,), file.name)


def _only_run(uri: str, where: Path, file: File) -> str:
    import sqlite3
    from contextlib import closing

    try:
        with closing(sqlite3.connect(uri.removeprefix("sqlite:///"))) as base:
            rows = base.execute("select run_uuid from runs where lifecycle_stage = 'active'").fetchall()
    except sqlite3.Error:
        raise JobError(f"{file.name}: an SQLite database that is not MLflow's, which is not read") from None
    if len(rows) != 1:
        raise _several(where, [str(row[0]) for row in rows])
    return str(rows[0][0])


def _several(where: Path, runs: Sequence[str]) -> JobError:
    found = f"{len(runs)} MLflow runs in one store" if runs else "no run in this MLflow store"
    names = f" of {listed(map(plain, runs), most=12)}" if runs else ""
    return JobError(
        f"{shown(where)}: {found}; name one{names}: "
        "job: {mlflow: RUN_ID, tracking_uri: ...}, or point job: at its folder"
    )
