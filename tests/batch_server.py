"""A batch service beside the chat completions of `chat_server`: files, batches, and what goes wrong with them."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from .chat_server import MODEL, completion, http

Row = dict[str, Any]


def answered(line: Row) -> Row:
    """The output of a request that was answered."""
    prompt = line["body"]["messages"][-1]["content"]
    body = completion(f"re: {prompt}", line["body"]["model"])
    return {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}


@dataclass
class Batches:
    """The service.

    Attributes:
        outputs: by prompt, what is written for its request instead of its answer; None for nothing.
        status: of every batch, at its end.
        polls: how often a batch is asked for before it has ended.
        faults: answers to the next requests of (method and end of path), in order.
        made: how many batches were made.
        seen: methods and paths, in order.
    """

    outputs: dict[str, Any] = field(default_factory=dict)
    status: Any = "completed"
    polls: int = 1
    faults: dict[str, list[bytes]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    batches: dict[str, Row] = field(default_factory=dict)
    lines: list[Row] = field(default_factory=list)

    @property
    def made(self) -> int:
        return len(self.batches)

    def answer(self, method: str, path: str, data: bytes) -> bytes | None:
        path = path.partition("?")[0].removeprefix("/v1")
        self.seen.append(f"{method} {path}")
        if self.faults.get(f"{method} {path}"):
            return self.faults[f"{method} {path}"].pop(0)
        routes = {"POST /files": self._upload, "POST /batches": self._make, "GET /batches": self._list}
        if f"{method} {path}" in routes:
            return routes[f"{method} {path}"](data)
        if found := re.fullmatch(r"/batches/(.+)", path):
            return self._batch(found[1])
        return self._content() if path == "/files/out/content" else None

    def _upload(self, data: bytes) -> bytes:
        self.lines = [json.loads(line) for line in re.findall(rb'^\{"custom_id".*\}$', data, re.MULTILINE)]
        return http(200, {"id": "file-in", "object": "file"})

    def _make(self, data: bytes) -> bytes:
        name = f"batch_{len(self.batches)}"
        self.batches[name] = {"id": name, "object": "batch", "status": "in_progress", **json.loads(data)}
        return http(200, self.batches[name])

    def _list(self, _: bytes) -> bytes:
        return http(200, {"object": "list", "data": list(self.batches.values()), "has_more": False})

    def _batch(self, name: str) -> bytes:
        batch = self.batches.get(name)
        if batch is None:
            return http(404, {"error": {"message": "no such batch"}})
        self.polls -= 1
        if self.polls < 0:
            batch.update(status=self.status, output_file_id="out", completed_at=1700000000)
            batch.update(errors={"data": [{"message": "the input file is empty"}]} if self.status == "failed" else None)
        return http(200, batch)

    def _content(self) -> bytes:
        rows = []
        for line in self.lines:
            said = self.outputs.get(line["body"]["messages"][-1]["content"], answered(line))
            rows.append(
                said if isinstance(said, bytes | None) else json.dumps({"custom_id": line["custom_id"], **said})
            )
        text = b"\n".join(row if isinstance(row, bytes) else row.encode() for row in rows if row is not None)
        return http(200, text + b"\n")


__all__ = ["MODEL", "Batches", "answered"]
