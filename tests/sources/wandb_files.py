"""Logs of Weights & Biases runs for tests: frames of our own around records of the library's protocol classes."""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from wandb.proto.wandb_internal_pb2 import Record

BLOCK = 1 << 15
HEADER = b":W&B\xe1\xbe\x00"


def history(row: Mapping[str, object]) -> bytes:
    """A row whose values are JSON, as most versions write them."""
    record = Record()
    for key, value in row.items():
        record.history.item.add(key=key, value_json=json.dumps(value))
    return bytes(record.SerializeToString())


def typed(step: int, loss: float) -> bytes:
    """A row whose values are typed, as newer versions may write them."""
    record = Record()
    record.history.item.add(nested_key=["train/global_step"], integer=step)
    record.history.item.add(nested_key=["train/loss"], number=loss)
    return bytes(record.SerializeToString())


def begun(run: str, at: int) -> bytes:
    """The record that a run, or a leg of it, began at this second."""
    record = Record()
    record.run.run_id = run
    record.run.start_time.seconds = at
    return bytes(record.SerializeToString())


def summary(row: Mapping[str, object]) -> bytes:
    """An update of the summary."""
    record = Record()
    for key, value in row.items():
        record.summary.update.add(key=key, value_json=json.dumps(value))
    return bytes(record.SerializeToString())


def ended(code: int = 0) -> bytes:
    """The record that the run ended, with this exit code."""
    record = Record()
    record.exit.exit_code = code
    # The default would be written as nothing at all.
    record.exit.SetInParent()
    return bytes(record.SerializeToString())


def log(path: Path, records: Sequence[bytes]) -> Path:
    """A log of these records."""
    data = HEADER
    for record in records:
        for kind, part in _parts(record, len(data)):
            if kind == 0:
                data += part
            else:
                data += struct.pack("<IHB", zlib.crc32(bytes([kind]) + part), len(part), kind) + part
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _parts(record: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The record cut where a block ends; a tail of a block that is too short for a frame is filled with zeros."""
    begun = False
    while True:
        left = BLOCK - at % BLOCK
        if left < 7:
            yield 0, bytes(left)
            at += left
            continue
        part, record = record[: left - 7], record[left - 7 :]
        yield {(False, True): 1, (False, False): 2, (True, False): 3, (True, True): 4}[begun, not record], part
        if not record:
            return
        begun = True
        at += 7 + len(part)


def rows(*losses: float, every: int = 10, after: int = 0) -> list[bytes]:
    """What Hugging Face's callback logs: a training loss each `every` steps `after` one."""
    return [
        history({"train/loss": loss, "train/grad_norm": 1.0, "train/global_step": after + every * i, "_step": i - 1})
        for i, loss in enumerate(losses, 1)
    ]
