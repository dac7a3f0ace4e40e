"""The weights that a job left behind: its checkpoints, and which of them ship."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Checkpoint:
    """Weights that were saved at one step.

    Attributes:
        step: the optimizer step, never negative.
        name: what is passed on to use them: a folder's name such as `checkpoint-400`, or the provider's model id such
            as `ft:gpt-4o-mini:acme::abc:ckpt-step-88`. It is from the job's files, so messages write it by `plain`.
    """

    step: float
    name: str


@dataclass(frozen=True)
class Shipped:
    """The weights that a job hands on.

    Attributes:
        step: the optimizer step that they are of.
        why: how that is known, in words that follow `step 400 ships: `.
    """

    step: float
    why: str
