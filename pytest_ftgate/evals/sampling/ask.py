"""Asking: a few workers take requests from one iterator, so that memory does not grow with their number."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx2
import openai

from ...wording import counted, quoted
from .answer import LeakedKeyError, Read, read_answer
from .budget import Budget, Usage, likely, used, worst
from .client import Client
from .faults import Fault, sentence
from .loop import in_a_loop
from .pace import MOST_ATTEMPTS, Patience, Slots, Waiting, Width
from .raised import fault_of
from .request import Request, Target
from .settings import Sampling
from .tally import Came, Keep, Lose, Tally

_GRACE = 2.0
_MANY_FAILURES = 40
_MANY_ITEMS = 10


@dataclass
class Asking:
    """One asking of many requests.

    Attributes:
        client: what they are sent with.
        sampling: how.
        target: whom.
        budget: what may be spent.
        tally: how far it is.
        keep: takes answers, before anything else is done.
        lose: takes what is given up.
        step: called after each request.
        read: what came for a request, as an answer.
    """

    client: Client
    sampling: Sampling
    target: Target
    budget: Budget
    tally: Tally
    keep: Keep
    lose: Lose
    step: Callable[[], None]
    read: Read = read_answer

    def __post_init__(self) -> None:
        self._width = Width(self.sampling.concurrency)
        self._requests, self._tokens = Slots(self.sampling.rpm), Slots(self.sampling.tpm)
        self._patience, self._waiting = Patience(self.sampling.timeout), Waiting(self.sampling.first_wait)
        self._limits: dict[asyncio.Timeout, tuple[float, int]] = {}
        self._flying = self._failures = 0
        self._halted = ""

    def run(self, requests: Iterator[Request]) -> str:
        """Ask all of them; what is returned is why not all of them were asked, or nothing.

        What was answered is kept in any case.
        """
        in_a_loop(lambda: self._run(requests))
        return self._halted

    async def _run(self, requests: Iterator[Request]) -> None:
        self._changed, self._ended = asyncio.Condition(), asyncio.Event()
        self._watch: asyncio.Task[Any] = asyncio.create_task(self._ended.wait())
        self._deadline = time.monotonic() + self.sampling.deadline
        async with self.client.api:
            most = min(self.sampling.concurrency, self.tally.total)
            workers = [asyncio.create_task(self._work(requests)) for _ in range(most)]
            try:
                late = await self._until_done(workers)
            finally:
                await self._end(workers)
        for worker in (worker for worker in workers if worker not in late):
            worker.result()

    async def _until_done(self, workers: "list[asyncio.Task[None]]") -> "set[asyncio.Task[Any]]":
        """Wait for the workers; once it is halted, or the time is up, only for what is nearly there."""
        pending: set[asyncio.Task[Any]] = {*workers}
        while pending and not self._watch.done():
            left = max(0.0, self._deadline - time.monotonic())
            done, _ = await asyncio.wait({*pending, self._watch}, timeout=left, return_when="FIRST_COMPLETED")
            pending -= done
            if not done:
                limit = counted(round(self.sampling.deadline), "second")
                self._halt(f"the time is up: it may take {limit} (`deadline`)")
            if any(task.exception() for task in done):
                break
        self._ended.set()
        if pending:
            _, pending = await asyncio.wait(pending, timeout=_GRACE)
        return pending

    async def _end(self, workers: "list[asyncio.Task[None]]") -> None:
        """Leave no task behind, also where this one is cancelled."""
        self._ended.set()
        for worker in workers:
            worker.cancel()
        # Also those that are done: of several that failed, the first is told of.
        await asyncio.gather(self._watch, *workers, return_exceptions=True)

    async def _work(self, requests: Iterator[Request]) -> None:
        for request in requests:
            await self._one(request)
            if self._ended.is_set():
                return
            self.step()

    async def _one(self, request: Request) -> None:
        """Ask until there is an answer, or it is known that there will be none."""
        seen: Counter[str] = Counter()
        for attempt in count(1):
            fault = await self._attempt(request, seen["hung"], attempt)
            if fault is None or self._ended.is_set():
                return
            seen[fault.kind] += 1
            meaning = fault.meaning
            if meaning.action == "stop":
                self._halt(self._told(fault))
                return
            if meaning.action == "item" or seen[fault.kind] >= meaning.attempts or attempt == MOST_ATTEMPTS:
                self._give_up(request, fault, attempt)
                return
            self.tally.retries += 1
            await self._wait(attempt, fault)
            if self._ended.is_set():
                return

    async def _attempt(self, request: Request, hung: int, number: int) -> Fault | None:
        """One attempt: None where its answer is kept, or nothing was sent because it is halted."""
        size = request.size
        at_worst = worst(size, self.sampling.most_tokens)
        if not await self._turn(size, at_worst):
            return None
        begun = time.monotonic()
        spent = Usage()
        try:
            content = await self._sent(request, hung)
            seconds = time.monotonic() - begun
            # What was paid for counts, whatever it is.
            spent = at_worst
            answer, model = self.read(content, self.client.secret, self.target, self.sampling.served_as)
            spent = used(answer) or at_worst
            if model:
                return model
            self.keep(request, Came(content.decode(), time.time(), seconds, number))
        except LeakedKeyError:
            return Fault("leaks")
        except (openai.OpenAIError, httpx2.HTTPError, TimeoutError, ValueError, RecursionError) as e:
            fault = fault_of(e)
            spent = spent if fault.is_unpaid or spent.total else at_worst
            self._failed(fault)
            return fault
        finally:
            self._flying -= 1
            self.budget.settle(at_worst, spent)
            await self._wake()
        self._answered(seconds)
        return None

    async def _sent(self, request: Request, hung: int) -> bytes:
        # The SDK's own limit is for each read, so that a body which drips is never late.
        async with asyncio.timeout(self._patience.limit(hung)) as limit:
            self._limits[limit] = (asyncio.get_running_loop().time(), hung)
            try:
                return await self.client.send(request, self._patience.most)
            finally:
                del self._limits[limit]

    def _answered(self, seconds: float) -> None:
        self._failures = 0
        if self._patience.learn(seconds):
            # What has been waiting since before anything was known hangs like anything else.
            for limit, (begun, hung) in self._limits.items():
                limit.reschedule(begun + self._patience.limit(hung))
        self._width.grow()
        self.tally.answered += 1

    def _failed(self, fault: Fault) -> None:
        if fault.is_overload:
            self._width.cut(time.monotonic())
            return
        self._failures += 1
        if fault.meaning.action == "retry" and self._failures >= max(_MANY_FAILURES, 2 * self.sampling.concurrency):
            self._halt(f"{self._failures} attempts in a row failed, the last: {self._told(fault)}")

    def _give_up(self, request: Request, fault: Fault, attempts: int) -> None:
        why = self._told(fault) + (f", {attempts} times" if attempts > 1 else "")
        self.lose(request, why)
        self.tally.lost += 1
        if not self.tally.answered and self.tally.lost > max(_MANY_ITEMS, self.sampling.max_errors):
            self._halt(f"none of the first {self.tally.lost} prompts was answered: {why}")

    async def _turn(self, size: int, at_worst: Usage) -> bool:
        """Wait for this request's turn; False where nothing is to be sent any more."""
        async with self._changed:
            while not self._ended.is_set() and (
                self._flying >= int(self._width.value) or not self.budget.fits(at_worst)
            ):
                if not self._flying:
                    self._halt(f"one more answer could pass the budget of {self.budget.told()}")
                    return False
                await self._changed.wait()
            if self._ended.is_set():
                return False
            self._flying += 1
            self.budget.reserve(at_worst)
        now = time.monotonic()
        tokens = likely(size, self.sampling.most_tokens).total
        pause = max(self._requests.reserve(now), self._tokens.reserve(now, tokens))
        if not pause or not await self._paused(pause):
            return True
        self._flying -= 1
        self.budget.settle(at_worst, Usage())
        return False

    async def _wait(self, attempt: int, fault: Fault) -> None:
        seconds = self._waiting.seconds(attempt, fault.wait)
        if time.monotonic() + seconds > self._deadline:
            what = "it asks to wait until" if fault.wait else "the next attempt would come"
            self._halt(f"{what} after the deadline: {self._told(fault)}")
            return
        await self._paused(seconds)

    async def _paused(self, seconds: float) -> bool:
        """Wait, but no longer than until it is halted; whether it was."""
        done, _ = await asyncio.wait({self._watch}, timeout=seconds)
        return bool(done)

    def _halt(self, why: str) -> None:
        if not self._halted:
            self._halted = why
            self._ended.set()

    async def _wake(self) -> None:
        async with self._changed:
            if self._ended.is_set():
                self._changed.notify_all()
            else:
                self._changed.notify(2)

    def _told(self, fault: Fault) -> str:
        words = {
            "secret": self.client.secret,
            "variable": self.client.variable,
            "model": quoted(self.target.model, 200),
        }
        return sentence(fault, words)
