"""Which answers were sampled, as a set with its digest, and where they come from, in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from ...samples import Samples, set_digest
from ...wording import counted, listed, number, quoted
from ..lines import strict_json
from .budget import Usage, used
from .request import Target
from .store import Stored

_UNITS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))


@dataclass
class Origin:
    """What is known of the answers of one eval.

    Attributes:
        target: who was asked.
        now: when they are used, in seconds since 1970.
        run: the run that uses them.
    """

    target: Target
    now: float
    run: str
    _times: list[float] = field(default_factory=list)
    _seconds: list[float] = field(default_factory=list)
    _attempts: list[int] = field(default_factory=list)
    _fresh: int = 0
    _imported: int = 0
    _usage: Usage = field(default_factory=Usage)
    _paid: Usage = field(default_factory=Usage)
    _digests: dict[str, str] = field(default_factory=dict)

    def add(self, stored: Stored) -> None:
        """Count an answer."""
        self._times.append(stored.at)
        self._seconds += [] if stored.seconds is None else [stored.seconds]
        self._attempts += [stored.attempts] if stored.attempts > 1 else []
        fresh = stored.run == self.run and stored.origin == "asked"
        self._fresh += fresh
        self._imported += stored.origin == "imported"
        self._digests[stored.request] = stored.digest
        answer = strict_json(stored.body)
        usage = used(answer) if isinstance(answer, dict) else None
        for total in (self._usage, *([self._paid] if fresh else [])):
            total.add(usage or Usage())

    def samples(self, store: Path, cost: str, grader: str = "") -> Samples:
        """The answers, which `store` holds, to what `grader` asked, if one did; `cost` is of this run."""
        who = f"{grader}: " if grader else ""
        return Samples.of(store, self._digests, tuple(who + text for text in self._sentences(cost)), grader)

    def _sentences(self, cost: str) -> Iterator[str]:
        count = len(self._times)
        where = f"{quoted(self.target.model, 200)} at {self.target.host}"
        if not count:
            yield f"no answer of {where}"
            return
        stored = count - self._fresh
        kinds = [f"{self._fresh:,} asked in this run"] if self._fresh else []
        kinds += [f"{stored:,} from the store"] if stored else []
        kinds += [f"{self._imported:,} of them imported"] if self._imported else []
        yield f"{counted(count, 'answer')} of {where}: {listed(kinds)}; {self._ages()}"
        said = [f"answers sha256:{set_digest(self._digests)}", *self._pace(), _tokens(self._usage)]
        yield "; ".join(said) + cost

    def _ages(self) -> str:
        oldest, newest = self.now - min(self._times), self.now - max(self._times)
        return f"the oldest is {age(oldest)} old" + (f", the newest {age(newest)}" if len(self._times) > 1 else "")

    def _pace(self) -> Iterator[str]:
        if self._seconds:
            timed = "" if len(self._seconds) == len(self._times) else f" of {len(self._seconds):,}"
            middle, most = number(median(self._seconds), 3), number(max(self._seconds), 3)
            yield f"{middle} s in the median{timed}, {most} s at most"
        if self._attempts:
            yield f"{len(self._attempts):,} asked for more than once, up to {max(self._attempts)} times"


def age(seconds: float) -> str:
    """`3 days`, `2 minutes`."""
    for unit, noun in _UNITS:
        if seconds >= unit:
            value = seconds / unit
            return f"{number(value, 2)} {noun}{'' if round(value, 1) == 1 else 's'}"
    return "less than a second"


def _tokens(usage: Usage) -> str:
    return f"{usage.input:,} tokens in, {usage.output:,} out" if usage.total else "tokens are not stated"
