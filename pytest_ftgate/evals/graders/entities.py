"""The entities grader: a list that was extracted, against the set that is wanted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...wording import listed, number
from ..prompts import Prompt, described
from .grade import Grade, TextGrader, miss, ruled, shown
from .json_schema import parsed
from .json_values import a_json, canonical, in_words
from .options import Options, choice, least_score, reference
from .paths import Path, looked_up, path_of
from .text import Fold, comparing

_MOST = 100_000
"""Entities of one answer that are compared."""


@dataclass(frozen=True, slots=True)
class Matched:
    """How a list met the set that was wanted; each entity counts once, however often it is there.

    Attributes:
        tp: entities that are wanted and there.
        fp: entities that are there and not wanted.
        fn: entities that are wanted and not there.
    """

    tp: int
    fp: int
    fn: int

    @property
    def precision(self) -> float:
        """The share of what is there that is wanted, 0..1; 1 where nothing is there and nothing wanted."""
        return self._share(self.fp)

    @property
    def recall(self) -> float:
        """The share of what is wanted that is there, 0..1; 1 where nothing is there and nothing wanted."""
        return self._share(self.fn)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, 0..1; 1 where nothing is there and nothing wanted."""
        both = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / both if both else 1.0

    def _share(self, others: int) -> float:
        # Without a single hit, what is undefined counts as nothing unless the answer is right.
        return self.tp / (self.tp + others) if self.tp + others else float(not (self.fp or self.fn))


def entities(options: Options) -> TextGrader:
    """The answer lists the entities that are wanted."""
    read, fold, line = _reader(options), comparing(options), least_score(options)
    of = choice(options, "score", ("f1", "precision", "recall"))
    wanted = reference("entities", options, "target", lambda value: _wanted(value, options))

    def grader(answer: str, prompt: Prompt) -> Grade:
        targets = _keyed(wanted(prompt), fold)
        try:
            got = _keyed(read(answer), fold)
        except (LookupError, ValueError) as e:
            return _unread(targets, f"{e}: {shown(answer)}")
        except RecursionError:
            return _unread(targets, "JSON nested too deeply to be compared")
        return _graded(targets, got, of, line)

    return grader


def matched(wanted: Mapping[str, object], got: Mapping[str, object]) -> Matched:
    """How many of the keys are in both, and how many in one alone."""
    hits = len(wanted.keys() & got.keys())
    return Matched(hits, len(got) - hits, len(wanted) - hits)


def _graded(wanted: Mapping[str, object], got: Mapping[str, object], of: str, line: float) -> Grade:
    found = matched(wanted, got)
    score = {"f1": found.f1, "precision": found.precision, "recall": found.recall}[of]
    lacking = [in_words(value) for key, value in wanted.items() if key not in got]
    surplus = [in_words(value) for key, value in got.items() if key not in wanted]
    parts = [f"without {listed(lacking)}" if lacking else "", f"with {listed(surplus)} too many" if surplus else ""]
    why = f"{of} {number(score)} of the {number(line)} wanted: {' and '.join(filter(None, parts))}"
    return replace(ruled(score, why, passed=score >= line), matched=found)


def _unread(wanted: Mapping[str, object], why: str) -> Grade:
    """An answer that is no list has none of what is wanted."""
    return replace(miss(why), matched=Matched(0, 0, len(wanted)))


def _wanted(value: object, options: Options) -> Sequence[object]:
    if isinstance(value, str):
        return _reader({key: option for key, option in options.items() if key != "path"})(value)
    found = a_json(value)
    if not isinstance(found, list):
        raise ValueError(f"is {described(found)}; a list of entities is wanted")
    return found


def _reader(options: Options) -> Callable[[str], Sequence[object]]:
    read = choice(options, "read", ("json", *_SPLIT))
    if read == "json":
        path = path_of(options)
        return lambda text: _json_list(text, path)
    if "path" in options:
        raise ValueError(f"path is for JSON, and read is {read}")
    return lambda text: [item.strip() for item in _SPLIT[read](text) if item.strip()]


def _json_list(text: str, path: Path) -> Sequence[object]:
    found = looked_up(parsed(text), path)
    if not isinstance(found, list):
        raise ValueError(f"wanted a list, got {in_words(found)}")
    return found


def _keyed(items: Sequence[object], fold: Fold) -> Mapping[str, object]:
    """Entities by what makes two of them the same: texts once they are folded, everything else by value."""
    if len(items) > _MOST:
        raise ValueError(f"{len(items):,} entities, more than the {_MOST:,} that are compared")
    return {canonical(fold(item) if isinstance(item, str) else item): item for item in items}


_SPLIT: Mapping[str, Callable[[str], Sequence[str]]] = {
    "lines": str.splitlines,
    "commas": lambda text: text.split(","),
}
