"""Which CI run made a verdict, as the runner's own variables say.

Sources: https://docs.github.com/en/actions/reference/workflows-and-actions/variables and
https://docs.gitlab.com/ci/variables/predefined_variables/.
"""

from collections.abc import Mapping
from typing import Any

from ..wording import plain

_LONGEST = 1000

_FIELDS: Mapping[str, Mapping[str, str]] = {
    "github": {
        "repo": "GITHUB_REPOSITORY",
        "commit": "GITHUB_SHA",
        "ref": "GITHUB_REF",
        "actor": "GITHUB_ACTOR",
        "run": "GITHUB_RUN_ID",
        "attempt": "GITHUB_RUN_ATTEMPT",
        "workflow": "GITHUB_WORKFLOW_REF",
        "event": "GITHUB_EVENT_NAME",
    },
    "gitlab": {
        "run_url": "CI_JOB_URL",
        "repo": "CI_PROJECT_PATH",
        "commit": "CI_COMMIT_SHA",
        "ref": "CI_COMMIT_REF_NAME",
        "actor": "GITLAB_USER_LOGIN",
        "run": "CI_PIPELINE_ID",
        "workflow": "CI_CONFIG_PATH",
        "event": "CI_PIPELINE_SOURCE",
    },
}
"""The variables of each provider, by our names for what they hold."""

_MARKS = {"github": "GITHUB_ACTIONS", "gitlab": "GITLAB_CI"}
_KEYS = ("provider", "run_url", "repo", "commit", "ref", "actor", "run", "attempt", "workflow", "event")


def ci_facts(environment: Mapping[str, str]) -> dict[str, Any] | None:
    """The run that `environment` tells of, every field text or None; None outside GitHub Actions and GitLab CI."""
    provider = next((name for name, mark in _MARKS.items() if environment.get(mark) == "true"), "")
    if not provider:
        return None
    found = {key: _text(environment.get(variable)) for key, variable in _FIELDS[provider].items()}
    if provider == "github":
        found["run_url"] = _github_url(environment)
    return {key: found.get(key) for key in _KEYS} | {"provider": provider}


def _github_url(environment: Mapping[str, str]) -> str | None:
    parts = [environment.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return _text("{}/{}/actions/runs/{}".format(*parts)) if all(parts) else None


def _text(said: str | None) -> str | None:
    return plain(said[:_LONGEST]) if said else None
