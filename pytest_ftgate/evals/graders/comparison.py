"""What OpenAI's graders share that compare two texts: `input` and `reference`, templates both."""

import math
from collections.abc import Callable

from ...wording import number
from ..outputs import Output
from ..prompts import Prompt, described
from .grade import CALLS, Grade, Grader, WideGrader, cannot, void
from .options import Options
from .template import LackingError, Template, parsed

Compare = Callable[[str, str], Grade]
"""Grades an input by a reference; raises LackingError for a miss, ValueError where it cannot."""

_INPUT, _REFERENCE = "{{ sample.output_text }}", "{{ item.target }}"


def templates(options: Options) -> tuple[Template, Template]:
    """The options `input`, by default the output's text, and `reference`, by default the prompt's target.

    Raises:
        ValueError: one of them is no template, neither looks at the output, or both are the same.
    """
    given, wanted = (template(options, name) for name in ("input", "reference"))
    if not (given.reads_sample or wanted.reads_sample):
        raise ValueError("neither input nor reference looks at the sample, so every output would be graded alike")
    if given == wanted:
        raise ValueError("input and reference are the same, so the output would be compared with itself")
    return given, wanted


def template(options: Options, name: str) -> Template:
    """The option `name` as a template.

    Raises:
        ValueError: it is none.
    """
    try:
        return parsed(options.get(name, _INPUT if name == "input" else _REFERENCE))
    except ValueError as e:
        raise ValueError(f"{name} {e}") from None


def comparing(name: str, given: Template, wanted: Template, compare: Compare) -> Grader:
    """The grader `name`, which fills in both templates and compares them."""

    def grader(output: Output, prompt: Prompt) -> Grade:
        try:
            return compare(given.filled(output, prompt), wanted.filled(output, prompt))
        except LackingError as e:
            return void(str(e))
        except ValueError as e:
            raise cannot(prompt, name, str(e)) from None

    return WideGrader(grader, CALLS) if given.reads_calls or wanted.reads_calls else grader


def threshold(options: Options, span: tuple[float, float]) -> float | None:
    """The option `pass_threshold`, in the units of scores that lie in `span`; None where there is none.

    Raises:
        ValueError: it is no finite number, or one that every score or no score reaches.
    """
    value = options.get("pass_threshold")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"pass_threshold is {described(value)}; a finite number is wanted")
    low, high = span
    if not low < value <= high:
        reach = "every score reaches" if value <= low else "no score reaches"
        raise ValueError(f"pass_threshold is {number(value)}, which {reach}")
    return float(value)
