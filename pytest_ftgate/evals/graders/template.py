"""Templates of OpenAI's graders: text with `{{ item.x }}` and `{{ sample.output_text }}` in it, and nothing more.

They are paths that are looked up, not a language that is run: there are no filters, loops or calls.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ...wording import listed, quoted, suggestion
from ..lines import strict_json
from ..outputs import Output
from ..prompts import Prompt, described

_STEP = re.compile(
    r"""\s*(?:\.\s*([\w-]+(?: +[\w-]+)*)|\[\s*(\d{1,6})\s*\]|\[\s*"([^"\]]+)"\s*\]|\[\s*'([^'\]]+)'\s*\])"""
)
_NAMESPACES = ("item", "sample")
_LONGEST_JSON = 1_000_000


class LackingError(ValueError):
    """The model's output has no such part: the output is a miss, the grader is in order."""


@dataclass(frozen=True, slots=True)
class Path:
    """A place in the prompt's row or in the model's output.

    Attributes:
        namespace: `item` or `sample`.
        steps: names and, as text, indexes, from the outside in; at least one.
    """

    namespace: str
    steps: tuple[str, ...]

    @property
    def reads_calls(self) -> bool:
        """Whether it leads to the tool calls of an output."""
        return self.namespace == "sample" and (self.steps[0] == "output_tools" or "tool_calls" in self.steps)


@dataclass(frozen=True, slots=True)
class Template:
    """Text with paths in it.

    Attributes:
        parts: texts and paths in their order.
    """

    parts: tuple[str | Path, ...]

    @property
    def reads_sample(self) -> bool:
        """Whether the model's output has a part in it."""
        return any(path.namespace == "sample" for path in self.paths)

    @property
    def reads_calls(self) -> bool:
        """Whether the model's tool calls have a part in it."""
        return any(path.reads_calls for path in self.paths)

    @property
    def paths(self) -> Iterator[Path]:
        """The paths in it."""
        return (part for part in self.parts if isinstance(part, Path))

    def filled(self, output: Output, prompt: Prompt) -> str:
        """The text with what was found; what is no text is written as JSON.

        Raises:
            LackingError: the output lacks what a path names.
            ValueError: the prompt's row lacks it. Both messages are sentences.
        """
        return "".join(part if isinstance(part, str) else _text(part, output, prompt) for part in self.parts)


def parsed(value: object) -> Template:
    """The template that a text is.

    Raises:
        ValueError: it is no text, or holds something other than paths; the message begins with a verb.
    """
    if not isinstance(value, str):
        raise ValueError(f"is {described(value)}; text is wanted")
    if "{%" in value:
        raise ValueError("has '{%' in it: loops and conditions are not run here, only {{ item.x }} and {{ sample.x }}")
    return Template(tuple(part for part in _parts(value) if part != ""))


def item_of(prompt: Prompt) -> Mapping[str, object]:
    """What `item` is: the fields of the prompt's row, beside its id, prompt and target under these names.

    A row that keeps its fields below `item`, as OpenAI's eval data does, has them there too.
    """
    ours = {"id": prompt.key, "prompt": prompt.text or None, "target": prompt.target}
    inner = prompt.fields.get("item")
    known = {name: value for name, value in ours.items() if value is not None}
    return {**known, **prompt.fields, **(inner if isinstance(inner, Mapping) else {})}


def output_json(output: Output) -> object:
    """The JSON value that the whole output is.

    Raises:
        LackingError: it is none; the message is a sentence.
    """
    if len(output.text) > _LONGEST_JSON:
        raise LackingError(f"wanted JSON, got {len(output.text):,} characters, more than are read")
    try:
        return strict_json(output.text)
    except ValueError as e:
        raise LackingError(f"wanted JSON, got {quoted(output.text)}: {e}") from None


def choices(output: Output) -> list[object]:
    """The one choice that an output is, as chat completions write it."""
    message: dict[str, object] = {"role": "assistant", "content": output.text or None}
    if output.tools:
        message["tool_calls"] = list(output.tools)
    return [{"index": 0, "message": message, "finish_reason": "tool_calls" if output.tools else "stop"}]


_SAMPLE: Mapping[str, Callable[[Output], object]] = {
    "output_text": lambda output: output.text,
    "output_json": output_json,
    "output_tools": lambda output: list(output.tools),
    "choices": choices,
}


def _parts(text: str) -> Iterator[str | Path]:
    at = 0
    while (start := text.find("{{", at)) >= 0:
        end = text.find("}}", start)
        if end < 0:
            raise ValueError("has '{{' without '}}' in it")
        yield text[at:start]
        yield _path(text[start + 2 : end])
        at = end + 2
    yield text[at:]


def _path(inside: str) -> Path:
    text = inside.strip()
    namespace = next((name for name in _NAMESPACES if re.match(rf"{name}\b", text)), None)
    if namespace is None:
        raise ValueError(f"has {_hole(text)} in it; only {{{{ item.x }}}} and {{{{ sample.x }}}} are filled in")
    steps = tuple(_steps(text, len(namespace)))
    if not steps:
        raise ValueError(f"has {_hole(text)} in it, which names nothing of it: write {namespace}.NAME")
    if namespace == "sample" and steps[0] not in _SAMPLE:
        raise ValueError(f"has {_hole(text)} in it; {_unknown('sample', steps[0], _SAMPLE)}")
    return Path(namespace, steps)


def _steps(text: str, at: int) -> Iterator[str]:
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            rest = quoted(text[at:].lstrip(), 40)
            raise ValueError(f"has {_hole(text)} in it, of which {rest} is no part of a path; nothing else is run here")
        yield next(group for group in found.groups() if group is not None)
        at = found.end()


def _hole(text: str) -> str:
    return quoted(f"{{{{ {text} }}}}", 60)


def _text(path: Path, output: Output, prompt: Prompt) -> str:
    value = _sampled(path, output) if path.namespace == "sample" else _found(item_of(prompt), path, 0)
    return value if isinstance(value, str) else _as_json(value)


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise ValueError(f"{described(value)} cannot be written as JSON") from None


def _sampled(path: Path, output: Output) -> object:
    try:
        return _found(_SAMPLE[path.steps[0]](output), path, 1)
    except ValueError as e:
        raise LackingError(str(e)) from None


def _found(value: object, path: Path, start: int) -> object:
    for i, step in enumerate(path.steps[start:], start):
        place = ".".join((path.namespace, *path.steps[:i]))
        if isinstance(value, Mapping):
            if step not in value:
                raise ValueError(_unknown(place, step, value))
            value = value[step]
        elif isinstance(value, list | tuple):
            value = _at(value, step, place)
        else:
            raise ValueError(f"{place} is {described(value)}, which has no part {quoted(step)}")
    return value


def _at(values: list[object] | tuple[object, ...], step: str, place: str) -> object:
    if not step.isdecimal():
        raise ValueError(f"{place} is a list, and {quoted(step)} is no index of one")
    if int(step) >= len(values):
        raise ValueError(f"{place} is a list of {len(values)}, so there is no [{step}]")
    return values[int(step)]


def _unknown(place: str, name: str, known: Mapping[str, object]) -> str:
    names = [str(key) for key in known]
    there = f"has {listed(map(quoted, names), most=10)}" if names else "is empty"
    return f"{place} has no {quoted(name)}{suggestion(name, names)}; it {there}"
