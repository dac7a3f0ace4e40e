"""The examples on the graders page pass and miss as they say."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_ftgate.evals.graders import GRADERS
from pytest_ftgate.evals.outputs import read_outputs
from pytest_ftgate.evals.results import grade
from pytest_ftgate.evals.runtime import Runtime
from pytest_ftgate.files import File
from pytest_ftgate.spec import Surroundings

from ..chat_server import KEY, Asked, Chat, completion, http, serving
from ..making import loaded

PAGE = Path(__file__).parents[2] / "docs" / "graders.md"
BLOCK = re.compile(r"^```examples\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = [example for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")) for example in yaml.safe_load(block)]


def named(example: dict[str, Any]) -> str:
    grader = example["grader"]
    return str(grader if isinstance(grader, str) else grader["type"])


async def told(example: dict[str, Any], _: Chat, asked: Asked) -> bytes:
    """What the example says that a judge or an embedding model answers."""
    if asked.path.endswith("/embeddings"):
        data = [{"embedding": example["embeddings"][asked.prompt]}]
        return http(200, {"data": data, "model": asked.body["model"]})
    return http(200, completion(example["judge"][asked.prompt], asked.body["model"]))


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """What is asked where an example asks a model."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(Chat()) as served:
        monkeypatch.setenv("OPENAI_BASE_URL", served.url)
        yield served


def passes(folder: Path, example: dict[str, Any], answer: object) -> bool:
    for name, text in example.get("files", {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    prompt = {"id": "p", **({"target": example["target"]} if "target" in example else {})}
    spec = {"ftgate": 1, "evals": {"e": {"prompts": [prompt], "outputs": "o.jsonl", "grader": example["grader"]}}}
    around = Surroundings(runtime=Runtime(folder=folder, runs_code=True))
    plan = loaded(folder, json.dumps(spec), around).evals["e"]
    line = json.dumps({"id": "p", "output": said(answer)})
    results = grade("e", plan.read[0], read_outputs(File(folder / "o.jsonl", line.encode()), {}), plan.grader)
    return results.results["p"].passed


def said(answer: object) -> object:
    if isinstance(answer, str):
        return answer
    assert isinstance(answer, list)
    calls = [{"function": {"name": a["name"], "arguments": json.dumps(a["arguments"])}} for a in answer]
    return {"role": "assistant", "content": None, "tool_calls": calls}


@pytest.mark.parametrize("example", [pytest.param(example, id=named(example)) for example in EXAMPLES])
def test_an_example_passes_and_misses_as_it_says(tmp_path: Path, example: dict[str, Any], models: Chat) -> None:
    models.reply = partial(told, example)
    assert passes(tmp_path, example, example["passes"])
    assert not passes(tmp_path, example, example["misses"])


@pytest.mark.parametrize("name", GRADERS)
def test_a_grader_has_an_example(name: str) -> None:
    assert name in map(named, EXAMPLES)
