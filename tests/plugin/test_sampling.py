"""Sampled evals in a run of pytest, from a server on the loopback interface."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_ftgate.evals.prompts import prompt_of
from pytest_ftgate.evals.runtime import Runtime
from pytest_ftgate.evals.sampling import sample
from pytest_ftgate.evals.sampling.settings import Sampling

from ..chat_server import KEY, Chat, completion, fails, gives, serving
from ..conftest import RunSpec

SPEC = """
    ftgate: 1
    gates:
      good: {eval: asked, min: 0.5}
    evals:
      asked:
        prompts:
          - {id: a, prompt: one, contains: one}
          - {id: b, prompt: two, contains: two}
          - {id: c, prompt: three, contains: 'no such'}
        sample: {model: tiny, base_url: '${URL}', temperature: 0}
"""


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Chat]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "FTGATE_ALLOW_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(Chat()) as found:
        monkeypatch.setenv("URL", found.url)
        # Such a run forgets what it imports, and the SDK imports its parts when they are first used.
        sampling = Sampling(model="m", options={"base_url": found.url})
        sample("e", [prompt_of({"id": 1, "prompt": "x"}, "")], {}, sampling, None, Runtime(folder=tmp_path))
        found.requests.clear()
        yield found


def verdict(pytester: pytest.Pytester) -> str:
    return (pytester.path / "v.json").read_text()


def test_a_sampled_eval_is_judged_and_says_where_its_answers_come_from(
    chat: Chat, run_spec: RunSpec, pytester: pytest.Pytester
) -> None:
    done = run_spec(SPEC, "--ftgate-verdict=v.json")
    done.assert_outcomes(passed=3, xfailed=1)
    done.stdout.fnmatch_lines(
        [
            "good *0.6667*min 0.5*pass",
            "sampled: 3 answers of 'tiny' at 127.0.0.1: 3 asked in this run; *",
            "verdict: PASS*",
        ]
    )
    (gate,) = json.loads(verdict(pytester))["specs"][0]["gates"]
    assert gate["origin"][1].endswith("; 30 tokens in, 6 out; this run used 36 tokens")
    assert KEY not in verdict(pytester) + done.stdout.str() + done.stderr.str()
    assert chat.count == 3


def test_draws_from_sampled_repeats_are_judged_and_so_are_their_seconds(chat: Chat, run_spec: RunSpec) -> None:
    right = chat.reply
    # The second answer to the first prompt is wrong, and all answers to the third are.
    chat.reply = lambda of, asked: (
        gives(200, completion("wrong", "tiny")) if (asked.prompt, asked.before) == ("one", 1) else right
    )(of, asked)
    gates = """draws: {eval: asked, score: pass_at_k, k: 2, min: 0.6}
      every: {eval: asked, score: all_of_k, k: 2, min: 0.6}
      quick: {eval: asked, score: latency, percentile: 95, max: 60}"""
    spec = SPEC.replace("temperature: 0}", "concurrency: 1}\n        repeats: 2")
    done = run_spec(spec.replace("good: {eval: asked, min: 0.5}", gates))
    done.stdout.fnmatch_lines(["draws *0.6667*min 0.6*pass", "every *0.3333*min 0.6*FAIL", "quick *max 60*pass"])
    assert chat.count == 6


def test_a_second_run_and_an_offline_one_ask_nothing(chat: Chat, run_spec: RunSpec) -> None:
    for arguments in ((), (), ("--ftgate-samples=never",)):
        run_spec(SPEC, *arguments).assert_outcomes(passed=3, xfailed=1)
    assert chat.count == 3


def test_offline_a_missing_answer_is_an_error_that_names_the_prompt(chat: Chat, run_spec: RunSpec) -> None:
    run_spec(SPEC.replace("          - {id: b, prompt: two, contains: two}\n", ""))
    done = run_spec(SPEC, "--ftgate-samples=never")
    done.assert_outcomes(errors=2, passed=1, xfailed=1)
    done.stdout.fnmatch_lines(
        [
            "*good could not be judged: asked: 1 of 3 prompts would have to be asked, and --ftgate-samples=never: b *",
            "*1 of 3 prompts has no output: b",
            "*asked[[]b[]] could not be judged: no output",
        ]
    )
    assert chat.count == 2


@pytest.mark.parametrize(
    "reply",
    [
        gives(200, completion("one two", "tiny", "length")),
        gives(200, completion("one two", "tiny", "content_filter")),
        gives(200, completion("one two", "tiny", None)),
        gives(200, completion("one two", "other")),
        gives(307, b"", location="/elsewhere"),
        fails(401),
    ],
)
def test_what_is_no_answer_of_the_model_never_passes(chat: Chat, run_spec: RunSpec, reply: object) -> None:
    chat.reply = reply  # type: ignore[assignment]
    done = run_spec(SPEC.replace("temperature: 0", "temperature: 0, deadline: 1"))
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    assert done.parseoutcomes().get("passed", 0) == 0
    done.stdout.fnmatch_lines(["verdict: *1 of 1 gate in the way: good)"])


def test_a_key_that_is_not_accepted_is_named_in_one_line(chat: Chat, run_spec: RunSpec) -> None:
    chat.reply = fails(401)
    done = run_spec(SPEC)
    done.stdout.fnmatch_lines(
        ["*asked: 127.0.0.1 was asked no further: the key in OPENAI_API_KEY is not accepted (401*"]
    )
    assert "Traceback" not in done.stdout.str()
    assert chat.count <= 3


def test_errors_that_the_spec_admits_are_misses_in_the_denominator(chat: Chat, run_spec: RunSpec) -> None:
    good = chat.reply
    chat.reply = lambda of, asked: (fails(400) if asked.prompt == "two" else good)(of, asked)
    done = run_spec(SPEC.replace("temperature: 0", "temperature: 0, max_errors: 1"))
    done.stdout.fnmatch_lines(["good *0.3333*min 0.5*FAIL"])
    done.assert_outcomes(failed=1, passed=1, xfailed=2)


def test_workers_of_xdist_ask_each_prompt_once(
    chat: Chat, run_spec: RunSpec, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xdist")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    run_spec(SPEC, "--co")
    done = pytester.runpytest_subprocess("--ftgate=job.yaml", "-n2", "--ftgate-samples=always")
    done.assert_outcomes(passed=3, xfailed=1)
    assert chat.count == 3


def test_progress_is_shown_and_not_with_q(chat: Chat, run_spec: RunSpec) -> None:
    assert "asked: tiny, about 63 tokens in: 3 of 3" in run_spec(SPEC, "--ftgate-samples=always").stderr.str()
    assert run_spec(SPEC, "--ftgate-samples=always", "-q").stderr.str() == ""
    assert chat.count == 6


@pytest.mark.parametrize("value", ["0", "-1", "7 days", "inf", "1w"])
def test_an_age_that_is_none_is_a_usage_error(run_spec: RunSpec, value: str) -> None:
    done = run_spec(SPEC, f"--ftgate-max-sample-age={value}")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*'{value}' is not an age: write seconds, or 30m, 12h, 7d"])


def test_an_age_has_a_unit(chat: Chat, run_spec: RunSpec) -> None:
    for value in ("7d", "1.5h", "30m", "3600", "60s"):
        run_spec(SPEC, f"--ftgate-max-sample-age={value}").assert_outcomes(passed=3, xfailed=1)
    assert chat.count == 3
