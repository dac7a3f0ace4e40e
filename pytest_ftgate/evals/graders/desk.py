"""What graders ask of models: with the engine and the store of samples, so that nothing is paid for twice."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from ...errors import EvalError
from ...samples import Samples
from ...sources import hosts
from ...wording import counted, quoted
from ..lines import strict_json
from ..runtime import Runtime
from ..sampling.answer import not_ours
from ..sampling.budget import Budget, Usage, price_of
from ..sampling.lock import asking
from ..sampling.origin import Origin, age
from ..sampling.request import Request, Target
from ..sampling.settings import Sampling
from ..sampling.store import FILE, Store, Stored
from ..sampling.tally import Came, Keep, Lose, Tally

T = TypeVar("T")

JOB = "(grader)"
"""What stands in a grader's requests where a sampled eval's have the job: the two never share an answer."""

_SKEW_SECONDS = 300.0


@dataclass(frozen=True)
class Question:
    """What is asked once.

    Attributes:
        request: how it is asked.
        plain: how it is asked where the endpoint refuses that, or None.
    """

    request: Request
    plain: Request | None = None

    @property
    def forms(self) -> tuple[Request, ...]:
        """The ways to ask it."""
        return (self.request, self.plain) if self.plain else (self.request,)


@dataclass(frozen=True)
class Desk(Generic[T]):
    """Where one grader asks one model, for one run.

    Attributes:
        name: of the grader, for messages.
        sampling: the model, its address, and how fast it is asked.
        runtime: which answers count, where they are kept, which hosts may be asked.
        read: what an answer's body says; raises ValueError for one that is of no use: only the run that asked for it is
            held to it, the next one asks again.
        heard: what was read so far, by the question's digest, so that no answer is looked up twice.
    """

    name: str
    sampling: Sampling
    runtime: Runtime
    read: Callable[[Mapping[str, object]], T]
    heard: dict[str, T] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def target(self) -> Target:
        """Who is asked.

        Raises:
            EvidenceError: the address cannot be used.
        """
        url = hosts.address("openai", self.sampling.options, self.runtime.access).rstrip("/")
        return Target(url, hosts.host("base_url", url), self.sampling.model, JOB)

    def ask(self, questions: Iterable[Question]) -> None:
        """Have the answer to each question in the store, or why there is none.

        Raises:
            EvidenceError: nothing may be asked and some answer is not stored, asking was stopped, or the store cannot
                be used. What was answered is kept.
        """
        asked = {question.request.digest: question for question in questions}
        with self._store() as store:
            missing = list(self._missing(store, asked.values()))
            if missing and self.runtime.samples == "never":
                of = counted(len(asked), "answer")
                why = self._why_not(self._stored(store, missing[0]))
                raise EvalError(
                    f"{self.name}: {len(missing):,} of {of} of {self._model} would have to be asked for, and "
                    f"--ftgate-samples=never ({why})"
                )
            if missing:
                with asking(store.path, f"{self.target.url} {self.target.model}", self.sampling.deadline):
                    self._ask(store, list(self._missing(store, asked.values())))

    def said(self, questions: Sequence[Question]) -> list[T]:
        """What the answers say, which are asked for where that was not done ahead.

        Raises:
            ValueError: some question has no answer, or one of no use; the message goes on a sentence.
            EvidenceError: as `ask` does.
        """
        unheard = [question for question in questions if question.request.digest not in self.heard]
        if unheard:
            self.ask(unheard)
            with self._store() as store:
                for question in unheard:
                    self.heard[question.request.digest] = self.read(self._body(store, question))
        return [self.heard[question.request.digest] for question in questions]

    def ahead(self, questions: Iterable[Question], what: str) -> list[Samples]:
        """Ask all of them at once; the answers as a set, `what` being whose questions they answer.

        Raises:
            EvidenceError: as `ask` does.
        """
        asked = {question.request.digest: question for question in questions}
        self.ask(asked.values())
        origin = Origin(self.target, time.time(), self.runtime.run)
        with self._store() as store:
            for digest, question in asked.items():
                stored = self._stored(store, question)
                if stored and not self._why_not(stored):
                    origin.add(stored)
                    # What is of no use is an error when it comes to be graded, of the prompt that it is about.
                    with suppress(ValueError):
                        self.heard[digest] = self.read(_body(stored))
            return [origin.samples(store.path, "", what)]

    def _body(self, store: Store, question: Question) -> Mapping[str, object]:
        stored = self._stored(store, question)
        why = self._why_not(stored)
        if stored is None or why:
            raise ValueError(store.failure(self.runtime.run, question.request.digest) or why)
        return _body(stored)

    def _store(self) -> Store:
        return Store(self.runtime.folder / FILE, writes=self.runtime.samples != "never")

    @property
    def _model(self) -> str:
        return quoted(self.target.model, 200)

    def _stored(self, store: Store, question: Question) -> Stored | None:
        """The stored answer: of its forms the one that counts, or else any."""
        found = [stored for form in question.forms if (stored := store.answer(form.digest))]
        return next((stored for stored in found if not self._why_not(stored)), found[0] if found else None)

    def _missing(self, store: Store, questions: Iterable[Question]) -> Iterator[Question]:
        for question in questions:
            if self._why_not(self._stored(store, question)) and not store.failure(
                self.runtime.run, question.request.digest
            ):
                yield question

    def _why_not(self, stored: Stored | None) -> str:
        """Why a stored answer does not count, or nothing."""
        if stored is None:
            return "no answer is stored"
        old, most = time.time() - stored.at, self.runtime.max_sample_age
        if old < -_SKEW_SECONDS:
            return "the stored answer is dated in the future"
        if stored.run == self.runtime.run:
            return ""
        if self.runtime.samples == "always":
            return "the stored answer is of another run"
        if most is not None and old > most:
            return f"the stored answer is {age(old)} old"
        another = not_ours(stored.body, self.target, self.sampling.served_as)
        return another if another or self.runtime.samples == "never" else self._useless(stored)

    def _useless(self, stored: Stored) -> str:
        try:
            self.read(_body(stored))
        except ValueError as e:
            return str(e)
        return ""

    def _ask(self, store: Store, missing: Sequence[Question]) -> None:
        """Ask one first: from how it fares it is known which form the endpoint takes, and whether it answers at all."""
        if not missing:
            return
        stopped = store.failure(self.runtime.run, self._everything)
        if stopped:
            raise EvalError(stopped)
        first, *rest = missing
        form, lost = 0, self._run(store, [first.request])
        if first.plain and any(map(_is_refused, lost.values())):
            form, lost = 1, self._run(store, [first.plain])
        why = next(iter(lost.values()), "")
        if why:
            # A grader that cannot grade one output is an error of the whole: no more is paid for.
            store.fail(self.runtime.run, first.request.digest, why)
            return
        by_form = {question.forms[form].digest: question.request.digest for question in rest}
        for digest, said in self._run(store, [question.forms[form] for question in rest]).items():
            store.fail(self.runtime.run, by_form[digest], said)

    def _run(self, store: Store, requests: Sequence[Request]) -> Mapping[str, str]:
        """Ask, and tell which requests have no answer, by digest, and why.

        Raises:
            EvalError: asking was stopped.
        """
        lost: dict[str, str] = {}

        def keep(request: Request, came: Came) -> None:
            store.keep([Stored.of(request, came, self.runtime.run)])

        def lose(request: Request, why: str) -> None:
            lost[request.digest] = why

        halted = self._halted(requests, keep, lose) if requests else ""
        if halted:
            why = f"{self.name}: {self.target.host} was asked no further: {halted}; what was answered is kept"
            store.fail(self.runtime.run, self._everything, why)
            raise EvalError(why)
        return lost

    def _halted(self, requests: Sequence[Request], keep: Keep, lose: Lose) -> str:
        """Ask with the engine; why it was stopped, or nothing."""
        from ..sampling.answer import read_answer
        from ..sampling.ask import Asking
        from ..sampling.client import connect
        from ..sampling.embeddings import read_embedding
        from ..sampling.progress import shown

        price = price_of(self.sampling, self.target.host, self.target.model)
        budget, tally = Budget(None, None, price, Usage(), Usage()), Tally(len(requests))
        read = read_embedding if requests[0].api == "embeddings" else read_answer
        client = connect(self.sampling, self.target.url)
        with self.runtime.uncaptured(), shown(self.runtime.progress, self._title, tally, budget) as step:
            crew = Asking(client, self.sampling, self.target, budget, tally, keep, lose, step, read)
            return crew.run(iter(requests))

    @property
    def _title(self) -> str:
        return f"{self.name}: {self._model[1:-1]}"

    @property
    def _everything(self) -> str:
        return f"everything of {self.name} {self.target.url} {self.target.model}"


def _is_refused(why: str) -> bool:
    from ..sampling.faults import MEANINGS

    return why.startswith(MEANINGS["status 4xx"].words)


def _body(stored: Stored) -> Mapping[str, object]:
    found = strict_json(stored.body)
    return found if isinstance(found, Mapping) else {}
