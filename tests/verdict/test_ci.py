"""Which CI run made a verdict."""

from pytest_ftgate.verdict.ci import ci_facts

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/bot",
    "GITHUB_RUN_ID": "77",
    "GITHUB_SHA": "c0ffee",
    "GITHUB_REF": "refs/pull/1/merge",
    "GITHUB_RUN_ATTEMPT": "2",
}


def test_github_s_run_is_told_with_its_address_and_attempt() -> None:
    found = ci_facts(GITHUB)
    assert found is not None
    assert found["run_url"] == "https://github.com/acme/bot/actions/runs/77"
    assert (found["provider"], found["commit"], found["attempt"]) == ("github", "c0ffee", "2")
    assert found["actor"] is None


def test_gitlab_s_job_is_told() -> None:
    found = ci_facts({"GITLAB_CI": "true", "CI_JOB_URL": "https://gitlab.com/j/1", "CI_COMMIT_SHA": "c0ffee"})
    assert found is not None
    assert (found["provider"], found["run_url"], found["attempt"]) == ("gitlab", "https://gitlab.com/j/1", None)


def test_elsewhere_there_is_nothing_to_tell() -> None:
    assert ci_facts({"CI": "true", "GITHUB_SHA": "x"}) is None
    assert ci_facts({"GITHUB_ACTIONS": "false"}) is None


def test_hostile_and_missing_variables_are_inert() -> None:
    found = ci_facts({"GITHUB_ACTIONS": "true", "GITHUB_REF": "a\x1b[2J\n##[error]" + "x" * 5000})
    assert found is not None
    assert found["ref"].startswith(r"a\x1b[2J\n#\x23[error]xxx")
    assert len(found["ref"]) < 1100
    assert found["run_url"] is None
