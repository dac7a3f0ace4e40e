"""Scores of an eval, and the evidence behind them: outputs joined, graded, and of the right model."""

from pathlib import Path

import pytest

from pytest_ftgate.errors import EvalError, EvidenceError, JobError
from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.plan import EvalPlan
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evidence import Evidence, Once
from pytest_ftgate.job import Job
from pytest_ftgate.measures.evals import EvalScore
from pytest_ftgate.score import Score
from pytest_ftgate.sources import JobRef

from ..making import Row, job, jsonl, losses, trainer_state

PROMPTS = tuple(Prompt(f"p{i}", "", "yes", {}, f"job.yaml:{i}") for i in range(5))


def plan(outputs: Path, *, in_job: bool = False, **more: object) -> EvalPlan:
    return EvalPlan("refunds", PROMPTS, outputs, in_job, build_grader("exact"), **more)  # type: ignore[arg-type]


def answers(folder: Path, *texts: str, **more: object) -> Path:
    rows: list[Row] = [{"id": f"p{i}", "output": text, **more} for i, text in enumerate(texts)]
    return jsonl(folder / "outputs.jsonl", rows)


def score(found: EvalPlan, measure: EvalScore | None = None) -> Score:
    return (measure or EvalScore("refunds"))(Evidence(None, {"refunds": found}))


def test_the_pass_rate_is_over_all_prompts(tmp_path: Path) -> None:
    found = score(plan(answers(tmp_path, "yes", "no", "yes", "yes", "yes")))
    assert (found.value, found.n, found.what) == (0.8, 5, "pass rate of refunds")
    assert found.how == "4 of 5 prompts of refunds pass (95 % interval 0.376-0.964)"
    assert [digest.path.name for digest in found.evidence] == ["outputs.jsonl"]


def test_the_mean_is_of_all_grades(tmp_path: Path) -> None:
    found = score(plan(answers(tmp_path, "yes", "no", "no", "no", "yes")), EvalScore("refunds", "mean"))
    assert (found.value, found.how) == (0.4, "mean grade of 5 prompts of refunds (95 % interval 0-1)")


def test_the_first_misses_say_why_and_the_others_their_names(tmp_path: Path) -> None:
    found = score(plan(answers(tmp_path, "a", "b", "c", "d", "yes")))
    assert [line.partition(":")[0] for line in found.details] == ["p0", "p1", "p2", "also missed"]
    assert found.details[-1] == "also missed: p3"


def test_nothing_is_judged_on_a_part(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"^refunds: 1 of 5 prompts has no output: p4$"):
        score(plan(answers(tmp_path, "yes", "yes", "yes", "yes")))


def test_a_share_lies_between_0_and_1() -> None:
    assert (EvalScore("refunds").span, EvalScore("refunds").is_ratio) == ((0.0, 1.0), True)


def test_missing_outputs_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"gone.jsonl: no such file$"):
        score(plan(tmp_path / "gone.jsonl"))


def test_outputs_of_another_job_than_the_one_judged_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"^refunds: another job's$"):
        score(plan(answers(tmp_path, *["yes"] * 5), refused="refunds: another job's"))


def in_job(folder: Path, outputs: str) -> Score:
    trainer_state(folder, losses([1.0]))
    evidence = Evidence(JobRef(folder), {"refunds": plan(Path(outputs), in_job=True)})
    return EvalScore("refunds")(evidence)


def test_outputs_in_the_job_s_folder_are_found_there(tmp_path: Path) -> None:
    answers(tmp_path, *["yes"] * 5)
    assert in_job(tmp_path, "outputs.jsonl").value == 1.0


def test_a_link_out_of_the_job_s_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.jsonl").symlink_to(answers(tmp_path, *["yes"] * 5))
    with pytest.raises(EvalError, match=r"outputs\.jsonl lie outside the job's folder"):
        in_job(tmp_path / "run", "mine.jsonl")


def of_model(folder: Path, model: str, answered: str) -> Score:
    evidence = Evidence(JobRef(folder), {"refunds": plan(answers(folder, *["yes"] * 5, model=answered))})
    known = job(facts={"model": model} if model else {})
    evidence._job = Once(lambda: known)
    return EvalScore("refunds")(evidence)


def test_outputs_of_the_job_s_model_count(tmp_path: Path) -> None:
    assert of_model(tmp_path, "ft:a", "ft:a").value == 1.0


