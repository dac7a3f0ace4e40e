"""Joining prompts and outputs: the denominator is always the prompts."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Key, Prompt
from pytest_ftgate.evals.results import Results, grade
from pytest_ftgate.files import File

UNHURRIED = settings(deadline=None)

KEYS: tuple[Key, ...] = ("a", "b", 1, 2)
EXACT = build_grader("exact")
STATES = ("answered", "called", "truncated", "filtered", "refused", "empty", "unfinished", "errored")

anyone = st.sampled_from([*KEYS, "A", "1", "zz", 3])
outputs_of_anyone = st.lists(
    st.builds(Output, anyone, st.sampled_from(["yes", "no"]), st.sampled_from(STATES), st.just("so"), st.just("m"))
)


def asked(*keys: Key, **more: str) -> list[Prompt]:
    return [Prompt(key, more.get("text", ""), "yes", {}, f"held.jsonl:{i}") for i, key in enumerate(keys, 1)]


def judged(outputs: list[Output], keys: tuple[Key, ...] = KEYS) -> Results:
    return grade("refunds", asked(*keys), outputs, EXACT)


@UNHURRIED
@given(outputs_of_anyone)
def test_n_is_the_number_of_prompts_whatever_outputs_come(outputs: list[Output]) -> None:
    results = judged(outputs)
    assert (results.n, list(results.results)) == (4, ["a", "b", "1", "2"])
    assert results.pass_rate == results.passes / 4


@UNHURRIED
@given(outputs_of_anyone, st.randoms(use_true_random=False))
def test_the_order_of_output_lines_is_irrelevant(outputs: list[Output], random: object) -> None:
    shuffled = list(outputs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judged(shuffled) == judged(outputs)


@UNHURRIED
@given(outputs_of_anyone, anyone)
def test_one_more_output_for_no_prompt_or_an_answered_one_never_adds_a_pass(outputs: list[Output], key: Key) -> None:
    before = judged(outputs)
    if key not in KEYS or any(output.key == key for output in outputs):
        assert judged([*outputs, Output(key, "yes")]).passes <= before.passes


@UNHURRIED
@given(outputs_of_anyone)
def test_only_a_single_finished_right_answer_passes(outputs: list[Output]) -> None:
    for result in judged(outputs).results.values():
        mine = [output for output in outputs if output.key == result.prompt.key]
        right = [(output.state, output.text) for output in mine] == [("answered", "yes")]
        assert (result.passed, result.score, result.state == "passed") == (right, float(right), right)


@UNHURRIED
@given(outputs_of_anyone)
def test_there_is_no_fault_exactly_when_each_prompt_has_one_answer_and_nothing_is_left_over(
    outputs: list[Output],
) -> None:
    clean = sorted(map(repr, KEYS)) == sorted(repr(o.key) for o in outputs) and all(
        output.state != "errored" for output in outputs
    )
    assert (judged(outputs).faults == ()) == clean


def test_a_prompt_without_an_output_is_missing() -> None:
    results = judged([Output("a", "yes"), Output(1, "yes"), Output(2, "no")])
    assert results.faults == ("1 of 4 prompts has no output: b",)
    assert (results.results["b"].state, results.results["b"].why) == ("missing", "no output")
    assert (results.passes, results.pass_rate, results.mean_score) == (2, 0.5, 0.5)


def test_an_output_given_twice_counts_for_nothing_even_if_both_are_equal() -> None:
    results = judged([Output("a", "yes"), Output("a", "yes")], ("a", "b"))
    assert results.faults == (
        "1 of 2 prompts has no output: b",
        "1 of 2 prompts has more than one output: a",
    )
    assert results.results["a"].why == "2 outputs, and which one counts is not said"


def test_an_output_of_no_prompt_is_a_fault() -> None:
    results = judged([Output("a", "yes"), Output("\x1b", "yes"), Output(7, "yes")], ("a",))
    assert results.faults == ("2 outputs belong to no prompt: '\\x1b', 7",)


def test_an_error_record_is_a_fault() -> None:
    results = judged([Output("a", "", "errored", "status 500")], ("a",))
    assert results.faults == ("1 of 1 prompt has an error instead of an output: a",)
    assert results.results["a"].why == "errored: status 500"


def test_a_truncated_answer_is_a_miss_and_no_fault() -> None:
    results = judged([Output("a", "yes", "truncated", "finish_reason is 'length'")], ("a",))
    assert (results.faults, results.passes) == ((), 0)
    assert results.results["a"].why == "truncated: finish_reason is 'length'"


def test_ids_that_differ_only_by_type_are_said_to() -> None:
    assert judged([Output("1", "yes")], (1,)).faults[0] == (
        "1 of 1 prompt has no output: 1 (prompt ids are numbers, output ids are text: write both the same way)"
    )


@pytest.mark.parametrize(("key", "what"), [("REFUND", "case"), (" refund ", "blanks around it")])
def test_ids_that_differ_only_by_a_trifle_are_said_to(key: str, what: str) -> None:
    assert (
        judged([Output(key, "yes")], ("refund",))
        .faults[0]
        .endswith(f"refund (the output '{key}' differs from 'refund' in {what})")
    )


def test_outputs_of_two_models_are_a_fault() -> None:
    results = judged([Output("a", "yes", model="ft:1"), Output("b", "yes", model="ft:2")], ("a", "b"))
    assert results.models == {"ft:1", "ft:2"}
    assert results.faults == ("the outputs are of 2 models: 'ft:1', 'ft:2'; one model is judged at a time",)


def test_an_output_for_another_wording_of_the_prompt_never_passes() -> None:
    outputs = [Output("a", "yes", where="out.jsonl:1", asked="Why not?")]
    results = grade("refunds", asked("a", text="Why?"), outputs, EXACT)
    assert results.faults == ("1 of 1 prompt was recorded for another wording of the prompt: a",)
    assert (results.passes, results.results["a"].state) == (0, "stale")


def test_an_output_for_another_system_prompt_never_passes() -> None:
    turns = (("system", "Be brief."), ("user", "Why?"))
    prompt = Prompt("a", "Why?", "yes", {}, "held.jsonl:1", turns=turns)
    same = Output("a", "yes", asked="Why?", turns=turns)
    other = Output("a", "yes", asked="Why?", turns=(("system", "Be long."), ("user", "Why?")))
    assert grade("refunds", [prompt], [same], EXACT).passes == 1
    assert grade("refunds", [prompt], [other], EXACT).passes == 0


def test_a_line_that_does_not_say_what_was_asked_is_taken_as_it_is() -> None:
    assert grade("refunds", asked("a", text="Why?"), [Output("a", "yes")], EXACT).passes == 1
    assert grade("refunds", asked("a"), [Output("a", "yes", asked="Why?")], EXACT).passes == 1


def test_misses_are_found_by_state() -> None:
    results = judged([Output("a", "no"), Output("b", "", "empty", "blank")], ("a", "b", "c"))
    assert {state: [r.prompt.id for r in found] for state, found in results.misses.items()} == {
        "missed": ["a"],
        "empty": ["b"],
        "missing": ["c"],
    }


def test_a_prompt_s_own_grader_goes_before_the_eval_s() -> None:
    prompt = Prompt("a", "", None, {}, "job.yaml:9", build_grader({"type": "contains", "target": "9"}))
    assert grade("refunds", [prompt], [Output("a", "at 9")], EXACT).passes == 1
    assert grade("refunds", [prompt], [Output("a", "at 9")], None).passes == 1


def test_no_grader_is_an_error() -> None:
    with pytest.raises(EvalError, match=r"^held.jsonl:1: prompt a has no grader, and the eval has none$"):
        grade("refunds", asked("a"), [Output("a", "yes")], None)


def test_no_prompts_is_an_error() -> None:
    with pytest.raises(EvalError, match="refunds: holds no prompts"):
        grade("refunds", [], [], EXACT)


@pytest.mark.parametrize("score", [float("nan"), 1.5, -0.1])
def test_a_grade_outside_zero_to_one_is_an_error(score: float) -> None:
    with pytest.raises(EvalError, match="not a grade from 0 to 1"):
        grade("refunds", asked("a"), [Output("a", "yes")], lambda _, __: Grade(score))


def test_what_was_read_is_bound_by_digests() -> None:
    results = grade("refunds", asked("a"), [Output("a", "yes")], EXACT, [None, File(Path("o"), b"x")])
    assert [(digest.size, digest.sha256[:8]) for digest in results.files] == [(1, "2d711642")]
