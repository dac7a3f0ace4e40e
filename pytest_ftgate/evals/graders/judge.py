"""What OpenAI's graders share that are models: messages with templates, sent to a judge, and its strict reading.

Source: https://platform.openai.com/docs/guides/graders, "Model graders". As there, the judge is asked for JSON with its
`steps` and, after them, its `result`. An endpoint that refuses such formats is asked without, and its text is read.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from ...samples import Samples
from ...wording import listed, quoted, suggestion
from ..outputs import Output
from ..prompts import Prompt, described
from ..runtime import Runtime
from ..sampling.request import BODIES, Request
from ..sampling.settings import Sampling
from .desk import JOB, Desk, Question
from .grade import CALLS, Grade, Grader, Pair, WideGrader, cannot, void
from .judge_text import Said, text_of
from .model_options import sampling_of
from .options import Options, flag
from .template import LackingError, Template, parsed

T = TypeVar("T")
Message = tuple[str, tuple[Template, ...]]

OPTIONS = frozenset(
    {"model", "sampling_params", "base_url", "served_as", "structured", "repeats", "rule", "name", "id"}
)
"""The options of every judge, besides its own."""

MOST_REPEATS = 25
_LONGEST = 1_000_000
_ROLES = ("user", "assistant", "system", "developer")
_TEXTS = ("input_text", "output_text", "text")
_PARAMETERS: Mapping[str, str] = {
    "temperature": "temperature",
    "seed": "seed",
    "max_completions_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "max_tokens": "max_tokens",
    "top_p": "",
    "reasoning_effort": "",
}
"""OpenAI's sampling_params, which write one of them in their own way, to ours; those without go as they are."""


@dataclass(frozen=True)
class Judge(Generic[T]):
    """A model that grades.

    Attributes:
        name: the grader's type.
        messages: what it is told.
        desk: where it is asked.
        schema: of its result, as JSON Schema.
        structured: it is asked for JSON of that schema first.
        repeats: how often it is asked about each output.
        digest: of everything that it is told and how, in hexadecimal.
    """

    name: str
    messages: tuple[Message, ...]
    desk: Desk[Said[T]]
    schema: Mapping[str, object]
    structured: bool
    repeats: int
    digest: str

    def questions(self, output: Output, prompt: Prompt) -> list[Question]:
        """What it is asked about one output: as often as it is to be asked.

        Raises:
            LackingError: the output lacks what a template names, or is too long to be judged.
            ValueError: the prompt's row lacks it.
        """
        if len(output.text) > _LONGEST:
            raise LackingError(
                f"{len(output.text):,} characters, more than the {_LONGEST:,} that a judge is asked about"
            )
        said = [{"role": role, "content": _filled(parts, output, prompt)} for role, parts in self.messages]
        return [self._question(said, repeat) for repeat in range(self.repeats)]

    def _question(self, said: Sequence[Mapping[str, object]], repeat: int) -> Question:
        plain = self._request(said, repeat, {})
        if not self.structured:
            return Question(plain)
        name = {"name": "grade", "strict": True, "schema": _steps_and(self.schema)}
        return Question(
            self._request(said, repeat, {"response_format": {"type": "json_schema", "json_schema": name}}), plain
        )

    def _request(self, said: Sequence[Mapping[str, object]], repeat: int, more: Mapping[str, object]) -> Request:
        parameters = {**self.desk.sampling.parameters, **more}
        seed = parameters.get("seed")
        if isinstance(seed, int):
            # Or all repeats would be the same.
            parameters["seed"] = seed + repeat
        sampling = replace(self.desk.sampling, parameters=parameters)
        body = BODIES["chat"](said, sampling, self.desk.target)
        return Request(self.desk.target.url, JOB, "chat", {**body, **sampling.extra_body}, repeat)


def judging(judge: Judge[T], grade: Callable[[Sequence[Said[T]]], Grade]) -> Grader:
    """The grader that asks `judge`, and makes one grade of its answers."""

    def grader(output: Output, prompt: Prompt) -> Grade:
        try:
            questions = judge.questions(output, prompt)
        except LackingError as e:
            return void(str(e))
        except ValueError as e:
            raise cannot(prompt, judge.name, str(e)) from None
        try:
            return grade(judge.desk.said(questions))
        except ValueError as e:
            model = quoted(judge.desk.sampling.model, 60)
            raise cannot(prompt, judge.name, f"the judge {model} {e}; a later run asks it again") from None

    def ahead(pairs: Sequence[Pair]) -> Sequence[Samples]:
        questions = (question for pair in pairs for question in _askable(judge, *pair))
        return judge.desk.ahead(questions, f"{judge.name} (sha256:{judge.digest})")

    reads_calls = any(part.reads_calls for _, parts in judge.messages for part in parts)
    return WideGrader(grader, CALLS if reads_calls else frozenset(), ahead)


