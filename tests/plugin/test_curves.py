"""Curves in whole runs: baselines, presets, what was not logged, and what is said of a curve that misses."""

import json
from pathlib import Path

import pytest

from ..conftest import TRAINED, RunSpec
from ..making import losses, trainer_state
from .verdicts import ASKED, statuses_in, verdict_in

pytestmark = pytest.mark.usefixtures("run_spec")

AGAINST = """
    ftgate: 1
    job: run
    baseline: {baseline}
    gates:
      loss: {{metric: valid_loss, baseline: {{max_rise: 2%}}}}
"""
ALONE = "loss: {metric: valid_loss, baseline: {max_rise: 2%}}"
OVERFIT = """
    ftgate: 1
    job: run
    gates:
      overfit: {overfit: valid_loss, max: 10%}
"""


def old_run(folder: Path, valid: float) -> None:
    trainer_state(folder / "old", losses(TRAINED, [1.2, 1.0, valid]))


def overfit_run(folder: Path) -> None:
    trainer_state(folder / "run", losses(TRAINED, [1.2, 0.9, 1.4]), num_train_epochs=3)


@pytest.mark.parametrize(("valid", "passed"), [(0.95, True), (0.89, True), (0.8, False)])
def test_a_job_is_compared_with_another_one(
    pytester: pytest.Pytester, run_spec: RunSpec, valid: float, passed: bool
) -> None:
    old_run(pytester.path, valid)
    result = run_spec(AGAINST.format(baseline="old"))
    assert (result.ret == pytest.ExitCode.OK) is passed


