"""Which stored answers count: never those of another model, job, prompt or parameter, and none that are too old."""

import io
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import replace
from typing import Any

import pytest

from pytest_ftgate.evals.sampling.budget import Budget, Usage
from pytest_ftgate.evals.sampling.origin import age
from pytest_ftgate.evals.sampling.progress import shown
from pytest_ftgate.evals.sampling.store import FILE, Store
from pytest_ftgate.evals.sampling.tally import Tally
from pytest_ftgate.files import Digest
from pytest_ftgate.job import Job

from ...chat_server import MODEL, completion, fails, gives
from ...making import job
from .conftest import Model

ModelOf = Callable[..., Model]


def aged(model: Model, seconds: float) -> None:
    """Make all stored answers older by this."""
    with Store(model.folder / FILE) as store:
        store.keep([replace(one, at=one.at - seconds) for one in list(store.answers())])


def trained(name: str = MODEL, job_id: str = "", digest: str = "1") -> Job:
    facts = {"model": name, **({"job_id": job_id} if job_id else {})}
    return replace(job(facts=facts), files=(Digest(job().where, 1, digest),))


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": {"temperature": 0.5}},
        {"parameters": {"temperature": 0, "max_tokens": 9}},
        {"parameters": {"temperature": 0, "stop": ["x"]}},
        {"extra_body": {"top_k": 1}},
        {"system": "Be brief."},
        {"model": "ft:other"},
        {"job": trained()},
    ],
)
def test_an_answer_to_another_request_is_never_used(model: ModelOf, change: dict[str, Any]) -> None:
    asked = model()
    first: dict[str, Any] = {"parameters": {"temperature": 0}}
    asked.sample(1, **first)
    asked.sample(1, **{**first, **change})
    assert asked.chat.count == 2


def test_how_fast_it_is_asked_does_not_count(model: ModelOf) -> None:
    asked = model()
    asked.sample(1)
    asked.sample(1, concurrency=1, timeout=5, deadline=50, max_errors=3, rpm=100)
    assert asked.chat.count == 1


@pytest.mark.parametrize("other", [trained(digest="2"), trained(job_id="ftjob-2")])
def test_an_answer_of_another_training_under_the_same_name_is_never_used(model: ModelOf, other: Job) -> None:
    asked = model()
    asked.sample(1, job=trained(job_id="ftjob-1") if "job_id" in other.facts else trained())
    asked.sample(1, job=other)
    assert asked.chat.count == 2


def test_the_model_is_the_job_s_unless_the_spec_names_one(model: ModelOf) -> None:
    asked = model()
    asked.sample(1, job=trained("ft:mine"), model="")
    assert asked.chat.requests[0].body["model"] == "ft:mine"
    said = asked.refused(1, job=job(), model="")
    assert said == "the job's files do not say the name of its model: write it as `sample: {model: NAME}`"


