"""What the schema cannot say of measures and thresholds."""

from pathlib import Path

import pytest

from pytest_ftgate.gate import Check, Condition
from pytest_ftgate.measures.curve import Improvement, Metric
from pytest_ftgate.measures.evals import EvalScore
from pytest_ftgate.measures.facts import JobFact
from pytest_ftgate.measures.gap import Gap
from pytest_ftgate.threshold import Bound, Threshold

from ..making import gates, loaded, refused

EVAL = "evals:\n  refunds: {prompts: p.jsonl, outputs: o.jsonl, grader: exact}\n"


def built(folder: Path, gate: str) -> Condition:
    return loaded(folder, gates(f"g: {gate}") + EVAL).gates[0].condition


@pytest.mark.parametrize(
    ("gate", "check"),
    [
        ("{metric: valid_loss, max: 0.95}", Check(Metric("valid_loss"), Threshold(max=Bound(0.95)))),
        (
            "{metric: valid_loss, max: 1, warn: 0.9, min_n: 3}",
            Check(Metric("valid_loss"), Threshold(max=Bound(1.0), warn=Bound(0.9), min_n=3)),
        ),
        (
            "{metric: valid_mean_token_accuracy, min: 7.1%, at: mean, window: 5%}",
            Check(Metric("valid_mean_token_accuracy", "mean", 0.05), Threshold(min=Bound(0.071, percent=True))),
        ),
        ("{metric: x, at: {step: 30}, min: 1, max: 2}", Check(Metric("x", 30), Threshold(min=Bound(1), max=Bound(2)))),
        ("{metric: x, window: 100%, max: 1}", Check(Metric("x", window=1.0), Threshold(max=Bound(1)))),
        ("{metric: x, window: 20, max: 1}", Check(Metric("x", window=20), Threshold(max=Bound(1)))),
        ("{metric: train_loss, at: best, max: 1}", Check(Metric("train_loss", "best"), Threshold(max=Bound(1)))),
        ("{gap: loss, max: 0.2}", Check(Gap("loss"), Threshold(max=Bound(0.2)))),
        (
            "{gap: 'token_accuracy[de]', max: 8%}",
            Check(Gap("token_accuracy[de]"), Threshold(max=Bound(0.08, percent=True))),
        ),
        ("{improvement: loss, min: 5%}", Check(Improvement("loss"), Threshold(min=Bound(0.05, percent=True)))),
        ("{job: status, equals: succeeded}", Check(JobFact("status"), Threshold(one_of=("succeeded",)))),
        ("{job: n_epochs, in: [2, 3]}", Check(JobFact("n_epochs"), Threshold(one_of=(2, 3)))),
        ("{metric: loss, equals: 0}", Check(Metric("loss"), Threshold(one_of=(0,)))),
        ("{job: steps, min: 100}", Check(JobFact("steps"), Threshold(min=Bound(100)))),
        (
            "{eval: refunds, score: mean, min: 90%}",
            Check(EvalScore("refunds", "mean"), Threshold(min=Bound(0.9, percent=True))),
        ),
    ],
)
def test_a_gate_is_a_measure_and_a_threshold(tmp_path: Path, gate: str, check: Check) -> None:
    assert built(tmp_path, gate) == check


def test_conditions_are_joined(tmp_path: Path) -> None:
    found = built(tmp_path, "{any: [{metric: a, max: 1}, {all: [{metric: b, max: 1}, {gap: loss, max: 1}]}]}")
    assert str(found) == "any of 2 conditions"


