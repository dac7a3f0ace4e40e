"""Graders: what an answer must be. One table, one function that builds any of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...wording import listed, quoted, suggestion
from ..outputs import Output
from ..prompts import Prompt, described
from ..runtime import BARE, Runtime
from .combined import Build, all_of, any_of, weighted
from .entities import entities
from .forbidden import forbidden
from .grade import PASS, Grade, Grader, TextGrader, graded, joined, named, on_text, ruled
from .json_schema import json_schema
from .json_value import json_value
from .judge import OPTIONS as JUDGE
from .label_model import label_model
from .length import length
from .multi import multi
from .numeric import numeric
from .overlapping import bleu, chrf, rouge
from .pattern import search
from .python_code import python
from .ratings import ratings
from .refusal import refusal
from .score_model import score_model
from .similarity import OPTIONS as EMBEDDED
from .similarity import similarity
from .string_check import string_check
from .text import contains, exact, one_of
from .text_similarity import text_similarity
from .tool_call import tool_call

__all__ = ["GRADERS", "Grade", "Grader", "GraderKind", "build_grader"]

Config = str | Mapping[str, object] | Sequence[str | Mapping[str, object]]
"""A grader's name, its options with a `type`, or a list that must all pass."""

_TEXT = frozenset({"ignore_case", "ignore_whitespace"})
_NORMALISED = _TEXT | {"normalise", "articles"}
_OPENAI = frozenset({"name", "id"})
"""What OpenAI's graders are called."""


@dataclass(frozen=True)
class GraderKind:
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


def of_graders(
    build: Callable[[Mapping[str, object], Build], Grader],
) -> Callable[[Mapping[str, object], Runtime], Grader]:
    """Builds a grader that is made of others."""
    return lambda options, runtime: build(options, lambda config: build_grader(config, runtime))


GRADERS: Mapping[str, GraderKind] = {
    "exact": GraderKind("target", _NORMALISED, of_text(exact)),
    "contains": GraderKind("target", _NORMALISED, of_text(contains)),
    "one_of": GraderKind("values", _NORMALISED, of_text(one_of)),
    "regex": GraderKind("pattern", _TEXT, of_text(search)),
    "number": GraderKind("target", frozenset({"tolerance", "pick", "unit"}), of_text(numeric)),
    "json_schema": GraderKind("schema", frozenset(), of_text(json_schema)),
    "string_check": GraderKind("reference", _OPENAI | {"input", "operation"}, lambda options, _: string_check(options)),
    "text_similarity": GraderKind(
        "reference",
        _OPENAI | EMBEDDED | {"input", "evaluation_metric", "pass_threshold"},
        text_similarity,
    ),
    "score_model": GraderKind("input", JUDGE | {"range", "pass_threshold"}, score_model),
    "label_model": GraderKind("input", JUDGE | {"labels", "passing_labels"}, label_model),
    "multi": GraderKind(
        "graders",
        _OPENAI | {"calculate_output", "pass_threshold"},
        of_graders(multi),
    ),
    "python": GraderKind("source", _OPENAI | {"image_tag", "pass_threshold"}, python),
    "json": GraderKind("target", frozenset({"subset", "unordered", "path"}), of_text(json_value)),
    "tool_call": GraderKind("calls", frozenset({"subset", "ordered", "others"}), lambda options, _: tool_call(options)),
    "length": GraderKind("max", frozenset({"min", "of"}), of_text(length)),
    "refusal": GraderKind("wanted", frozenset({"phrases"}), lambda options, _: refusal(options)),
    "forbidden": GraderKind("patterns", frozenset({"sets", "ignore_case"}), of_text(forbidden)),
    "bleu": GraderKind("target", frozenset({"min"}), of_text(bleu)),
    "chrf": GraderKind("target", frozenset({"min"}), of_text(chrf)),
    "rouge": GraderKind("target", frozenset({"min", "variant", "score"}), of_text(rouge)),
    "similarity": GraderKind("target", EMBEDDED | {"min"}, similarity),
    "entities": GraderKind("target", _NORMALISED | {"read", "path", "score", "min"}, of_text(entities)),
    "all_of": GraderKind("graders", frozenset(), of_graders(all_of)),
    "any_of": GraderKind("graders", frozenset(), of_graders(any_of)),
    "weighted": GraderKind("graders", frozenset({"min"}), of_graders(weighted)),
    "ratings": GraderKind(
        "file",
        frozenset({"columns", "range", "pass", "min_rated", "min_agreement"}),
        lambda options, _: ratings(options),
    ),
}


def kinds_of(runtime: Runtime) -> Mapping[str, GraderKind]:
    """The graders that there are: the built-in ones, and those that a conftest.py or a plugin adds."""
    return {**GRADERS, **runtime.graders}


def build_grader(config: Config, runtime: Runtime = BARE) -> Grader:
    """The grader that a spec describes, with what it may use of `runtime`.

    Raises:
        ValueError: no such grader or option, or an option's value cannot be used; the message is a sentence.
    """
    if isinstance(config, str):
        return _build({"type": config}, runtime)
    if isinstance(config, Mapping):
        return _build(config, runtime)
    if not isinstance(config, Sequence) or not config:
        raise ValueError(f"a grader is {_empty(config)}; a name, options with a `type`, or a list of these is wanted")
    graders = [_one(item, runtime) for item in config]
    return graders[0] if len(graders) == 1 else _all(graders)


def _one(item: object, runtime: Runtime) -> Grader:
    if not isinstance(item, str | Mapping):
        raise ValueError(f"a list of graders holds {described(item)}; a name or options with a `type` is wanted")
    return build_grader(item, runtime)


def _build(config: Mapping[str, object], runtime: Runtime) -> Grader:
    name, kinds = config.get("type"), kinds_of(runtime)
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
        return named(kind.build(options, runtime), options.get("name"))
    except ValueError as e:
        raise ValueError(f"the grader {name}: {e}") from None


def _all(graders: list[Grader]) -> Grader:
    """Every one of them passes; the lowest score counts, and the first that misses says why."""

    def grader(output: Output, prompt: Prompt) -> Grade:
        grades = [graded(one, output, prompt) for one in graders]
        first = next((grade for grade in grades if not grade.passed), PASS)
        return ruled(min(grade.score for grade in grades), first.why, passed=first is PASS)

    return joined(graders, grader)


def _unknown(name: object, kinds: Mapping[str, GraderKind]) -> str:
    if name is None:
        return f"a grader without a `type`; {listed(kinds, most=40)} are possible"
    if not isinstance(name, str):
        return f"a grader's type is {described(name)}; {listed(kinds, most=40)} are possible"
    return f"no grader is called {quoted(name)}; there are {listed(kinds, most=40)}{suggestion(name, kinds)}"


def _empty(config: object) -> str:
    return "an empty list" if config == [] or config == () else described(config)
