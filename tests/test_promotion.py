"""The recipes of docs/promotion.md do what they say: every file is linted, and its lines are run on a real example."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_ftgate.spec import load

ROOT = Path(__file__).parent.parent
CI = ROOT / "examples" / "ci"
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
FROM_CI = ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITLAB_CI", "PYTEST_ADDOPTS", "FTGATE_ALLOW_PATH")

REGISTRY = """
import sys
from mlflow import MlflowClient

client = MlflowClient()
client.create_registered_model("bot")
for source in sys.argv[1:]:
    client.create_model_version("bot", source)
"""
ALIAS = """
import json
from mlflow import MlflowClient

model = MlflowClient().get_registered_model("bot")
tags = {name: MlflowClient().get_model_version("bot", version).tags for name, version in model.aliases.items()}
print(json.dumps({"aliases": {name: str(version) for name, version in model.aliases.items()}, "tags": tags}))
"""

needs_mlflow = pytest.mark.skipif(not (find_spec("mlflow") and find_spec("alembic")), reason="needs mlflow-skinny")
needs_hub = pytest.mark.skipif(not find_spec("huggingface_hub"), reason="needs huggingface-hub")


@dataclass
class Release:
    """A checkout with a spec, a finished job and a model, and a shell in it that has the two commands."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """The lines as a CI runner runs them: by a shell that stops at the first failure."""
        command = ["bash", "-e", "-o", "pipefail", "-c", script]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def python(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """One of the recipes' programs."""
        return self.run(shlex.join([sys.executable, *map(str, arguments)]))

    def edit(self, old: str, new: str) -> None:
        """Change the policy, and have it reviewed."""
        spec = self.folder / "job.yaml"
        text = spec.read_text(encoding="utf-8")
        assert old in text
        spec.write_text(text.replace(old, new), encoding="utf-8")
        self.review()

    def review(self) -> None:
        """Pin the policy as it is."""
        digest = load(self.folder / "job.yaml").policy_sha256
        self.environment |= {"POLICY": digest, "FTGATE_POLICY_SHA256": digest}

    def take(self, other: "Release") -> None:
        """Take over what another one's workflow wrote, and its spec."""
        for name in ("job.yaml", "verdict.json"):
            shutil.copy(other.folder / name, self.folder)

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


def checkout(folder: Path) -> Release:
    """Such a checkout in `folder`."""
    shutil.copytree(ROOT / "examples" / "dates", folder / "checkout")
    (folder / "checkout" / "model").mkdir()
    (folder / "checkout" / "model" / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "checkout" / "model" / "adapter_config.json").write_text("{}", encoding="utf-8")
    commands = {
        "pytest": "-m pytest",
        "ftgate": "-c 'import sys; from pytest_ftgate.cli import main; sys.exit(main())'",
    }
    (folder / "bin").mkdir()
    for name, call in commands.items():
        shim = folder / "bin" / name
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {call} "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
    environment = {key: value for key, value in os.environ.items() if key not in FROM_CI}
    path = os.pathsep.join([str(folder / "bin"), environment["PATH"]])
    store = f"sqlite:///{folder / 'mlflow.db'}"
    made = Release(folder / "checkout", environment | QUIET | {"PATH": path, "MLFLOW_TRACKING_URI": store})
    made.review()
    return made


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """A checkout in which nothing was judged yet."""
    return checkout(tmp_path)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A checkout in which the workflow judged a model that passes."""
    made = checkout(tmp_path_factory.mktemp("healthy"))
    assert by_github(made, "gate") == {"Judge": 0, "Write the attestation's parts": 0}
    return made


@pytest.fixture(scope="module")
def overfit(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A checkout in which the workflow judged a model that fails."""
    made = checkout(tmp_path_factory.mktemp("overfit"))
    made.edit("job: runs/healthy", "job: runs/overfit")
    assert by_github(made, "gate") == {"Judge": 1, "Write the attestation's parts": 0}
    return made


def workflow(name: str) -> Any:
    return yaml.safe_load((CI / name).read_text(encoding="utf-8"))


def github(job: str) -> Iterator[tuple[str, str]]:
    """The named steps of a job that run something, and what."""
    for step in workflow("github.yml")["jobs"][job]["steps"]:
        if "run" in step and not step["run"].startswith("pip install"):
            yield step["name"], step["run"]


