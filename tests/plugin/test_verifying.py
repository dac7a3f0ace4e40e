"""From a run to `ftgate verify`: nothing that the verdict rests on can differ by a bit and go unseen."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate import cli

from ..conftest import TRAINED, RunSpec
from ..making import jsonl, losses, trainer_state
from .verdicts import ASKED, verdict_in

SPEC = """
    ftgate: 1
    job: run
    baseline: old
    gates:
      not-worse: {metric: valid_loss, max: 1, baseline: {max_rise: 0.5}}
      as-ever: {golden: golden.csv, metric: train_loss, atol: 0.5}
      answers: {eval: refunds, min: 50%, baseline: {max_drop: 50%}}
      kind: {eval: rated, by: lang, min: 0.5}
      form: {eval: forms, min: 0.5}
      unlikely: {metric: train_loss, max: 0.1}
    evals:
      refunds: {prompts: heldout.jsonl, outputs: {job: outputs.jsonl}, grader: exact}
      rated: {prompts: heldout.jsonl, outputs: {job: outputs.jsonl}, grader: {type: ratings, file: ratings.csv}}
      forms: {prompts: forms.jsonl, outputs: {job: forms.jsonl}, grader: {type: json_schema, schema: form.json}}
    waivers:
      - {gate: unlikely, reason: the old one was worse, owner: me, expires: 2999-01-01, up_to: 1}