def judge_of(
    name: str, options: Options, runtime: Runtime, schema: Mapping[str, object], read: Callable[[str], Said[T]]
) -> Judge[T]:
    """The judge that a grader's options describe.

    Raises:
        ValueError: one of them cannot be used; the message is a sentence.
    """
    messages = _messages(options.get("input"))
    if not any(part.reads_sample for _, parts in messages for part in parts):
        raise ValueError("input looks at no sample, so every output would be graded alike")
    sampling = _sampled(sampling_of(options, runtime), options)
    structured = flag({"structured": True, **options}, "structured")
    told = {key: value for key, value in options.items() if key not in ("name", "id", "base_url")}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:16]
    desk = Desk(name, sampling, runtime, lambda body: read(text_of(body)))
    return Judge(name, messages, desk, schema, structured, _repeats(options), digest)


def rule_of(options: Options, default: str) -> str:
    """The option `rule`: how repeats are joined.

    Raises:
        ValueError: it is something else than `mean` or `majority`.
    """
    value = options.get("rule", default)
    if value not in ("mean", "majority"):
        raise ValueError(f"rule is {described(value)}; mean and majority are possible")
    return str(value)


def _askable(judge: Judge[T], output: Output, prompt: Prompt) -> Iterator[Question]:
    try:
        yield from judge.questions(output, prompt)
    except ValueError:
        # The grader says what is wrong when it comes to it.
        return


def _filled(parts: Sequence[Template], output: Output, prompt: Prompt) -> str:
    text = "\n".join(part.filled(output, prompt) for part in parts)
    # What no request can hold: halves of characters.
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _steps_and(result: Mapping[str, object]) -> Mapping[str, object]:
    step = _object({"description": {"type": "string"}, "conclusion": {"type": "string"}})
    return _object({"steps": {"type": "array", "items": step}, "result": result})


def _object(properties: Mapping[str, object]) -> Mapping[str, object]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def _messages(value: object) -> tuple[Message, ...]:
    if isinstance(value, str):
        value = [{"role": "user", "content": value}]
    if not isinstance(value, list | tuple) or not value:
        what = "missing" if value is None else "an empty list" if value == [] else described(value)
        raise ValueError(f"input is {what}; a list of messages with role and content is wanted")
    return tuple(_message(item, f"input[{i}]") for i, item in enumerate(value))


def _message(value: object, where: str) -> Message:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} is {described(value)}; a message with role and content is wanted")
    role = value.get("role", "user")
    if role not in _ROLES:
        raise ValueError(f"{where}.role is {described(role)}; {listed(_ROLES)} are possible")
    odd = next((key for key in value if key not in ("role", "content", "type")), None)
    if odd is not None or value.get("type", "message") != "message":
        raise ValueError(f"{where} is more than a message with role and content")
    content = value.get("content")
    parts = content if isinstance(content, list) else [content]
    if not parts:
        raise ValueError(f"{where}.content is an empty list")
    return str(role), tuple(_part(part, f"{where}.content") for part in parts)


def _part(value: object, where: str) -> Template:
    if isinstance(value, Mapping):
        if value.get("type") not in _TEXTS:
            raise ValueError(f"{where} holds {described(value.get('type'))}; only text can be judged")
        value = value.get("text")
    try:
        return parsed(value)
    except ValueError as e:
        raise ValueError(f"{where} {e}") from None


def _sampled(sampling: Sampling, options: Options) -> Sampling:
    said = options.get("sampling_params")
    if said is None:
        return sampling
    if not isinstance(said, Mapping):
        raise ValueError(f"sampling_params is {described(said)}; a mapping is wanted")
    given = {key: value for key, value in said.items() if value is not None}
    for key, value in given.items():
        if key not in _PARAMETERS:
            raise ValueError(f"sampling_params has no {quoted(str(key))}{suggestion(str(key), _PARAMETERS)}")
        if isinstance(value, bool) or not isinstance(value, str if key == "reasoning_effort" else int | float):
            raise ValueError(f"sampling_params.{key} is {described(value)}, which it cannot be")
    ours = {_PARAMETERS[key]: value for key, value in given.items() if _PARAMETERS[key]}
    return replace(
        sampling, parameters=ours, extra_body={key: value for key, value in given.items() if not _PARAMETERS[key]}
    )


def _repeats(options: Options) -> int:
    value = options.get("repeats", 1)
    if type(value) is not int or not 1 <= value <= MOST_REPEATS:
        raise ValueError(f"repeats is {described(value)}; a whole number from 1 to {MOST_REPEATS} is wanted")
    return value
