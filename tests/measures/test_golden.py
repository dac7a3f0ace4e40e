"""A metric's curve beside the expected one."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import FtgateError, JobError
from pytest_ftgate.evidence import BaselineRef, Evidence
from pytest_ftgate.measures.golden import Golden
from pytest_ftgate.score import Score
from pytest_ftgate.sources import JobRef

from ..making import losses, sealed_verdict, trainer_state

NAN = math.nan
CURVE = [2.0, 1.5, 1.2, 1.1]


def golden(folder: Path, found: list[float], wanted: list[float] | None = None, **options: object) -> Score:
    expected = trainer_state(folder / "expected", losses(wanted or CURVE))
    job = trainer_state(folder / "run", losses(found))
    measure = Golden("train_loss", expected, **options)  # type: ignore[arg-type]
    return measure(Evidence(JobRef(job), {}))


def test_a_curve_within_its_tolerance_has_no_step_off(tmp_path: Path) -> None:
    found = golden(tmp_path, [2.01, 1.49, 1.2, 1.1], rtol=0.01)
    assert (found.value, found.n) == (0.0, 4)
    assert found.how.startswith("of 4 steps of loss beside ")


def test_steps_that_are_off_are_counted_and_shown(tmp_path: Path) -> None:
    found = golden(tmp_path, [2.5, 1.5, 1.2, 1.0], atol=0.05)
    assert found.value == 2.0
    assert found.how.endswith("(step 10: 2.5 for 2, step 40: 1 for 1.1)")


def test_the_tolerances_add_up_as_numpy_s_do(tmp_path: Path) -> None:
    assert golden(tmp_path, [2.24, 1.5, 1.2, 1.1], rtol=0.1, atol=0.05).value == 0.0
    assert golden(tmp_path, [2.26, 1.5, 1.2, 1.1], rtol=0.1, atol=0.05).value == 1.0


def test_a_step_that_was_not_logged_is_off(tmp_path: Path) -> None:
    found = golden(tmp_path, CURVE[:3], atol=9.0)
    assert found.value == 1.0
    assert found.how.endswith("(step 40: nothing finite for 1.1)")


@pytest.mark.parametrize("bad", [NAN, math.inf])
def test_a_value_that_is_no_number_is_off_whatever_the_tolerance(tmp_path: Path, bad: float) -> None:
    assert golden(tmp_path, [2.0, bad, 1.2, 1.1], atol=1e9).value == 1.0


def test_an_expected_value_that_is_no_number_is_met_by_nothing(tmp_path: Path) -> None:
    assert golden(tmp_path, [2.0, NAN, 1.2, 1.1], [2.0, NAN, 1.2, 1.1], atol=1e9).value == 1.0


def test_only_the_named_steps_are_compared(tmp_path: Path) -> None:
    found = golden(tmp_path, [9.0, 1.5, 1.2, 9.0], atol=0.1, steps=(20, 30))
    assert (found.value, found.n) == (0.0, 2)


def test_a_named_step_that_the_expected_curve_has_not_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"loss has no value at step 25, 26$"):
        golden(tmp_path, CURVE, atol=0.1, steps=(20, 25, 26))


def test_steps_beyond_the_expected_curve_do_not_count(tmp_path: Path) -> None:
    assert golden(tmp_path, [*CURVE, 77.0], atol=0.1).value == 0.0


def test_an_expected_curve_that_ends_long_before_the_job_decides_nothing(tmp_path: Path) -> None:
    found = golden(tmp_path, [*CURVE, 1.0, 77.0], atol=0.1)
    said = "it expects nothing after step 40 of 60: name the steps, steps: [...], where no more is expected"
    assert found.inconclusive.endswith(said)
    assert golden(tmp_path, [*CURVE, 1.0, 77.0], atol=0.1, steps=(20, 40)).inconclusive == ""
    assert golden(tmp_path, CURVE * 2, [2.0], atol=0.1).inconclusive


def test_many_steps_that_are_off_are_cut_short(tmp_path: Path) -> None:
    assert "and 3 more)" in golden(tmp_path, [9.0] * 8, [1.0] * 8, atol=0.1).how


def test_the_expected_file_is_evidence_too(tmp_path: Path) -> None:
    found = golden(tmp_path, CURVE, atol=0.1)
    assert [digest.path.parent.name for digest in found.evidence] == ["run", "expected"]


def test_an_expected_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    job = trainer_state(tmp_path / "run", losses(CURVE))
    with pytest.raises(FtgateError, match=r"golden.csv: no such file or folder"):
        Golden("train_loss", tmp_path / "golden.csv", atol=0.1)(Evidence(JobRef(job), {}))


def test_the_job_is_not_compared_with_itself(tmp_path: Path) -> None:
    job = trainer_state(tmp_path / "run", losses(CURVE))
    with pytest.raises(JobError, match=r"^the expected curve is read from the job's own .*trainer_state.json$"):
        Golden("train_loss", job, atol=0.1)(Evidence(JobRef(job), {}))


def test_the_baseline_s_curve_can_be_the_expected_one(tmp_path: Path) -> None:
    run, old = (trainer_state(tmp_path / name, losses(CURVE)) for name in ("run", "old"))
    evidence = Evidence(JobRef(run), {}, (), BaselineRef(JobRef(old)))
    assert Golden("train_loss", None, atol=0.1)(evidence).value == 0.0


def test_a_curve_by_epochs_is_not_compared_with_one_by_steps(tmp_path: Path) -> None:
    table = tmp_path / "training_log.csv"
    table.write_text("epoch,loss,val_loss\n0,2.0,2.0\n1,1.5,1.5\n2,1.2,1.3\n")
    job = trainer_state(tmp_path / "run", losses(CURVE))
    with pytest.raises(JobError, match=r"trainer_state.json logs loss by step, .*training_log.csv by epoch$"):
        Golden("train_loss", table, atol=0.1)(Evidence(JobRef(job), {}))


def test_a_verdict_has_no_curve_to_expect(tmp_path: Path) -> None:
    run, old = trainer_state(tmp_path / "run", losses(CURVE)), tmp_path / "verdict.json"
    sealed_verdict(old, {"promote": True, "specs": [{"gates": []}]})
    evidence = Evidence(JobRef(run), {}, (), BaselineRef(JobRef(old)))
    with pytest.raises(JobError, match=r"verdict.json is a verdict, which holds no curve: name a job$"):
        Golden("train_loss", None, atol=0.1)(evidence)


@settings(deadline=None)
@given(st.lists(st.floats(0.1, 9), min_size=1, max_size=20), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_curve_is_always_as_it_is_itself(values: list[float], rtol: float, atol: float) -> None:
    measure = Golden("train_loss", None, rtol, atol)
    assert all(measure.alike(value, value) for value in values)


def test_it_says_which_values_it_can_have() -> None:
    found = Golden("train_loss", None)
    assert (found.what, found.span, found.is_ratio) == (
        "steps at which train_loss is not as expected",
        (0.0, math.inf),
        False,
    )
