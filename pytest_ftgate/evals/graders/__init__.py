"""Graders: what an answer must be. One table, one function that builds any of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...wording import listed, quoted, suggestion
from ..outputs import Output
from ..prompts import Prompt, described
from ..runtime import BARE, Runtime
from .grade import PASS, Grade, Grader, TextGrader, on_text
from .json_schema import json_schema
from .numeric import numeric
from .pattern import search
from .text import contains, exact, one_of

__all__ = ["GRADERS", "Grade", "Grader", "Kind", "build_grader"]

Config = str | Mapping[str, object] | Sequence[str | Mapping[str, object]]
"""A grader's name, its options with a `type`, or a list that must all pass."""

_TEXT = frozenset({"ignore_case", "ignore_whitespace"})


@dataclass(frozen=True)
class Kind:
    """One kind of grader.

    Attributes:
        reference: the option that says what is wanted; without it the prompt's target does.
        options: the other options.
        build: makes the grader from the options and what it may use; raises ValueError with a sentence for a bad one.
    """

    reference: str
    options: frozenset[str]
    build: Callable[[Mapping[str, object], Runtime], Grader]


def of_text(build: Callable[[Mapping[str, object]], TextGrader]) -> Callable[[Mapping[str, object], Runtime], Grader]:
    """Builds a grader that looks at an answer's text, and needs nothing to do so."""
    return lambda options, _: on_text(build(options))


GRADERS: Mapping[str, Kind] = {
    "exact": Kind("target", _TEXT, of_text(exact)),
    "contains": Kind("target", _TEXT, of_text(contains)),
    "one_of": Kind("values", _TEXT, of_text(one_of)),
    "regex": Kind("pattern", _TEXT, of_text(search)),
    "number": Kind("target", frozenset({"tolerance", "pick"}), of_text(numeric)),
    "json_schema": Kind("schema", frozenset(), of_text(json_schema)),
}


def build_grader(config: Config, runtime: Runtime = BARE, kinds: Mapping[str, Kind] = GRADERS) -> Grader:
    """The grader that a spec describes, with what it may use of `runtime`; `kinds` are the graders there are.

    Raises:
        ValueError: no such grader or option, or an option's value cannot be used; the message is a sentence.
    """
    if isinstance(config, str):
        return _build({"type": config}, runtime, kinds)
    if isinstance(config, Mapping):
        return _build(config, runtime, kinds)
    if not isinstance(config, Sequence) or not config:
        raise ValueError(f"a grader is {_empty(config)}; a name, options with a `type`, or a list of these is wanted")
    graders = [_one(item, runtime, kinds) for item in config]
    return graders[0] if len(graders) == 1 else _all(graders)


def _one(item: object, runtime: Runtime, kinds: Mapping[str, Kind]) -> Grader:
    if not isinstance(item, str | Mapping):
        raise ValueError(f"a list of graders holds {described(item)}; a name or options with a `type` is wanted")
    return build_grader(item, runtime, kinds)


def _build(config: Mapping[str, object], runtime: Runtime, kinds: Mapping[str, Kind]) -> Grader:
    name = config.get("type")
    if not isinstance(name, str) or name not in kinds:
        raise ValueError(_unknown(name, kinds))
    kind = kinds[name]
    options = {option: value for option, value in config.items() if option != "type"}
    known = {kind.reference, *kind.options}
    for option in options:
        if option not in known:
            raise ValueError(
                f"the grader {name} has no option {quoted(str(option))}{suggestion(str(option), known)}; "
                f"it has {listed(sorted(known))}"
            )
    try:
        return kind.build(options, runtime)
    except ValueError as e:
        raise ValueError(f"the grader {name}: {e}") from None


def _all(graders: list[Grader]) -> Grader:
    """Every one of them passes; the lowest score counts, and the first that misses says why."""

    def grader(output: Output, prompt: Prompt) -> Grade:
        grades = [one(output, prompt) for one in graders]
        first = next((grade for grade in grades if not grade.passed), PASS)
        return Grade(min(grade.score for grade in grades), first.why)

    return grader


def _unknown(name: object, kinds: Mapping[str, Kind]) -> str:
    if name is None:
        return f"a grader without a `type`; {listed(kinds, most=20)} are possible"
    if not isinstance(name, str):
        return f"a grader's type is {described(name)}; {listed(kinds, most=20)} are possible"
    return f"no grader is called {quoted(name)}; there are {listed(kinds, most=20)}{suggestion(name, kinds)}"


def _empty(config: object) -> str:
    return "an empty list" if config == [] or config == () else described(config)
