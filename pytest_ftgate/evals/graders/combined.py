"""Graders made of graders: all of them, any of them, or their weighted mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...wording import listed, number, quoted
from ..outputs import Output
from ..prompts import Prompt, described
from .grade import Grade, Grader, graded, joined, ruled
from .options import Options, least_score

Build = Callable[[Mapping[str, object]], Grader]
"""Makes a grader from its options with their `type`."""

Join = Callable[[Sequence[tuple["Part", Grade]]], Grade]

MOST = 50
"""Graders that one may be made of."""


@dataclass(frozen=True)
class Part:
    """One grader of several.

    Attributes:
        name: for messages.
        grade: the grader.
        weight: above 0.
    """

    name: str
    grade: Grader
    weight: float = 1.0


def all_of(options: Options, build: Build) -> Grader:
    """Every part passes; the lowest score counts, and the first that misses says why."""
    return _made([_part(config, build) for config in _configs(options)], _all)


def any_of(options: Options, build: Build) -> Grader:
    """At least one part passes; the highest score counts."""
    return _made([_part(config, build) for config in _configs(options)], _any)


def weighted(options: Options, build: Build) -> Grader:
    """The mean of the parts' scores, each by its weight, is at least `min`."""
    line = least_score(options)
    return _made([_weighed(config, build) for config in _configs(options)], lambda grades: _mean(grades, line))


def _made(parts: Sequence[Part], join: Join) -> Grader:
    def grader(output: Output, prompt: Prompt) -> Grade:
        return join([(part, graded(part.grade, output, prompt)) for part in parts])

    return joined([part.grade for part in parts], grader)


def _all(grades: Sequence[tuple[Part, Grade]]) -> Grade:
    why = next((_told(part, grade) for part, grade in grades if not grade.passed), "")
    score = min(grade.score for _, grade in grades)
    return replace(ruled(score, why, passed=not why), void=any(grade.void for _, grade in grades))


def _any(grades: Sequence[tuple[Part, Grade]]) -> Grade:
    passed = any(grade.passed for _, grade in grades)
    why = f"none passes: {listed((_told(*pair) for pair in grades), 3)}"
    found = ruled(max(grade.score for _, grade in grades), why, passed=passed)
    return replace(found, void=not passed and any(grade.void for _, grade in grades))


def _mean(grades: Sequence[tuple[Part, Grade]], line: float) -> Grade:
    whole = sum(part.weight for part, _ in grades)
    # Taken from what is lost, so that parts that are all 1 make exactly 1.
    score = max(0.0, 1 - sum(part.weight * (1 - grade.score) for part, grade in grades) / whole)
    lost = listed((f"{_told(p, g)} (weight {number(p.weight)})" for p, g in grades if g.score < 1 and g.why), 3)
    why = f"{number(score)}, and {number(line)} is wanted: {lost}"
    void = any(grade.void for _, grade in grades)
    return replace(ruled(score, why, passed=score >= line and not void), void=void)


def _told(part: Part, grade: Grade) -> str:
    return f"{part.name}: {grade.why}"


def _configs(options: Options) -> Sequence[object]:
    value = options.get("graders")
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        what = "missing" if value is None else "an empty list" if value == [] else described(value)
        raise ValueError(f"graders is {what}; a list of graders is wanted")
    if len(value) > MOST:
        raise ValueError(f"graders holds {len(value):,}, more than the {MOST} that there may be")
    return value


def _part(config: object, build: Build, weight: float = 1.0) -> Part:
    said = {"type": config} if isinstance(config, str) else config
    if not isinstance(said, Mapping):
        raise ValueError(f"graders holds {described(config)}; a name or options with a `type` is wanted")
    name = said.get("name") or said.get("type")
    return Part(quoted(str(name), 40)[1:-1], build(said), weight)


def _weighed(config: object, build: Build) -> Part:
    if not isinstance(config, Mapping) or not {"grader"} <= set(config) <= {"grader", "weight"}:
        raise ValueError("each of graders is {grader: ..., weight: 2}, and one is not")
    return _part(config["grader"], build, weight_of(config.get("weight", 1)))


def weight_of(value: object) -> float:
    """A weight.

    Raises:
        ValueError: it is no finite number above 0.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise ValueError(f"weight is {described(value)}; a number above 0 is wanted")
    return float(value)
