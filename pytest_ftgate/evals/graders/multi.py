"""OpenAI's multi: several graders, whose scores a formula makes one of.

Source: https://platform.openai.com/docs/guides/graders, "Combining graders".
"""

from collections.abc import Callable, Mapping, Sequence

from ...wording import listed, number, quoted
from ..outputs import Output
from ..prompts import Prompt, described
from .comparison import threshold
from .expression import Formula, formula
from .grade import Grade, Grader, cannot, graded, joined, scaled, void
from .options import Options

Build = Callable[[Mapping[str, object]], Grader]

MOST = 50
"""Graders that one formula may join."""


def multi(options: Options, build: Build) -> Grader:
    """The formula `calculate_output` over the scores of `graders`, each of which `build` makes.

    A score below 0 or above 1 counts as 0 or 1 in a mean, but is compared with `pass_threshold` as it is.

    Raises:
        ValueError: an option cannot be used; the message is a sentence.
    """
    graders = {name: _built(name, config, build) for name, config in _named(options.get("graders")).items()}
    limit = threshold(options, (0.0, float("inf")))
    calculate = _formula(options.get("calculate_output"), tuple(graders))

    def grader(output: Output, prompt: Prompt) -> Grade:
        grades = {name: graded(one, output, prompt) for name, one in graders.items()}
        # A part that cannot be graded is no 0 that a formula such as 1 - a could make a pass of.
        lacking = next((name for name, grade in grades.items() if grade.void), None)
        if lacking is not None:
            return void(f"{lacking}: {grades[lacking].why}")
        try:
            value = calculate({name: grade.own for name, grade in grades.items()})
        except ValueError as e:
            raise cannot(prompt, "multi", str(e)) from None
        return scaled(value, limit, _why(grades))

    return joined(graders.values(), grader)


def _built(name: str, config: object, build: Build) -> Grader:
    if not isinstance(config, Mapping):
        raise ValueError(f"its grader {quoted(name)} is {described(config)}; options with a `type` are wanted")
    if config.get("type") == "multi":
        raise ValueError(f"its grader {quoted(name)} is a multi, and these do not nest")
    try:
        return build({option: value for option, value in config.items() if option != "name"})
    except ValueError as e:
        raise ValueError(f"its grader {quoted(name)}: {e}") from None


def _named(value: object) -> Mapping[str, object]:
    """The graders by name: of a mapping by key, of a list by each one's own `name`."""
    found = value if isinstance(value, Mapping) else _of_list(value)
    if not found:
        raise ValueError("graders is empty, so nothing would be graded")
    if len(found) > MOST:
        raise ValueError(f"graders holds {len(found)}, more than the {MOST} that there may be")
    return {str(name): config for name, config in found.items()}


def _of_list(value: object) -> Mapping[str, object]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        what = "missing" if value is None else described(value)
        raise ValueError(f"graders is {what}; graders by name, or a list of graders with names, are wanted")
    names = [config.get("name") if isinstance(config, Mapping) else None for config in value]
    unfit = [i for i, name in enumerate(names, 1) if not isinstance(name, str) or not name or name in names[: i - 1]]
    if unfit:
        raise ValueError(f"graders holds an item {unfit[0]} without a name of its own, and the formula goes by names")
    return {str(name): config for name, config in zip(names, value, strict=True)}


def _formula(text: object, names: Sequence[str]) -> Formula:
    if text is None:
        raise ValueError("calculate_output is missing: a formula of the graders' names, such as (a + b) / 2")
    try:
        return formula(text, names)
    except ValueError as e:
        raise ValueError(f"calculate_output {e}") from None


def _why(grades: Mapping[str, Grade]) -> str:
    return listed(
        f"{name} {number(grade.own)}{f' ({grade.why})' if grade.why else ''}" for name, grade in grades.items()
    )
