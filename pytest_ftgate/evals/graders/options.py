"""Reading a grader's options, strictly: each function raises ValueError with a sentence."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from ...wording import listed, suggestion
from ..lines import columns_shown
from ..prompts import Prompt, described
from .grade import cannot

T = TypeVar("T")
Options = Mapping[str, object]


def reference(grader: str, options: Options, option: str, parse: Callable[[object], T]) -> Callable[[Prompt], T]:
    """Gives what is wanted of a prompt's answer: the grader's own `option`, or else the prompt's target.

    Raises:
        ValueError: the option is not what `parse` takes. A target that is not raises EvalError when it is needed.
    """
    if option in options:
        wanted = _named(option, options[option], parse)
        return lambda _: wanted

    def of_target(prompt: Prompt) -> T:
        if prompt.target is None:
            raise cannot(prompt, grader, _no_target(prompt, option))
        try:
            return parse(prompt.target)
        except ValueError as e:
            raise cannot(prompt, grader, f"its target {e}") from None

    return of_target


def flag(options: Options, name: str) -> bool:
    """An option that is true or false, by default false."""
    value = options.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {described(value)}; true or false is wanted")
    return value


def choice(options: Options, name: str, choices: tuple[str, ...]) -> str:
    """An option that is one of some words, by default the first."""
    value = options.get(name, choices[0])
    if value not in choices:
        near = suggestion(value, choices) if isinstance(value, str) else ""
        raise ValueError(f"{name} is {described(value)}; {listed(choices)} are possible{near}")
    return str(value)


def least_score(options: Options) -> float:
    """The option `min`: the score, above 0 and up to 1, from which on an answer passes; without it that is 1."""
    value = options.get("min", 1)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise ValueError(f"min is {described(value)}; a number above 0 and up to 1 is wanted")
    return value


def a_flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"is {described(value)}; true or false is wanted")
    return value


def a_text(value: object) -> str:
    """A text that is not blank."""
    if isinstance(value, str) and value and not value.isspace():
        return value
    if isinstance(value, bool | int | float):
        raise ValueError(f"is {described(value)}, but text is compared: quote it")
    if not isinstance(value, str):
        raise ValueError(f"is {described(value)}; text is wanted")
    raise ValueError("is blank, and a blank says nothing about an answer")


def texts(value: object) -> tuple[str, ...]:
    """A list of at least one text, none of them blank."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"is {described(value)}; a list of texts is wanted")
    if not value:
        raise ValueError("is an empty list")
    return tuple(_item(item, number) for number, item in enumerate(value, 1))


def text_or_texts(value: object) -> tuple[str, ...]:
    """One text, or a list of them."""
    return texts(value) if isinstance(value, list | tuple) else (a_text(value),)


def _item(item: object, number: int) -> str:
    try:
        return a_text(item)
    except ValueError as e:
        raise ValueError(f"has an item {number} that {e}") from None


def _named(option: str, value: object, parse: Callable[[object], T]) -> T:
    try:
        return parse(value)
    except ValueError as e:
        raise ValueError(f"{option} {e}") from None


def _no_target(prompt: Prompt, option: str) -> str:
    if "target" in prompt.fields:
        return f"its target is null and the grader has no {option}"
    columns = columns_shown(prompt.fields, "target")
    mend = f"; `fields` can name a column as the target: {columns}" if columns else ""
    return f"it has no target and the grader no {option}{mend}"