def test_a_gate_keeps_its_name_line_tags_and_severity(tmp_path: Path) -> None:
    spec = loaded(tmp_path, gates("one: {metric: a, max: 1}", "two: {metric: a, max: 1, tags: [slow], severity: warn}"))
    one, two = spec.gates
    assert (one.name, one.line, one.tags, one.advisory) == ("one", 4, (), False)
    assert (two.name, two.line, two.tags, two.advisory) == ("two", 5, ("slow",), True)


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("{metric: a}", "gates.g: needs min, max, equals or in"),
        ("{metric: a, min_n: 3}", "gates.g: needs min, max, equals or in"),
        ("{metric: a, min: 2, max: 1}", "gates.g: min 2 is above max 1, so nothing can pass"),
        ("{job: status, equals: a, in: [b]}", "gates.g: takes equals or in, not both"),
        ("{job: seed, equals: 3, min: 1}", "gates.g: takes min and max, or equals, or in"),
        ("{metric: a, max: 1, warn: 2}", "gates.g: warn 2 must be below max 1, or it never warns"),
        ("{metric: a, min: 1, warn: 0.5}", "gates.g: warn 0.5 must be above min 1, or it never warns"),
        ("{metric: a, min: 1, max: 2, warn: 1.5}", "gates.g: warn needs exactly one of min and max beside it"),
    ],
)
def test_a_threshold_that_cannot_judge_is_refused(tmp_path: Path, gate: str, said: str) -> None:
    assert refused(tmp_path, gates(f"g: {gate}")) == f"job.yaml:4:3: {said}"


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("{metric: valid_mean_token_accuracy, min: 90}", "is never 90: it lies in 0 to 1; write 90% or 0.9"),
        ("{metric: valid_mean_token_accuracy, min: 900}", "is never 900: it lies in 0 to 1"),
        ("{metric: valid_mean_token_accuracy, min: 150%}", "is never 150%: it lies in 0 to 1"),
        ("{metric: valid_mean_token_accuracy, min: -0.1}", "is never -0.1: it lies in 0 to 1"),
        ("{metric: eval_mean_token_accuracy, min: 0}", "is below 0, so this gate could not fail"),
        ("{metric: valid_mean_token_accuracy, max: 1}", "is above 1, so this gate could not fail"),
        ("{metric: valid_mean_token_accuracy, max: 100%}", "is above 100%, so this gate could not fail"),
        ("{metric: valid_loss, min: 0}", "no value of valid_loss is below 0, so this gate could not fail"),
        ("{metric: valid_loss, max: -0.7}", "valid_loss is never -0.7: it is never negative"),
        ("{metric: loss, max: 1, warn: -1}", "loss is never -1: it is never negative"),
        ("{gap: token_accuracy, max: 1}", "no value of token accuracy gap is above 1, so this gate could not fail"),
        ("{gap: token_accuracy, max: 8}", "token accuracy gap is never 8: it lies in -1 to 1; write 8% or 0.08"),
        (
            "{improvement: loss, max: 100%}",
            "no value of improvement of loss is above 100%, so this gate could not fail",
        ),
        ("{job: steps, min: 0}", "no value of steps is below 0, so this gate could not fail"),
        ("{job: seed, equals: -1}", "seed is never -1: it is never negative"),
        ("{eval: refunds, min: 0}", "no value of pass rate of refunds is below 0, so this gate could not fail"),
        ("{eval: refunds, min: 1.5}", "pass rate of refunds is never 1.5: it lies in 0 to 1; write 1.5% or 0.015"),
        ("{eval: refunds, equals: 90}", "pass rate of refunds is never 90: it lies in 0 to 1"),
    ],
)
def test_a_bound_that_no_value_can_meet_or_break_is_refused(tmp_path: Path, gate: str, said: str) -> None:
    assert refused(tmp_path, gates(f"g: {gate}") + EVAL).endswith(said)


