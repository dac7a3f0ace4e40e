"""The log of a Weights & Biases run, a `.wandb` file: its records, checked one by one.

The library writes this file and has no reader for it, so the frames (LevelDB's log format) are taken apart here; what
they hold is read by its protocol classes.
"""

import struct
import zlib
from collections.abc import Iterator

from ..errors import JobError
from ..files import File
from ..wording import counted

_MAGIC = b":W&B"
_HEADER = 7
_BLOCK = 1 << 15
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4


def is_log(data: bytes) -> bool:
    """Whether a file that begins so is such a log."""
    return data.startswith(_MAGIC)


def records(file: File) -> Iterator[bytes]:
    """The records that are whole; what a crash cut off at the end is left out.

    Raises:
        JobError: a record is damaged, or the file is of a version that is not known.
    """
    if file.data[4:_HEADER] != b"\xe1\xbe\x00":
        raise JobError(f"{file.name}: a Weights & Biases log of a version that is not known: export its history as CSV")
    parts: list[bytes] = []
    done = 0
    for kind, data in _fragments(file):
        if (kind in (_FULL, _FIRST)) is bool(parts):
            raise _damaged(file, done, "a part of a record is missing")
        parts.append(data)
        if kind in (_FULL, _LAST):
            yield b"".join(parts)
            parts = []
            done += 1


def _fragments(file: File) -> Iterator[tuple[int, bytes]]:
    data, at, done = file.data, _HEADER, 0
    while at + _HEADER <= len(data):
        left = _BLOCK - at % _BLOCK
        if left < _HEADER:
            at += left
            continue
        check, length, kind = struct.unpack("<IHB", data[at : at + _HEADER])
        part = data[at + _HEADER : at + _HEADER + length]
        if not any(data[at:]) or len(part) < length:
            return
        if kind not in (_FULL, _FIRST, _MIDDLE, _LAST) or zlib.crc32(bytes([kind]) + part) != check:
            raise _damaged(file, done, "its checksum is wrong")
        yield kind, part
        at += _HEADER + length
        done += 1


def _damaged(file: File, done: int, why: str) -> JobError:
    return JobError(f"{file.name}: damaged after {counted(done, 'record')} ({why}): copy the file again")
