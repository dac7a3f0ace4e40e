"""A model on the loopback interface, and asking it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.evals.prompts import Prompt, prompt_of
from pytest_ftgate.evals.runtime import Runtime
from pytest_ftgate.evals.sampling import Sampled, sample
from pytest_ftgate.evals.sampling.settings import Sampling
from pytest_ftgate.job import Job

from ...chat_server import MODEL, Chat
from ..conftest import Serve


class Model:
    """A served model, and one store of its answers."""

    def __init__(self, chat: Chat, folder: Path) -> None:
        self.chat = chat
        self.folder = folder

    def sample(self, count: int = 3, job: Job | None = None, **how: Any) -> Sampled:
        """Ask `count` prompts, `repeats` times; `samples`, `max_sample_age` and `run` are the runtime's.

        The rest is the sampling's.
        """
        named = {key: how.pop(key) for key in ("samples", "max_sample_age", "run", "progress") if key in how}
        asked: Sequence[Prompt] = how.pop("prompts", None) or prompts(count)
        repeats = how.pop("repeats", 1)
        sampling = Sampling(
            **{"model": MODEL, "options": {"base_url": self.chat.url}, "concurrency": 4, "first_wait": 0.01, **how}
        )
        return sample("refunds", asked, {}, sampling, job, Runtime(folder=self.folder, **named), repeats=repeats)

    def refused(self, count: int = 3, **how: Any) -> str:
        """What asking is refused with."""
        with pytest.raises(EvidenceError) as caught:
            self.sample(count, **how)
        return str(caught.value)


def prompts(count: int) -> list[Prompt]:
    return [prompt_of({"id": f"p{i}", "prompt": f"q{i}"}, f"prompts.jsonl:{i + 1}") for i in range(count)]


@pytest.fixture
def model(tmp_path: Path, serve: Serve) -> Callable[..., Model]:
    """`model(reply)`: a model that answers so."""
    return lambda *reply, **more: Model(serve(*reply, **more), tmp_path / ".ftgate")
