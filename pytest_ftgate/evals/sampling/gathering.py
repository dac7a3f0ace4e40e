"""The answers to one eval's prompts: which stored ones count, which are asked for, and what is said of all of them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...errors import EvalError
from ...samples import Samples
from ...wording import counted, listed, quoted
from ..lines import strict_json
from ..outputs import Output, output_of
from ..prompts import Prompt
from ..runtime import Runtime
from .answer import not_ours
from .budget import Budget, Usage, likely, price_of, used
from .origin import Origin, age
from .request import Request, Target, request_of
from .settings import Price, Sampling
from .store import Store, Stored
from .tally import Came, Keep, Lose, Tally

_SKEW_SECONDS = 300.0
_EVERYTHING = "everything"


@dataclass(frozen=True)
class Sampled:
    """The answers to an eval's prompts.

    Attributes:
        outputs: at most one for each prompt and repeat, as recorded ones are.
        faults: why they must not be judged as a whole, beyond what the outputs say themselves.
        samples: which of the stored answers they are.
    """

    outputs: list[Output]
    faults: tuple[str, ...]
    samples: Samples

    @property
    def origin(self) -> tuple[str, ...]:
        """Where they come from, in sentences."""
        return self.samples.said


@dataclass(frozen=True)
class Gathering:
    """The prompts of one eval, and how they come to their answers: `repeats` of them each."""

    name: str
    prompts: Sequence[Prompt]
    fields: Mapping[str, str]
    sampling: Sampling
    target: Target
    runtime: Runtime
    repeats: int = 1

    def missing(self, store: Store) -> Iterator[Request]:
        """The requests that have no answer that counts, and were not given up in this run.

        No prompt is asked again before each was asked once: what goes wrong with one is not taken for all.
        """
        for _, request in self._all():
            if self._stale(store.answer(request.digest)) and not store.failure(self.runtime.run, request.digest):
                yield request

    def ask(self, store: Store) -> Budget | None:
        """Ask what is still missing, after other processes had their turn.

        Raises:
            EvalError: asking was stopped; it says why.
        """
        total, estimate = 0, Usage()
        for request in self.missing(store):
            total += 1
            estimate.add(likely(request.size, self.sampling.most_tokens))
        if not total:
            return None
        stopped = store.failure(self.runtime.run, self._everything)
        if stopped:
            raise EvalError(stopped)
        return self._ask(store, total, estimate)

    def _ask(self, store: Store, total: int, estimate: Usage) -> Budget:
        from .ask import Asking
        from .batch import Batching
        from .client import connect
        from .progress import shown

        price = price_of(self.sampling, self.target.host, self.target.model)
        budget = Budget(self.sampling.tokens, self.sampling.usd, price, Usage(), Usage())
        tally = Tally(total)
        expected = _estimated(estimate, price, bounded=self.sampling.most_tokens is not None)
        title = f"{self.name}: {quoted(self.target.model, 60)[1:-1]}, {expected}"
        client = connect(self.sampling, self.target.url)
        with self.runtime.uncaptured(), shown(self.runtime.progress, title, tally, budget) as step:
            flying: set[str] = set()
            keep, lose = self._keep(store, flying), self._lose(store, flying)
            how = (client, self.sampling, self.target, budget, tally, keep, lose, step)
            crew = Batching(*how, store, self._scope) if self.sampling.batch else Asking(*how)
            halted = crew.run(self._once(store, flying))
        if halted:
            why = self._halted(halted, tally)
            store.fail(self.runtime.run, self._everything, why)
            raise EvalError(why)
        return budget

    def _once(self, store: Store, flying: set[str]) -> Iterator[Request]:
        """What is missing, but of equal requests only the first while it is in flight."""
        for request in self.missing(store):
            if request.digest not in flying:
                flying.add(request.digest)
                yield request

    def _halted(self, why: str, tally: Tally) -> str:
        asked = counted(tally.total, "prompt" if self.repeats == 1 else "request")
        kept = f"{tally.answered:,} of {asked} answered and kept"
        again = "run again to ask for the rest" if tally.answered else "nothing was answered"
        return f"{self.name}: {self.target.host} was asked no further: {why}; {kept}, {again}"

    def _keep(self, store: Store, flying: set[str]) -> Keep:
        def keep(request: Request, came: Came) -> None:
            store.keep([Stored.of(request, came, self.runtime.run)])
            flying.discard(request.digest)

        return keep

    def _lose(self, store: Store, flying: set[str]) -> Lose:
        def lose(request: Request, why: str) -> None:
            store.fail(self.runtime.run, request.digest, why)
            flying.discard(request.digest)

        return lose

    @property
    def _scope(self) -> str:
        """What tells the batches whose answers count from others."""
        any_run = self.runtime.samples == "missing" and self.runtime.max_sample_age is None
        return f"{self.name} {self.target.url} {self.target.model} {'' if any_run else self.runtime.run}"

    @property
    def _everything(self) -> str:
        return f"{_EVERYTHING} of {self.name} {self.target.url} {self.target.model}"

    def gathered(self, store: Store, budget: Budget | None) -> Sampled:
        """All answers that count, as outputs."""
        origin = Origin(self.target, time.time(), self.runtime.run)
        outputs, absent, lost = [], {}, {}
        for prompt, request in self._all():
            stored = store.answer(request.digest)
            stale = self._stale(stored)
            if stored and not stale:
                origin.add(stored)
                outputs.append(replace(self._output(prompt, stored, store), repeat=request.repeat))
            elif why := store.failure(self.runtime.run, request.digest):
                lost[prompt.id] = why
                outputs.append(replace(self._lost(prompt, why), repeat=request.repeat))
            else:
                absent[prompt.id] = stale
        samples = origin.samples(store.path, _cost(budget))
        return Sampled(outputs, tuple(self._faults(absent, lost, answered=bool(samples.requests))), samples)

    def _all(self) -> Iterator[tuple[Prompt, Request]]:
        for repeat in range(self.repeats):
            for prompt in self.prompts:
                yield prompt, request_of(prompt, self.fields, self.sampling, self.target, repeat)

    def _stale(self, stored: Stored | None) -> str:
        """Why a stored answer does not count, or nothing."""
        if stored is None:
            return "no answer is stored"
        old = time.time() - stored.at
        if old < -_SKEW_SECONDS:
            return "the stored answer is dated in the future"
        if self.runtime.samples == "always" and stored.run != self.runtime.run:
            return "the stored answer is of another run"
        most = self.runtime.max_sample_age
        if most is not None and old > most:
            return f"the stored answer is {age(old)} old"
        return not_ours(stored.body, self.target, self.sampling.served_as)

    def _output(self, prompt: Prompt, stored: Stored, store: Store) -> Output:
        answer = strict_json(stored.body)
        row = {"custom_id": prompt.key, "response": {"status_code": 200, "body": answer}, "latency": stored.seconds}
        row["cost"] = self._cost(used(answer) if isinstance(answer, dict) else None)
        where = f"{store.path.name}, request {stored.request[:12]}"
        try:
            found = output_of(row, where, {})
        except ValueError as e:
            raise EvalError(f"{self.name}: the stored answer to {prompt.id}: {e}") from None
        # Under whichever name it answered, it is the model that was asked.
        model = self.target.job_model if found.model == self.target.job_model else self.target.model
        return replace(found, model=model, asked=prompt.text, turns=prompt.turns)

    def _cost(self, usage: Usage | None) -> float | None:
        price = price_of(self.sampling, self.target.host, self.target.model)
        return price.of(usage.input, usage.output) if price and usage else None

    def _lost(self, prompt: Prompt, why: str) -> Output:
        return Output(prompt.key, "", "errored", why, self.target.model, self.target.host, prompt.text, prompt.turns)

    def _faults(self, absent: Mapping[str, str], lost: Mapping[str, str], *, answered: bool) -> Iterator[str]:
        of = counted(len(self.prompts), "prompt")
        if absent:
            why = next(iter(absent.values()))
            mode = f"--ftgate-samples={self.runtime.samples}"
            yield f"{len(absent):,} of {of} would have to be asked, and {mode}: {listed(absent)} ({why})"
        if len(lost) > self.sampling.max_errors:
            why = next(iter(lost.values()))
            lacks = "no answer" if self.repeats == 1 else f"fewer than {self.repeats} answers"
            yield f"{len(lost):,} of {of} got {lacks}, and max_errors is {self.sampling.max_errors}: {why}"
        elif lost and not answered:
            yield f"none of {of} got an answer, of which nothing can be said: {next(iter(lost.values()))}"


def _estimated(estimate: Usage, price: Price | None, *, bounded: bool) -> str:
    if not bounded:
        return f"about {estimate.input:,} tokens in"
    text = f"about {estimate.input:,} tokens in, at most {estimate.output:,} out"
    return f"{text}, at most ${price.of(estimate.input, estimate.output):.2f}" if price else text


def _cost(budget: Budget | None) -> str:
    if budget is None:
        return ""
    cost = f", ${budget.cost:.4f}" if budget.cost is not None and budget.price else ""
    since = f" (prices as of {budget.price.said})" if budget.price and cost else ""
    return f"; this run used {budget.spent.total:,} tokens{cost}{since}"
