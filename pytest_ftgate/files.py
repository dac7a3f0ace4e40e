"""Reading evidence: regular files only, once, under a bound, with the digest that the verdict will carry."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .errors import EvidenceError
from .wording import quoted

MAX_BYTES = 1 << 29
MAX_STREAMED = 1 << 33
MAX_LINE = 1 << 27
_CHUNK = 1 << 20

_SIGNATURES = (
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself: run `git lfs pull`"),
    (b"\x1f\x8b", "gzip data: unpack it first"),
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"BZh", "bzip2 data: unpack it first"),
    (b"(\xb5/\xfd", "Zstandard data: unpack it first"),
    (b"\xff\xfe", "UTF-16 text: save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text: save it as UTF-8"),
    (b"<!doctype html", "an HTML page, not data"),
    (b"<html", "an HTML page, not data"),
    (b"<<<<<<<", "a file with merge conflict markers"),
)


@dataclass(frozen=True)
class Digest:
    """What binds a decision to a file: where it was, its size in bytes, and the hex SHA-256 of its content."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class File:
    """One file as it was read."""

    path: Path
    data: bytes = field(repr=False)

    @cached_property
    def digest(self) -> Digest:
        """The digest of the content, as `sha256sum` prints it."""
        return Digest(self.path, len(self.data), hashlib.sha256(self.data).hexdigest())

    @property
    def name(self) -> str:
        """The path as messages show it: relative to the working directory where it is below it."""
        return shown(self.path)

    def text(self) -> str:
        """The content as UTF-8 without its byte order mark.

        Raises:
            EvidenceError: the bytes are something else; the message says what.
        """
        kind = _recognised(self.data)
        if kind:
            raise EvidenceError(f"{self.name}: {kind}")
        try:
            text = self.data.decode("utf-8-sig")
        except UnicodeDecodeError as e:
            raise EvidenceError(f"{self.name}: not UTF-8 text (byte {e.start} is 0x{self.data[e.start]:02x})") from None
        if "\x00" in text:
            raise EvidenceError(f"{self.name}: holds NUL bytes, so it is not text or was cut by a crash")
        return text


class Stream:
    """A file that is read once, line by line, of which nothing is kept but the digest.

    Attributes:
        path: the file.
        head: what it begins with: a megabyte, or all there is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = _opened(path)
        with self._closing_on_error():
            _regular_size(self._handle, path, MAX_STREAMED)
            self.head = os.read(self._handle, _CHUNK)
        self._digest: Digest | None = None

    @property
    def name(self) -> str:
        """The path as messages show it."""
        return shown(self.path)

    @property
    def digest(self) -> Digest:
        """The digest of the content, once it was read to its end.

        Raises:
            EvidenceError: it was not.
        """
        if self._digest is None:
            raise EvidenceError(f"{self.name}: was not read to its end")
        return self._digest

    def lines(self) -> Iterator[bytes]:
        """The lines without their line feeds; the file is closed after the last.

        Raises:
            EvidenceError: it cannot be read, or has a line of more than 128 MiB.
        """
        content, size, rest, chunk = hashlib.sha256(), 0, b"", self.head
        with self._closing_on_error():
            while chunk:
                content.update(chunk)
                size += len(chunk)
                *whole, rest = (rest + chunk).split(b"\n")
                yield from whole
                self._check(size, rest)
                chunk = os.read(self._handle, _CHUNK)
        self.close()
        self._digest = Digest(self.path, size, content.hexdigest())
        if rest:
            yield rest

    def close(self) -> None:
        """Give the file back; a second time does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _check(self, size: int, rest: bytes) -> None:
        if size > MAX_STREAMED:
            raise EvidenceError(f"{self.name}: grows while it is read")
        if len(rest) > MAX_LINE:
            raise EvidenceError(f"{self.name}: a line of more than {MAX_LINE:,} bytes")

    @contextmanager
    def _closing_on_error(self) -> Iterator[None]:
        try:
            yield
        except OSError as e:
            self.close()
            raise EvidenceError(f"{self.name}: cannot be read ({e.strerror})") from None
        except BaseException:
            self.close()
            raise


def read(path: Path, limit: int = MAX_BYTES) -> File:
    """The file at `path`.

    Raises:
        EvidenceError: it does not exist, is not a regular file, cannot be read, or is larger than `limit` bytes.
    """
    handle = _opened(path)
    try:
        return File(path, _bounded(handle, path, limit))
    except OSError as e:
        raise EvidenceError(f"{shown(path)}: cannot be read ({e.strerror})") from None
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    try:
        # Without O_NONBLOCK the open itself would wait for ever on a named pipe.
        return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise EvidenceError(f"{shown(path)}: no such file") from None
    except OSError as e:
        raise EvidenceError(f"{shown(path)}: cannot be read ({e.strerror})") from None
    except ValueError:
        raise EvidenceError(f"{quoted(str(path))}: not a path") from None


def below(folder: Path, path: Path) -> Path:
    """The file `path` in `folder`, and not where a symbolic link leads out of it.

    Raises:
        EvidenceError: it does.
    """
    found = Path(os.path.realpath(folder / path))
    if not found.is_relative_to(os.path.realpath(folder)):
        raise EvidenceError(f"{shown(found)} lies outside the job's folder {shown(folder)}")
    return found


def shown(path: Path) -> str:
    """A path for messages: relative where it is below the working directory, control characters spelt out."""
    try:
        text = str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError, RuntimeError):
        text = str(path)
    return quoted(text, 4096)[1:-1]


def _regular_size(handle: int, path: Path, limit: int) -> int:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise EvidenceError(f"{shown(path)}: {kind}")
    if status.st_size > limit:
        raise EvidenceError(f"{shown(path)}: {status.st_size:,} bytes, more than the {limit:,} that are read")
    return status.st_size


def _bounded(handle: int, path: Path, limit: int) -> bytes:
    chunks, most = [], max(1 << 24, _regular_size(handle, path, limit))
    while chunk := os.read(handle, most):
        chunks.append(chunk)
        if (limit := limit - len(chunk)) < 0:
            raise EvidenceError(f"{shown(path)}: grows while it is read")
    return b"".join(chunks)


def _recognised(data: bytes) -> str | None:
    head = data[:64].lower().lstrip()
    return next((what for magic, what in _SIGNATURES if head.startswith(magic.lower())), None)
