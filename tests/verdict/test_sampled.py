"""What a verdict lists of stored answers, looked at by someone who trusts neither."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.errors import FtgateError
from pytest_ftgate.evals.sampling.request import Request
from pytest_ftgate.evals.sampling.store import Store, Stored
from pytest_ftgate.samples import Samples
from pytest_ftgate.verdict.sampled import check_samples

Listed = dict[str, Any]


def stored(text: str) -> Stored:
    request = Request("http://host/v1", "job-1", "chat", {"model": "m", "messages": [{"content": text}]})
    return Stored(request.digest, request.canonical, '{"model": "m"}', 1000.0)


@pytest.fixture
def listed(tmp_path: Path) -> Listed:
    """A verdict's fields on a store of two answers."""
    answers = [stored("a"), stored("b")]
    with Store(tmp_path / "s.sqlite") as store:
        store.keep(answers)
    samples = Samples.of(Path("s.sqlite"), {one.request: one.digest for one in answers}, ())
    gate = {"name": "good", "origin": ["2 answers"], "samples": [samples.sha256]}
    return {"samples": [{**samples.as_json(whole=True), "eval": "asked"}], "specs": [{"gates": [gate]}]}


def refused(listed: Listed, folder: Path) -> str:
    with pytest.raises(FtgateError) as caught:
        check_samples(listed, folder)
    return str(caught.value)


def test_the_answers_of_a_whole_list_are_found(listed: Listed, tmp_path: Path) -> None:
    check_samples(listed, tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v["samples"].clear(), "the verdict contradicts itself: a gate was decided on the answers "),
        (
            lambda v: v["samples"][0].update(requests=[]),
            "contradicts itself: it does not list the 2 answers of 'asked'",
        ),
        (lambda v: v["samples"][0].update(requests=v["samples"][0]["requests"][:1] * 2), "does not list the 2 answers"),
        (lambda v: v["samples"][0].update(answers=0), "it does not list the 0 answers of 'asked'"),
        (lambda v: v["samples"][0].update(answers=1, requests=v["samples"][0]["requests"][:1]), "is another one"),
        (lambda v: v["samples"][0].update(answers=0, requests=[]), ": an answer is another one"),
        (lambda v: v["samples"][0].update(store="a\x00b"), "in 'a\\x00b', which "),
        (lambda v: v["samples"][0].update(store="x" * 5000), ", which cannot be looked at: "),
        (lambda v: v["specs"][0]["gates"][0].update(samples=[]), "'good' was decided on sampled answers, and the verd"),
    ],
)
def test_a_list_that_contradicts_itself_is_seen(
    change: Callable[[Listed], object], said: str, listed: Listed, tmp_path: Path
) -> None:
    change(listed)
    assert said in refused(listed, tmp_path)


def test_two_answers_under_one_name_are_told_from_one(listed: Listed, tmp_path: Path) -> None:
    listed["samples"][0]["requests"][0] = ""
    assert "which has several answers to requests that begin with " in refused(listed, tmp_path)


def test_no_answers_at_all_need_no_store(tmp_path: Path) -> None:
    none = {**Samples.of(Path("s.sqlite"), {}, ()).as_json(whole=True), "eval": "asked"}
    check_samples({"samples": [none], "specs": [{"gates": []}]}, tmp_path)
