"""The fine-tuning API on the loopback interface: one finished job, in pages, and faults on demand."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ID = "ftjob-abc123"
FILE = "file-results1"
KEY = "sk-test-canary-0123456789"

Answer = Callable[[BaseHTTPRequestHandler], None]


def job(**changes: object) -> dict[str, Any]:
    return {
        "object": "fine_tuning.job",
        "id": ID,
        "created_at": 1700000000,
        "finished_at": 1700009000,
        "status": "succeeded",
        "error": {},
        "fine_tuned_model": "ft:gpt-4.1-nano:acme::x",
        "model": "gpt-4.1-nano",
        "organization_id": "org-1",
        "hyperparameters": {"n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 1.8},
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}},
        "result_files": [FILE],
        "seed": 42,
        "trained_tokens": 9105,
        "training_file": "file-t",
        "validation_file": None,
        "estimated_finish": None,
        **changes,
    }


def metrics(step: int, total: int) -> dict[str, Any]:
    data = {"step": step, "total_steps": total, "train_loss": round(2 - step / total, 5)}
    return {
        "object": "fine_tuning.job.event",
        "id": f"ftevent-{step:05}",
        "created_at": 1700000000 + step // 3,
        "level": "info",
        "message": f"Step {step}/{total}: training loss={data['train_loss']}",
        "type": "metrics",
        "data": data,
    }


def table(total: int) -> bytes:
    rows = [f"{step},{round(2 - step / total, 5)}," for step in range(1, total + 1)]
    return "\n".join(["step,train_loss,train_accuracy", *(f"{row}0.5" for row in rows), ""]).encode()


@dataclass
class Api:
    """What is served, and what was asked.

    Attributes:
        job: the job's object.
        events: newest first, as they are listed.
        checkpoints: newest first.
        files: result files by id.
        page: how many objects a page has at most, whatever was asked for.
        faults: by (method and path's last part), answers in the order in which they come; the last one stays.
        asked: the paths that were asked for, in order.
        headers: of the last request.
    """

    job: dict[str, Any] = field(default_factory=job)
    events: list[dict[str, Any]] = field(default_factory=lambda: [metrics(step, 40) for step in range(40, 0, -1)])
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=lambda: {FILE: table(40)})
    page: int = 15
    faults: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""

    def fault(self, last: str, *answers: Answer) -> None:
        """Answer requests for a path that ends in `last` with these, the last of them for ever."""
        self.faults[last] = list(answers)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        parts = urlsplit(handler.path)
        self.asked.append(handler.path)
        self.headers = {key.lower(): value for key, value in handler.headers.items()}
        *_, last = parts.path.split("/")
        if faults := self.faults.get(last):
            (faults.pop(0) if len(faults) > 1 else faults[0])(handler)
            return
        self._route(parts.path, parse_qs(parts.query))(handler)

    def _route(self, path: str, query: dict[str, list[str]]) -> Answer:
        after = query.get("after", [""])[0]
        routes: dict[str, Callable[[], Answer]] = {
            f"fine_tuning/jobs/{self.job.get('id')}": lambda: says(self.job),
            f"fine_tuning/jobs/{ID}/events": lambda: says(self._listed(self.events, after)),
            f"fine_tuning/jobs/{ID}/checkpoints": lambda: says(self._listed(self.checkpoints, after)),
            **{f"files/{name}/content": lambda body=body: says(body) for name, body in self.files.items()},  # type: ignore[misc]
        }
        found = next((route for end, route in routes.items() if path.endswith(f"/{end}")), None)
        return found() if found else fails(404, code="not_found", message="No such object")

    def _listed(self, items: Sequence[dict[str, Any]], after: str) -> dict[str, object]:
        start = next((i + 1 for i, item in enumerate(items) if item["id"] == after), 0)
        end = start + self.page
        return {"object": "list", "data": items[start:end], "has_more": end < len(items)}


def says(content: object, status: int = 200, **headers: str) -> Answer:
    """An answer with this body: bytes and text as they are, anything else as JSON."""
    body = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else b""
    body = body if isinstance(content, bytes | str) else json.dumps(content).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"content-length": str(len(body)), "retry-after-ms": "1", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def fails(status: int, message: str = "a message", code: str | None = None, **headers: str) -> Answer:
    """An error as the API words it."""
    return says({"error": {"message": message, "type": "t", "param": None, "code": code}}, status, **headers)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection in the middle of an answer."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.close_connection = True


def drips(released: threading.Event) -> Answer:
    """An answer that comes a byte at a time and never ends by itself."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "100000")
        handler.end_headers()
        while not released.wait(0.02):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    return answer


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """Serve `api` on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                api.answer(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