def test_a_miss_names_both_values(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    old_run(pytester.path, 0.8)
    run_spec(AGAINST.format(baseline="old")).stdout.fnmatch_lines(
        [
            "loss 0.9 > baseline 0.8 + 2% (over by 0.084): last of 3 values of eval_loss, step 300",
            "  job.yaml:6  *trainer_state.json*",
            "  baseline 0.8: last of 3 values of eval_loss, step 300 (old)",
        ]
    )


@pytest.mark.parametrize(("valid", "status"), [(0.9, "pass"), (1.0, "fail")])
def test_a_verdict_that_one_run_writes_is_the_next_one_s_baseline(
    pytester: pytest.Pytester, run_spec: RunSpec, valid: float, status: str
) -> None:
    first = "{metric: valid_loss, max: 2}"
    run_spec(f"ftgate: 1\njob: run\ngates:\n  loss: {first}\n", "--ftgate-verdict=last.json")
    trainer_state(pytester.path / "run", losses(TRAINED, [1.2, 1.0, valid]))
    result = run_spec(AGAINST.format(baseline="last.json"), ASKED)
    assert statuses_in(pytester.path) == {"loss": status}
    assert (result.ret == pytest.ExitCode.OK) is (status == "pass")
    scores = verdict_in(pytester.path)["specs"][0]["gates"][0]["scores"]
    assert [score["value"] for score in scores] == [valid, 0.9]


def test_a_verdict_that_did_not_promote_is_no_baseline(run_spec: RunSpec) -> None:
    run_spec("ftgate: 1\njob: run\ngates:\n  loss: {metric: valid_loss, max: 0.1}\n", "--ftgate-verdict=last.json")
    result = run_spec(AGAINST.format(baseline="last.json"))
    result.stdout.fnmatch_lines(["*last.json cannot be a baseline: its verdict is 'fail'"])
    result.assert_outcomes(errors=1)


@pytest.mark.parametrize(("if_missing", "status"), [("block", "error"), ("skip", "warn"), ("first_run", "warn")])
def test_a_baseline_that_is_not_there_is_what_the_spec_declares(
    pytester: pytest.Pytester, run_spec: RunSpec, if_missing: str, status: str
) -> None:
    result = run_spec(AGAINST.format(baseline=f"{{path: old, if_missing: {if_missing}}}"), ASKED)
    assert statuses_in(pytester.path) == {"loss": status}
    assert (result.ret == pytest.ExitCode.OK) is (status == "warn")
    result.stdout.fnmatch_lines(["*there is no baseline at old*"])


def test_the_gate_s_own_bounds_hold_without_a_baseline(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    text = AGAINST.format(baseline="{path: old, if_missing: skip}").replace("valid_loss,", "valid_loss, max: 0.5,")
    run_spec(text, ASKED)
    assert statuses_in(pytester.path) == {"loss": "fail"}


def test_a_change_from_a_baseline_that_is_not_there_meets_no_any(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    text = AGAINST.format(baseline="{path: old, if_missing: skip}")
    changed = "{metric: valid_loss, baseline: {max_rise: 2%}}"
    run_spec(text.replace(ALONE, f"g: {{any: [{changed}, {{metric: train_loss, max: 0.1}}]}}"), ASKED)
    assert statuses_in(pytester.path) == {"g": "fail"}


def test_bounds_that_hold_meet_any_without_a_baseline(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    text = AGAINST.format(baseline="{path: old, if_missing: skip}")
    bounded = "{metric: valid_loss, max: 99, baseline: {max_rise: 2%}}"
    run_spec(text.replace(ALONE, f"g: {{any: [{bounded}, {{metric: train_loss, max: 0.1}}]}}"), ASKED)
    assert statuses_in(pytester.path) == {"g": "warn"}


def test_what_was_not_logged_is_an_error_or_a_declared_warning(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    lines = ["a: {metric: train_mean_reward, min: 1}", "b: {metric: train_mean_reward, min: 1, if_missing: warn}"]
    run_spec("ftgate: 1\njob: run\ngates:\n  " + "\n  ".join(lines) + "\n", ASKED)
    assert statuses_in(pytester.path) == {"a": "error", "b": "warn"}


def test_a_metric_that_was_not_logged_meets_no_any(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    missing = "{metric: train_mean_reward, min: 1, if_missing: warn}"
    run_spec(f"ftgate: 1\njob: run\ngates:\n  g: {{any: [{missing}, {{metric: train_loss, max: 0.1}}]}}\n", ASKED)
    assert statuses_in(pytester.path) == {"g": "fail"}


def test_a_file_that_is_not_there_is_never_only_not_logged(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec("ftgate: 1\njob: gone\ngates:\n  g: {metric: train_loss, max: 1, if_missing: warn}\n", ASKED)
    assert statuses_in(pytester.path) == {"g": "error"}


def test_a_preset_judges_a_healthy_run_as_one(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = run_spec("ftgate: 1\njob: run\npreset: sft\n", ASKED)
    assert set(statuses_in(pytester.path).values()) == {"pass"}
    assert list(statuses_in(pytester.path)) == ["complete", "finite", "learned", "converged", "overfit", "loss-gap"]
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize(("stopped", "status"), [(True, "pass"), (False, "fail")])
@pytest.mark.parametrize("name", ["sft", "classification"])
def test_a_preset_takes_an_early_stop_on_purpose_for_an_end(
    pytester: pytest.Pytester, run_spec: RunSpec, name: str, stopped: bool, status: str
) -> None:
    control = {"TrainerControl": {"args": {"should_training_stop": stopped}}}
    trainer_state(pytester.path / "run", losses(TRAINED, [1.2, 1.0, 0.9]), max_steps=3000, stateful_callbacks=control)
    run_spec(f"ftgate: 1\njob: run\npreset: {name}\n", ASKED)
    assert statuses_in(pytester.path)["complete"] == status


def test_a_gate_overrides_the_preset_s(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    overfit_run(pytester.path)
    run_spec("ftgate: 1\njob: run\npreset: sft\n", ASKED)
    assert statuses_in(pytester.path)["overfit"] == "fail"
    run_spec("ftgate: 1\njob: run\npreset: sft\ngates:\n  overfit: {overfit: valid_loss, max: 90%}\n", ASKED)
    assert statuses_in(pytester.path)["overfit"] == "pass"


def test_a_curve_that_misses_says_what_people_try_and_which_checkpoint_would_have_passed(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    overfit_run(pytester.path)
    run_spec(OVERFIT).stdout.fnmatch_lines(
        [
            "overfit 55.56% > max 10% (over by 45.6 points): 1.4, last of 3 values of eval_loss, step 300, against *",
            "  overfitting: it got worse on held-out data while training went on; try fewer epochs (this run had 3), *",
            "  at step 290 the curve gate would have passed: ship that checkpoint, if it was saved",
        ]
    )


def test_what_no_gate_asked_about_is_told_with_the_gate_that_would(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    overfit_run(pytester.path)
    result = run_spec("ftgate: 1\njob: run\ngates:\n  loss: {metric: train_loss, max: 0.8}\n", ASKED)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(['*validation got worse after its best: 55.56% > max 10%*{overfit: "valid_loss*"*'])
    assert "OVERFIT" in [note["code"] for note in verdict_in(pytester.path)["specs"][0]["health"]]


def test_what_a_gate_asks_about_is_not_told_again(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    overfit_run(pytester.path)
    run_spec(OVERFIT.replace("10%", "90%"), ASKED)
    assert "OVERFIT" not in [note["code"] for note in verdict_in(pytester.path)["specs"][0]["health"]]


@pytest.mark.parametrize(("last", "status"), [(0.9, "pass"), (0.7, "fail")])
def test_a_curve_is_compared_with_an_expected_one(
    pytester: pytest.Pytester, run_spec: RunSpec, last: float, status: str
) -> None:
    rows = losses(TRAINED, [1.2, 1.0, last])
    (pytester.path / "golden").mkdir()
    (pytester.path / "golden/trainer_state.json").write_text(
        json.dumps({"global_step": 300, "max_steps": 300, "log_history": rows})
    )
    gate = "{golden: golden/trainer_state.json, metric: valid_loss, rtol: 1%}"
    run_spec(f"ftgate: 1\njob: run\ngates:\n  as-ever: {gate}\n", ASKED)
    assert statuses_in(pytester.path) == {"as-ever": status}
