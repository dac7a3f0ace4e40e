"""The options of a test run: one literal table."""

from collections.abc import Mapping
from typing import Any

import pytest

from .arguments import age, sha256


def _seconds(text: str) -> float:
    from .sources.hosts import seconds

    return seconds(text)


_MORE: Mapping[str, Any] = {"action": "append"}

_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "--ftgate": {
        **_MORE,
        "metavar": "SPEC",
        "help": "judge a finished fine-tuning job by the gates of SPEC (SPEC::GATE for one gate); may be repeated",
    },
    "--ftgate-job": {"metavar": "JOB", "help": "judge this job instead of the one that the spec names"},
    "--ftgate-model": {
        "metavar": "DIR_OR_ID",
        "help": "the model that is judged, which the verdict is bound to: its folder or file, or a hosted model's id",
    },
    "--ftgate-verdict": {"metavar": "FILE", "help": "write the verdict to FILE, as JSON"},
    "--ftgate-promote": {
        "metavar": "FILE",
        "help": "write the verdict to FILE too, only when it promotes: the next run's baseline",
    },
    "--ftgate-report": {"metavar": "FILE", "help": "write the verdict to FILE as an HTML page, with curves and misses"},
    "--ftgate-markdown": {
        "metavar": "FILE",
        "help": "write the verdict to FILE as Markdown (by itself also to $GITHUB_STEP_SUMMARY)",
    },
    "--ftgate-history": {
        "metavar": "FILE",
        "help": "add the verdict to FILE (default: .ftgate/history.jsonl in the rootdir, where a verdict is asked for)",
    },
    "--ftgate-policy-sha256": {
        **_MORE,
        "metavar": "HEX",
        "type": sha256,
        "help": "judge only by a spec of this digest, as `ftgate policy SPEC` prints it; may be repeated",
    },
    "--ftgate-policy-file": {
        "metavar": "FILE",
        "help": "judge only by specs whose digests are the first words of FILE's lines",
    },
    "--ftgate-exit-codes": {
        "choices": ["pytest", "detailed"],
        "default": "pytest",
        "help": "pytest's own exit statuses (the default), or detailed ones: 1 the model is worse, 10 passed with "
        "warnings or waivers, 11 could not be judged, 12 incomplete",
    },
    "--ftgate-allow-path": {
        **_MORE,
        "metavar": "DIR",
        "help": "a folder that specs may read from, besides their own and the rootdir (also: FTGATE_ALLOW_PATH)",
    },
    "--ftgate-allow-host": {
        **_MORE,
        "metavar": "HOST",
        "help": "a host that hosted jobs may be read from, and a key be sent to (also: FTGATE_ALLOW_HOST, with commas)",
    },
    "--ftgate-allow-python": {
        "action": "store_true",
        "help": "run the programs of a spec's python graders, each in a process of its own with limits",
    },
    "--ftgate-samples": {
        "choices": ["missing", "never", "always"],
        "default": "missing",
        "help": "which answers of a sampled eval the model is asked for: those that are not stored yet (the default), "
        "never any, or always all",
    },
    "--ftgate-max-sample-age": {
        "metavar": "AGE",
        "type": age,
        "help": "stored answers that are older do not count: seconds, or 30m, 12h, 7d (default: any age counts)",
    },
    "--ftgate-timeout": {
        "metavar": "SECONDS",
        "type": _seconds,
        "default": 120.0,
        "help": "the time that the reading of a hosted job may take (default: 120)",
    },
}

NOT_EMPTY = (
    "ftgate",
    "ftgate_job",
    "ftgate_model",
    "ftgate_verdict",
    "ftgate_promote",
    "ftgate_report",
    "ftgate_markdown",
    "ftgate_history",
    "ftgate_policy_file",
    "ftgate_allow_path",
    "ftgate_allow_host",
)
"""The options that an unset variable must not have emptied."""


def add_options(parser: pytest.Parser) -> None:
    """Add the options to pytest's command line."""
    group = parser.getgroup("ftgate", "quality gates for fine-tuning jobs")
    for name, settings in _OPTIONS.items():
        # A list of its own for each parser: pytest adds to it.
        empty: dict[str, Any] = {"default": []} if settings.get("action") == "append" else {}
        group.addoption(name, **settings, **empty)
