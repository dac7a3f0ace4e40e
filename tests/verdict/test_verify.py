"""`ftgate verify`: the one question of a release script."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_ftgate import cli
from pytest_ftgate.decision import Status
from pytest_ftgate.errors import FtgateError
from pytest_ftgate.files import MAX_BYTES
from pytest_ftgate.verdict import write
from pytest_ftgate.verdict.identity import seal, verdict_id
from pytest_ftgate.verdict.reading import read_document, schema_text
from pytest_ftgate.verdict.verify import Wanted, verify

from ..making import spec_file
from .made import HOSTED, NOW, digest_of, judged, verdict

WEEK = 7 * 86400.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model, a spec, evidence, and the verdict that promotes them, in the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("adapter").mkdir()
    Path("adapter/weights").write_bytes(b"weights")
    Path("evidence").write_bytes(b"evidence")
    Path("schema.json").write_bytes(b"{}")
    spec = spec_file(tmp_path, "ftgate: 1\n")
    one = judged(spec, Status.PASS, Status.WARN, policy=(digest_of(tmp_path / "schema.json"),))
    write(verdict(one, folder=tmp_path, model="adapter"), Path("verdict.json"))
    return tmp_path


def asked(**more: Any) -> str:
    """What verify says of the verdict in the working directory; nothing where it is content."""
    wanted = Wanted([Path("job.yaml")], "adapter", WEEK, Path())
    now = more.pop("now", NOW)
    try:
        verify(Path("verdict.json"), replace(wanted, **more), now)
    except FtgateError as e:
        return str(e)
    return ""


def test_a_verdict_that_promotes_what_is_in_hand_is_let_through(folder: Path) -> None:
    wanted = Wanted([Path("job.yaml")], "adapter", WEEK, folder)
    said = verify(Path("verdict.json"), wanted, NOW)
    found = read_document(Path("verdict.json"))
    assert said == (
        f"pass_with_warnings: 'adapter' may be promoted by verdict {found['verdict_id']} of 2026-11-21T12:00:00Z"
    )


@pytest.mark.parametrize("name", ["job.yaml", "schema.json", "evidence", "adapter/weights", "verdict.json"])
def test_any_flipped_bit_is_caught(folder: Path, name: str) -> None:
    path, content = folder / name, (folder / name).read_bytes()
    same = json.loads(Path("verdict.json").read_text())
    for place in range(0, len(content) * 8, max(1, len(content) * 8 // 120)):
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        # A letter of an escape or an exponent may change its case, and the content be the same.
        assert asked() or (name == "verdict.json" and json.loads(path.read_text()) == same)
    path.write_bytes(content)
    assert asked() == ""


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda: Path("job.yaml").write_text("ftgate: 1 # looser\n"), "job.yaml is not the spec that was judged by"),
        (
            lambda: Path("schema.json").write_text("true"),
            "the spec was judged with 'schema.json' with the sha256 44136",
        ),
        (lambda: Path("evidence").unlink(), "the verdict rests on 1 file, and 'evidence', which cannot be looked at"),
        (lambda: Path("adapter/weights").write_text("x"), "not the model that was judged: 'weights' is another file"),
        (lambda: Path("adapter/more").write_text("x"), "is not the model that was judged: 'more' was not there"),
        (lambda: Path("adapter/weights").rename("adapter/w"), "is not the model that was judged: 'weights' is missing"),
        (lambda: Path("verdict.json").write_text("{}"), "verdict.json is not a verdict: 'schema' is a required"),
        (lambda: Path("verdict.json").write_text("[" * 100000), "is not a verdict: JSON nested too deeply"),
        (lambda: Path("verdict.json").write_text('{"a": 1, "a": 2}'), "is not a verdict: "),
        (lambda: Path("verdict.json").write_bytes(b"\xff"), "verdict.json: not UTF-8 text"),
        (lambda: Path("verdict.json").write_text("1" * 5000), "is not a verdict: "),
        (lambda: Path("verdict.json").unlink(), "verdict.json: no such file"),
    ],
)
def test_one_line_says_what_is_not_as_it_was(folder: Path, spoil: Callable[[], object], said: str) -> None:
    spoil()
    assert said in asked()
    assert "\n" not in asked()
    assert folder == Path.cwd()


@pytest.mark.usefixtures("folder")
def test_a_verdict_has_its_time() -> None:
    assert asked(now=NOW + timedelta(seconds=WEEK)) == ""
    assert "longer ago than --max-age allows: judge again" in asked(now=NOW + timedelta(seconds=WEEK + 1))
    assert asked(now=NOW - timedelta(minutes=5)) == ""
    assert "which is in the future here" in asked(now=NOW - timedelta(minutes=6))


def test_evidence_that_is_too_large_to_be_read_at_once_is_looked_at(folder: Path) -> None:
    with Path("evidence").open("wb") as lines:
        for place in range(MAX_BYTES >> 22):
            lines.seek(((place + 1) << 22) + 1)
            lines.write(b"\n")
    with Path("evidence").open("rb") as whole:
        sha256 = hashlib.file_digest(whole, "sha256").hexdigest()
    found = json.loads(Path("verdict.json").read_text())
    [listed] = found["inputs"]
    told = {gate["name"]: gate | {"inputs": [sha256]} for gate in found["specs"][0]["gates"]}
    found |= {"inputs": [listed | {"sha256": sha256}]}
    found["specs"][0]["gates"] = list(told.values())
    found["verdict_id"] = verdict_id(found)
    Path("verdict.json").write_text(json.dumps(found | {"sha256": seal(found)}))
    assert (folder / "evidence").stat().st_size > MAX_BYTES
    assert asked() == ""
    with Path("evidence").open("r+b") as lines:
        lines.write(b"x")
    assert "; it is " in asked()


def test_a_path_that_no_file_can_have_is_one_line(folder: Path) -> None:
    found = json.loads(Path("verdict.json").read_text())
    found["inputs"][0]["path"] = "x" * 5000
    Path("verdict.json").write_text(json.dumps(found | {"sha256": seal(found)}))
    assert "which cannot be looked at: " in asked()
    assert folder == Path.cwd()


def test_evidence_is_looked_at_only_when_asked_for(folder: Path) -> None:
    (folder / "evidence").unlink()
    assert asked(evidence=None) == ""


def test_every_spec_must_be_in_hand(folder: Path) -> None:
    other = spec_file(folder, "ftgate: 1 # other\n", "other.yaml")
    both = [judged(folder / "job.yaml", Status.PASS), judged(other, Status.PASS)]
    write(verdict(*both, folder=folder, model="adapter"), Path("verdict.json"))
    assert asked() == "the verdict is also by 'other.yaml': name it too with --spec"
    assert asked(specs=[Path("job.yaml"), Path("other.yaml")]) == ""


@pytest.mark.parametrize("status", [s for s in Status if s not in (Status.PASS, Status.WARN, Status.WAIVED)])
def test_what_does_not_promote_is_not_let_through(folder: Path, status: Status) -> None:
    write(
        verdict(judged(folder / "job.yaml", Status.PASS, status), folder=folder, model="adapter"), Path("verdict.json")
    )
    assert asked().startswith("verdict.json does not promote: verdict: ")


def test_a_verdict_without_a_model_lets_none_through(folder: Path) -> None:
    write(verdict(judged(folder / "job.yaml", Status.PASS), folder=folder), Path("verdict.json"))
    assert asked() == (
        "the verdict is bound to no model: no model was named: --ftgate-model DIR binds the verdict to its files"
    )


def test_a_hosted_model_is_known_by_its_id(folder: Path) -> None:
    write(verdict(judged(folder / "job.yaml", Status.PASS, facts=HOSTED), folder=folder), Path("verdict.json"))
    assert asked(model=HOSTED["model"]) == ""
    assert asked(model="ft:other") == f"'ft:other' is not the model that was judged, which is '{HOSTED['model']}'"
    assert asked() == f"what was judged is the hosted model '{HOSTED['model']}', and 'adapter' is a file or folder"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("model", ["ft:gpt", "no\x00where", "x" * 5000, ""])
def test_an_id_or_a_path_to_nothing_is_not_the_files_that_were_judged(model: str) -> None:
    assert asked(model=model).startswith("what was judged is files, and '")


def forged(change: Callable[[dict[str, Any]], object]) -> None:
    """Change the verdict as somebody would who knows how its digests are made."""
    found = json.loads(Path("verdict.json").read_text())
    change(found)
    found["verdict_id"] = verdict_id(found)
    Path("verdict.json").write_text(json.dumps({**found, "sha256": seal(found)}))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v["specs"][0]["gates"][0].update(status="fail"), "the counts of 'job.yaml' do not add up"),
        (
            lambda v: (
                v["specs"][0]["gates"][0].update(status="fail"),
                v["specs"][0]["counts"].update({"pass": 0, "fail": 1}),
            ),
            "contradicts itself: it promotes, and not every",
        ),
        (lambda v: v["specs"][0]["gates"].clear(), "contradicts itself: the counts of 'job.yaml' do not add up"),
        (lambda v: v["specs"][0]["counts"].update({"pass": 3}), "the counts of 'job.yaml' do not add up"),
        (lambda v: v["specs"].clear(), "contradicts itself: it promotes"),
        (lambda v: v["problems"].append("odd"), "contradicts itself: it promotes"),
        (lambda v: v["specs"][0].update(problem="odd"), "contradicts itself: it promotes"),
        (lambda v: v["specs"][0]["counts"].update({"pass": 2, "warn": 0}), "the counts of 'job.yaml' do not add up"),
        (lambda v: v.update(inputs=[]), "contradicts itself: a gate was decided on "),
        (
            lambda v: (v.update(inputs=[]), [g.update(inputs=[]) for g in v["specs"][0]["gates"]]),
            "the verdict was decided on no files",
        ),
        (lambda v: v.update(created=""), "does not say when it was made"),
        (
            lambda v: v["subject"].update(root_digest={"alg": "x", "value": "0" * 64}),
            "is not the model that was judged",
        ),
        (lambda v: v["inputs"][0].update(path="a\x00b"), "which cannot be looked at"),
        (lambda v: v["specs"].append(7), "is not a verdict: 'specs.1' 7 is not of type 'object'"),
    ],
)
def test_a_forged_verdict_that_contradicts_itself_is_seen(
    change: Callable[[dict[str, Any]], object], said: str
) -> None:
    try:
        forged(change)
    except TypeError:
        forge_without_id(change)
    assert said in asked()


def forge_without_id(change: Callable[[dict[str, Any]], object]) -> None:
    found = json.loads(Path("verdict.json").read_text())
    change(found)
    Path("verdict.json").write_text(json.dumps({**found, "sha256": seal(found)}))


@pytest.mark.usefixtures("folder")
def test_sampled_answers_that_are_not_listed_are_not_let_through() -> None:
    forged(lambda v: v["specs"][0]["gates"][0].update(origin=["3 answers of 'tiny'"]))
    assert asked() == "'g0' was decided on sampled answers, and the verdict lists none of them"
    assert asked(evidence=None) == ""


@pytest.mark.usefixtures("folder")
def test_an_id_that_is_not_that_of_the_content_is_seen() -> None:
    forge_without_id(lambda v: v.update(verdict_id="0" * 64))
    assert asked() == "verdict.json was changed after it was written: its verdict_id is not that of its content"


def json_values() -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    return st.recursive(
        leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=4
    )


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.data())
def test_no_json_whatsoever_is_more_than_one_line(tmp_path: Path, values: st.DataObject) -> None:
    said = {key: values.draw(json_values()) for key in json.loads(schema_text())["required"]}
    (tmp_path / "odd.json").write_text(json.dumps({**said, "schema": "pytest-ftgate/verdict/1"}))
    with pytest.raises(FtgateError, match=r"odd\.json is not a verdict: [^\n]*\Z"):
        read_document(tmp_path / "odd.json")


def test_the_command_exits_with_0_only_where_it_is_content(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["verify", "verdict.json", "--spec", "job.yaml", "--model", "adapter", "--evidence"]
    assert cli.main([*arguments, "--max-age", "36500d"]) == 0
    assert capsys.readouterr().out.startswith("pass_with_warnings: 'adapter' may be promoted by verdict ")
    (folder / "evidence").write_text("other")
    assert cli.main([*arguments, "--max-age", "36500d"]) == 1
    assert capsys.readouterr().err.startswith("ftgate verify: the verdict rests on 1 file, and 'evidence' with ")
    monkeypatch.chdir("/")


@pytest.mark.usefixtures("folder")
def test_a_second_model_is_refused_and_not_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["verify", "verdict.json", "--spec", "job.yaml", "--max-age", "36500d"]
    assert cli.main([*arguments, "--model", "elsewhere", "--model", "adapter"]) == 1
    assert capsys.readouterr().err.startswith("ftgate verify: a verdict is on one model: give --model once")


@pytest.mark.parametrize("left_out", ["--spec", "--model", "--max-age"])
def test_nothing_that_must_be_asked_can_be_left_out(left_out: str, capsys: pytest.CaptureFixture[str]) -> None:
    given_all = {"--spec": "job.yaml", "--model": "adapter", "--max-age": "7d"}
    arguments = [word for key, value in given_all.items() if key != left_out for word in (key, value)]
    with pytest.raises(SystemExit) as caught:
        cli.main(["verify", "verdict.json", *arguments])
    assert caught.value.code == 2
    assert f"required: {left_out}" in capsys.readouterr().err
