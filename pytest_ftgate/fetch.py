"""Archives of hosted jobs: a folder with what the API has of a job, which is itself a source."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from .errors import FtgateError, JobError
from .files import File, read, shown
from .sources.hosts import Access
from .sources.openai_api import ENDED, Download, download, judged
from .wording import counted, listed, quoted

SUMS = "SHA256SUMS"


def fetch(source: str, identity: str, options: Mapping[str, str], access: Access, folder: Path) -> list[str]:
    """Write the archive of a hosted job, and say in sentences what was done.

    A second archive of the same job is the same, byte for byte, and leaves the folder as it is.

    Raises:
        FtgateError: the job cannot be had or has not ended, or the folder holds something else.
    """
    found = download(source, identity, options, access)
    status = found.job.get("status")
    if status not in ENDED:
        raise JobError(f"{identity} is {quoted(str(status))}: fetch it when it has ended")
    job = judged(found)
    files = archive(found)
    written = write(files, folder)
    what = f"{identity} ({status}) in {shown(folder)}: {counted(len(files), 'file')}"
    gone = [f"its result file {name} is gone (404), and is not in the archive" for name in found.gone]
    return [what if written else f"{what}, as they were", *gone, *([job.refused] if job.refused else [])]


def archive(found: Download) -> list[File]:
    """The files of a job's archive, and the digests of them all as `sha256sum --check` reads them."""
    sums = "".join(f"{file.digest.sha256}  {file.path.name}\n" for file in found.files)
    return [*found.files, File(found.files[0].path.with_name(SUMS), sums.encode())]


def write(files: Sequence[File], folder: Path) -> bool:
    """Write the files into `folder`, all of them or none; False where it holds them already.

    Raises:
        FtgateError: the folder holds something else, or cannot be written.
    """
    try:
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            _refuse_other(files, folder)
            return False
        _write_whole(files, Path(os.path.realpath(folder)))
    except OSError as e:
        raise FtgateError(f"{shown(folder)}: the archive cannot be written ({e.strerror or e})") from None
    return True


def _refuse_other(files: Sequence[File], folder: Path) -> None:
    if not folder.is_dir():
        raise FtgateError(f"{shown(folder)} is a file: name a folder that is new or empty")
    names = [file.path.name for file in files]
    if not (folder / "job.json").exists() or read(folder / "job.json").data != files[0].data:
        raise FtgateError(f"{shown(folder)} is not empty and not an archive of this job: name a folder that is new")
    held = {path.name for path in folder.iterdir()}
    others = [file.path.name for file in files if file.path.name not in held or _differs(file, folder)]
    others += sorted(name for name in held - set(names) if name.endswith(".csv"))
    if others:
        raise FtgateError(
            f"{shown(folder)} holds another state of this job ({listed(others)}): "
            "it is left as it is; name another folder, or remove this one"
        )


def _differs(file: File, folder: Path) -> bool:
    return read(folder / file.path.name).data != file.data


def _write_whole(files: Sequence[File], folder: Path) -> None:
    """Write beside the folder and rename; into one that is there, which may be a mount, from within."""
    there = folder.exists()
    above = folder if there else folder.parent
    above.mkdir(parents=True, exist_ok=True)
    # A name that nobody has: one of a process may be left over from another that was killed.
    with TemporaryDirectory(prefix=".fetching-", dir=above, ignore_cleanup_errors=True) as beside:
        made = Path(beside, "archive")
        made.mkdir()
        for file in files:
            _write(made / file.path.name, file.data)
        if there:
            _move(made, files, folder)
        else:
            made.rename(folder)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _move(made: Path, files: Sequence[File], folder: Path) -> None:
    # The job's own object comes last: without it nothing else there says that a job succeeded.
    for file in reversed(files):
        (made / file.path.name).rename(folder / file.path.name)
