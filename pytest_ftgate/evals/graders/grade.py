"""What a grader says of one answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ...errors import EvalError
from ...samples import Samples
from ...wording import number, plain, quoted
from ..answers import CALLED

if TYPE_CHECKING:
    from ..outputs import Output
    from ..prompts import Prompt
    from .entities import Matched


@dataclass(frozen=True, slots=True)
class Grade:
    """How good an answer is.

    Attributes:
        score: 0..1.
        why: of a miss, what was wanted and what came, on one line; empty for a pass.
        meets: whether the score meets the grader's own threshold, where it has one; without one, 1 is wanted.
        value: the score in the grader's own units, where these are others.
        void: there was nothing that could be graded, so that no formula may make a pass of it.
        matched: how a list of entities met the set that was wanted, so that sums over all prompts can be taken.
    """

    score: float
    why: str = ""
    meets: bool | None = None
    value: float | None = None
    void: bool = False
    matched: "Matched | None" = field(default=None, compare=False)

    @property
    def passed(self) -> bool:
        """Whether the answer is good enough."""
        return self.score >= 1 if self.meets is None else self.meets

    @property
    def own(self) -> float:
        """The score in the grader's own units."""
        return self.score if self.value is None else self.value


Grader = Callable[["Output", "Prompt"], Grade]
"""Grades what was answered to a prompt; raises EvalError where it cannot."""

TextGrader = Callable[[str, "Prompt"], Grade]
"""A grader that looks at the text of an answer, and at nothing else."""

PASS = Grade(1.0)
_HAIR = 1e-9
_LONGEST_NAME = 60


Pair = tuple["Output", "Prompt"]
"""An output, and the prompt that it answers."""

Ahead = Callable[[Sequence[Pair]], Sequence[Samples]]
"""Looks at all pairs before any is graded, to ask a judge about many at once; gives its answers as sets.

Raises EvidenceError where that cannot be done. A grader that looks ahead grades all the same where it was not asked.
"""

CALLS = frozenset({"called"})
"""The state of an output that is nothing but a call."""


@dataclass(frozen=True, slots=True)
class WideGrader:
    """A grader that does more than to grade final answers, one at a time.

    To every other grader an output that only calls, or that the API marks as refused, is a miss, and it is not asked.

    Attributes:
        grade: the grader.
        states: of the outputs that it judges besides those that are `answered`.
        ahead: its look at all pairs before it grades, or None.
    """

    grade: Grader
    states: frozenset[str] = frozenset()
    ahead: Ahead | None = None

    def __call__(self, output: "Output", prompt: "Prompt") -> Grade:
        """What the grader says."""
        return self.grade(output, prompt)


def judges(grader: Grader | None, state: str) -> bool:
    """Whether a grader judges outputs of this state; every other output is a miss to it."""
    return state == "answered" or (isinstance(grader, WideGrader) and state in grader.states)


def graded(grader: Grader, output: "Output", prompt: "Prompt") -> Grade:
    """What a grader says of an output: what graders of graders call theirs by."""
    if not judges(grader, output.state):
        return void(CALLED if output.state == "called" else f"{output.state}: {output.why}")
    return grader(output, prompt)


def look_ahead(graders: Iterable[Grader], pairs: Sequence[Pair]) -> list[Samples]:
    """Let each grader that does so look at the pairs that it will judge; the answers that they rest on.

    Raises:
        EvidenceError: one of them cannot.
    """
    wide = (grader for grader in graders if isinstance(grader, WideGrader) and grader.ahead)
    found = (one.ahead([pair for pair in pairs if judges(one, pair[0].state)]) for one in wide if one.ahead)
    return list(dict.fromkeys(samples for several in found for samples in several))


def joined(graders: Iterable[Grader], grader: Grader) -> Grader:
    """`grader`, which is made of `graders`: it judges what one of them does, and looks ahead where one does."""
    wide = [one for one in graders if isinstance(one, WideGrader)]
    if not wide:
        return grader
    states = frozenset(state for one in wide for state in one.states)
    looks = any(one.ahead for one in wide)
    return WideGrader(grader, states, (lambda pairs: look_ahead(wide, pairs)) if looks else None)


def named(grader: Grader, name: object) -> Grader:
    """`grader`, which says its `name`, where it has one, before what is wrong.

    Raises:
        ValueError: the name is no text.
    """
    if name is None:
        return grader
    if not isinstance(name, str):
        raise ValueError("its name is no text")

    def saying(output: "Output", prompt: "Prompt") -> Grade:
        found = grader(output, prompt)
        return replace(found, why=f"{plain(name[:_LONGEST_NAME])}: {found.why}") if found.why else found

    return joined([grader], saying)


def ruled(score: float, why: str, *, passed: bool) -> Grade:
    """A grade that passes or not by a rule of the grader's own; `why` is for a miss."""
    return Grade(score, "" if passed else why, None if passed == (score >= 1) else passed)


def scaled(value: float, threshold: float | None, why: str, span: tuple[float, float] = (0.0, 1.0)) -> Grade:
    """The grade of a finite `value`: 0..1 by its place in `span`, and passing from `threshold`, in its own units, on.

    Without a threshold, the upper end of the span is wanted. Values beyond the span count as its ends.
    """
    low, high = span
    wanted = high if threshold is None else threshold
    # A weighted sum of ones may be a hair below 1.
    passed = value >= wanted - _HAIR
    score = min(1.0, max(0.0, (value - low) / (high - low)))
    told = f"scored {number(value)}, and {number(wanted)} is wanted{': ' if why else ''}{why}"
    return replace(ruled(score, told, passed=passed), value=None if value == score else value)


def on_text(grader: TextGrader) -> Grader:
    """The grader of outputs that grades their text."""
    return lambda output, prompt: grader(output.text, prompt)


def miss(why: str) -> Grade:
    """No credit, and why."""
    return Grade(0.0, why)


def void(why: str) -> Grade:
    """No credit, because what the grader looks at is not there."""
    return Grade(0.0, why, void=True)


def cannot(prompt: "Prompt", grader: str, why: str) -> EvalError:
    """The error of a grader that cannot judge: names the prompt and the grader."""
    return EvalError(f"{prompt.where}: prompt {prompt.id} cannot be graded by {grader}: {why}")


def shown(text: str, most: int = 80) -> str:
    """`text` as `wording.quoted` writes it; texts that need no escaping, which are most, are not searched for any."""
    return f"'{text}'" if len(text) <= most and text.isprintable() and "##" not in text else quoted(text, most)
