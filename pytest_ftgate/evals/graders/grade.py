"""What a grader says of one answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import EvalError
from ...wording import quoted

if TYPE_CHECKING:
    from ..outputs import Output
    from ..prompts import Prompt


@dataclass(frozen=True, slots=True)
class Grade:
    """How good an answer is.

    Attributes:
        score: 0..1.
        why: of a miss, what was wanted and what came, on one line; empty for a pass.
    """

    score: float
    why: str = ""

    @property
    def passed(self) -> bool:
        """Whether the answer is all that was wanted."""
        return self.score >= 1


Grader = Callable[["Output", "Prompt"], Grade]
"""Grades what was answered to a prompt; raises EvalError where it cannot."""

TextGrader = Callable[[str, "Prompt"], Grade]
"""A grader that looks at the text of an answer, and at nothing else."""

PASS = Grade(1.0)


def on_text(grader: TextGrader) -> Grader:
    """The grader of outputs that grades their text."""
    return lambda output, prompt: grader(output.text, prompt)


def miss(why: str) -> Grade:
    """No credit, and why."""
    return Grade(0.0, why)


def cannot(prompt: "Prompt", grader: str, why: str) -> EvalError:
    """The error of a grader that cannot judge: names the prompt and the grader."""
    return EvalError(f"{prompt.where}: prompt {prompt.id} cannot be graded by {grader}: {why}")


def shown(text: str, most: int = 80) -> str:
    """`text` as `wording.quoted` writes it; texts that need no escaping, which are most, are not searched for any."""
    return f"'{text}'" if len(text) <= most and text.isprintable() and "##" not in text else quoted(text, most)
