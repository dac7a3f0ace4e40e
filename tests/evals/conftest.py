"""A judge on the loopback interface, and evals that it grades."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evals.results import Results, grade
from pytest_ftgate.evals.runtime import Runtime

from ..chat_server import KEY, Asked, Chat, Reply, answers, completion, http, serving

SCORE: Mapping[str, Any] = {
    "type": "score_model",
    "model": "judge",
    "input": [{"role": "user", "content": "{{ item.target }}: {{ sample.output_text }}"}],
}
LABEL: Mapping[str, Any] = {**SCORE, "type": "label_model", "labels": ["good", "poor"], "passing_labels": ["good"]}

AskJudge = Callable[..., "Bench"]
Serve = Callable[..., Chat]


class Bench:
    """A served judge, and one store of its answers."""

    def __init__(self, chat: Chat, folder: Path) -> None:
        self.chat = chat
        self.folder = folder

    def results(self, config: Any, texts: Sequence[str | Output] = ("yes",), **runtime: Any) -> Results:
        """What answers to as many prompts fare, whose target is `t`; a grader that names a model asks this judge."""
        said = {**config, "base_url": self.chat.url} if "model" in config else config
        grader = build_grader(said, Runtime(folder=self.folder, **runtime))
        prompts = [Prompt(i, "", "t", {}, f"h.jsonl:{i + 1}") for i in range(len(texts))]
        outputs = (o if isinstance(o, Output) else Output(i, o) for i, o in enumerate(texts))
        return grade("e", prompts, outputs, grader)

    def refused(self, config: Any, texts: Sequence[str | Output] = ("yes",), **runtime: Any) -> str:
        """Why they cannot be graded."""
        with pytest.raises(EvidenceError) as caught:
            self.results(config, texts, **runtime)
        return str(caught.value)


def says(*texts: object) -> Reply:
    """Answers with these, one request after the other, the last of them for ever; what is no text as JSON."""

    turns = chain(texts, repeat(texts[-1]))

    async def reply(_: Chat, asked: Asked) -> bytes:
        said = next(turns)
        return http(200, completion(said if isinstance(said, str) else json.dumps(said), asked.body["model"]))

    return reply


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """`serve(reply)`: a model that answers so, asked with a key and past no proxy."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name in ("OPENAI_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as opened:
        yield lambda reply=answers, **more: opened.enter_context(serving(Chat(reply, **more)))


@pytest.fixture
def judge(tmp_path: Path, serve: Serve) -> AskJudge:
    """`judge(reply)`: a judge that answers so."""
    return lambda *reply, **more: Bench(serve(*reply, **more), tmp_path / ".ftgate")
