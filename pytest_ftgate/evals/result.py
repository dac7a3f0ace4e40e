"""How one prompt fared."""

from dataclasses import dataclass
from typing import Literal

from .answers import State as Unanswered
from .outputs import Output
from .prompts import Prompt

State = Literal["passed", "missed", "missing", "duplicate", "stale"] | Unanswered
"""How a prompt fared; `stale` is an output that was recorded for another wording of the prompt."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one prompt fared.

    Attributes:
        prompt: the prompt.
        output: its one output; None where it has none, or several.
        passed: whether a finished answer satisfied the grader.
        score: 0..1; 0 for everything that is not a finished answer.
        why: what is wrong, on one line; empty where it passed.
        state: in one word.
    """

    prompt: Prompt
    output: Output | None
    passed: bool
    score: float
    why: str
    state: State
