"""From a run that asks a model to `ftgate verify`: no stored answer that the verdict rests on can be another."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate import cli
from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt, prompt_of
from pytest_ftgate.evals.runtime import Runtime
from pytest_ftgate.evals.sampling import sample
from pytest_ftgate.evals.sampling.settings import Sampling
from pytest_ftgate.evals.sampling.store import Store
from pytest_ftgate.samples import set_digest

from ..chat_server import KEY, Asked, Chat, completion, http, serving
from ..conftest import RunSpec
from .verdicts import ASKED, verdict_in

STORE = Path(".ftgate/samples.sqlite")
SPEC = """
    ftgate: 1
    gates:
      kind: {eval: asked, score: mean, min: 0.5}
    evals:
      asked:
        prompts: [{id: a, prompt: one}, {id: b, prompt: two}, {id: c, prompt: three}]
        sample: {model: tiny, base_url: '${URL}'}
        grader: {testing_criteria: criteria.json}
      shown:
        prompts: [{id: d, prompt: four, contains: '5'}, {id: e, prompt: five, contains: '5'}]
        sample: {model: tiny, base_url: '${URL}'}
"""
INPUT = [{"role": "user", "content": "{{ item.prompt }}: {{ sample.output_text }}"}]
CRITERIA = {"type": "score_model", "name": "kindness", "model": "judge", "input": INPUT, "range": [1, 5]}

FLIPS = {
    "asked": "UPDATE answers SET asked = flipped(asked) WHERE request = ?",
    "body": "UPDATE answers SET body = replace(body, '5', '4') WHERE request = ?",
    "digest": "UPDATE answers SET digest = flipped(digest) WHERE request = ?",
    "request": "UPDATE answers SET request = flipped(request) WHERE request = ?",
    "at": "UPDATE answers SET at = at + 0.5 WHERE request = ?",
}
"""What flips one bit of an answer that is kept."""

Verify = Callable[[], str]


async def reply(_: Chat, asked: Asked) -> bytes:
    said = "5" if asked.body["model"] == "tiny" else '{"steps": [], "result": 5}'
    return http(200, completion(said, asked.body["model"]))


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Chat]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "FTGATE_ALLOW_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(Chat(reply)) as found:
        monkeypatch.setenv("URL", found.url)
        # Such a run forgets what it imports, and the SDK imports its parts when they are first used.
        options, runtime = {"base_url": found.url}, Runtime(folder=tmp_path)
        sample("e", [prompt_of({"id": 1, "prompt": "x"}, "")], {}, Sampling("tiny", options=options), None, runtime)
        build_grader({**CRITERIA, **options}, runtime=runtime)(
            Output("a", "", "answered"), Prompt("a", "x", None, {}, "")
        )
        yield found


@pytest.fixture
def verify(chat: Chat, pytester: pytest.Pytester, run_spec: RunSpec, capsys: pytest.CaptureFixture[str]) -> Verify:
    """The one line of `ftgate verify` on the verdict of a run that promotes; nothing where it exits with 0."""
    Path("adapter").mkdir()
    Path("adapter/weights").write_bytes(b"weights")
    Path("criteria.json").write_text(json.dumps([{**CRITERIA, "base_url": chat.url}]))
    run_spec(SPEC, ASKED, "--ftgate-model=adapter")
    assert verdict_in(pytester.path)["promote"]

    def said() -> str:
        asked = ["--spec", "job.yaml", "--model", "adapter", "--max-age", "1d", "--evidence"]
        capsys.readouterr()
        status = cli.main(["verify", "verdict.json", *asked])
        told = capsys.readouterr()
        assert (status, bool(told.err)) in ((0, False), (1, True))
        assert told.err.count("\n") <= 1
        return told.err

    return said


def changed(statement: str, *values: Any) -> None:
    with sqlite3.connect(STORE) as connection:
        connection.create_function("flipped", 1, lambda text: chr(ord(text[0]) ^ 1) + text[1:])
        assert connection.execute(statement, values).rowcount > 0
    connection.close()


def emptied() -> Path:
    STORE.unlink()
    return STORE


def rows() -> list[tuple[Any, ...]]:
    with sqlite3.connect(STORE) as connection:
        found = connection.execute("SELECT request, asked, body FROM answers ORDER BY request").fetchall()
    connection.close()
    return found


def test_a_run_lists_the_answers_of_model_and_judge_once(pytester: pytest.Pytester, verify: Verify) -> None:
    verdict = verdict_in(pytester.path)
    asked, judge, shown = verdict["samples"]
    assert [(one["eval"], one["answers"], one["store"]) for one in (asked, judge, shown)] == [
        ("asked", 3, str(STORE)), ("asked", 3, str(STORE)), ("shown", 2, str(STORE))
    ]  # fmt: skip
    assert (asked["grader"], judge["grader"].partition(" ")[0], shown["grader"]) == ("", "score_model", "")
    gates = {gate["name"]: gate["samples"] for gate in verdict["specs"][0]["gates"]}
    of = [asked["sha256"], judge["sha256"]], [shown["sha256"]], [shown["sha256"]]
    assert gates == dict(zip(("kind", "shown[d]", "shown[e]"), of, strict=True))
    assert verify() == ""


def test_its_digest_can_be_taken_without_this_package(pytester: pytest.Pytester, verify: Verify) -> None:
    (asked, *_) = verdict_in(pytester.path)["samples"]
    with Store(STORE, writes=False) as store:
        kept = {one.request: one.digest for one in store.answers() if one.request[:16] in asked["requests"]}
    assert (len(kept), set_digest(kept)) == (3, asked["sha256"])
    assert f"answers sha256:{asked['sha256']}" in verdict_in(pytester.path)["specs"][0]["gates"][0]["origin"][1]
    assert verify() == ""


@pytest.mark.parametrize("column", FLIPS)
def test_a_flipped_bit_of_any_answer_is_caught(column: str, verify: Verify) -> None:
    for request, *_ in rows():
        shutil.copy(STORE, "whole")
        changed(FLIPS[column], request)
        assert "the verdict rests on " in verify()
        shutil.copy("whole", STORE)
    assert verify() == ""


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE answers SET at = at + 1",
        "UPDATE answers SET seconds = 0.5",
        "UPDATE answers SET seconds = NULL",
        "UPDATE answers SET attempts = 3",
        "UPDATE answers SET body = x'ff'",
    ],
)
def test_neither_can_when_and_how_it_came(change: str, verify: Verify) -> None:
    changed(change)
    assert "was changed: its own digest is of another" in verify()


@pytest.mark.usefixtures("pytester")
def test_an_answer_that_is_gone_is_missed(verify: Verify) -> None:
    for request, *_ in rows():
        shutil.copy(STORE, "whole")
        changed("DELETE FROM answers WHERE request = ?", request)
        assert (
            f"which has no answer to the request {request[:16]}: bring that file, or an export of it with" in verify()
        )
        shutil.copy("whole", STORE)
    assert verify() == ""


@pytest.mark.parametrize("how", [{"body": '{"result": 1}'}, {"at": 1000.0}, {"seconds": 9.0}, {"attempts": 7}])
def test_an_answer_in_its_place_with_a_digest_of_its_own_is_caught(how: dict[str, Any], verify: Verify) -> None:
    for request, *_ in rows():
        with Store(STORE) as store:
            whole = store.answer(request)
            assert whole
            store.keep([replace(whole, **how)])
            assert ": an answer is another one" in verify()
            store.keep([whole])
    assert verify() == ""


def test_the_line_names_the_eval_and_who_asked(pytester: pytest.Pytester, verify: Verify) -> None:
    _, judge, _ = verdict_in(pytester.path)["samples"]
    changed("DELETE FROM answers WHERE request LIKE ?", f"{judge['requests'][0]}%")
    assert verify() == (
        f"ftgate verify: the verdict rests on 3 answers of 'asked', asked by '{judge['grader']}', in '{STORE}', which "
        f"has no answer to the request {judge['requests'][0]}: bring that file, or an export of it with `ftgate "
        "samples import FILE`\n"
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda: STORE.rename("elsewhere"), "in '.ftgate/samples.sqlite', which is no file here: bring that file"),
        (lambda: emptied().mkdir(), "which is no file here"),
        (lambda: STORE.write_text("else"), "which cannot be looked at: .ftgate/samples.sqlite: the store of answers"),
        (lambda: STORE.write_bytes(b""), "which has no answer to the request"),
        (lambda: Store(emptied()).answer(""), "which has no answer to the request"),
    ],
)
def test_another_store_or_none_is_caught(spoil: Callable[[], object], said: str, verify: Verify) -> None:
    spoil()
    assert said in verify()
    assert "answers of 'asked'" in verify()


@pytest.mark.usefixtures("pytester")
def test_an_export_brings_the_answers_elsewhere(verify: Verify) -> None:
    assert cli.main(["samples", "export", "answers.jsonl"]) == 0
    STORE.unlink()
    assert "ftgate samples import FILE" in verify()
    assert cli.main(["samples", "import", "answers.jsonl"]) == 0
    assert verify() == ""


def test_other_answers_in_the_store_do_not_matter(verify: Verify) -> None:
    with Store(STORE) as store:
        (first, *_) = store.answers()
        asked = first.asked.replace("one", "six")
        store.keep([replace(first, asked=asked, request=hashlib.sha256(asked.encode()).hexdigest())])
    assert verify() == ""


def test_the_same_answers_are_the_same_verdict(pytester: pytest.Pytester, run_spec: RunSpec, verify: Verify) -> None:
    before = verdict_in(pytester.path)
    run_spec(SPEC, ASKED, "--ftgate-model=adapter", "--ftgate-samples=never")
    after = verdict_in(pytester.path)
    assert (after["verdict_id"], after["samples"]) == (before["verdict_id"], before["samples"])
    assert verify() == ""


def test_workers_of_xdist_list_them_too(pytester: pytest.Pytester, verify: Verify) -> None:
    pytest.importorskip("xdist")
    before = verdict_in(pytester.path)
    pytester.runpytest_subprocess("--ftgate=job.yaml", "-n2", ASKED, "--ftgate-model=adapter")
    after = verdict_in(pytester.path)
    assert (after["verdict_id"], after["samples"]) == (before["verdict_id"], before["samples"])
    assert verify() == ""


def test_asked_again_it_is_another_verdict(pytester: pytest.Pytester, run_spec: RunSpec, verify: Verify) -> None:
    before = verdict_in(pytester.path)["verdict_id"]
    shutil.copy("verdict.json", "old.json")
    run_spec(SPEC, ASKED, "--ftgate-model=adapter", "--ftgate-samples=always")
    assert verdict_in(pytester.path)["verdict_id"] != before
    assert verify() == ""
    shutil.copy("old.json", "verdict.json")
    assert ": an answer is another one" in verify()
