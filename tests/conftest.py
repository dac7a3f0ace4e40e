"""Pytest in pytest: `run_spec` runs a spec beside a small finished job."""

from collections.abc import Callable
from pathlib import Path

# Loaded before any run in this process: such a run forgets what it imports, and these cannot be imported twice.
import jsonschema  # noqa: F401
import pandas as pd  # noqa: F401
import pytest
import regex  # noqa: F401
import scipy.stats  # noqa: F401

import pytest_ftgate.session  # noqa: F401

from .making import losses, spec_file, trainer_state

pytest_plugins = ["pytester"]

RunSpec = Callable[..., pytest.RunResult]
"""`run_spec(text, *arguments)`: what pytest says of a spec of this text. Without a text, of what lies there."""

OTHERS_OFF = "-p no:hypothesispytest -p no:anyio"
"""Other plugins of this environment stay out of the runs: they cost a second each."""

TRAINED = [2.0 - 0.05 * i for i in range(30)]
"""A training loss that falls to 0.55; the median of its last window, 5 values, is 0.65."""


@pytest.fixture
def finished_job(pytester: pytest.Pytester) -> Path:
    """A job that succeeded, in `run/`: its final train_loss is 0.65, its valid_loss 0.9."""
    return trainer_state(pytester.path / "run", losses(TRAINED, [1.2, 1.0, 0.9])).parent


@pytest.fixture
def run_spec(pytester: pytest.Pytester, finished_job: Path, monkeypatch: pytest.MonkeyPatch) -> RunSpec:
    """Run pytest on a spec, without what the environment of this run would say to it."""
    for name in ("CI", "COLUMNS", "FTGATE_ALLOW_PATH", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", OTHERS_OFF)

    def run(text: str = "", *arguments: str) -> pytest.RunResult:
        if text:
            spec_file(finished_job.parent, text)
        return pytester.runpytest_inprocess("--ftgate=job.yaml", *arguments)

    return run
