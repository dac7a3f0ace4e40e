"""The prompts of an eval that a measure looks at, and how they fared."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import EvalError
from ..evals.prompts import Prompt
from ..evals.result import Result
from ..evals.results import Results
from ..evidence import Evidence
from ..wording import counted, listed, number, quoted, sentence, suggestion

_MOST_MISSES = 3


@dataclass(frozen=True)
class Selection:
    """Prompts of an eval, and how they fared.

    Attributes:
        name: the eval, and which part of it.
        found: of the whole eval.
        results: of the prompts that are looked at, in their order; at least one.
    """

    name: str
    found: Results
    results: Sequence[Result]

    @property
    def n(self) -> int:
        """How many prompts there are."""
        return len(self.results)

    @property
    def prompts(self) -> str:
        """How many prompts there are, in words."""
        return f"{counted(self.n, 'prompt')} of {self.name}"

    @property
    def clusters(self) -> list[str] | None:
        """The cluster of each prompt, where the eval has such.

        Raises:
            EvalError: a prompt has none.
        """
        return [*values_of(self.results, self.found.cluster)] if self.found.cluster else None

    @property
    def basis(self) -> str:
        """The prompts by number and digest, whatever their order: scores of other prompts cannot be compared."""
        lines = sorted(f"{p.key!r} {p.text!r} {p.turns!r} {p.target!r}" for p in (r.prompt for r in self.results))
        digest = hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()
        return f"{counted(self.n, 'prompt')} {digest[:12]}"

    def misses(self, missed: Sequence[Result] | None = None) -> tuple[str, ...]:
        """The first prompts that missed and why, and the names of the others."""
        found = [r for r in self.results if not r.passed] if missed is None else missed
        lines = [f"{r.prompt.id}: {r.why}" for r in found[:_MOST_MISSES]]
        if len(found) > _MOST_MISSES:
            lines.append(f"also missed: {listed((r.prompt.id for r in found[_MOST_MISSES:]), most=10)}")
        return tuple(lines)

    def part(self, results: Sequence[Result], name: str) -> "Selection":
        """A part of it."""
        return replace(self, results=results, name=name)


def selected(
    evidence: Evidence, name: str, part: Mapping[str, object] | None = None, *, errors: bool = False
) -> Selection:
    """The prompts of the eval `name` whose fields have the values of `part`; `errors` admits outputs that are errors.

    Raises:
        EvalError: nothing can be judged of the outputs as a whole, or no prompt has these values.
    """
    found = evidence.results(name)
    faults = [fault for fault in found.faults if not (errors and fault in found.errors)]
    if faults:
        raise EvalError(sentence([f"{name}: {faults[0]}", *faults[1:]]))
    results = list(found.results.values())
    if not part:
        return Selection(name, found, results)
    return Selection(f"{name} ({in_words(part)})", found, _with_values(results, part, name))


def having(prompts: Sequence[Prompt], part: Mapping[str, object], name: str) -> list[Prompt]:
    """The prompts whose fields have the values of `part`.

    Raises:
        EvalError: there are none; the message lists the values, or the fields, that there are.
    """
    left = list(prompts)
    for field, value in part.items():
        check_field(prompts, field, name)
        kept = [prompt for prompt in left if field in prompt.fields and value_of(prompt, field) == _written(value)]
        if not kept:
            known = sorted({value_of(prompt, field) for prompt in left if field in prompt.fields})
            near = suggestion(_written(value), known[:100])
            raise EvalError(f"{name}: no prompt has {field} {quoted(_written(value))}{near}; there are {_some(known)}")
        left = kept
    return left


def values_of(results: Sequence[Result], field: str) -> Iterator[str]:
    """The value that each prompt has in `field`.

    Raises:
        EvalError: a prompt has none.
    """
    check_all_have([result.prompt for result in results], field)
    return (value_of(result.prompt, field) for result in results)


def check_all_have(prompts: Sequence[Prompt], field: str) -> None:
    """Refuse prompts without a value in `field`, which would be judged nowhere.

    Raises:
        EvalError: there are some.
    """
    check_field(prompts, field, prompts[0].where)
    without = [prompt.id for prompt in prompts if prompt.fields.get(field) in (None, "")]
    if without:
        raise EvalError(f"{counted(len(without), 'prompt')} without {quoted(field)}: {listed(without)}")


def check_field(prompts: Sequence[Prompt], field: str, name: str) -> None:
    """Refuse a field that no prompt has.

    Raises:
        EvalError: the message lists the fields that there are.
    """
    if not any(field in prompt.fields for prompt in prompts):
        known = list(dict.fromkeys(column for prompt in prompts[:1000] for column in prompt.fields))
        said = f"{quoted(field)}{suggestion(field, known[:100])}"
        raise EvalError(f"{name}: no prompt has the field {said}; there are {_some(known)}")


def value_of(prompt: Prompt, field: str) -> str:
    """The value of a prompt's field as text, which is how slices are told apart.

    Raises:
        EvalError: it is a list or an object.
    """
    try:
        return _written(prompt.fields[field])
    except TypeError:
        raise EvalError(f"{prompt.where}: {quoted(field)} is a list or an object, which is no slice") from None


def in_words(part: Mapping[str, object]) -> str:
    """A part of the prompts in words, e.g. `lang de`."""
    return ", ".join(f"{field} {quoted(_written(value), 40)[1:-1]}" for field, value in part.items())


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return "null"
    if isinstance(value, float):
        return number(value, 15)
    if isinstance(value, int):
        return str(value)
    raise TypeError


def _with_values(results: Sequence[Result], part: Mapping[str, object], name: str) -> list[Result]:
    kept = {prompt.id for prompt in having([result.prompt for result in results], part, name)}
    return [result for result in results if result.prompt.id in kept]


def _some(names: Sequence[str]) -> str:
    return listed([*(quoted(one, 40) for one in names[:12]), *names[12:]], 12)
