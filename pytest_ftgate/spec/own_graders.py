"""Graders that a conftest.py or a plugin adds."""

from collections.abc import Iterable, Mapping

from ..evals.graders import GRADERS, GraderKind
from .own import Hook, check_options, gathered

_OF_A_PROMPT = ("id", "prompt", "messages", "target", "fields", "type")
"""Keys of a prompt, which brings a grader under its name."""

_TAKEN = {**dict.fromkeys(GRADERS, "one already"), **dict.fromkeys(_OF_A_PROMPT, "a key of every prompt")}
_HOOK = Hook("pytest_ftgate_graders", "grader", GraderKind, _TAKEN)


def own_graders(found: Iterable[object]) -> Mapping[str, GraderKind]:
    """The graders that the hooks gave, by name.

    Raises:
        SpecError: what one gave is no mapping of names to `GraderKind`, a name is taken or none, or an option is none.
    """
    kinds = gathered(_HOOK, found)
    for name, kind in kinds.items():
        check_options(_HOOK.name, name, (kind.reference, *kind.options), ("type",))
    return kinds
