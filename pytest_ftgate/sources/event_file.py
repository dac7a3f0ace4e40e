"""TensorBoard event files: their records, checked one by one, and the scalars in them.

TensorBoard's own loader ends a series without a word where a record is broken, so the frames are taken apart here; what
they hold is read by its protocol classes.
"""

import math
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..errors import JobError
from ..files import File
from ..wording import counted, plain, quoted
from . import extras

_HEAD, _CHECK = 12, 4


class Scalar(NamedTuple):
    """One value: its tag, its step, the number, and when it was written, in seconds."""

    tag: str
    step: int
    value: float
    time: float


class Log(NamedTuple):
    """One event file: its scalars in file order, and whether its last record is cut."""

    file: File
    scalars: tuple[Scalar, ...]
    cut: bool


def is_event_file(head: bytes) -> bool:
    """Whether a file that begins so is one: its first record names the version of the format."""
    # A protobuf field of a few bytes stands between the frame and the version string.
    return b"brain.Event:" in head[_HEAD:52]


def read(file: File) -> Log:
    """The scalars of an event file; other summaries are passed over.

    Raises:
        JobError: the reader is not installed, or a record is damaged.
    """
    found: list[Scalar] = []
    with extras.needed("tensorboard", file.name):
        from google.protobuf.message import DecodeError

        frames = _Frames(file)
        try:
            for record in frames.records():
                found += _scalars(file, record)
        except (DecodeError, ValueError, TypeError) as e:
            raise _damaged(file, frames.read, f"({plain(str(e))[:80]})") from None
    return Log(file, tuple(found), frames.cut)


class _Frames:
    """The records of a file, and how far they came."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.read = 0
        self.cut = False

    def records(self) -> Iterator[bytes]:
        at, data = 0, self.file.data
        while at < len(data) and not self.cut:
            head = data[at : at + _HEAD]
            end = at + _HEAD + self._length(head)
            self.cut = self.cut or end + _CHECK > len(data)
            if not self.cut:
                yield self._checked(data[at + _HEAD : end], data[end : end + _CHECK])
                self.read += 1
            at = end + _CHECK

    def _length(self, head: bytes) -> int:
        if len(head) < _HEAD:
            self.cut = True
            return 0
        self._checked(head[:8], head[8:])
        length: int = struct.unpack("<Q", head[:8])[0]
        return length

    def _checked(self, data: bytes, check: bytes) -> bytes:
        from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

        if masked_crc32c(data) != struct.unpack("<I", check)[0]:
            raise _damaged(self.file, self.read, "(its checksum is wrong)")
        return data


def _damaged(file: File, done: int, why: str) -> JobError:
    return JobError(f"{file.name}: damaged after {counted(done, 'record')} {why}: copy the event file again")


def _scalars(file: File, record: bytes) -> Iterator[Scalar]:
    from tensorboard.compat.proto import event_pb2

    event = event_pb2.Event.FromString(record)
    for value in event.summary.value:
        number = _number(value)
        if number is None:
            continue
        if not math.isfinite(event.wall_time):
            raise JobError(f"{file.name}: {quoted(value.tag)} has a value that was written at no time")
        yield Scalar(value.tag, event.step, number, event.wall_time)


def _number(value: Any) -> float | None:
    """The number of a summary's value, if it is one: TensorFlow 2 writes scalars as tensors without dimensions."""
    from tensorboard.util.tensor_util import make_ndarray

    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return float(value.simple_value)
    if kind != "tensor" or value.tensor.tensor_shape.dim:
        return None
    array = make_ndarray(value.tensor)
    return float(array) if array.dtype.kind in "fiu" else None
