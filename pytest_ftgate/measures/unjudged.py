"""A gate of which is known before anything is measured that it cannot be judged."""

import math
from dataclasses import dataclass

from ..errors import EvalError
from ..evidence import Evidence
from ..score import Score


@dataclass(frozen=True)
class Unjudged:
    """A measure of something that is not there.

    Attributes:
        what: what was to be measured, in words.
        why: why it cannot be, as a sentence.
    """

    what: str
    why: str

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest value there can be."""
        return (-math.inf, math.inf)

    @property
    def is_ratio(self) -> bool:
        """Whether a percentage makes sense of it."""
        return False

    def __call__(self, _: Evidence) -> Score:
        """Never a score.

        Raises:
            EvalError: always.
        """
        raise EvalError(self.why)