"""

POLICY = ("job.yaml", "ratings.csv", "form.json")
EVIDENCE = (
    "run/trainer_state.json", "run/outputs.jsonl", "run/forms.jsonl", "old/trainer_state.json", "old/outputs.jsonl",
    "heldout.jsonl", "forms.jsonl", "golden.csv",
)  # fmt: skip
MODEL = ("adapter/adapter_model.safetensors", "adapter/sub/adapter_config.json")

Verify = Callable[..., str]


def evidence_in(folder: Path) -> None:
    """A job, its baseline, an expected curve, prompts with answers, ratings and a schema, and a model."""
    trainer_state(folder / "old", losses(TRAINED, [1.3, 1.1, 0.8]))
    rows = [{"id": f"p{i}", "prompt": f"question {i}", "target": "yes", "lang": "de"} for i in range(4)]
    jsonl(folder / "heldout.jsonl", rows)
    for job, answer in (("run", "no"), ("old", "maybe")):
        outputs = [{"id": f"p{i}", "output": "yes" if i else answer} for i in range(4)]
        jsonl(folder / job / "outputs.jsonl", outputs)
    jsonl(folder / "forms.jsonl", [{"id": "f", "prompt": "?", "target": {"a": 1}}])
    jsonl(folder / "run/forms.jsonl", [{"id": "f", "output": '{"a": 1}'}])
    (folder / "form.json").write_text('{"type": "object"}')
    (folder / "ratings.csv").write_text("id,rating\n" + "".join(f"p{i},5\n" for i in range(4)))
    (folder / "golden.csv").write_text("step,train_loss\n" + "".join(f"{10 * i},{2.05 - i / 20}\n" for i in (1, 30)))
    for path in MODEL:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(bytes(range(64)))


@pytest.fixture
def verify(pytester: pytest.Pytester, run_spec: RunSpec, capsys: pytest.CaptureFixture[str]) -> Verify:
    """The one line of `ftgate verify` on the verdict of a run that promotes; nothing where it exits with 0."""
    evidence_in(pytester.path)
    run_spec(SPEC, ASKED, "--ftgate-model=adapter")
    capsys.readouterr()

    def said(model: str = "adapter") -> str:
        asked = ["--spec", "job.yaml", "--model", model, "--max-age", "1d", "--evidence"]
        status = cli.main(["verify", "verdict.json", *asked])
        told = capsys.readouterr()
        assert (status, bool(told.err)) in ((0, False), (1, True))
        assert told.err.count("\n") <= 1
        return told.err

    return said


def flipped(path: Path) -> Iterator[None]:
    """The file with one bit flipped, at several places one after the other; then as it was."""
    content = path.read_bytes()
    for place in {0, len(content) // 2, len(content) - 1}:
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(changed)
        yield
    path.write_bytes(content)


def test_a_run_that_promotes_is_let_through_and_rests_on_every_file(pytester: pytest.Pytester, verify: Verify) -> None:
    verdict = verdict_in(pytester.path)
    assert verify() == ""
    assert verdict["verdict"] == "pass_with_waivers"
    assert {one["path"] for one in verdict["inputs"]} == {*EVIDENCE, "ratings.csv", "form.json"}
    assert {one["path"] for one in verdict["specs"][0]["policy"]["files"]} == {"ratings.csv", "form.json"}
    assert [f"adapter/{one['path']}" for one in verdict["subject"]["files"]] == [*MODEL]


def test_a_flipped_bit_of_whatever_it_rests_on_is_caught(pytester: pytest.Pytester, verify: Verify) -> None:
    unseen = [
        name
        for name in (*POLICY, *EVIDENCE, *MODEL, "verdict.json")
        for _ in flipped(pytester.path / name)
        if not verify()
    ]
    assert unseen == []
    assert verify() == ""


def test_no_field_of_the_verdict_can_be_another(pytester: pytest.Pytester, verify: Verify) -> None:
    path = pytester.path / "verdict.json"
    whole = json.loads(path.read_text())
    places = [*_leaves(whole)]
    unseen = [place for place in places for other in _others(whole, place) if not _said(path, other, verify)]
    assert unseen == []
    assert len(places) > 250


def test_a_field_that_is_gone_or_was_added_is_seen(pytester: pytest.Pytester, verify: Verify) -> None:
    path = pytester.path / "verdict.json"
    whole = json.loads(path.read_text())
    for key in whole:
        assert _said(path, {name: value for name, value in whole.items() if name != key}, verify)
    assert "was changed after it was written" in _said(path, {**whole, "note": "fine"}, verify)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda: Path("adapter/more").write_text("x"), "'more' was not there"),
        (lambda: Path("adapter/.hidden").write_text("x"), "'.hidden' was not there"),
        (lambda: Path("adapter/sub/adapter_config.json").unlink(), "'sub/adapter_config.json' is missing"),
        (lambda: shutil.rmtree("adapter/sub"), "'sub/adapter_config.json' is missing"),
        (lambda: Path("adapter/sub").rename("adapter/bus"), "'sub/adapter_config.json' is missing"),
        (lambda: Path("adapter/link").symlink_to("adapter_model.safetensors"), "'link' was not there"),
        (lambda: Path("adapter/link").symlink_to("sub"), "adapter/link is a link to a folder"),
        (lambda: Path("adapter/link").symlink_to("nowhere"), "adapter/link is neither a file nor a folder"),
        (lambda: _linked("adapter/adapter_model.safetensors", "run/outputs.jsonl"), "is another file"),
        (lambda: shutil.rmtree("adapter"), "'adapter' is no file or folder here"),
    ],
)
@pytest.mark.usefixtures("pytester")
def test_a_model_with_other_files_is_another_model(spoil: Callable[[], object], said: str, verify: Verify) -> None:
    spoil()
    assert said in verify()


@pytest.mark.usefixtures("pytester")
def test_a_link_to_the_same_content_is_the_same_model(verify: Verify) -> None:
    Path("elsewhere").write_bytes(bytes(range(64)))
    _linked("adapter/adapter_model.safetensors", "elsewhere")
    assert verify() == ""
    Path("elsewhere").write_bytes(bytes(range(1, 65)))
    assert "'adapter_model.safetensors' is another file" in verify()


@pytest.mark.parametrize("name", ["run/trainer_state.json", "heldout.jsonl", "job.yaml", "verdict.json", "form.json"])
@pytest.mark.usefixtures("pytester")
def test_what_is_gone_is_missed(name: str, verify: Verify) -> None:
    Path(name).unlink()
    assert "no such file" in verify()


def _linked(name: str, target: str) -> None:
    Path(name).unlink()
    Path(name).symlink_to(Path(target).resolve())


def _said(path: Path, document: object, verify: Verify) -> str:
    path.write_text(json.dumps(document))
    return verify()


def _leaves(value: object, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value is that holds no other, and every container that holds nothing."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    pairs = [*inner]
    if not pairs:
        yield place
    for key, one in pairs:
        yield from _leaves(one, (*place, key))


def _others(whole: Any, place: tuple[Any, ...]) -> Iterator[Any]:
    """The document with another value of the same kind at a place, with the value gone, and with null there."""
    old = whole
    for key in place:
        old = old[key]
    for value in {repr(one): one for one in (_another(old), None, str(old)) if one is not old and one != old}.values():
        changed = json.loads(json.dumps(whole))
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        yield changed


def _another(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return ("0" if value[:1] != "0" else "1") + value[1:]
    return [0] if isinstance(value, list) else {"a": 1} if isinstance(value, dict) else "null"