def test_a_deployment_that_answers_as_the_job_s_model_is_the_job_s(model: ModelOf) -> None:
    asked = model()
    asked.chat.reply = gives(
        200, {"model": "ft:mine", "choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}
    )
    assert asked.sample(1, job=trained("ft:mine"), model="deployment").outputs[0].model == "ft:mine"


def test_an_answer_of_a_model_that_is_no_longer_listed_does_not_count(model: ModelOf) -> None:
    asked = model(gives(200, completion("x", "base")))
    assert asked.sample(1, served_as=("base",)).faults == ()
    assert asked.sample(1, samples="never").faults == (
        "1 of 1 prompt would have to be asked, and --ftgate-samples=never: p0 (the stored answer is of 'base')",
    )
    assert "another model answered" in asked.refused(1, run="later")


def test_a_stored_answer_that_is_no_json_does_not_count(model: ModelOf) -> None:
    asked = model()
    asked.sample(1)
    with Store(asked.folder / FILE) as store:
        store.keep([replace(stored, body="re:") for stored in store.answers()])
    assert "the stored answer is no JSON" in asked.sample(1, samples="never").faults[0]
    assert asked.sample(1).outputs[0].text == "re: q0"


def test_offline_a_prompt_without_an_answer_is_named(model: ModelOf) -> None:
    asked = model()
    asked.sample(1)
    found = asked.sample(3, samples="never")
    assert [o.key for o in found.outputs] == ["p0"]
    assert found.faults == (
        "2 of 3 prompts would have to be asked, and --ftgate-samples=never: p1, p2 (no answer is stored)",
    )
    assert asked.chat.count == 1


def test_offline_without_a_store_nothing_is_made(model: ModelOf) -> None:
    asked = model()
    assert asked.sample(1, samples="never").outputs == []
    assert (asked.folder.exists(), asked.chat.count) == (False, 0)


def test_always_asks_again_but_once_a_run(model: ModelOf) -> None:
    asked = model()
    for run in ("a", "b", "b"):
        asked.sample(2, samples="always", run=run)
    assert asked.chat.count == 4


def test_an_answer_that_is_too_old_is_asked_again_and_offline_an_error(model: ModelOf) -> None:
    asked = model()
    asked.sample(1)
    aged(asked, 7200)
    assert asked.sample(1, samples="never", max_sample_age=3600.0).faults == (
        "1 of 1 prompt would have to be asked, and --ftgate-samples=never: p0 (the stored answer is 2 hours old)",
    )
    assert asked.sample(1, max_sample_age=7300.0).faults == ()
    assert asked.chat.count == 1
    asked.sample(1, max_sample_age=3600.0)
    assert asked.chat.count == 2


def test_an_answer_from_the_future_does_not_count(model: ModelOf) -> None:
    asked = model()
    asked.sample(1)
    aged(asked, -7200)
    assert "p0 (the stored answer is dated in the future)" in asked.sample(1, samples="never").faults[0]


def test_what_failed_in_this_run_is_not_asked_again_in_it(model: ModelOf) -> None:
    asked = model(fails(400))
    for run in ("a", "a", "b"):
        assert asked.sample(2, run=run).outputs[0].state == "errored"
    assert asked.chat.count == 4


def test_what_stopped_one_process_stops_the_others_of_its_run(model: ModelOf) -> None:
    asked = model(fails(401))
    said = {asked.refused(2, run="a", concurrency=1) for _ in range(3)}
    assert len(said) == 1
    assert asked.chat.count == 1


def test_where_answers_come_from_is_said(model: ModelOf) -> None:
    asked = model()
    first = asked.sample(2, run="a", parameters={"max_tokens": 5})
    assert first.origin[0].startswith(f"2 answers of '{MODEL}' at 127.0.0.1: 2 asked in this run; the oldest is less")
    assert first.origin[1].endswith("; 20 tokens in, 4 out; this run used 24 tokens")
    aged(asked, 3 * 86400)
    again = asked.sample(2, run="b", parameters={"max_tokens": 5})
    assert again.origin[0].endswith(": 2 from the store; the oldest is 3 days old, the newest 3 days")
    assert again.origin[1].split("; ")[1:] == first.origin[1].split("; ")[1:-1]
    assert asked.sample(1, samples="never", model="else").origin == ("no answer of 'else' at 127.0.0.1",)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.5, "less than a second"), (1, "1 second"), (90, "1.5 minutes"), (3600, "1 hour"), (172800, "2 days")],
)
def test_ages_are_written_in_one_unit(seconds: float, said: str) -> None:
    assert age(seconds) == said


def test_progress_is_lines_where_there_is_no_terminal(model: ModelOf, capfd: pytest.CaptureFixture[str]) -> None:
    asked = model()
    asked.sample(2, progress="bar", parameters={"max_tokens": 5})
    lines = capfd.readouterr().err.split("\n")
    assert lines[1] == f"refunds: {MODEL}, about 46 tokens in, at most 10 out: 2 prompts to ask"
    assert lines[2].startswith(f"refunds: {MODEL}, about 46 tokens in, at most 10 out: 2 of 2, ")
    assert lines[2].endswith(" a second, 24 tokens")
    asked.sample(4, progress="none")
    assert capfd.readouterr().err == ""


def test_progress_is_a_bar_on_a_terminal(model: ModelOf, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", stream)
    model().sample(2, progress="bar")
    assert "2/2" in stream.getvalue()
    assert "24 tokens" in stream.getvalue()


def test_progress_says_a_line_now_and_then() -> None:
    stream, tally = io.StringIO(), Tally(5)
    with redirect_stderr(stream), shown("lines", "e", tally, Budget(None, None, None, Usage(), Usage()), 0.0) as step:
        tally.answered, tally.lost, tally.retries = 3, 1, 2
        step()
    assert re.findall(r"4 of 5, [0-9.]+ a second, 2 retries, 1 lost, 0 tokens", stream.getvalue()) != []
    assert len(stream.getvalue().splitlines()) == 4
