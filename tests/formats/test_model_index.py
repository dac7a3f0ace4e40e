"""A Hugging Face card's metadata, read by the Hub's own library."""

from pathlib import Path

import pytest
from huggingface_hub import ModelCard, ModelCardData
from huggingface_hub.repocard_data import model_index_to_eval_results

from pytest_ftgate.errors import FtgateError
from pytest_ftgate.formats import exported
from pytest_ftgate.formats.told import read_verdict

from .making import GITHUB, UNBOUND, gate, verdict


def card(path: Path) -> ModelCardData:
    data = ModelCard(f"---\n{exported(path, 'model-index')}---\n# A bot\n").data
    assert isinstance(data, ModelCardData)
    return data


def judged(folder: Path) -> Path:
    heldout = gate("refunds", value=0.975, what="pass rate of refunds", rule={"eval": "refunds", "min": 0.9})
    status = gate("finished", value="succeeded", what="status")
    return verdict(folder, gate("loss", value=0.25), status, heldout, ci=GITHUB)


def test_the_hub_reads_every_number_with_its_set(tmp_path: Path) -> None:
    found = card(judged(tmp_path)).eval_results or []
    assert [(one.dataset_type, one.metric_type, one.metric_value, one.metric_name) for one in found] == [
        ("training-job", "valid_loss", 0.25, "loss: valid_loss"),
        ("refunds", "pass rate of refunds", 0.975, "refunds: pass rate of refunds"),
    ]


def test_the_results_name_verdict_and_run(tmp_path: Path) -> None:
    path = judged(tmp_path)
    [first, *_] = card(path).eval_results or []
    assert first.source_name == f"pytest-ftgate, verdict {read_verdict(path).id}"
    assert first.source_url == GITHUB["run_url"]


def test_the_metadata_survives_a_round_trip(tmp_path: Path) -> None:
    data = card(judged(tmp_path))
    index = data.to_dict()["model-index"]  # type: ignore[no-untyped-call]
    name, again = model_index_to_eval_results(index)
    assert (name, again) == ("adapter", data.eval_results)


def test_a_name_is_text_and_never_yaml(tmp_path: Path) -> None:
    path = verdict(tmp_path, gate("loss"), subject=UNBOUND | {"id": "a: [b\n- !!python/none"})
    assert card(path).model_name == "a: [b\\n- !!python/none"


def test_what_does_not_promote_is_on_no_card(tmp_path: Path) -> None:
    with pytest.raises(FtgateError, match="does not promote, and a card's figures would not tell: verdict: FAIL"):
        exported(verdict(tmp_path, gate("loss", "fail"), promote=False), "model-index")


def test_a_card_needs_a_number(tmp_path: Path) -> None:
    with pytest.raises(FtgateError, match="holds no number that a gate observed"):
        exported(verdict(tmp_path, gate("finished", value="succeeded")), "model-index")
