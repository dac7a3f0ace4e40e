"""The training file: its format, its duplicates, and what of the held-out prompts is in it."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..data.examples import Example, check_readable, faulty, read_examples
from ..data.leakage import leaks
from ..data.overlap import repeats, words
from ..data.tokens import token_counts
from ..errors import EvalError
from ..evals.prompts import Prompt
from ..evidence import Evidence
from ..files import File, below, read
from ..score import Score
from ..wording import counted, listed, quoted

_MOST = 10


@dataclass(frozen=True)
class Finding:
    """What a measure found in a training file: the value, what it is of, and the places."""

    value: float | int
    how: str
    n: int
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Given:
    """What a property is measured on: the examples, the file's name, and what the gate names beside it."""

    examples: Sequence[Example]
    name: str
    prompts: Sequence[Prompt]
    tokenizer: File | None
    evidence: Evidence

    @property
    def whole(self) -> str:
        """The file and its size in words, as the total of a share."""
        return f"of {counted(len(self.examples), 'example')} in {self.name}"

    @property
    def tokens(self) -> list[int]:
        """The tokens of each example."""
        if self.tokenizer is None:
            raise EvalError("no tokenizer is named")
        return token_counts(self.examples, self.tokenizer)


Measured = Callable[[Given], Finding]


@dataclass(frozen=True)
class TrainingData:
    """One property of a training file.

    Attributes:
        name: a key of `DATA`.
        file: the training file: as resolved, or below the job's folder where `in_job` is set.
        in_job: the file lies in the job's folder.
        heldout: the eval whose prompts must not be in it; of `leakage` only.
        refused: why the file is not of the job that is judged, or nothing.
        tokenizer: the tokenizer.json that counts tokens; of what is in tokens only.
    """

    name: str
    file: Path
    in_job: bool = False
    heldout: str = ""
    refused: str = ""
    tokenizer: Path | None = None

    @property
    def what(self) -> str:
        """What is measured, in words."""
        of = f" of {self.heldout}" if self.heldout else ""
        return f"{self.name.replace('_', ' ')}{of} in {self.file.name}"

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return (0.0, 1.0 if self.is_ratio else math.inf)

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it."""
        return self.name in _SHARES

    def __call__(self, evidence: Evidence) -> Score:
        """The score of the file.

        Raises:
            EvidenceError: the file, or the held-out prompts, are missing or cannot be read.
        """
        if self.refused:
            raise EvalError(self.refused)
        file = read(below(evidence.job.directory, self.file) if self.in_job else self.file)
        prompts, held = evidence.prompts(self.heldout) if self.heldout else ((), None)
        examples = read_examples(file)
        if self.name != "format_errors":
            check_readable(examples, file.name)
        tokenizer = read(self.tokenizer) if self.tokenizer else None
        found = DATA[self.name](Given(examples, file.name, prompts, tokenizer, evidence))
        digests = tuple(one.digest for one in (file, held, tokenizer) if one)
        return Score(found.value, self.what, found.how, n=found.n, details=found.details, evidence=digests)


def _examples(given: Given) -> Finding:
    return Finding(len(given.examples), f"examples in {given.name}", len(given.examples))


def _format_errors(given: Given) -> Finding:
    wrong = list(faulty(given.examples))
    details = [f"{given.name}:{one.line}: {listed(one.faults, 3)}" for one in wrong]
    return _share(wrong, given.examples, f"{given.whole} are malformed", details)


def _duplicates(given: Given) -> Finding:
    keys = ((one.held, *((who, *words(text)) for who, text in one.texts)) for one in given.examples)
    found = list(repeats(keys))
    details = [f"{given.name}:{given.examples[i].line} repeats line {given.examples[first].line}" for i, first in found]
    how = f"{given.whole} repeat an earlier one, but for case and punctuation"
    return _share(found, given.examples, how, details)


def _leakage(given: Given) -> Finding:
    silent = [prompt for prompt in given.prompts if not prompt.text.strip()]
    if silent:
        raise EvalError(f"{silent[0].where}: prompt {quoted(silent[0].id)} has no text that could be looked for")
    found = leaks(given.prompts, given.examples)
    details = [f"{leak.prompt.id} ({leak.prompt.where}) is in {given.name}:{leak.line}: {leak.how}" for leak in found]
    how = f"of {counted(len(given.prompts), 'held-out prompt')} are in {given.name}"
    return _share(found, given.prompts, how, details)


def _longest(given: Given) -> Finding:
    sizes = [sum(len(text) for _, text in one.texts) for one in given.examples]
    largest = max(range(len(sizes)), key=sizes.__getitem__)
    where = f"{given.name}:{given.examples[largest].line}"
    return Finding(sizes[largest], f"characters of the longest example, {where}", len(sizes))


def _largest_class(given: Given) -> Finding:
    answers = Counter(tuple(words(one.texts[-1][1])) for one in given.examples)
    (answer, most), *_ = answers.most_common(1)
    share = most / len(given.examples)
    how = f"{most:,} {given.whole} have the same last text, {quoted(' '.join(answer))}"
    top = [f"{count:,} of {quoted(' '.join(one))}" for one, count in answers.most_common(_MOST)]
    return Finding(share, how, len(given.examples), (f"{counted(len(answers), 'text')}: {listed(top, _MOST)}",))


def _tokens(given: Given) -> Finding:
    counts = given.tokens
    return Finding(sum(counts), f"tokens in {given.name}, without a chat template's", len(counts))


def _longest_tokens(given: Given) -> Finding:
    counts = given.tokens
    largest = max(range(len(counts)), key=counts.__getitem__)
    where = f"{given.name}:{given.examples[largest].line}"
    return Finding(counts[largest], f"tokens of the longest example, {where}, without a chat template's", len(counts))


def _epochs(given: Given) -> Finding:
    trained, total = given.evidence.job.fact("trained_tokens"), sum(given.tokens)
    if isinstance(trained, str) or not total:
        raise EvalError(f"{given.name}: {total:,} tokens, of which no epochs can be counted")
    how = f"{trained:,} trained tokens over the {total:,} in {given.name}, without a chat template's"
    return Finding(trained / total, how, len(given.examples))


def _share(found: Sequence[object], of: Sequence[object], how: str, details: Sequence[str]) -> Finding:
    more = (f"and {len(details) - _MOST:,} more",) if len(details) > _MOST else ()
    return Finding(len(found) / len(of), f"{len(found):,} {how}", len(of), (*details[:_MOST], *more))


DATA: Mapping[str, Measured] = {
    "format_errors": _format_errors,
    "duplicates": _duplicates,
    "leakage": _leakage,
    "largest_class": _largest_class,
    "longest": _longest,
    "examples": _examples,
    "tokens": _tokens,
    "longest_tokens": _longest_tokens,
    "epochs": _epochs,
}
"""The properties of a training file by name."""

IN_TOKENS = frozenset({"tokens", "longest_tokens", "epochs"})
"""The properties that need a tokenizer."""

_SHARES = frozenset({"format_errors", "duplicates", "leakage", "largest_class"})
