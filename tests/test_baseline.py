"""The same measure of another job or an earlier verdict: what is alike is compared, and the rest refused."""

import json
from pathlib import Path

import pytest

from pytest_ftgate.baseline import compared
from pytest_ftgate.comparison import Comparison
from pytest_ftgate.errors import JobError, NoBaselineError
from pytest_ftgate.evidence import BaselineRef, Evidence
from pytest_ftgate.measures import Measure
from pytest_ftgate.measures.curve import Metric
from pytest_ftgate.score import Score
from pytest_ftgate.sources import JobRef

from .making import losses, sealed_verdict, trainer_state

TRAINED, OLD = [2.0, 1.5, 1.0], [2.0, 1.6, 1.2]


def of(folder: Path, baseline: Path | None, measure: Measure = Metric("train_loss")) -> Comparison:  # noqa: B008
    job = trainer_state(folder / "run", losses(TRAINED, [1.1]))
    evidence = Evidence(JobRef(job), {}, (), BaselineRef(JobRef(baseline)) if baseline else None)
    return compared(measure, measure(evidence), evidence, "loss")


def verdict(folder: Path, basis: str = "logged rows", **facts: object) -> Path:
    score = {"what": "train_loss", "value": 1.2, "how": "last of 3", "basis": basis}
    spec = {"gates": [{"name": "loss", "scores": [score]}], "facts": facts}
    return sealed_verdict(folder / "verdict.json", {"promote": True, "specs": [spec]})


def saved(folder: Path, method: str, validation: str = "file-1") -> Path:
    """A saved hosted job with a result file beside it."""
    folder.mkdir()
    kind = {"type": method, method: {"hyperparameters": {"n_epochs": 3}}}
    job = {"object": "fine_tuning.job", "id": "ftjob-1", "status": "succeeded", "validation_file": validation}
    job["fine_tuned_model"] = "ft:m:a::1"
    (folder / "job.json").write_text(json.dumps({**job, "method": kind, "result_files": ["file-2"]}))
    (folder / "results.csv").write_text("step,train_loss,train_accuracy\n1,2.0,0.5\n2,1.0,0.5\n")
    return folder


def test_another_job_s_score_is_read_as_this_one_s(tmp_path: Path) -> None:
    found = of(tmp_path, trainer_state(tmp_path / "old", losses(OLD)))
    assert (found.score.value, found.base.value) == (1.0, 1.2)
    assert found.where.endswith("trainer_state.json")
    assert found.base.how == "last of 3 values of loss, step 30"


def test_an_earlier_verdict_is_asked_for_the_gate_of_the_same_name(tmp_path: Path) -> None:
    found = of(tmp_path, verdict(tmp_path))
    assert found.base.value == 1.2
    assert found.where.startswith("verdict ")


def test_without_a_baseline_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(NoBaselineError, match=r"^the spec names no baseline: write `baseline: PATH`$"):
        of(tmp_path, None)


def test_a_baseline_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoBaselineError, match=r"^there is no baseline at .*old$"):
        of(tmp_path, tmp_path / "old")


def test_a_baseline_that_does_not_measure_this_is_an_error_and_not_a_missing_one(tmp_path: Path) -> None:
    old = trainer_state(tmp_path / "old", losses(OLD))
    with pytest.raises(JobError, match=r"^the baseline cannot be compared with: the job has no valid_loss") as caught:
        of(tmp_path, old, Metric("valid_loss"))
    assert not isinstance(caught.value, NoBaselineError)


def test_a_verdict_of_another_kind_of_values_is_not_compared_with(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"logged rows here, the whole validation set there$"):
        of(tmp_path, verdict(tmp_path, "the whole validation set"))


def test_a_verdict_that_does_not_say_what_it_measured_on_is_not_compared_with(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"train_loss is measured on something else: logged rows here, unknown there$"):
        of(tmp_path, verdict(tmp_path, ""))


def test_the_job_is_not_its_own_baseline(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"train_loss is read from the same .*: name a file in each job's folder$"):
        of(tmp_path, tmp_path / "run")


def test_a_part_of_the_job_is_not_its_baseline(tmp_path: Path) -> None:
    whole = saved(tmp_path / "run", "supervised")
    part = whole / "results.csv"
    for job, base in ((whole, part), (part, whole)):
        evidence = Evidence(JobRef(job), {}, (), BaselineRef(JobRef(base)))
        measure = Metric("train_loss")
        with pytest.raises(
            JobError, match=r"^the baseline is the job itself: both are read from .*results\.csv: name "
        ):
            compared(measure, measure(evidence), evidence, "loss")


@pytest.mark.parametrize(
    ("method", "validation", "said"),
    [
        ("dpo", "file-1", "the training method is supervised here and dpo there"),
        ("supervised", "file-9", "the validation file is file-1 here and file-9 there"),
    ],
)
def test_a_baseline_of_another_method_or_validation_set_is_refused(
    tmp_path: Path, method: str, validation: str, said: str
) -> None:
    here, there = saved(tmp_path / "here", "supervised"), saved(tmp_path / "there", method, validation)
    evidence = Evidence(JobRef(here), {}, (), BaselineRef(JobRef(there)))
    measure = Metric("train_loss")
    with pytest.raises(JobError, match=rf"^the baseline cannot be compared with: {said}$"):
        compared(measure, measure(evidence), evidence, "loss")


def test_evidence_without_a_job_has_no_method_to_differ_in(tmp_path: Path) -> None:
    evidence = Evidence(None, {}, (), BaselineRef(JobRef(verdict(tmp_path, method="dpo"))))
    score = Score(1.0, "train_loss", "", basis="logged rows")
    assert compared(Metric("train_loss"), score, evidence, "loss").base.value == 1.2


def test_a_verdict_on_another_method_is_refused(tmp_path: Path) -> None:
    here = saved(tmp_path / "here", "supervised")
    evidence = Evidence(JobRef(here), {}, (), BaselineRef(JobRef(verdict(tmp_path, method="dpo"))))
    measure = Metric("train_loss")
    with pytest.raises(JobError, match="the training method is supervised here and dpo there"):
        compared(measure, measure(evidence), evidence, "loss")


def test_what_only_one_of_them_states_is_no_difference(tmp_path: Path) -> None:
    assert of(tmp_path, verdict(tmp_path, method="dpo")).base.value == 1.2