def gitlab(job: str, key: str = "script") -> str:
    return "\n".join(workflow("gitlab-ci.yml")[job][key])


def by_github(release: Release, job: str) -> dict[str, int]:
    """The exit status of each step."""
    return {name: release.run(script).returncode for name, script in github(job)}


@pytest.mark.parametrize("name", ["github-workflows", "gitlab-ci"])
def test_the_workflow_files_are_as_their_schemas_want(name: str) -> None:
    pytest.importorskip("check_jsonschema")
    file = CI / {"github-workflows": "github.yml", "gitlab-ci": "gitlab-ci.yml"}[name]
    transform = ["--data-transform", "gitlab-ci"] if name == "gitlab-ci" else []
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{name}", *transform, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n")


def test_the_github_workflow_has_no_weakness_that_a_linter_knows(tmp_path: Path) -> None:
    zizmor = shutil.which("zizmor", path=Path(sys.executable).parent)
    if zizmor is None:
        pytest.skip("needs zizmor")
    rules = tmp_path / "zizmor.yml"
    # An example names versions; who copies it pins them, as docs/promotion.md says.
    rules.write_text('rules: {unpinned-uses: {config: {policies: {"*": ref-pin}}}}', encoding="utf-8")
    command = [zizmor, "--offline", "--color=never", "--config", str(rules), str(CI / "github.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.partition("(")[0]) == (0, "No findings to report. Good job! ")


def test_github_promotes_a_model_that_passes(healthy: Release) -> None:
    assert healthy.json("predicate.json")["result"] == "PASSED"
    lines = (healthy.folder / "subjects.sha256").read_text(encoding="utf-8").splitlines()
    assert [line.split("  ")[1] for line in lines] == ["model", "adapter_config.json", "adapter_model.safetensors"]
    assert by_github(healthy, "promote") == {"Verify": 0, "Deploy": 0}


def test_github_attests_a_model_that_fails_as_failed(overfit: Release) -> None:
    predicate = overfit.json("predicate.json")
    assert (predicate["result"], len(predicate["failedTests"])) == ("FAILED", 6)
    assert by_github(overfit, "promote")["Verify"] == 1


def test_github_judges_by_no_policy_that_was_not_reviewed(release: Release) -> None:
    before = release.environment["POLICY"]
    release.edit("max: 0.05", "max: 50")
    release.environment["POLICY"] = before
    assert by_github(release, "gate")["Judge"] != 0
    assert by_github(release, "promote")["Verify"] == 1


def test_github_judges_by_no_policy_where_none_is_set(release: Release) -> None:
    release.environment["POLICY"] = ""
    assert by_github(release, "gate")["Judge"] != 0


def test_no_model_is_deployed_that_was_not_judged(release: Release, healthy: Release) -> None:
    release.take(healthy)
    (release.folder / "model" / "adapter_model.safetensors").write_bytes(b"weightz")
    assert by_github(release, "promote")["Verify"] == 1
    assert release.run(gitlab("promote")).returncode == 1


def test_gitlab_promotes_a_model_that_passes(release: Release) -> None:
    assert release.run(gitlab("gate")).returncode == 0
    assert release.run(gitlab("gate", "after_script")).returncode == 0
    assert "ftgate_promote 1.000000\n" in (release.folder / "metrics.txt").read_text(encoding="utf-8")
    assert release.run(gitlab("promote")).stdout.endswith("deploy model\n")


def test_gitlab_lets_a_job_with_warnings_go_on(release: Release) -> None:
    release.edit("warn: 0.05", "warn: 0.01")
    assert release.run(gitlab("gate")).returncode in workflow("gitlab-ci.yml")["gate"]["allow_failure"]["exit_codes"]
    assert release.run(gitlab("promote")).returncode == 0


def test_gitlab_stops_a_model_that_fails(release: Release) -> None:
    release.edit("job: runs/healthy", "job: runs/overfit")
    allowed = workflow("gitlab-ci.yml")["gate"]["allow_failure"]["exit_codes"]
    assert release.run(gitlab("gate")).returncode not in [0, *allowed]
    assert release.run(gitlab("promote")).returncode == 1


def commit_hook(release: Release) -> subprocess.CompletedProcess[str]:
    """The hook over a repository that holds the spec and its prompts, and no job."""
    shutil.rmtree(release.folder / "runs")
    shutil.copy(CI / "pre-commit-config.yaml", release.folder / ".pre-commit-config.yaml")
    release.environment["PRE_COMMIT_HOME"] = str(release.folder.parent / "pre-commit")
    release.run("git init --quiet && git add .")
    return release.run(shlex.join([sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"]))


def test_the_commit_hook_passes_a_spec_without_its_job(release: Release) -> None:
    pytest.importorskip("pre_commit")
    done = commit_hook(release)
    assert (done.returncode, done.stdout.splitlines()[0].rpartition(".")[2]) == (0, "Passed")


def test_the_commit_hook_refuses_a_spec_that_is_wrong(release: Release) -> None:
    pytest.importorskip("pre_commit")
    spec = release.folder / "job.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("max: 0.05", "maxx: 0.05"), encoding="utf-8")
    done = commit_hook(release)
    assert done.returncode == 1
    assert "job.yaml:11:31: gates.loss-gap.maxx: unknown key 'maxx', did you mean 'max'?" in done.stdout


def promote_in_mlflow(release: Release, version: int, alias: str) -> int:
    """The exit status of the recipe."""
    question = ["--verdict", "verdict.json", "--spec", "job.yaml", "--alias", alias]
    return release.python(CI / "promote_mlflow.py", "bot", str(version), *question).returncode


@needs_mlflow
def test_mlflow_gives_the_alias_to_what_was_judged_and_passed_alone(
    release: Release, healthy: Release, overfit: Release
) -> None:
    shutil.copytree(release.folder / "model", release.folder / "other")
    (release.folder / "other" / "adapter_model.safetensors").write_bytes(b"others")
    folders = [(release.folder / name).as_uri() for name in ("model", "other")]
    assert release.python("-c", REGISTRY, *folders).returncode == 0
    release.take(overfit)
    assert promote_in_mlflow(release, 1, "failed") == 1
    release.take(healthy)
    assert promote_in_mlflow(release, 2, "not-judged") == 1
    assert promote_in_mlflow(release, 1, "champion") == 0
    found = json.loads(release.python("-c", ALIAS).stdout.splitlines()[-1])
    tags = {"ftgate.verdict": "pass", "ftgate.verdict_id": release.json("verdict.json")["verdict_id"]}
    assert found == {"aliases": {"champion": "1"}, "tags": {"champion": tags}}


def card(release: Release) -> int:
    (release.folder / "README.md").write_text("---\nlicense: mit\n---\n# A bot\n", encoding="utf-8")
    question = ["--verdict", "verdict.json", "--spec", "job.yaml", "--model", "model"]
    return release.python(CI / "card_hub.py", "README.md", *question).returncode


@needs_hub
def test_the_card_gets_the_figures_of_a_model_that_passes(release: Release, healthy: Release) -> None:
    release.take(healthy)
    assert card(release) == 0
    _, front, text = (release.folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    written = yaml.safe_load(front)
    results = {result["dataset"]["type"]: result["metrics"] for result in written["model-index"][0]["results"]}
    assert (written["license"], text.strip()) == ("mit", "# A bot")
    assert [(one["type"], one["value"]) for one in results["heldout"]] == [("pass rate of heldout", 0.975)]
    assert len(results["training-job"]) == 6


@needs_hub
def test_the_card_stays_as_it_is_for_a_model_that_fails(release: Release, overfit: Release) -> None:
    release.take(overfit)
    assert card(release) == 1
    assert (release.folder / "README.md").read_text(encoding="utf-8") == "---\nlicense: mit\n---\n# A bot\n"


def test_what_the_page_shows_is_in_the_files() -> None:
    page = (ROOT / "docs" / "promotion.md").read_text(encoding="utf-8")
    shown = re.findall(r"^<!-- examples/ci/(\S+) -->\n\n```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert {name for name, _ in shown} == {"github.yml", "gitlab-ci.yml", "pre-commit-config.yaml"}
    assert [name for name, text in shown if text not in (CI / name).read_text(encoding="utf-8")] == []


def test_the_page_links_every_recipe() -> None:
    page = (ROOT / "docs" / "promotion.md").read_text(encoding="utf-8")
    assert [path.name for path in CI.iterdir() if f"(../examples/ci/{path.name})" not in page] == []
