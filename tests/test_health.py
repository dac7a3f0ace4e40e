"""What the curves say that no gate asked about."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from pytest_ftgate.evidence import Evidence
from pytest_ftgate.health import asked, findings
from pytest_ftgate.job import Job

from .making import gates, job, loaded, series

NAN = math.nan
FALLING = [2.0 - 0.05 * i for i in range(30)]


def codes(found: Job, judged: frozenset[tuple[type, str]] = frozenset()) -> list[str]:
    return [finding.code for finding in findings(Evidence.holding(found), judged)]


def trained(*values: float) -> Job:
    return job(series("train_loss", values))


def validated(train: Sequence[float], valid: Sequence[float]) -> Job:
    return job(series("train_loss", train), series("valid_loss", valid, full_set=True))


def test_a_healthy_run_has_no_findings() -> None:
    assert codes(validated(FALLING, [2.0, 1.2, 0.9, 0.8])) == []


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (trained(*FALLING[:10], NAN, *FALLING[10:]), "NON_FINITE"),
        (validated(FALLING, [1.0, NAN, 0.8]), "NON_FINITE_VALID"),
        (validated(FALLING, [1.0, 0.7, 0.9]), "OVERFIT"),
        (trained(*FALLING, *[0.55 + 0.1 * i for i in range(20)]), "DIVERGED"),
        (trained(*[1.39, 1.38] * 15), "NO_LEARNING"),
        (job(series("train_loss", FALLING), series("valid_loss", [1.6, 1.5, 1.4], 10, full_set=True)), "MEMORISED"),
        (trained(*FALLING, *[3.0] * 20, *FALLING), "SPIKES"),
        (trained(*FALLING, *[0.5] * 20), "STUCK"),
    ],
)
def test_what_is_wrong_with_a_curve_has_a_code(found: Job, code: str) -> None:
    assert code in codes(found)


def test_a_few_very_wrong_tokens_are_found() -> None:
    pair = job(series("valid_loss", [2.0, 1.0]), series("valid_mean_token_accuracy", [0.8, 0.9]))
    assert codes(pair) == ["OVERCONFIDENT"]


def test_a_few_wrong_tokens_of_a_loss_next_to_nothing_are_no_finding() -> None:
    pair = job(series("valid_loss", [0.5, 0.01]), series("valid_mean_token_accuracy", [0.8, 0.999]))
    assert codes(pair) == []


def test_a_very_long_run_is_looked_at_too() -> None:
    assert codes(trained(*[1.0] * 20_000, NAN, *[1.0] * 20_000)) == ["NON_FINITE", "NO_LEARNING", "STUCK"]


def test_a_dead_run_is_only_said_to_be_not_finite() -> None:
    assert codes(validated([*FALLING, *[NAN] * 10], [1.0, 0.7, NAN])) == ["NON_FINITE", "NON_FINITE_VALID"]


def test_a_loss_and_an_accuracy_that_contradict_each_other_are_found() -> None:
    [found] = findings(
        Evidence.holding(job(series("valid_loss", [0.1]), series("valid_mean_token_accuracy", [0.5]))), frozenset()
    )
    assert (found.code, found.gate) == ("LOSS_ACCURACY_INCOMPARABLE", "{balance: valid, min: 0.69}")
    assert found.said.startswith("valid_loss 0.1 with 50 % of tokens wrong is impossible over the same tokens")


def test_a_finding_is_one_sentence_with_the_gate_that_would_ask() -> None:
    [found] = findings(Evidence.holding(validated([1.0], [1.0, 0.7, 0.9])), frozenset())
    assert found.as_json() == {
        "code": "OVERFIT",
        "said": "validation got worse after its best: 28.57% > max 10% (over by 18.6 points): 0.9, last of 3 values of "
        "valid_loss, step 3, against 0.7, best of 3 values of valid_loss, step 2",
        "gate": '{overfit: "valid_loss[*]", max: 10%}',
    }


@pytest.mark.parametrize("name", ["valid_loss", "eval_loss", '"valid_loss[*]"'])
def test_what_a_gate_asks_about_is_no_finding(tmp_path: Path, name: str) -> None:
    spec = loaded(tmp_path, gates(f"g: {{overfit: {name}, max: 90%}}"))
    assert codes(validated([1.0], [1.0, 0.7, 0.9]), asked(spec.gates)) == []


def test_what_is_asked_within_joined_conditions_is_asked(tmp_path: Path) -> None:
    spec = loaded(tmp_path, gates("g: {any: [{overfit: valid_loss, max: 90%}, {job: steps, min: 1}]}"))
    assert codes(validated([1.0], [1.0, 0.7, 0.9]), asked(spec.gates)) == []


def test_the_line_of_every_finding_is_a_gate(tmp_path: Path) -> None:
    bad = validated([*FALLING[:20], *[3.0] * 20, NAN, *[3.0] * 30], [1.0, 0.5, 9.0])
    for finding in findings(Evidence.holding(bad), frozenset()):
        spec = loaded(tmp_path, gates(f"g: {finding.gate}"))
        assert {kind.__name__ for kind, _ in asked(spec.gates)}


@pytest.mark.parametrize("found", [job(), trained(1.0), job(refused="the job failed"), trained(-1.0, -1.0)])
def test_what_cannot_be_judged_is_no_finding(found: Job) -> None:
    assert codes(found) == []


def test_evidence_without_a_job_has_no_findings() -> None:
    assert findings(Evidence(None, {}), frozenset()) == ()
