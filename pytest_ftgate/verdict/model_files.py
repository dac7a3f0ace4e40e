"""Digests of a model's files, as OpenSSF's model-signing takes them.

Source: https://github.com/sigstore/model-transparency, version 1.1.1, serialization by files with SHA-256.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from ..errors import EvidenceError
from ..files import Digest, shown
from ..wording import quoted

ALGORITHM = "model-signing/files/sha256"
"""What `root_digest.alg` says of such a digest."""

_NOT_THE_MODEL = frozenset({".git", ".gitattributes", ".github", ".gitignore"})
"""Left out where they lie directly in the model's folder, as model-signing does."""


def model_files(model: Path) -> tuple[Digest, ...]:
    """The digests of every file of `model`, a folder or one file, by paths within it, in their order.

    A link to a file counts as that file.

    Raises:
        EvidenceError: there is no such model, it has no files, one cannot be read, or something in it is neither a
            file nor a folder: a link to a folder or to nothing, a pipe.
    """
    try:
        paths = sorted(_paths(model), key=lambda path: PurePosixPath(path.relative_to(model).as_posix()))
        found = tuple(_digest(model, path) for path in paths)
    except OSError as e:
        raise EvidenceError(f"the model {shown(model)} cannot be read: {e.strerror or e}") from None
    if not found:
        raise EvidenceError(f"the model {shown(model)} holds no files")
    return found


def root_digest(files: Iterable[Digest]) -> str:
    """The hex SHA-256 over the raw SHA-256 digests of `files`, in their order. It does not cover their names."""
    return hashlib.sha256(b"".join(bytes.fromhex(file.sha256) for file in files)).hexdigest()


def _paths(model: Path) -> Iterator[Path]:
    if model.is_file():
        yield model
        return
    for folder, folders, names in os.walk(model, onerror=_raise):
        here = Path(folder)
        if here == model:
            folders[:] = [name for name in folders if name not in _NOT_THE_MODEL]
            names = [name for name in names if name not in _NOT_THE_MODEL]
        for path in (here / name for name in (*folders, *names)):
            _check(path, is_folder=path.name in folders)
        yield from (here / name for name in names)


def _check(path: Path, *, is_folder: bool) -> None:
    if is_folder and path.is_symlink():
        raise EvidenceError(f"{_named(path)} is a link to a folder: a model's digest does not cover what lies there")
    if not is_folder and not path.is_file():
        raise EvidenceError(f"{_named(path)} is neither a file nor a folder, so the model has no digest")


def _named(path: Path) -> str:
    """The path itself, where `shown` would follow a link."""
    return f"{shown(path.parent)}/{quoted(path.name, 255)[1:-1]}"


def _digest(model: Path, path: Path) -> Digest:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        size = stream.tell()
    return Digest(Path(quoted(path.relative_to(model).as_posix(), 4096)[1:-1]), size, sha256)


def _raise(error: OSError) -> None:
    raise error
