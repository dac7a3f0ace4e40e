"""What the schema cannot say of measures and thresholds."""

from pathlib import Path

import pytest

from pytest_ftgate.bounds import Bound
from pytest_ftgate.comparison import Change
from pytest_ftgate.gate import Check, Condition
from pytest_ftgate.measures import Measure
from pytest_ftgate.measures.balance import Balance
from pytest_ftgate.measures.curve import Metric
from pytest_ftgate.measures.evals import EvalScore
from pytest_ftgate.measures.facts import JobFact
from pytest_ftgate.measures.gap import Gap
from pytest_ftgate.measures.golden import Golden
from pytest_ftgate.measures.improvement import Improvement
from pytest_ftgate.measures.rise import Divergence, Overfit
from pytest_ftgate.measures.spikes import NonFinite, Spikes, Stuck
from pytest_ftgate.threshold import Threshold

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
        ("{metric: loss, at: shipped, max: 1}", Check(Metric("loss", "shipped"), Threshold(max=Bound(1)))),
        ("{gap: loss, at: shipped, max: 1}", Check(Gap("loss", "shipped"), Threshold(max=Bound(1)))),
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
        ("{metric: a}", "gates.g: needs min, max, near, equals or in, or a baseline"),
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
    said = refused(tmp_path, gates("g: {any: [{metric: a}, {all: [{metric: b, max: 1}, {gap: reward, max: 5%}]}]}"))
    assert [line.split(": ")[1] for line in said.splitlines()] == ["gates.g.any[0]", "gates.g.any[1].all[1].max"]


BASED = gates("{}").replace("job: run", "job: run\nbaseline: old").replace("{}", "g: {}")


def based(folder: Path, gate: str) -> Check:
    found = loaded(folder, BASED.format(gate)).gates[0].condition
    assert isinstance(found, Check)
    return found


def test_a_gate_can_ask_about_the_baseline_alone(tmp_path: Path) -> None:
    found = based(tmp_path, "{metric: valid_loss, baseline: {max_rise: 2%}, confidence: 0.9}")
    assert found == Check(Metric("valid_loss"), None, Change((("max_rise", Bound(0.02, percent=True)),), 0.9))


def test_a_gate_can_ask_about_the_baseline_too(tmp_path: Path) -> None:
    found = based(tmp_path, "{metric: valid_loss, max: 1, baseline: {max_drop: 0.1, max_rise: 0.2}}")
    assert str(found) == "max 1 and max_rise 0.2 from the baseline and max_drop 0.1 from the baseline"


@pytest.mark.parametrize(
    ("gate", "threshold"),
    [
        ("{metric: a, near: 1.25, atol: 0.25}", Threshold(Bound(1), Bound(1.5), near="near 1.25 ± 0.25")),
        ("{metric: a, near: 2, rtol: 50%}", Threshold(Bound(1), Bound(3), near="near 2 ± 50%")),
        ("{metric: a, near: -2, rtol: 50%}", Threshold(Bound(-3), Bound(-1), near="near -2 ± 50%")),
        ("{metric: a, max: 1, confidence: 0.95}", Threshold(max=Bound(1), confidence=0.95)),
    ],
)
def test_a_target_and_confidence_are_thresholds(tmp_path: Path, gate: str, threshold: Threshold) -> None:
    assert built(tmp_path, gate) == Check(Metric("a"), threshold)


@pytest.mark.parametrize(
    ("gate", "measure"),
    [
        ("{overfit: valid_loss, window: 3, max: 10%}", Overfit("valid_loss", 3)),
        ("{divergence: train_loss, max: 25%}", Divergence("train_loss")),
        ("{spikes: train_loss, max: 0}", Spikes("train_loss")),
        ("{non_finite: train_loss, max: 0}", NonFinite("train_loss")),
        ("{stuck: train_loss, max: 25%}", Stuck("train_loss")),
        ("{balance: valid, max: 6}", Balance("valid")),
        ("{gap: 'loss[*]', max: 50%}", Gap("loss[*]", relative=True)),
        ("{golden: g.csv, metric: a, rtol: 1%, atol: 0.1, steps: [1]}", None),
    ],
)
def test_the_measures_of_curves_are_in_the_language(tmp_path: Path, gate: str, measure: Measure | None) -> None:
    found = built(tmp_path, gate)
    assert isinstance(found, Check)
    assert found.measure == (measure or Golden("a", tmp_path / "g.csv", 0.01, 0.1, (1,)))


