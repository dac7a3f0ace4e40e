"""An eval as a classification: the targets are labels, and so are the outputs."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import EvalError
from ..evals.prompts import described
from ..evals.result import Result
from ..sources.extras import needed
from ..wording import counted, listed, plain, quoted, suggestion
from .estimates import Estimate, rate
from .selection import Selection

Average = Literal["micro", "macro", "weighted"]

OTHER = "(other)"
"""The class of outputs that are no known label: never right, never left out."""

_MOST_CLASSES = 8
_MOST_CONFUSIONS = 5
_SECONDS = 1.0
_WIDEST = 16


@dataclass(frozen=True)
class Labelling:
    """How outputs become labels, and which number is made of them.

    Attributes:
        average: how the classes are averaged in precision, recall and F1.
        label: the one class whose precision, recall or F1 is taken, or empty.
        extract: a regular expression whose first group, or whole match, is the label; empty takes the whole text.
        ignore_case: labels that differ in case only are one.
    """

    average: Average | None = None
    label: str = ""
    extract: str = ""
    ignore_case: bool = False


@dataclass(frozen=True)
class Classified:
    """Prompts with the label that was wanted and the one that came.

    Attributes:
        wanted: one label per prompt.
        got: one label per prompt, or `OTHER`, in the same order.
    """

    wanted: Sequence[str]
    got: Sequence[str]

    @property
    def right(self) -> list[bool]:
        """Whether each prompt got the label that was wanted."""
        return [one == other for one, other in zip(self.wanted, self.got, strict=True)]


def classified(selection: Selection, labelling: Labelling) -> Classified:
    """The labels of a selection's prompts and outputs.

    Raises:
        EvalError: a target is no label, or repeats were recorded.
    """
    if selection.found.repeats > 1:
        raise EvalError(f"{selection.name}: labels are compared for one output per prompt, and it has repeats")
    fold = str.casefold if labelling.ignore_case else str
    wanted = [fold(_target(result)) for result in selection.results]
    known = set(wanted)
    read = _reader(labelling.extract)
    got = [
        fold(read(result).strip()) if result.state in ("passed", "missed") else OTHER for result in selection.results
    ]
    return Classified(wanted, [label if label in known else OTHER for label in got])


def estimate(score: str, found: Classified, labelling: Labelling) -> tuple[Estimate, int]:
    """A classification score, and how many prompts it rests on: those of the one class, where it is of one.

    Raises:
        EvalError: no prompt has the label.
        JobError: scikit-learn is not installed.
    """
    if score == "accuracy":
        return rate(sum(found.right), len(found.right)), len(found.right)
    label = labelling.label.casefold() if labelling.ignore_case else labelling.label
    n = _support(found, label) if label else len(found.wanted)
    with needed("classification", score):
        from sklearn import metrics

        if score == "balanced_accuracy":
            return Estimate(float(metrics.balanced_accuracy_score(found.wanted, found.got))), n
        return Estimate(_averaged(metrics, score, found, label or None, labelling.average)), n


def table(found: Classified) -> tuple[str, ...]:
    """The confusion table of up to eight classes, and the most frequent confusions."""
    pairs = Counter(zip(found.wanted, found.got, strict=True))
    wrong = Counter({pair: count for pair, count in pairs.items() if pair[0] != pair[1]})
    lines = [] if len(set(found.wanted)) > _MOST_CLASSES else _rows(found, pairs)
    if wrong:
        most = (f"{_short(a)} as {_short(b)} {n:,}" for (a, b), n in sorted(wrong.items(), key=_by_count))
        lines.append(f"most often confused: {listed(most, _MOST_CONFUSIONS)}")
    return tuple(lines)


def described_as(score: str, labelling: Labelling) -> str:
    """The score in words."""
    words = score.replace("_", " ")
    if labelling.label:
        return f"{words} of {quoted(labelling.label)}"
    return f"{labelling.average} {words}" if labelling.average else words


def _averaged(metrics: Any, score: str, found: Classified, label: str | None, average: Average | None) -> float:
    function = {"precision": metrics.precision_score, "recall": metrics.recall_score, "f1": metrics.f1_score}[score]
    options: dict[str, Any] = {"labels": [label], "average": "macro"} if label else {"average": average or "macro"}
    return float(function(found.wanted, found.got, zero_division=0, **options))


def _support(found: Classified, label: str) -> int:
    n = sum(wanted == label for wanted in found.wanted)
    if not n:
        known = sorted(set(found.wanted))
        near = suggestion(label, known[:100])
        raise EvalError(f"no prompt has the label {quoted(label)}{near}; there are {listed(map(quoted, known), 12)}")
    return n


def _target(result: Result) -> str:
    target = result.prompt.target
    if isinstance(target, bool):
        return str(target).lower()
    if isinstance(target, str | int) and str(target).strip():
        return str(target).strip()
    raise EvalError(f"{result.prompt.where}: prompt {result.prompt.id}: the target is {described(target)}, no label")


def _reader(pattern: str) -> Callable[[Result], str]:
    if not pattern:
        return lambda result: result.text
    import regex

    compiled = regex.compile(pattern)

    def read(result: Result) -> str:
        try:
            found = compiled.search(result.text, timeout=_SECONDS)
        except TimeoutError:
            raise EvalError(f"prompt {result.prompt.id}: {quoted(pattern)} takes too long on its output") from None
        return (found[1] if compiled.groups else found[0]) or "" if found else ""

    return read


def _rows(found: Classified, pairs: Mapping[tuple[str, str], int]) -> list[str]:
    labels = sorted(set(found.wanted))
    columns = [*labels, *([OTHER] if OTHER in found.got else [])]
    width = max(len("wanted, got:"), *(len(_short(label)) for label in columns))
    cells = [max(len(_short(label)), 5) for label in columns]
    heading = "  ".join(_short(label).rjust(size) for label, size in zip(columns, cells, strict=True))
    rows = [f"{'wanted, got:'.ljust(width)}  {heading}"]
    for label in labels:
        counts = (str(pairs.get((label, got), 0)).rjust(size) for got, size in zip(columns, cells, strict=True))
        rows.append(f"{_short(label).ljust(width)}  {'  '.join(counts)}")
    return rows


def _short(label: str) -> str:
    return plain(label if len(label) <= _WIDEST else label[: _WIDEST - 1] + "…")


def _by_count(item: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    return -item[1], item[0]


def how_many_right(found: Classified, selection: Selection) -> str:
    """How many prompts got their label, in words."""
    other = sum(got == OTHER for got in found.got)
    none = f", {counted(other, 'output')} no known label" if other else ""
    return f"{sum(found.right):,} of {selection.prompts} right{none}"
