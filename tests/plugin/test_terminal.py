"""What a run prints: the table, the verdict, and nothing that a terminal or a CI runner would obey."""

import json
from xml.etree import ElementTree as ET

import pytest

from ..conftest import RunSpec
from ..making import jsonl
from .specs import EVERY_STATUS, JUDGED_BY_A_GATE, JUDGED_ONE_BY_ONE, TWO_MET
from .verdicts import ASKED

HOSTILE = [
    "\x1b[31mred\x1b[2J\x07",
    "no\n::error::owned\n  ::add-mask::a\n",
    "##[error]owned ##vso[task.complete result=Succeeded]",
    "\u202edessap\u2066 \u200b\ufeff",
    "\ud800 lone",
    "\r\x85\u2028next",
]
OBEYED = "\x1b\x07\r\x85\u2028\u202e\u2066\u200b\ufeff"


def test_the_table_also_lists_what_could_not_be_measured(run_spec: RunSpec) -> None:
    run_spec(EVERY_STATUS).stdout.fnmatch_lines(
        [
            "*- ftgate: job.yaml, job *",
            "gate      observed  threshold  status",
            "met       0.65      max 0.8    pass",
            "warned    0.65      max 0.8    warn",
            "advisory  0.65      max 0.5    warn",
            "thin      0.65      max 0.8    INCONCLUSIVE",
            "missed    0.65      max 0.5    FAIL",
            "absent    -         min 0.1    ERROR",
            "verdict: FAIL (3 of 6 gates in the way: thin, missed, absent)",
        ],
        consecutive=True,
    )


def test_a_narrow_terminal_gets_two_lines_a_gate(run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    run_spec(EVERY_STATUS).stdout.fnmatch_lines(["INCONCLUSIVE  thin", "    0.65 (max 0.8)"], consecutive=True)


@pytest.mark.parametrize(
    "option", ["-q", "-qq", "--no-header", "-rA", "-rN", "--tb=no", "--tb=line", "-vv", "--color=yes"]
)
def test_the_verdict_is_said_whatever_else_is_left_out(run_spec: RunSpec, option: str) -> None:
    result = run_spec(TWO_MET, option)
    assert result.ret == pytest.ExitCode.OK
    assert "verdict: PASS (2 gates judged)" in result.stdout.str()


@pytest.mark.parametrize("option", ["--no-summary", "-pno:terminal", "-pno:cacheprovider", "--durations=3"])
def test_options_about_the_summary_change_no_exit_status(run_spec: RunSpec, option: str) -> None:
    assert run_spec(TWO_MET, option).ret == pytest.ExitCode.OK
    assert run_spec(TWO_MET, option, "-k", "finished", ASKED).ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("spec", [JUDGED_ONE_BY_ONE, JUDGED_BY_A_GATE.replace("0.50", "0.90")], ids=["alone", "gated"])
@pytest.mark.parametrize("arguments", [(), ("-q", "-rA"), ("--runxfail", "-rA", "--tb=line")], ids=" ".join)
def test_hostile_outputs_are_inert(
    pytester: pytest.Pytester, run_spec: RunSpec, spec: str, arguments: tuple[str, ...]
) -> None:
    jsonl(pytester.path / "heldout.jsonl", [{"id": i, "prompt": "?", "target": "yes"} for i in range(len(HOSTILE))])
    jsonl(pytester.path / "outputs.jsonl", [{"id": i, "output": said} for i, said in enumerate(HOSTILE)])
    result = run_spec(spec, *arguments, "--junitxml=report.xml", ASKED)
    assert_inert(result)
    ET.parse(pytester.path / "report.xml")  # noqa: S314 - written by this run
    for report in ("report.xml", "verdict.json"):
        assert not set(OBEYED) & set((pytester.path / report).read_text("utf-8"))


def test_hostile_names_in_the_job_are_inert(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    state = pytester.path / "run/trainer_state.json"
    found = json.loads(state.read_text())
    for row, name in zip(found["log_history"], HOSTILE, strict=False):
        row[name] = 1.0
    state.write_text(json.dumps(found))
    assert_inert(run_spec(EVERY_STATUS, ASKED))


def test_a_hostile_path_is_inert(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    name = "run\x1b[31m\n::error::x"
    (pytester.path / "run").rename(pytester.path / name.replace("/", ""))
    assert_inert(run_spec(EVERY_STATUS, f"--ftgate-job={name}", ASKED))


def assert_inert(result: pytest.RunResult) -> None:
    """No line of the run does anything but be read."""
    printed = result.stdout.str() + result.stderr.str()
    assert not set(OBEYED) & set(printed)
    assert not [line for line in printed.splitlines() if line.lstrip().startswith("::")]
    assert "##[" not in printed
    assert "##vso[" not in printed
