"""TensorBoard event files for tests, written by TensorBoard's own record writer."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

Row = tuple[str, int, float]
_NUMBERS = count()


def event_file(
    folder: Path, rows: Sequence[Row], *, time: float = 0.0, every: float = 1.0, tensors: bool = False
) -> Path:
    """A file of (tag, step, value) rows, the first written at `time`, and each `every` seconds after the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"events.out.tfevents.{next(_NUMBERS)}.host"
    with path.open("wb") as stream:
        writer = RecordWriter(stream)
        writer.write(event_pb2.Event(file_version="brain.Event:2", wall_time=time).SerializeToString())
        for place, (tag, step, number) in enumerate(rows):
            value = summary_pb2.Summary.Value(tag=tag)
            if tensors:
                value.tensor.CopyFrom(make_tensor_proto(number, dtype="float32"))
            else:
                value.simple_value = number
            summary = summary_pb2.Summary(value=[value])
            event = event_pb2.Event(wall_time=time + every * place, step=step, summary=summary)
            writer.write(event.SerializeToString())
    return path


def append(path: Path, *values: tuple[str, object]) -> None:
    """Summaries at step 1 that are tensors of any kind, at the end of a file."""
    with path.open("ab") as stream:
        for tag, content in values:
            value = summary_pb2.Summary.Value(tag=tag)
            value.tensor.CopyFrom(make_tensor_proto(content))
            event = event_pb2.Event(wall_time=1, step=1, summary=summary_pb2.Summary(value=[value]))
            RecordWriter(stream).write(event.SerializeToString())


def falling(tag: str, first: int, last: int, every: int = 10) -> list[Row]:
    """A loss of 1000 / step at each `every` steps."""
    return [(tag, step, 1000 / step) for step in range(first, last + 1, every)]