@pytest.mark.parametrize("answered", ["a", "ft:ab", "ft:a:ckpt-step-9"])
def test_outputs_of_another_model_do_not(tmp_path: Path, answered: str) -> None:
    with pytest.raises(EvalError, match=f"^refunds: the outputs are of '{answered}', the job's model is 'ft:a'$"):
        of_model(tmp_path, "ft:a", answered)


def test_a_job_that_does_not_name_its_model_takes_any(tmp_path: Path) -> None:
    assert of_model(tmp_path, "", "whatever").value == 1.0


def test_outputs_that_name_a_model_need_no_job(tmp_path: Path) -> None:
    assert score(plan(answers(tmp_path, *["yes"] * 5, model="ft:a"))).value == 1.0


def test_evidence_is_made_once_and_its_error_too() -> None:
    made: list[int] = []

    def make() -> Job:
        made.append(1)
        raise JobError("broken")

    once = Once(make)
    for _ in range(2):
        with pytest.raises(JobError, match=r"^broken"):
            once.get()
    assert made == [1]


def test_a_value_is_made_once() -> None:
    made = iter([1, 2])
    once = Once(lambda: next(made))
    assert (once.get(), once.get()) == (1, 1)


def test_without_a_job_there_is_nothing_to_measure() -> None:
    with pytest.raises(JobError, match=r"^the spec names no job$"):
        _ = Evidence(None, {}).job


def test_prompts_that_gates_judge_are_items_up_to_a_thousand() -> None:
    many = tuple(Prompt(i, "", "yes", {}, "") for i in range(1001))
    assert len(EvalPlan("e", many[:1000], Path(), False, None, gated=True).as_items) == 1000
    assert EvalPlan("e", many, Path(), False, None, gated=True).as_items == ()


def test_prompts_that_no_gate_judges_are_always_items() -> None:
    many = tuple(Prompt(i, "", "yes", {}, "") for i in range(1001))
    assert len(EvalPlan("e", many, Path(), False, None).as_items) == 1001


def test_items_can_be_asked_for_or_not() -> None:
    many = tuple(Prompt(i, "", "yes", {}, "") for i in range(1001))
    assert len(EvalPlan("e", many, Path(), False, None, items="all", gated=True).as_items) == 1001
    assert EvalPlan("e", many[:1], Path(), False, None, items="none", gated=True).as_items == ()


def test_a_prompt_without_an_answer_cannot_be_judged(tmp_path: Path) -> None:
    found = plan(answers(tmp_path, "yes"))
    results = found.grade(Path)
    assert found.judged(results, PROMPTS[0]).passed
    with pytest.raises(EvalError, match=r"^refunds\[p1\] could not be judged: no output$"):
        found.judged(results, PROMPTS[1])


def test_no_prompt_is_judged_where_an_answer_belongs_to_none(tmp_path: Path) -> None:
    found = plan(answers(tmp_path, *["yes"] * 6))
    with pytest.raises(EvalError, match=r"^refunds: 1 output belongs to no prompt: "):
        found.judged(found.grade(Path), PROMPTS[0])


def test_prompts_are_read_from_their_file_once(tmp_path: Path) -> None:
    rows: list[Row] = [{"id": "a", "prompt": "?", "target": "yes"}]
    prompts = jsonl(tmp_path / "prompts.jsonl", rows)
    found = EvalPlan(
        "e", prompts, jsonl(tmp_path / "o.jsonl", [{"id": "a", "output": "yes"}]), False, build_grader("exact")
    )
    results = found.grade(Path)
    assert (results.pass_rate, [digest.path.name for digest in results.files]) == (1.0, ["prompts.jsonl", "o.jsonl"])


def test_what_was_wanted_is_not_compared_with_itself(tmp_path: Path) -> None:
    both = jsonl(tmp_path / "both.jsonl", [{"id": "a", "prompt": "x", "output": "yes", "answer": "no"}])
    one = EvalPlan("refunds", both, both, False, build_grader("exact"), {"target": "output"})
    with pytest.raises(EvalError) as caught:
        score(one)
    assert str(caught.value) == (
        f"refunds: 'output' of {both} is the target and the output, which would be compared with itself: "
        "write what the model answered to a column or a file of its own"
    )
    apart = EvalPlan("refunds", both, both, False, build_grader("exact"), {"target": "output", "output": "answer"})
    assert score(apart).value == 0
