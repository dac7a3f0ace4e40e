"""Every example is judged as it says: outcome, exit status, and each line that pytest prints.

`python tests/test_examples.py` writes what is printed now into the expected files, for the diff to be read.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DATES = ROOT / "examples" / "dates"
OURS = {"CI", "PYTEST_ADDOPTS", "FTGATE_ALLOW_PATH", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"}
EXIT_STATUS = {"healthy": 0, "overfit": 1, "dead": 1}
MACHINE = re.compile(r"^(platform|rootdir|configfile|plugins|cachedir|Using|hypothesis profile)\b.*\n", re.MULTILINE)


def judge(run: str) -> tuple[int, str]:
    """Exit status and output of pytest over one run, without what differs from machine to machine."""
    arguments = ["-p", "no:cacheprovider", "--ftgate", "job.yaml", "--ftgate-job", f"runs/{run}"]
    environment = {k: v for k, v in os.environ.items() if k not in OURS}
    environment |= {"COLUMNS": "100", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(command, cwd=DATES, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, re.sub(r"(passed|failed) in [0-9.]+s =*", r"\1", MACHINE.sub("", done.stdout))


def expected(run: str) -> str:
    return (DATES / "expected" / f"{run}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("run", EXIT_STATUS)
def test_an_example_is_judged_as_it_says(run: str) -> None:
    assert judge(run) == (EXIT_STATUS[run], expected(run))


def test_the_readme_shows_what_the_overfit_example_prints() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- examples/dates/expected/overfit.txt -->\n\n```text\n(.*?)```", readme, re.DOTALL)
    assert shown is not None
    assert shown[1] in expected("overfit")


def test_a_source_of_one_s_own_is_judged() -> None:
    folder = ROOT / "examples" / "custom_source"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--ftgate", "job.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "verdict: PASS (4 gates judged)" in done.stdout


def test_a_grader_of_one_s_own_is_judged_by() -> None:
    folder = ROOT / "examples" / "custom_grader"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--ftgate", "job.yaml", "-rx"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "verdict: PASS (2 gates judged)" in done.stdout
    assert "cites kb-99, which is no source of the answer" in done.stdout
    assert "cites: cites 1 sources, and 2 are wanted (weight 2)" in done.stdout


@pytest.mark.parametrize(
    ("run", "status", "said"),
    [
        ("healthy", 0, "verdict: PASS (3 gates judged)"),
        ("overfit", 1, "calm 6% > max 5% (over by 1 points): 6 of 100 norms of gradients after step 0"),
        ("dead", 1, "calm 63% cannot be held against max 5%: the run's loss is not finite at its end"),
    ],
)
def test_a_measure_of_one_s_own_is_judged_by(run: str, status: int, said: str) -> None:
    folder = ROOT / "examples" / "custom_measure"
    arguments = ["-p", "no:cacheprovider", "--ftgate", "job.yaml", "--ftgate-job", f"../dates/runs/{run}"]
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stdout) == (status, True), done.stdout


def test_every_run_of_the_examples_has_an_expectation() -> None:
    assert {path.name for path in (DATES / "runs").iterdir()} == set(EXIT_STATUS)


if __name__ == "__main__":
    for name in EXIT_STATUS:
        (DATES / "expected" / f"{name}.txt").write_text(judge(name)[1], encoding="utf-8")
