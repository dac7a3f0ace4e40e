"""A chat completion API on the loopback interface, with scripted faults, that counts what it is asked.

In tests it runs in a thread; `python -m tests.chat_server` runs it in a process of its own, for benchmarks.
"""

import asyncio
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

KEY = "sk-test-canary-0123456789"
MODEL = "ft:tiny:acme::x"

Reply = Callable[["Chat", "Asked"], Awaitable[bytes | None]]
"""What is sent for a request: a whole HTTP answer, or None to hang up."""


@dataclass(frozen=True)
class Asked:
    """One request: what was asked, how often before, and its body, path and headers."""

    prompt: str
    before: int
    body: dict[str, Any]
    path: str
    headers: dict[str, str]


def http(status: int, content: object, **headers: str) -> bytes:
    """An HTTP answer with this body: bytes as they are, anything else as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    named = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} x\r\n{head}\r\n".encode() + body


def completion(text: str | None, model: str = MODEL, finish: str | None = "stop", **message: object) -> dict[str, Any]:
    said = {"role": "assistant", "content": text, **message}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": said, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
    }


def gives(status: int, content: object, **headers: str) -> Reply:
    """Always this answer."""

    async def reply(_: "Chat", __: Asked) -> bytes:
        return http(status, content, **headers)

    return reply


def fails(status: int, message: str = "a message", code: str | None = None, **headers: str) -> Reply:
    """An error as the API words it."""
    return gives(status, {"error": {"message": message, "type": "t", "param": None, "code": code}}, **headers)


async def hangs_up(_: "Chat", __: Asked) -> None:
    """Close the connection without an answer."""


async def hangs(chat: "Chat", _: Asked) -> None:
    """Never answer."""
    await chat.released.wait()


def then(*replies: Reply) -> Reply:
    """Each prompt's first request is answered by the first of these, and so on; beyond, as if nothing were wrong."""

    async def reply(chat: "Chat", asked: Asked) -> bytes | None:
        return await (replies[asked.before] if asked.before < len(replies) else answers)(chat, asked)

    return reply


def mixed(seed: int) -> Reply:
    """By chance 10 % 429 with a Retry-After of a second, 5 % 500, 2 % resets, 1 % hangs, 1 % broken JSON."""
    chance = random.Random(seed)  # noqa: S311
    table = (
        (0.10, fails(429, retry_after="1")),
        (0.15, fails(500)),
        (0.17, hangs_up),
        (0.18, hangs),
        (0.19, gives(200, b'{"id": "chatcmpl-1", "choi')),
    )

    async def reply(chat: "Chat", asked: Asked) -> bytes | None:
        drawn = chance.random()
        return await next((one for most, one in table if drawn < most), answers)(chat, asked)

    return reply


async def answers(_: "Chat", asked: Asked) -> bytes:
    """`re: PROMPT`, in the form of the API that was asked."""
    text, model = f"re: {asked.prompt}", asked.body.get("model", MODEL)
    if asked.path.endswith("/responses"):
        parts = [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}]
        usage = {"input_tokens": 10, "output_tokens": 2}
        return http(200, {"object": "response", "model": model, "status": "completed", "output": parts, "usage": usage})
    return http(200, completion(text, model))


@dataclass
class Chat:
    """What is served, and what was asked.

    Attributes:
        reply: what answers.
        latency: seconds before each answer.
        asked: requests by prompt.
        succeeded: answers with a finished body by prompt.
        early: requests that came before the Retry-After of the answer before them had passed.
        requests: all of them.
        most: that were open at once.
        other: what answers requests by method, path and body, before anything else does.
    """

    reply: Reply = answers
    latency: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    succeeded: Counter[str] = field(default_factory=Counter)
    early: int = 0
    requests: list[Asked] = field(default_factory=list)
    most: int = 0
    url: str = ""
    other: Callable[[str, str, bytes], bytes | None] | None = None
    _open: int = 0
    _not_before: dict[str, float] = field(default_factory=dict)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def count(self) -> int:
        """How many requests there were."""
        return len(self.requests)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                found = await self._answered(head.decode(), reader)
                if found is None:
                    break
                writer.write(found)
                await writer.drain()
        writer.close()

    async def _answered(self, head: str, reader: asyncio.StreamReader) -> bytes | None:
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        data = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = first.split(" ")
        if self.other and (found := self.other(method, path, data)):
            return found
        if method == "GET":
            return http(200, self.report())
        asked = self._note(path, headers, json.loads(data))
        self._open += 1
        self.most = max(self.most, self._open)
        try:
            await asyncio.sleep(self.latency)
            found = await self.reply(self, asked)
        finally:
            self._open -= 1
        self._after(asked, found)
        return found

    def _note(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Asked:
        said = body.get("messages") or body.get("input") or [{"content": ""}]
        said = [{"content": said}] if isinstance(said, str) else said
        prompt = str(said[-1]["content"])
        self.early += time.monotonic() < self._not_before.get(prompt, 0.0)
        asked = Asked(prompt, self.asked[prompt], body, path, headers)
        self.asked[prompt] += 1
        self.requests.append(asked)
        return asked

    def _after(self, asked: Asked, found: bytes | None) -> None:
        head = (found or b"").partition(b"\r\n\r\n")[0].decode()
        if "retry-after: " in head:
            wait = float(head.partition("retry-after: ")[2].partition("\r\n")[0])
            self._not_before[asked.prompt] = time.monotonic() + wait
        self.succeeded[asked.prompt] += (found or b"").startswith(b"HTTP/1.1 200") and (found or b"").endswith(b"}")

    def report(self) -> dict[str, object]:
        """What another process is told of it."""
        twice = sum(count > 1 for count in self.succeeded.values())
        answered = sum(count > 0 for count in self.succeeded.values())
        return {"requests": self.count, "answered": answered, "twice": twice, "early": self.early, "most": self.most}


@contextmanager
def serving(chat: Chat) -> Iterator[Chat]:
    """Serve `chat` on a free port, in a thread."""
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def main() -> None:
        server = await asyncio.start_server(chat.serve, "127.0.0.1", 0, backlog=1000)
        chat.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        ready.set()
        await chat.released.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield chat
    finally:
        loop.call_soon_threadsafe(chat.released.set)
        thread.join(10)
        loop.close()


async def _alone(latency: float, kind: str) -> None:
    reply = {"mixed": mixed(7), "401": fails(401), "404": fails(404, code="model_not_found")}.get(kind, answers)
    chat = Chat(latency=latency, reply=reply)
    server = await asyncio.start_server(chat.serve, "127.0.0.1", 0, backlog=1000)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_alone(float(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
