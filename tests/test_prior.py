"""An earlier verdict as a baseline: only a whole one that promotes, and only what it says of the gate."""

from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.prior import SCHEMA, Prior, read_prior

from .making import sealed_verdict

SCORE = {"what": "valid_loss", "value": 0.9, "how": "last of 3 values", "n": 3, "basis": "the whole validation set"}


def verdict(folder: Path, score: Any = SCORE, **more: Any) -> Path:
    """A verdict on one spec with the gate `loss`, as it is written."""
    spec = {"gates": [{"name": "loss", "scores": [score]}], "facts": {"method": "dpo"}}
    content: dict[str, Any] = {"verdict": "pass", "promote": True, "specs": [spec], **more}
    return sealed_verdict(folder / "verdict.json", content)


def prior(folder: Path, score: Any = SCORE) -> Prior:
    found = read_prior(verdict(folder, score))
    assert found
    return found


def test_a_verdict_says_what_its_gates_observed(tmp_path: Path) -> None:
    found = prior(tmp_path).score("loss", "valid_loss")
    assert (found.value, found.what, found.how, found.n) == (0.9, "valid_loss", "last of 3 values", 3)
    assert (found.basis, found.evidence[0].path.name) == ("the whole validation set", "verdict.json")


def test_a_verdict_says_which_job_it_was_about(tmp_path: Path) -> None:
    assert prior(tmp_path).facts == {"method": "dpo"}


@pytest.mark.parametrize("text", ["{}", "", "[]", "not JSON", '{"schema": "another/1"}'])
def test_another_file_is_no_verdict(tmp_path: Path, text: str) -> None:
    (tmp_path / "verdict.json").write_text(text)
    assert read_prior(tmp_path / "verdict.json") is None


def test_a_folder_is_no_verdict(tmp_path: Path) -> None:
    assert read_prior(tmp_path) is None


@pytest.mark.parametrize("word", ["fail", "incomplete", "x\x1b[2J"])
def test_a_verdict_that_does_not_promote_is_no_baseline(tmp_path: Path, word: str) -> None:
    with pytest.raises(JobError, match=r"verdict.json cannot be a baseline: its verdict is '.*'$") as caught:
        read_prior(verdict(tmp_path, promote=False, verdict=word))
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"), [('"value": 0.9', '"value": 9.9'), ('"sha256"', '"sha1"'), ("0.9", "NaN"), ("0.9", "1e999")]
)
def test_a_verdict_that_was_changed_by_hand_is_no_baseline(tmp_path: Path, old: str, new: str) -> None:
    path = verdict(tmp_path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(JobError, match=r"verdict\.json cannot be a baseline: it was changed after it was written"):
        read_prior(path)


@pytest.mark.parametrize("promote", ["true", 1, None])
def test_only_true_promotes(tmp_path: Path, promote: object) -> None:
    with pytest.raises(JobError, match="its verdict is 'pass'"):
        read_prior(verdict(tmp_path, promote=promote))


@pytest.mark.parametrize(
    "specs",
    [
        [],
        [{"gates": []}, {"gates": []}],
        [{"gates": [{"name": "a"}, {"name": "a"}]}],
        [{"gates": [{}]}],
        [{"gates": ["loss"]}],
        [{"gates": None}],
        [{}],
        [{"gates": [{"name": ["a"]}]}],
        [{"gates": [], "facts": "dpo"}],
        "specs",
        None,
    ],
)
def test_a_verdict_that_is_not_whole_and_of_one_spec_is_no_baseline(tmp_path: Path, specs: object) -> None:
    with pytest.raises(JobError, match=r"cannot be a baseline: it is not a whole verdict on one spec$"):
        read_prior(verdict(tmp_path, specs=specs))


@pytest.mark.parametrize("cut", [200, -2])
def test_a_verdict_that_is_cut_short_is_no_baseline(tmp_path: Path, cut: int) -> None:
    path = verdict(tmp_path)
    path.write_text(path.read_text()[:cut])
    with pytest.raises(JobError, match="it is not a whole verdict on one spec"):
        read_prior(path)


def test_a_verdict_that_is_nested_too_deep_is_no_baseline(tmp_path: Path) -> None:
    path = tmp_path / "verdict.json"
    path.write_text(f'{{"schema": "{SCHEMA}", "specs": {"[" * 100_000}')
    with pytest.raises(JobError, match="it is not a whole verdict on one spec"):
        read_prior(path)


def test_a_gate_that_it_did_not_have_is_named_with_those_it_had(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"verdict.json has no gate 'gap'; it has loss$"):
        prior(tmp_path).score("gap", "loss gap")


@pytest.mark.parametrize(
    "score",
    [
        {**SCORE, "value": "nan"},
        {**SCORE, "value": None},
        {**SCORE, "value": True},
        {**SCORE, "value": []},
        {**SCORE, "what": "train_loss"},
        {"what": "valid_loss"},
        "valid_loss",
        None,
    ],
)
def test_what_a_gate_did_not_observe_as_a_number_is_not_compared_with(tmp_path: Path, score: object) -> None:
    with pytest.raises(JobError, match=r"does not say what 'loss' observed as valid_loss$"):
        prior(tmp_path, score).score("loss", "valid_loss")


@pytest.mark.parametrize("value", ["inf", "nan", True])
def test_a_value_that_is_no_finite_number_is_not_compared_with(tmp_path: Path, value: object) -> None:
    with pytest.raises(JobError, match="does not say what 'loss' observed"):
        prior(tmp_path, {**SCORE, "value": value}).score("loss", "valid_loss")


def test_two_observations_of_one_thing_are_not_guessed_between(tmp_path: Path) -> None:
    path = verdict(tmp_path, specs=[{"gates": [{"name": "loss", "scores": [SCORE, SCORE]}]}])
    with pytest.raises(JobError, match="does not say what 'loss' observed as valid_loss"):
        read_prior(path).score("loss", "valid_loss")  # type: ignore[union-attr]


def test_a_gate_without_scores_observed_nothing(tmp_path: Path) -> None:
    path = verdict(tmp_path, specs=[{"gates": [{"name": "loss"}]}])
    with pytest.raises(JobError, match="does not say what 'loss' observed"):
        read_prior(path).score("loss", "valid_loss")  # type: ignore[union-attr]


def test_what_a_verdict_says_stays_on_one_line(tmp_path: Path) -> None:
    found = prior(tmp_path, {**SCORE, "how": "a\nb\x1b[2J", "n": "3"}).score("loss", "valid_loss")
    assert (found.how, found.n) == (r"a\nb\x1b[2J", 1)
