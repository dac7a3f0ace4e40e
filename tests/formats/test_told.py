"""What is exported is a verdict that can be relied on, or nothing is."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import FtgateError
from pytest_ftgate.formats import FORMATS, exported, save
from pytest_ftgate.formats.told import read_verdict
from pytest_ftgate.verdict.identity import seal

from .making import document, gate, score, verdict


def refused(path: Path, form: str = "openmetrics") -> str:
    with pytest.raises(FtgateError) as caught:
        exported(path, form)
    return str(caught.value)


def told_or_refused(path: Path, form: str) -> str:
    try:
        return exported(path, form)
    except FtgateError as e:
        return str(e)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "[" * 100_000, '{"schema": "pytest-ftgate/verdict/1"}', "NaN"]
)
def test_what_is_no_verdict_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "verdict.json"
    path.write_text(text, encoding="utf-8")
    assert refused(path).partition("verdict.json ")[2].startswith("is not a verdict: ")


def test_a_verdict_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = verdict(tmp_path, gate("loss", "fail"), promote=False)
    path.write_text(path.read_text(encoding="utf-8").replace('"status": "fail"', '"status": "pass"'), encoding="utf-8")
    assert "was changed after it was written" in refused(path)


@pytest.mark.parametrize("status", ["fail", "error", "inconclusive", "not_evaluated"])
def test_no_promotion_is_told_over_a_gate_in_the_way(status: str, tmp_path: Path) -> None:
    assert "contradicts itself" in refused(verdict(tmp_path, gate("a"), gate("b", status)))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "verdict.json").endswith("verdict.json: no such file")


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_verdict_with_a_field_of_another_kind_shows_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    body = document(gate("a"))
    where: Any = data.draw(st.sampled_from([body, body["specs"][0], body["specs"][0]["gates"][0], body["subject"]]))
    key = data.draw(st.sampled_from(sorted(where)))
    where[key] = data.draw(st.sampled_from([None, 7, "text", [], {}, [[]], {"a": 1}]))
    body |= {"sha256": seal(body)}
    path = tmp_path_factory.mktemp("hostile") / "verdict.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    for form in FORMATS:
        assert told_or_refused(path, form)


def test_the_candidate_s_value_is_told_and_not_the_baseline_s(tmp_path: Path) -> None:
    scores = [score(value) for value in ("nan", 0.5)]
    told = read_verdict(verdict(tmp_path, gate("loss", scores=scores), gate("twice", scores=scores[::-1])))
    assert [one.values for one in told.gates] == [{}, {"valid_loss": 0.5}]


@pytest.mark.parametrize("value", [True, "0.5", "inf", 10**400])
def test_what_is_no_finite_number_is_not_told_as_one(value: object, tmp_path: Path) -> None:
    assert read_verdict(verdict(tmp_path, gate("loss", value=value))).gates[0].values == {}


def test_every_format_is_ascii_without_control_characters(tmp_path: Path) -> None:
    rude = "a\x1b[31m\u202e::set-output\n#]]> \ud800 <script>"
    inputs = [{"path": rude, "sha256": "a" * 64, "size": 1}]
    path = verdict(tmp_path, gate(rude, what=rude), headline=rude, inputs=inputs, spec={"path": rude})
    for form in FORMATS:
        text = exported(path, form)
        assert text.isascii()
        assert text.replace("\n", "").isprintable()
        assert "\n::" not in text


def test_an_export_is_a_new_file(tmp_path: Path) -> None:
    save("text\n", tmp_path / "new" / "out.txt")
    assert (tmp_path / "new" / "out.txt").read_text(encoding="utf-8") == "text\n"
    with pytest.raises(FtgateError, match=r"out\.txt: is there already: it is not overwritten"):
        save("other\n", tmp_path / "new" / "out.txt")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FtgateError, match=r"out\.txt: cannot be written \("):
        save("text\n", tmp_path / "file" / "out.txt")