@pytest.mark.parametrize(
    ("measure", "name"),
    [
        ("metric: train_loss", "train_loss"),
        ("metric: anything", "anything"),
        ("gap: loss", "loss gap"),
        ("improvement: train_mean_reward", "improvement of train_mean_reward"),
        ("job: n_epochs", "n_epochs"),
    ],
)
def test_a_percentage_is_refused_where_no_ratio_is_meant(tmp_path: Path, measure: str, name: str) -> None:
    said = refused(tmp_path, gates(f"g: {{{measure}, max: 90%}}"))
    assert said.endswith(f"gates.g.max: 90% is a percentage, but {name} is not a ratio: write a plain number")


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("{job: n_epochs, equals: '3'}", "equals: the text '3' is never n_epochs: write a number, without quotes"),
        ("{job: n_epochs, equals: true}", "equals: true is never n_epochs: write a number, without quotes"),
        ("{job: status, equals: 3}", "equals: the number 3 is never status: write text, in quotes"),
        ("{job: method, in: [dpo, true]}", "in[1]: true is never method: write text, in quotes"),
        (
            "{metric: train_loss, equals: low}",
            "equals: the text 'low' is never train_loss: write a number, without quotes",
        ),
        (
            "{metric: train_loss, equals: 5%}",
            "equals: the text '5%' is never train_loss: write a number, without quotes",
        ),
        ("{job: status, max: 3}", "max: status is text: use equals or in"),
        ("{job: status, equals: a, warn: 3}", "warn: status is text: use equals or in"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(tmp_path: Path, gate: str, said: str) -> None:
    assert refused(tmp_path, gates(f"g: {gate}")).partition(": gates.g.")[2] == said


@pytest.mark.parametrize("at", ["last", "best", "{step: 3}"])
def test_a_window_is_refused_where_it_has_no_meaning(tmp_path: Path, at: str) -> None:
    said = refused(tmp_path, gates(f"g: {{metric: train_loss, max: 1, at: {at}, window: 3}}"))
    assert said.endswith("gates.g.window: a window has a meaning only beside `at: final` and `at: mean`")


@pytest.mark.parametrize("window", ["0%", "-5%", "101%"])
def test_a_window_is_a_part_of_the_series(tmp_path: Path, window: str) -> None:
    said = refused(tmp_path, gates(f"g: {{metric: train_loss, max: 1, window: {window}}}"))
    assert said.endswith("gates.g.window: must be more than 0% and at most 100% of the series")


@pytest.mark.parametrize("gate", ["{metric: foo, at: best, max: 1}", "{improvement: foo, min: 0.1}"])
def test_what_gets_better_has_a_direction(tmp_path: Path, gate: str) -> None:
    assert refused(tmp_path, gates(f"g: {gate}")).endswith("whether lower or higher 'foo' is better is not known")


@pytest.mark.parametrize("name", ["train_\u200bloss", "train_loss ", '"a\\nb"', "train\u00a0loss"])
def test_a_metric_s_name_holds_nothing_invisible(tmp_path: Path, name: str) -> None:
    quoted = name if name.startswith('"') else f"'{name}'"
    said = refused(tmp_path, gates(f"g: {{metric: {quoted}, max: 1}}"))
    assert said.endswith("holds invisible characters, or blanks at an end")


def test_an_eval_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    said = refused(tmp_path, gates("g: {eval: refnds, min: 0.5}", "h: {eval: zzz, min: 0.5}") + EVAL)
    assert said.splitlines() == [
        "job.yaml:4:13: gates.g.eval: there is no eval 'refnds', did you mean 'refunds'?",
        "job.yaml:5:13: gates.h.eval: there is no eval 'zzz'; evals are refunds",
    ]


def test_a_spec_without_evals_says_so(tmp_path: Path) -> None:
    said = refused(tmp_path, gates("g: {eval: refunds, min: 0.5}"))
    assert said.endswith("there is no eval 'refunds'; the spec has no `evals:`")


@pytest.mark.parametrize("tag", ["skip", "skipif", "xfail"])
def test_a_tag_cannot_excuse_a_gate(tmp_path: Path, tag: str) -> None:
    said = refused(tmp_path, gates(f"g: {{metric: train_loss, max: 1, tags: [slow, {tag}]}}"))
    assert said.endswith(f"gates.g.tags[1]: '{tag}' cannot be a tag: a gate is not skipped or expected to fail")


def test_a_metric_needs_a_job(tmp_path: Path) -> None:
    text = gates("g: {metric: train_loss, max: 1}").replace("job: run\n", "")
    assert refused(tmp_path, text) == (
        "job.yaml:3:3: gates.g: needs a job: write `job: PATH` in the spec, or give --ftgate-job"
    )


def test_mistakes_within_joined_conditions_are_placed(tmp_path: Path) -> None:
    said = refused(tmp_path, gates("g: {any: [{metric: a}, {all: [{metric: b, max: 1}, {gap: loss, max: 5%}]}]}"))
    assert [line.split(": ")[1] for line in said.splitlines()] == ["gates.g.any[0]", "gates.g.any[1].all[1].max"]
