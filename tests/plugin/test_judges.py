"""Gates on what a judge says, in a run of pytest, from a server on the loopback interface."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evals.runtime import Runtime

from ..chat_server import KEY, Asked, Chat, completion, fails, http, serving
from ..conftest import RunSpec

SPEC = """
    ftgate: 1
    gates:
      kind: {eval: replies, score: mean, min: 0.5}
    evals:
      replies:
        prompts: [{id: a, prompt: one}, {id: b, prompt: two}, {id: c, prompt: three}]
        outputs: o.jsonl
        grader: {testing_criteria: criteria.json}
"""
INPUT = [{"role": "user", "content": "{{ sample.output_text }}"}]
CRITERIA = [{"type": "score_model", "name": "kindness", "model": "judge", "input": INPUT, "range": [1, 5]}]


async def by_text(_: Chat, asked: Asked) -> bytes:
    return http(200, completion(json.dumps({"steps": [], "result": int(asked.prompt)}), "judge"))


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Chat]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "FTGATE_ALLOW_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(Chat(by_text)) as found:
        monkeypatch.setenv("OPENAI_BASE_URL", found.url)
        # Such a run forgets what it imports, and the SDK imports its parts when they are first used.
        build_grader(CRITERIA[0], Runtime(folder=tmp_path))(Output("a", "1"), Prompt("a", "", None, {}, ""))
        found.requests.clear()
        yield found


@pytest.fixture
def replies(pytester: pytest.Pytester) -> None:
    (pytester.path / "criteria.json").write_text(json.dumps(CRITERIA))
    lines = (json.dumps({"id": key, "output": text}) for key, text in zip("abc", ("5", "4", "1"), strict=True))
    (pytester.path / "o.jsonl").write_text("\n".join(lines))


@pytest.mark.usefixtures("replies", "chat")
def test_a_gate_on_a_judge_says_who_judged(run_spec: RunSpec, pytester: pytest.Pytester) -> None:
    done = run_spec(SPEC, "--ftgate-verdict=v.json")
    done.assert_outcomes(passed=2, xfailed=2)
    done.stdout.fnmatch_lines(
        [
            "kind *0.5833*min 0.5*pass",
            "sampled: score_model (sha256:*): 3 answers of 'judge' at 127.0.0.1: 3 asked in this run; the oldest *",
            "verdict: PASS*",
        ]
    )
    found = (pytester.path / "v.json").read_text()
    (gate,) = json.loads(found)["specs"][0]["gates"]
    assert gate["origin"][1].endswith("; 30 tokens in, 6 out")
    assert KEY not in found + done.stdout.str() + done.stderr.str()


@pytest.mark.usefixtures("replies")
def test_who_answered_and_who_judged_are_both_said(chat: Chat, run_spec: RunSpec, pytester: pytest.Pytester) -> None:
    async def reply(_: Chat, asked: Asked) -> bytes:
        said = "5" if asked.body["model"] == "tiny" else '{"result": 5}'
        return http(200, completion(said, asked.body["model"]))

    chat.reply = reply
    done = run_spec(
        SPEC.replace("outputs: o.jsonl", f"sample: {{model: tiny, base_url: '{chat.url}'}}"), "--ftgate-verdict=v.json"
    )
    done.stdout.fnmatch_lines(
        ["sampled: 3 answers of 'tiny' at *", "sampled: score_model (*): 1 answer of 'judge' at *"]
    )
    (gate,) = json.loads((pytester.path / "v.json").read_text())["specs"][0]["gates"]
    assert [text.partition(" ")[0] for text in gate["origin"]] == ["3", "answers", "score_model", "score_model"]


@pytest.mark.usefixtures("replies")
def test_workers_and_later_runs_pay_once(chat: Chat, run_spec: RunSpec) -> None:
    for arguments in (("-n2",), (), ("--ftgate-samples=never",)):
        run_spec(SPEC, *arguments).assert_outcomes(passed=2, xfailed=2)
    assert chat.count == 3


@pytest.mark.usefixtures("replies")
def test_a_judge_that_fails_is_an_error_of_the_gate_and_no_zero(chat: Chat, run_spec: RunSpec) -> None:
    chat.reply = fails(401)
    done = run_spec(SPEC)
    done.assert_outcomes(errors=4)
    done.stdout.fnmatch_lines(
        ["*kind could not be judged: score_model: 127.0.0.1 was asked no further: the key in OPENAI_API_KEY is not*"]
    )
    done.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.usefixtures("replies")
def test_a_judge_at_a_host_of_the_spec_s_own_choosing_is_refused(run_spec: RunSpec, pytester: pytest.Pytester) -> None:
    elsewhere = [{**CRITERIA[0], "base_url": "https://elsewhere.example/v1"}]
    (pytester.path / "criteria.json").write_text(json.dumps(elsewhere))
    done = run_spec(SPEC)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*'elsewhere.example' is not a host that a key may be sent to: allow it with*"])
