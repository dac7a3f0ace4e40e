"""Held-out prompts that the model was trained on."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from ..evals.prompts import Prompt
from .examples import Example
from .overlap import RUN, Near, words


@dataclass(frozen=True, slots=True)
class Leak:
    """A held-out prompt that is in the training file.

    Attributes:
        prompt: which one.
        line: of the training file, the first that holds it, 1-based.
        how: in what form.
    """

    prompt: Prompt
    line: int
    how: str


def leaks(prompts: Sequence[Prompt], examples: Sequence[Example]) -> list[Leak]:
    """The prompts that a message in the file is, as it stands or but for case and punctuation, or nearly holds.

    A prompt of fewer than `overlap.RUN` words is found only where it is a whole message.
    """
    search = _Search(prompts)
    found: dict[int, Leak] = {}
    for example in examples:
        for text in _said(example):
            for i, how in search.held_by(text):
                found.setdefault(i, Leak(prompts[i], example.line, how))
    return [found[i] for i in sorted(found)]


def _said(example: Example) -> Iterator[str]:
    """The texts, and what one speaker says in a row as one: an instruction and its input are one in training."""
    for _, turns in groupby(example.texts, key=itemgetter(0)):
        texts = [text for _, text in turns]
        yield from texts
        if len(texts) > 1:
            yield "\n".join(texts)


class _Search:
    """The prompts by their text, by their words, and by the runs of their words."""

    def __init__(self, prompts: Sequence[Prompt]) -> None:
        split = {i: tuple(words(prompt.text)) for i, prompt in enumerate(prompts) if prompt.text}
        self._exact = _by_value({i: prompts[i].text for i in split})
        self._folded = _by_value({i: found for i, found in split.items() if found})
        self._near = Near(split)

    def held_by(self, text: str) -> Iterator[tuple[int, str]]:
        """The prompts in `text`, the closest form of each first."""
        said = tuple(words(text))
        yield from ((i, "word for word") for i in self._exact.get(text, ()))
        yield from ((i, "but for case and punctuation") for i in self._folded.get(said, ()))
        yield from ((i, f"{share:.0%} of its runs of {RUN} words") for i, share in self._near.held_by(said))


def _by_value(values: Mapping[int, Hashable]) -> Mapping[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for i, value in values.items():
        found.setdefault(value, []).append(i)
    return found
