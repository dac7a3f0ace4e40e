"""What is asked: one request per prompt, and the digest that its answer is kept under."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...errors import EvalError
from ..prompts import Prompt, asked
from .settings import Api, Sampling

Body = Mapping[str, object]


@dataclass(frozen=True)
class Target:
    """Who is asked.

    Attributes:
        url: the API's address.
        host: of the address.
        model: the model's name there.
        job: what tells two trainings of one name apart: the job's id, or a digest of its files; empty without a job.
        job_model: the name that the job knows its model by, or empty.
    """

    url: str
    host: str
    model: str
    job: str = ""
    job_model: str = ""


@dataclass(frozen=True)
class Request:
    """Everything that an answer depends on.

    Attributes:
        provider: the API's address.
        job: see `Target`.
        api: `chat` or `responses`.
        body: the whole body that is sent.
        repeat: which of several answers to the same body, counted from 0.
    """

    provider: str
    job: str
    api: Api
    body: Body
    repeat: int = 0

    @cached_property
    def canonical(self) -> str:
        """The request as JSON that is the same for the same request."""
        said = {
            "api": self.api,
            "body": self.body,
            "job": self.job,
            "provider": self.provider,
            "repeat": self.repeat,
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @cached_property
    def digest(self) -> str:
        """The hex SHA-256 of `canonical`."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of what the model reads: no tokenizer makes more tokens of them."""
        return len(json.dumps(self.body, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def request_of(
    prompt: Prompt, fields: Mapping[str, str], sampling: Sampling, target: Target, repeat: int = 0
) -> Request:
    """The request that asks `prompt` for one answer; `fields` maps our column names to the prompts file's.

    Each repeat has a seed of its own, where there is one: the same seed would ask for the same answer again.

    Raises:
        EvalError: there is nothing to ask, or the prompt brings a system message beside that of the spec.
    """
    messages = _messages(prompt, fields)
    if sampling.system and any(message.get("role") in ("system", "developer") for message in messages):
        raise EvalError(f"{prompt.where}: prompt {prompt.id} has a system message of its own, and so has `sample:`")
    body = {**BODIES[sampling.api](messages, sampling, target), **sampling.extra_body}
    if repeat and isinstance(seed := body.get("seed"), int):
        body["seed"] = seed + repeat
    return Request(target.url, target.job, sampling.api, body, repeat)


def _messages(prompt: Prompt, fields: Mapping[str, str]) -> Sequence[Body]:
    """The prompt's own messages up to the last of the user, with whatever they hold besides text."""
    if not prompt.turns:
        if not prompt.text.strip():
            raise EvalError(
                f"{prompt.where}: prompt {prompt.id} has no prompt and no messages, so nothing can be asked"
            )
        return [{"role": "user", "content": prompt.text}]
    for our in ("prompt", "messages"):
        said = prompt.fields.get(fields.get(our, our))
        if isinstance(said, list) and asked(said)[1] == prompt.turns:
            return said[: len(prompt.turns)]
    return [{"role": role, "content": text} for role, text in prompt.turns]


def _chat(messages: Sequence[Body], sampling: Sampling, target: Target) -> Body:
    first = [{"role": "system", "content": sampling.system}] if sampling.system else []
    said = dict(sampling.parameters)
    if "max_tokens" in said and (sampling.source == "azure" or target.host == "api.openai.com"):
        # The name that these two take for every model; other servers know the older one.
        said["max_completion_tokens"] = said.pop("max_tokens")
    return {"model": target.model, "messages": [*first, *messages], **said}


def _responses(messages: Sequence[Body], sampling: Sampling, target: Target) -> Body:
    said = dict(sampling.parameters)
    body: dict[str, object] = {"model": target.model, "input": list(messages), "store": False}
    if sampling.system:
        body["instructions"] = sampling.system
    if "max_tokens" in said:
        body["max_output_tokens"] = said.pop("max_tokens")
    if "response_format" in said:
        body["text"] = {"format": _flat(said.pop("response_format"), "json_schema")}
    if isinstance(tools := said.get("tools"), list):
        said["tools"] = [_flat(tool, "function") for tool in tools]
    return {**body, **said}


def _flat(value: object, kind: str) -> object:
    """A tool or format as responses want it, where it is written as for chat completions."""
    inner = value.get(kind) if isinstance(value, Mapping) else None
    return {"type": kind, **inner} if isinstance(inner, Mapping) else value


BODIES: Mapping[Api, Callable[[Sequence[Body], Sampling, Target], Body]] = {"chat": _chat, "responses": _responses}
"""How each API wants to be asked."""
