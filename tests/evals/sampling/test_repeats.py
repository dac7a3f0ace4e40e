"""Several answers to each prompt, and what each answer took."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.results import grade
from pytest_ftgate.evals.sampling.exchange import exported, imported, save
from pytest_ftgate.evals.sampling.settings import Price
from pytest_ftgate.evals.sampling.store import FILE, Store, Stored
from pytest_ftgate.files import read

from ...batch_server import Batches
from ...chat_server import Asked, Chat, completion, fails, http, then
from .conftest import Model, prompts

ModelOf = Callable[..., Model]
TOKENS = "30 tokens in, 6 out"


async def counts(_: Chat, asked: Asked) -> bytes:
    """`0` the first time, then `1`, and so on."""
    return http(200, completion(str(asked.before)))


def stored(folder: Path) -> list[Stored]:
    with Store(folder / FILE, writes=False) as store:
        return list(store.answers())


def test_each_prompt_is_asked_as_often_as_the_eval_says(model: ModelOf) -> None:
    asked = model(counts)
    found = asked.sample(3, repeats=4)
    assert [(o.key, o.text, o.repeat) for o in found.outputs if o.key == "p1"] == [("p1", str(i), i) for i in range(4)]
    assert (len(found.outputs), found.faults, asked.chat.count) == (12, (), 12)
    assert (asked.sample(3, repeats=4).outputs, asked.chat.count) == (found.outputs, 12)


def test_more_repeats_ask_for_those_only_that_are_new(model: ModelOf) -> None:
    asked = model(counts)
    asked.sample(3)
    asked.sample(3, repeats=2)
    assert (asked.chat.count, len(asked.sample(3).outputs)) == (6, 3)
    assert len(stored(asked.folder)) == 6


def test_no_prompt_is_asked_again_before_each_was_asked_once(model: ModelOf) -> None:
    asked = model()
    asked.sample(3, repeats=2, concurrency=1)
    assert [request.prompt for request in asked.chat.requests] == ["q0", "q1", "q2", "q0", "q1", "q2"]


def test_each_repeat_has_a_seed_of_its_own(model: ModelOf) -> None:
    asked = model()
    asked.sample(1, repeats=3, parameters={"seed": 7, "temperature": 1}, concurrency=1)
    assert [request.body["seed"] for request in asked.chat.requests] == [7, 8, 9]


def test_a_prompt_with_too_few_answers_is_named_and_not_judged(model: ModelOf) -> None:
    asked = model()
    asked.sample(2, repeats=2)
    found = asked.sample(2, repeats=3, samples="never")
    assert found.faults[0].startswith(
        "2 of 2 prompts would have to be asked, and --ftgate-samples=never: p0, p1 (no answer"
    )
    results = grade("e", prompts(2), found.outputs, build_grader({"type": "contains", "target": "re"}), repeats=3)
    assert {result.state for result in results.results.values()} == {"missing"}


def test_a_lost_answer_is_an_error_of_its_prompt(model: ModelOf) -> None:
    asked = model(then(counts, fails(400)))
    found = asked.sample(1, repeats=2, concurrency=1)
    assert [(o.state, o.repeat) for o in found.outputs] == [("answered", 0), ("errored", 1)]
    assert found.faults[0].startswith("1 of 1 prompt got fewer than 2 answers, and max_errors is 0: ")


def test_what_was_halted_is_counted_in_requests(model: ModelOf) -> None:
    assert "0 of 6 requests answered and kept, nothing was answered" in model(fails(401)).refused(3, repeats=2)


def test_an_answer_is_kept_with_its_seconds_and_attempts(model: ModelOf) -> None:
    asked = model(then(fails(500, retry_after_ms="1")), latency=0.02)
    (output,) = asked.sample(1).outputs
    (one,) = stored(asked.folder)
    assert one.attempts == 2
    assert one.seconds is not None
    assert one.seconds >= 0.02
    assert output.used is not None
    assert (output.used.latency, output.used.tokens, output.used.cost) == (one.seconds, 12, None)


def test_the_origin_says_how_long_answers_took_and_how_often_they_were_asked_for(model: ModelOf) -> None:
    fault = fails(500, retry_after_ms="1")
    asked = model(lambda of, asked: (fault if (asked.prompt, asked.before) == ("q0", 0) else counts)(of, asked))
    asked.sample(3)
    with Store(asked.folder / FILE) as store:
        store.keep([replace(one, seconds=0.5 + one.attempts) for one in store.answers()])
    pace = asked.sample(3, samples="never").origin[1].split("; ")[1:]
    assert pace == ["1.5 s in the median, 2.5 s at most", "1 asked for more than once, up to 2 times", TOKENS]
    with Store(asked.folder / FILE) as store:
        store.keep([replace(one, seconds=None) for one in store.answers() if one.attempts > 1])
    pace = asked.sample(3, samples="never").origin[1].split("; ")[1:]
    assert pace[0] == "1.5 s in the median of 2, 1.5 s at most"


def test_repeats_are_exported_and_replayed_elsewhere_each_as_itself(model: ModelOf) -> None:
    asked = model(counts)
    found = asked.sample(2, repeats=3).outputs
    with Store(asked.folder / FILE) as store, Store(asked.folder / "other" / FILE) as other:
        save(exported(store), asked.folder / "a.jsonl")
        assert imported(read(asked.folder / "a.jsonl"), other) == (6, 0)
    asked.folder = asked.folder / "other"
    replayed = asked.sample(2, repeats=3, samples="never")
    assert [(o.key, o.repeat, o.text, o.used) for o in replayed.outputs] == [
        (o.key, o.repeat, o.text, o.used) for o in found
    ]
    assert "6 from the store, 6 of them imported" in replayed.origin[0]


def test_an_answer_costs_what_the_price_says(model: ModelOf) -> None:
    (output,) = model().sample(1, price=Price(1e5, 1e6)).outputs
    assert output.used is not None
    assert output.used.cost == pytest.approx(10 * 0.1 + 2 * 1.0)


def test_a_batch_has_no_seconds_and_every_repeat(model: ModelOf) -> None:
    asked = model()
    asked.chat.other = Batches().answer
    outputs = asked.sample(2, repeats=2, batch=True).outputs
    assert [(o.key, o.repeat) for o in outputs] == [("p0", 0), ("p1", 0), ("p0", 1), ("p1", 1)]
    assert [o.used.latency for o in outputs if o.used] == [None] * 4
