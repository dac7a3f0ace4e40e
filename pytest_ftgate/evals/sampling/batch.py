"""Asking through a provider's batch service: cheaper, within a day, and gone on with after a restart."""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import openai

from ...wording import counted, quoted
from ..lines import strict_json
from .answer import LeakedKeyError, read_answer
from .batch_objects import Object, ended_at, error_of, files, has_ended, holds, is_failed, lines, named, reason, without
from .budget import Budget, Usage, used, worst
from .client import Client
from .faults import MEANINGS, BrokenError, Fault, sentence
from .loop import in_a_loop
from .pace import Waiting
from .raised import fault_of
from .request import Request, Target
from .settings import Sampling
from .store import Store
from .tally import Came, Keep, Lose, Tally

MOST_REQUESTS = 10_000
"""Requests of one batch; OpenAI takes 50,000 and 200 MB."""

_LONGEST_PAUSE = 60.0
_GONE = 404
_PATHS = {"chat": "chat/completions", "responses": "responses"}


class _HaltError(Exception):
    """Nothing more can be done now; the message is a sentence, and `status` that of the answer, or 0."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class Batching:
    """One asking of many requests by batches.

    Attributes:
        client: what they are sent with.
        sampling: how.
        target: whom.
        budget: what may be spent.
        tally: how far it is.
        keep: takes answers.
        lose: takes what is given up.
        step: called after each request.
        store: remembers the batches that are on their way.
        scope: what tells the batches of this eval from others.
    """

    client: Client
    sampling: Sampling
    target: Target
    budget: Budget
    tally: Tally
    keep: Keep
    lose: Lose
    step: Callable[[], None]
    store: Store
    scope: str

    def run(self, requests: Iterator[Request]) -> str:
        """Ask all of them; what is returned is why not all of them were asked, or nothing.

        A batch that an earlier run has sent is waited for, and what it answered is not asked again.
        """
        self._halted = ""
        in_a_loop(lambda: self._run(requests))
        return self._halted

    async def _run(self, requests: Iterator[Request]) -> None:
        self._deadline = time.monotonic() + self.sampling.deadline
        self._wanted = {request.digest: request for request in requests}
        try:
            async with self.client.api:
                for batch in self.store.batches(self.scope):
                    await self._collect(batch)
                rest = list(self._wanted.values())
                parts = [rest[i : i + MOST_REQUESTS] for i in range(0, len(rest), MOST_REQUESTS)]
                self._check_budget(rest)
                for batch in [await self._submitted(part) for part in parts]:
                    await self._collect(batch)
        except _HaltError as e:
            self._halted = str(e)
            return
        for request in self._wanted.values():
            self._lost(request, "the batch ended without an answer to it")

    def _check_budget(self, requests: list[Request]) -> None:
        total = Usage()
        for request in requests:
            total.add(worst(request.size, self.sampling.most_tokens))
        if not self.budget.fits(total):
            raise _HaltError(f"the batch could pass the budget of {self.budget.told()}")

    async def _submitted(self, part: list[Request]) -> str:
        """The id of a batch of these requests: of one that is on its way already, or of a new one."""
        name = hashlib.sha256("".join([self.scope, *sorted(r.digest for r in part)]).encode()).hexdigest()[:40]
        batch = await self._found(name) or await self._made(part, name)
        self.store.note_batch(self.scope, batch)
        return batch

    async def _found(self, name: str) -> str | None:
        """A batch of this name whose id was never kept, because the run that made it died."""
        page = await self._call(lambda: self.client.api.batches.with_raw_response.list(limit=100))
        return named(page, name, self.store.batches(self._done))

    async def _made(self, part: list[Request], name: str) -> str:
        path = f"/{_PATHS[self.sampling.api]}"
        if "endpoint" not in self.sampling.options:
            path = f"/v1{path}"
        lines = (json.dumps({"custom_id": r.digest, "method": "POST", "url": path, "body": r.body}) for r in part)
        content = ("\n".join(lines) + "\n").encode()
        files, batches = self.client.api.files.with_raw_response, self.client.api.batches.with_raw_response
        file = _id(await self._call(lambda: files.create(file=("ftgate.jsonl", content), purpose="batch")), "a file")
        made: Callable[[], Awaitable[Any]] = lambda: batches.create(  # noqa: E731
            input_file_id=file,
            endpoint=path,  # type: ignore[arg-type]
            completion_window="24h",
            metadata={"ftgate": name},
        )
        # Not tried twice: one that failed on its way back was made, and the next run finds it.
        return _id(await self._call(made, once=True), "a batch")

    async def _collect(self, batch: str) -> None:
        """Wait for a batch, and take over what it answered."""
        try:
            ended = await self._ended(batch)
            contents = [await self._content(file) for file in files(ended)]
        except _HaltError as e:
            if e.status != _GONE:
                raise
            # Its prompts are still wanted, and go into another one.
            self._forget(batch)
            return
        if ended.get("status") == "failed":
            self._forget(batch)
            raise _HaltError(f"the batch {quoted(batch)} was refused: {reason(without(self.client.secret, ended))}")
        self._merge(lines(contents), ended_at(ended, time.time()))
        self._forget(batch)

    async def _content(self, file: str) -> bytes:
        """A file that the batch wrote; one that ends within a line may have been cut on its way."""
        for _ in range(MEANINGS["broken"].attempts):
            content = await self._sent(lambda: self.client.api.files.with_raw_response.content(file))
            if holds(content, last=True):
                break
        if not holds(content):
            raise _HaltError(f"the file {quoted(file)} holds no line of a batch: the next run reads it again")
        return content

    def _forget(self, batch: str) -> None:
        """Wait for it no more, and never take it for one that nobody heard of: what it has not answered stays so."""
        self.store.note_batch(self._done, batch)
        self.store.forget_batch(self.scope, batch)

    @property
    def _done(self) -> str:
        return f"done: {self.scope}"

    async def _ended(self, batch: str) -> Object:
        pause = self.sampling.first_wait
        while True:
            found = await self._call(lambda: self.client.api.batches.with_raw_response.retrieve(batch))
            if has_ended(found):
                return found
            if time.monotonic() + pause > self._deadline:
                limit = counted(round(self.sampling.deadline), "second")
                raise _HaltError(f"the batch {quoted(batch)} goes on after {limit} (`deadline`): it is not lost")
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)

    def _merge(self, rows: Mapping[str, Object | None], at: float) -> None:
        for name, row in rows.items():
            request = self._wanted.pop(name, None)
            if request and row is None:
                self._lost(request, "the batch answers it more than once, and not alike")
            elif request and row:
                self._take(request, row, at)

    def _take(self, request: Request, row: Object, at: float) -> None:
        response = row.get("response")
        body = response.get("body") if isinstance(response, Mapping) else None
        if not isinstance(response, Mapping) or response.get("status_code") != 200 or is_failed(row):
            self._lost(request, error_of(without(self.client.secret, row)))
            return
        content = json.dumps(body)
        try:
            answer, model = read_answer(content.encode(), self.client.secret, self.target, self.sampling.served_as)
        except BrokenError as e:
            self._lost(request, str(e))
            return
        except LeakedKeyError:
            raise _HaltError(self._told(Fault("leaks"))) from None
        self.budget.spent.add(used(answer) or worst(request.size, self.sampling.most_tokens))
        if model:
            raise _HaltError(self._told(model))
        self.keep(request, Came(content, at))
        self.tally.answered += 1
        self.step()

    def _lost(self, request: Request, why: str) -> None:
        self.lose(request, why)
        self.tally.lost += 1
        self.step()

    async def _call(self, send: Callable[[], Awaitable[Any]], *, once: bool = False) -> Object:
        """The object that a call gives."""
        try:
            found = strict_json((await self._sent(send, once=once)).decode())
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise _HaltError("the batch service answers with something else than an object: is the address right?")
        return found

    async def _sent(self, send: Callable[[], Awaitable[Any]], *, once: bool = False) -> bytes:
        waiting, attempt = Waiting(self.sampling.first_wait), 0
        while True:
            attempt += 1
            try:
                async with asyncio.timeout(self.sampling.timeout):
                    content: bytes = (await send()).http_response.content
                    return content
            except (openai.OpenAIError, httpx2.HTTPError, TimeoutError) as e:
                fault = fault_of(e)
            seconds = waiting.seconds(attempt, fault.wait)
            late = time.monotonic() + seconds > self._deadline
            if once or late or fault.meaning.action != "retry" or attempt >= fault.meaning.attempts:
                raise _HaltError(self._told(fault), fault.status)
            await asyncio.sleep(seconds)

    def _told(self, fault: Fault) -> str:
        words = {"secret": self.client.secret, "variable": self.client.variable}
        return sentence(fault, {**words, "model": quoted(self.target.model, 200)})


def _id(found: Object, what: str) -> str:
    if not isinstance(found.get("id"), str) or not found["id"]:
        raise _HaltError(f"the batch service answers with something else than {what}")
    return str(found["id"])