def test_what_was_not_logged_can_be_a_warning(tmp_path: Path) -> None:
    assert built(tmp_path, "{metric: a, max: 1, if_missing: warn}") == Check(
        Metric("a"), Threshold(max=Bound(1)), None, "warn"
    )


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("{metric: a, near: 1}", "gates.g: near needs rtol or atol: how near?"),
        ("{metric: a, near: 1, rtol: 5%, atol: 1}", "gates.g: takes rtol or atol beside near, not both"),
        ("{metric: a, rtol: 5%}", "gates.g: rtol and atol need a target: write near"),
        ("{metric: a, near: 0, rtol: 5%}", "gates.g: 5% around 0 is no distance at all: write atol"),
        ("{metric: a, near: 1, atol: 0.1, max: 2}", "gates.g: takes near, or min and max, not both"),
        ("{metric: train_loss, near: -3, atol: 1}", "gates.g.near: train_loss is never -3: it is never negative"),
        ("{metric: a, near: 1, atol: 0}", "gates.g.atol: must be more than 0, not 0"),
        ("{metric: a, max: 1, confidence: 95}", "gates.g.confidence: must be less than 1, not 95"),
        ("{metric: a, max: 1, confidence: 0.5}", "gates.g.confidence: must be more than 0.5, not 0.5"),
        ("{job: status, equals: a, confidence: 0.9}", "gates.g: confidence needs min or max beside it"),
        ("{golden: g.csv, metric: a}", "gates.g: needs rtol or atol: how near?"),
        ("{golden: g.csv, metric: a, rtol: 1%, max: 3}", "gates.g.max: unknown key 'max'; known are golden, metric,"),
        ("{golden: g.csv, metric: a, rtol: 1%, steps: []}", "gates.g.steps: is empty"),
        ("{golden: ../../g, metric: a, rtol: 1%}", "gates.g.golden: '../../g' lies outside the spec's folder"),
        ("{overfit: lr, max: 5}", "gates.g.overfit: whether lower or higher 'lr' is better is not known"),
        ("{metric: 'a_loss[*]', max: 5}", "gates.g.metric: [*], every validation set, has a meaning only for improve"),
        ("{spikes: reward, max: 0}", "gates.g.spikes: spikes are looked for in losses, and 'reward' is none"),
        ("{gap: loss, max: 5%, warn: 0.04}", "gates.g: has bounds in percent, which are relative, and others"),
        ("{metric: a, baseline: {}}", "gates.g.baseline: is empty"),
        ("{metric: a, baseline: {max_raise: 1}}", "gates.g.baseline.max_raise: unknown key 'max_raise', did you mean"),
        ("{metric: a, baseline: {max_rise: -1}}", "gates.g.baseline: max_rise is -1: an amount is not negative"),
        (
            "{metric: valid_mean_token_accuracy, baseline: {max_drop: 2}}",
            "gates.g.baseline.max_drop: valid_mean_token_accuracy never changes by 2: it lies in 0 to 1; write 0.02",
        ),
        (
            "{gap: token_accuracy, baseline: {min_drop: 2.5}}",
            "gates.g.baseline.min_drop: token accuracy gap never changes by 2.5: it lies in -1 to 1; write 0.025,",
        ),
        (
            "{metric: train_loss, baseline: {max_drop: 100%}}",
            "gates.g.baseline.max_drop: train_loss never drops by more than 100%: it is never negative",
        ),
        (
            "{overfit: valid_loss, max: 5}",
            "gates.g.max: 5 is 500%: write 5% or 0.05, or 500% if that is meant",
        ),
        (
            "{divergence: train_loss, max: 25, warn: 10}",
            "gates.g.max: 25 is 2500%: write 25% or 0.25, or 2500% if that is meant",
        ),
        (
            "{improvement: train_loss, min: 30}",
            "gates.g.min: improvement of train_loss is never 30: it is at most 1; wr",
        ),
        ("{job: status, baseline: {max_rise: 1}}", "gates.g.baseline: text neither rises nor drops: use equals or in"),
    ],
)
def test_what_the_new_keys_cannot_mean_is_refused(tmp_path: Path, gate: str, said: str) -> None:
    assert refused(tmp_path, BASED.format(gate)).partition(" ")[2].startswith(said)


@pytest.mark.parametrize(
    "gate",
    [
        "{metric: train_loss, baseline: {max_rise: 5}}",
        "{metric: train_mean_reward, baseline: {max_drop: 200%}}",
        "{metric: train_loss, baseline: {min_drop: 100%}}",
        "{metric: valid_mean_token_accuracy, baseline: {max_rise: 200%}}",
        "{overfit: valid_loss, max: 500%}",
        "{overfit: train_mean_reward, max: 5}",
    ],
)
def test_a_large_change_is_admitted_where_it_can_be_missed(tmp_path: Path, gate: str) -> None:
    assert isinstance(based(tmp_path, gate), Check)


@pytest.mark.parametrize("gate", ["{metric: a, baseline: {max_rise: 1}}", "{golden: baseline, metric: a, atol: 1}"])
def test_a_gate_on_the_baseline_needs_one(tmp_path: Path, gate: str) -> None:
    said = refused(tmp_path, gates(f"g: {gate}"))
    assert said.endswith("needs a baseline: write `baseline: PATH` at the top of the spec")
