"""How one prompt fared."""

from dataclasses import dataclass
from typing import Literal

from .answers import State as Unanswered
from .graders.entities import Matched
from .prompts import Prompt
from .usage import Used

State = Literal["passed", "missed", "missing", "duplicate", "stale"] | Unanswered
"""How a prompt fared; `stale` is an output that was recorded for another wording of the prompt."""


# Not frozen, as outputs are not: there are as many of them.
@dataclass(slots=True, unsafe_hash=True)
class Result:
    """How one prompt fared.

    Attributes:
        prompt: the prompt.
        passed: whether a finished answer, or a call of a tool, satisfied the grader; of repeats, whether all did.
        score: 0..1; 0 for everything that the grader is not asked about; of repeats their mean.
        why: what is wrong, on one line; empty where it passed.
        state: in one word; an output that the API marks as refused or filtered stays that, also where this is wanted.
        text: what was answered, where texts are kept.
        used: what the output took, as far as it says so.
        matched: how the entities that were extracted met those that were wanted, where the grader compares such.
        attempts: how each repeat fared, of an eval with several outputs per prompt.
    """

    prompt: Prompt
    passed: bool
    score: float
    why: str
    state: State
    text: str = ""
    used: Used | None = None
    matched: Matched | None = None
    attempts: "tuple[Result, ...]" = ()

    @property
    def outputs(self) -> "tuple[Result, ...]":
        """How each of its outputs fared: itself, where there is one."""
        return self.attempts or (self,)
