"""OpenAI's string_check: two texts are the same, are not, or one contains the other.

Source: https://platform.openai.com/docs/guides/graders. The guide writes `neq` for what its API calls `ne`.
"""

from collections.abc import Callable, Mapping

from .comparison import comparing, templates
from .grade import PASS, Grade, Grader, miss, shown
from .options import Options, choice
from .template import LackingError

_CONTAINING = ("like", "ilike")
_DIFFERING = ("ne", "neq")


def string_check(options: Options) -> Grader:
    """The input is (`eq`), is not (`ne`), or contains (`like`, `ilike` whatever the case) the reference.

    Raises:
        ValueError: an option cannot be used; the message is a sentence.
    """
    operation = choice(options, "operation", tuple(_OPERATIONS))
    given, wanted = templates(options)
    holds = _OPERATIONS[operation]
    turned = wanted.reads_sample and not given.reads_sample

    def compare(text: str, reference: str) -> Grade:
        if operation in _CONTAINING and not reference.strip():
            kind = LackingError if wanted.reads_sample else ValueError
            raise kind("the reference is blank, and every text contains a blank")
        if operation in _DIFFERING and not (wanted.reads_sample or reference.strip()):
            raise ValueError("the reference is blank, and every answer is another text")
        return PASS if holds(text, reference) else miss(_why(operation, text, reference, turned=turned))

    return comparing("string_check", given, wanted, compare)


def _why(operation: str, text: str, reference: str, *, turned: bool) -> str:
    """What was wanted and what came; `turned` where the output is the reference."""
    expected, came = (text, reference) if turned else (reference, text)
    if operation == "eq":
        return f"wanted {shown(expected)}, got {shown(came)}"
    if operation in _CONTAINING:
        return f"wanted {shown(reference)} in {shown(text)}"
    return f"wanted anything but {shown(expected)}"


_OPERATIONS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda text, reference: text == reference,
    "ne": lambda text, reference: text != reference,
    "neq": lambda text, reference: text != reference,
    "like": lambda text, reference: reference in text,
    "ilike": lambda text, reference: reference.casefold() in text.casefold(),
}
