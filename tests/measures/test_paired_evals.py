"""Two models on the same prompts: what was fixed, what broke, and how sure the difference is."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_ftgate.baseline import compared
from pytest_ftgate.bounds import Bound
from pytest_ftgate.comparison import Change, Comparison
from pytest_ftgate.errors import EvalError, JobError
from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.plan import EvalPlan
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evidence import BaselineRef, Evidence
from pytest_ftgate.measures.evals import EvalScore
from pytest_ftgate.measures.paired import check_same
from pytest_ftgate.samples import Samples
from pytest_ftgate.sources import JobRef
from pytest_ftgate.statistics import mcnemar, tango

from ..making import Row, jsonl, losses, sealed_verdict, trainer_state


def folder(root: Path, name: str, passes: str) -> Path:
    """A job whose outputs pass where `passes` has a `1`."""
    trainer_state(root / name, losses([1.0]))
    rows: list[Row] = [{"id": f"p{i}", "output": "yes" if c == "1" else "no"} for i, c in enumerate(passes)]
    jsonl(root / name / "o.jsonl", rows)
    return root / name


def evidence(root: Path, mine: str, theirs: str, **more: object) -> Evidence:
    prompts = tuple(Prompt(f"p{i}", "?", "yes", {"c": i // 2}, "") for i in range(len(mine)))
    plan = EvalPlan("e", prompts, Path("o.jsonl"), True, build_grader("exact"), **more)  # type: ignore[arg-type]
    base = BaselineRef(JobRef(folder(root, "base", theirs)))
    return Evidence(JobRef(folder(root, "run", mine)), {"e": plan}, (), base)


def compare(root: Path, mine: str, theirs: str, score: str = "pass_rate", **more: object) -> Comparison:
    found, measure = evidence(root, mine, theirs, **more), EvalScore("e", score)
    return compared(measure, measure(found), found, "gate")


def test_what_was_fixed_and_what_broke_is_named(tmp_path: Path) -> None:
    found = compare(tmp_path, "1100111111", "1111011111")
    assert found.details == ("broken: p2, p3", "fixed: p4")
    assert found.how.startswith("1 fixed and 2 broken of 10 (McNemar p = 1); difference -0.1 (95 % interval -0.")


def test_the_numbers_are_mcnemar_s_and_tango_s(tmp_path: Path) -> None:
    found = compare(tmp_path, "1" * 40 + "0" * 10, "1" * 50)
    assert f"(McNemar p = {mcnemar(0, 10):.2g})" in found.how
    assert "no difference is shown" not in found.how
    assert found.bounds is not None
    assert found.bounds(0.95).low == pytest.approx(tango(0, 10, 50, 0.95, "lower").low)
    assert found.bounds(0.95).high == pytest.approx(tango(0, 10, 50, 0.95, "upper").high)


def test_where_no_difference_is_shown_it_is_said_what_would_be_missed(tmp_path: Path) -> None:
    found = compare(tmp_path, "1" * 100, "1" * 100)
    assert found.how.endswith("; no difference is shown, and one below 0.028 would often be missed (80 % power)")


def change(drop: float, confidence: float | None = None) -> Change:
    return Change((("max_drop", Bound(drop)),), confidence)


def test_non_inferiority_is_a_drop_that_is_surely_small(tmp_path: Path) -> None:
    assert change(0.1, 0.95).decide(compare(tmp_path, "1" * 60, "1" * 60)).status == "pass"
    assert change(0.01, 0.95).decide(compare(tmp_path, "1" * 60, "1" * 60)).status == "inconclusive"
    assert change(0.01, 0.95).decide(compare(tmp_path, "1" * 40 + "0" * 20, "1" * 60)).status == "fail"


def test_means_are_compared_prompt_by_prompt(tmp_path: Path) -> None:
    found = compare(tmp_path, "1111111100", "1111111111", "mean")
    assert found.how.startswith("difference -0.2 (95 % interval -0.502 to 0.102); no difference is shown")
    assert found.bounds is not None
    assert found.bounds(0.975).method == "paired t"


def test_clusters_count_in_the_difference_too(tmp_path: Path) -> None:
    found = compare(tmp_path, "1111110011", "1111111111", cluster="c")
    assert found.bounds is not None
    assert found.bounds(0.975).method == "paired t, clustered"


def test_alike_differences_have_no_known_error_unless_they_are_shares(tmp_path: Path) -> None:
    found = compare(tmp_path, "0", "1", "mean")
    assert (found.bounds, found.how) == (None, "difference -1, of which no error is known")


def test_a_percentile_is_compared_by_its_value_alone(tmp_path: Path) -> None:
    measure, found = EvalScore("e", "percentile", 50), evidence(tmp_path, "100", "111")
    compared_with = compared(measure, measure(found), found, "gate")
    assert (compared_with.base.value, compared_with.bounds, compared_with.how) == (1.0, None, "")
    assert compared_with.details == ("broken: p1, p2",)


def test_outputs_that_stay_where_they_are_cannot_be_their_own_baseline(tmp_path: Path) -> None:
    found = evidence(tmp_path, "11", "11")
    plan = EvalPlan("e", found._evals["e"].prompts, tmp_path / "run" / "o.jsonl", False, build_grader("exact"))
    other = Evidence(found._ref, {"e": plan}, (), found._baseline_ref)
    measure = EvalScore("e")
    with pytest.raises(EvalError, match=r"^the baseline cannot be compared with: e: both jobs' outputs are read from"):
        compared(measure, measure(other), other, "gate")


def test_a_baseline_that_lacks_outputs_is_refused(tmp_path: Path) -> None:
    found = evidence(tmp_path, "111", "11")
    measure = EvalScore("e")
    with pytest.raises(EvalError, match=r"^the baseline cannot be compared with: e: 1 of 3 prompts has no output: p2$"):
        compared(measure, measure(found), found, "gate")


def against_verdict(root: Path, basis: str) -> Comparison:
    mine, measure = evidence(root, "1110", "1111"), EvalScore("e")
    gate = {"name": "gate", "scores": [{"what": measure.what, "value": 1.0, "how": "4 of 4", "n": 4, "basis": basis}]}
    old = sealed_verdict(root / "verdict.json", {"promote": True, "specs": [{"gates": [gate]}]})
    found = Evidence(mine._ref, mine._evals, (), BaselineRef(JobRef(old)))
    return compared(measure, measure(found), found, "gate")


def test_a_verdict_on_other_prompts_is_no_baseline(tmp_path: Path) -> None:
    found = evidence(tmp_path, "1110", "1111")
    basis = EvalScore("e")(found).basis
    assert against_verdict(tmp_path, basis).base.value == 1.0
    with pytest.raises(
        JobError, match=r"is measured on something else: 4 prompts [0-9a-f]{12} here, 4 prompts abc there$"
    ):
        against_verdict(tmp_path, "4 prompts abc")


def test_other_prompts_are_not_compared(tmp_path: Path) -> None:
    mine, other = (
        EvalScore("e").read(evidence(tmp_path, "11", "11")),
        EvalScore("e").read(evidence(tmp_path, "111", "111")),
    )
    with pytest.raises(EvalError, match=r"^e: the prompts are not the same: 2 prompts \w+ here, 3 prompts \w+ there$"):
        check_same(mine[0], other[0])


def test_the_same_model_asked_twice_is_no_baseline(tmp_path: Path) -> None:
    found, _ = EvalScore("e").read(evidence(tmp_path, "11", "11"))
    samples = Samples.of(tmp_path, {}, ("asked m",))
    asked = replace(found, found=replace(found.found, files=(), samples=(samples,)))
    with pytest.raises(
        EvalError, match=r"^e: the same model was asked for both: leave the model's name out of `sample`$"
    ):
        check_same(asked, asked)
