"""Measures that are not built in, as specs name them and as they are judged."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytest_ftgate.decision import Decision
from pytest_ftgate.errors import EvidenceError, JobError, SpecError
from pytest_ftgate.evidence import Evidence
from pytest_ftgate.measures.own import MeasureKind
from pytest_ftgate.score import Score
from pytest_ftgate.spec import Spec, Surroundings
from pytest_ftgate.spec.language import definitions
from pytest_ftgate.spec.own import Own
from pytest_ftgate.spec.own_measures import own_measures
from pytest_ftgate.statistics import Interval

from ..making import gates, jsonl, loaded, losses, refused, trainer_state

Build = Callable[[object, Mapping[str, object]], Callable[[Evidence], Score]]


def perplexity(said: object, options: Mapping[str, object]) -> Callable[[Evidence], Score]:
    """e to the last value of a loss."""
    if options.get("base", 2) == 1:
        raise ValueError("base 1 has no powers")
    return lambda evidence: Score(
        math.exp(evidence.job.metric(str(said)).values.iloc[-1]), "", "e to the last loss", n=7
    )


KIND = MeasureKind("the perplexity of a loss", frozenset({"base"}), perplexity, span=(1.0, math.inf))
SHARE = replace(KIND, span=(0.0, 1.0), is_ratio=True)


def giving(score: object, kind: MeasureKind = KIND) -> MeasureKind:
    """A measure that gives this, whatever it reads."""
    return built(lambda _: score, kind)


def built(measure: Any, kind: MeasureKind = KIND) -> MeasureKind:
    """The measure, whatever is said of it."""
    return replace(kind, build=lambda *_: measure)


def around(kind: MeasureKind = KIND) -> Surroundings:
    return Surroundings(measures={"perplexity": kind})


def spec_of(folder: Path, gate: str, kind: MeasureKind = KIND, **top: object) -> Spec:
    """A spec with one gate, beside a job whose valid_loss ends at 0.9."""
    trainer_state(folder / "run", losses([2 - 0.05 * i for i in range(30)], [1.2, 1.0, 0.9]), **top)
    return loaded(folder, gates(f"g: {gate}"), around(kind))


def judged(folder: Path, gate: str, kind: MeasureKind = KIND, **top: object) -> Decision:
    spec = spec_of(folder, gate, kind, **top)
    [found] = spec.gates
    return found.decide(found.measure(spec.evidence()))


def error(folder: Path, score: object, kind: MeasureKind = KIND) -> str:
    with pytest.raises(EvidenceError) as caught:
        judged(folder, "{perplexity: valid_loss, max: 3}", giving(score, kind))
    return str(caught.value)


@pytest.mark.parametrize(
    ("keys", "status", "said"),
    [
        ("max: 3", "pass", "g 2.46 <= max 3: e to the last loss"),
        ("max: 2", "fail", "g 2.46 > max 2 (over by 0.46): e to the last loss"),
        ("min: 2", "pass", "g 2.46 >= min 2"),
        ("near: 2.5, rtol: 5%", "pass", "g 2.46 <= max 2.625"),
        ("max: 3, warn: 2.2", "warn", "g 2.46 > warn 2.2"),
        ("max: 3, min_n: 8", "inconclusive", "it rests on 7 of the 8 that min_n asks for"),
        ("max: 3, confidence: 0.95", "inconclusive", "how sure it is cannot be told"),
        ("equals: 3", "fail", "is 2.45"),
        ("max: 2, severity: warn, tags: [ours]", "warn", "g 2.46 > max 2"),
        ("base: 3, max: 3", "pass", "g 2.46 <= max 3"),
    ],
)
def test_thresholds_are_those_of_every_measure(tmp_path: Path, keys: str, status: str, said: str) -> None:
    decision = judged(tmp_path, f"{{perplexity: valid_loss, {keys}}}")
    assert (decision.status.value, said in decision.headline) == (status, True), decision.headline


def test_one_condition_of_several_can_be_such_a_measure(tmp_path: Path) -> None:
    decision = judged(tmp_path, "{any: [{metric: valid_loss, max: 0.1}, {perplexity: valid_loss, max: 3}]}")
    assert decision.status.value == "pass"
    assert "perplexity (valid_loss) 2.46 <= max 3" in decision.headline


def test_a_percentage_is_understood_of_a_ratio(tmp_path: Path) -> None:
    kind = giving(Score(0.04, "", "a share"), SHARE)
    assert judged(tmp_path, "{perplexity: x, max: 5%}", kind).headline == "g 4% <= max 5%: a share"


def test_a_baseline_is_measured_alike(tmp_path: Path) -> None:
    trainer_state(tmp_path / "before", losses([2 - 0.05 * i for i in range(30)], [1.2, 1.0, 0.5]))
    trainer_state(tmp_path / "run", losses([2 - 0.05 * i for i in range(30)], [1.2, 1.0, 0.9]))
    text = "baseline: before\n" + gates("g: {perplexity: valid_loss, baseline: {max_rise: 10%}}")
    spec = loaded(tmp_path, text, around())
    decision = spec.gates[0].decide(spec.gates[0].measure(spec.evidence()))
    assert decision.headline.startswith("g 2.46 > baseline 1.649 + 10% (over by 0.646)")


def test_options_are_part_of_what_is_measured(tmp_path: Path) -> None:
    one, other = (spec_of(tmp_path, f"{{perplexity: valid_loss, max: 3, base: {base}}}") for base in (2, 3))
    [first], [second] = ([check.measure.what for check in spec.gates[0].checks()] for spec in (one, other))
    assert (first, second) == ("perplexity (valid_loss, base 2)", "perplexity (valid_loss, base 3)")
    assert one.policy_sha256 != other.policy_sha256


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_a_value_that_is_not_finite_fails_however_lenient_the_gate(tmp_path: Path, value: float) -> None:
    kind = giving(Score(value, "", ""))
    decision = judged(tmp_path, "{perplexity: valid_loss, max: 1e9, severity: warn}", kind)
    assert (decision.status.value, decision.finite) == ("fail", False)
    assert f"g is {float(value)}, not a finite number" in decision.headline


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (None, "nothing; a Score is wanted"),
        (2.5, "float; a Score is wanted"),
        (Score(None, "", ""), "a value that is nothing; a number is wanted"),  # type: ignore[arg-type]
        (Score("2.5", "", ""), "a value that is str; a number is wanted"),
        (Score(True, "", ""), "a value that is bool; a number is wanted"),
        (Score(10**400, "", ""), "a value that is too large"),
        (Score(0.5, "", ""), "0.5, but its kind says that values lie in 1 to inf"),
        (Score(2.0, "", "", n=-1), "-1 observations; a whole number from 0 on is wanted"),
        (Score(2.0, "", "", n=math.nan), "nan observations; a whole number"),  # type: ignore[arg-type]
        (Score(2.0, "", "", error=math.nan), "an error that is nan; a standard error, or 0, is wanted"),
        (Score(2.0, "", None), "a Score whose how is nothing; text is wanted"),  # type: ignore[arg-type]
        (Score(2.0, "", "", details="one"), "a Score whose details is str; a tuple"),  # type: ignore[arg-type]
        (Score(2.0, "", "", evidence=("log",)), "a Score whose evidence is tuple"),  # type: ignore[arg-type]
        (Score(2.0, "", "", interval=(1, 2)), "a Score whose interval is tuple"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_score_of_a_number_cannot_be_judged(tmp_path: Path, score: object, said: str) -> None:
    assert f"g could not be judged: the measure perplexity gave {said}" in error(tmp_path, score)


def test_a_number_of_a_library_becomes_a_plain_one(tmp_path: Path) -> None:
    score = Score(np.float64(2.5), "", "", n=np.int64(4))  # type: ignore[arg-type]
    spec = spec_of(tmp_path, "{perplexity: valid_loss, max: 3}", giving(score))
    found = next(spec.gates[0].checks()).measure(spec.evidence())
    assert (type(found.value), type(found.n)) == (float, int)


def test_what_a_measure_says_is_inert(tmp_path: Path) -> None:
    kind = giving(Score(2.0, "", "\x1b[31mred\nand more", details=("##[error]x",)))
    decision = judged(tmp_path, "{perplexity: valid_loss, max: 3}", kind)
    assert decision.headline == r"g 2 <= max 3: \x1b[31mred\nand more"
    assert decision.details == (r"#\x23[error]x",)


def test_a_score_that_says_nothing_is_explained_by_its_kind(tmp_path: Path) -> None:
    said = judged(tmp_path, "{perplexity: valid_loss, max: 3}", giving(Score(2.0, "", ""))).headline
    assert said == "g 2 <= max 3: the perplexity of a loss"


def at(interval: Interval, _: float) -> Interval:
    return interval


def test_an_interval_decides_where_it_has_two_ends_in_order(tmp_path: Path) -> None:
    for low, status in ((2.4, "pass"), (math.nan, "inconclusive")):
        interval = Interval(low, 2.5, 0.95, "ours")
        kind = giving(Score(2.45, "", "", bounds=partial(at, interval)))
        decision = judged(tmp_path, "{perplexity: valid_loss, max: 3, confidence: 0.95}", kind)
        assert decision.status.value == status


def test_a_job_that_did_not_finish_decides_nothing(tmp_path: Path) -> None:
    decision = judged(tmp_path, "{perplexity: valid_loss, max: 3}", max_steps=900)
    assert decision.status.value == "inconclusive"


def test_a_job_whose_metrics_must_not_be_judged_is_an_error(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "{perplexity: valid_loss, max: 3}", giving(Score(2.0, "", "")))
    refused_job = replace(spec.evidence().job, refused="the job failed")
    evidence = Refused(spec.job, {}, job=refused_job)
    with pytest.raises(JobError, match=r"^g could not be judged: the job failed$"):
        spec.gates[0].measure(evidence)


class Refused(Evidence):
    """The evidence of a spec whose job is one that was read already."""

    def __init__(self, *of: Any, job: Any) -> None:
        super().__init__(*of)
        self._job.make = lambda: job


def test_the_job_s_files_are_the_evidence_of_a_score_that_names_none(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "{perplexity: valid_loss, max: 3}")
    score = next(spec.gates[0].checks()).measure(spec.evidence())
    assert [digest.path.name for digest in score.evidence] == ["trainer_state.json"]


def test_a_spec_without_a_job_can_be_measured(tmp_path: Path) -> None:
    spec = loaded(tmp_path, "ftgate: 1\ngates: {g: {perplexity: x, max: 3}}\n", around(giving(Score(2.0, "", ""))))
    assert spec.gates[0].decide(spec.gates[0].measure(spec.evidence())).status.value == "pass"


def test_what_was_answered_can_be_measured_and_is_judged_besides(tmp_path: Path) -> None:
    jsonl(tmp_path / "o.jsonl", [{"id": "a", "output": "x" * 5000}])
    evals = "evals: {e: {prompts: [{id: a, prompt: x}], outputs: o.jsonl, grader: {type: length, max: 9000}}}\n"
    kind = built(lambda evidence: Score(len(evidence.results("e").results["a"].text), "", ""))
    spec = loaded(tmp_path, f"ftgate: 1\n{evals}gates: {{g: {{perplexity: e, max: 5000}}}}\n", around(kind))
    assert spec.gates[0].measure(spec.evidence()).decide().headline == "5000 <= max 5000: the perplexity of a loss"
    assert [prompt.id for _, prompt in spec.judged_prompts] == ["a"]


def test_a_metric_that_was_not_logged_is_an_error_unless_the_gate_says_otherwise(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="g could not be judged: the job has no reward"):
        judged(tmp_path, "{perplexity: reward, max: 3}")
    assert judged(tmp_path, "{perplexity: reward, max: 3, if_missing: warn}").status.value == "warn"


@pytest.mark.parametrize("gone", [SystemExit(), SystemExit("no library"), pytest.skip.Exception("no library")])
def test_a_measure_that_gives_up_is_an_error_and_no_skip(tmp_path: Path, gone: BaseException) -> None:
    def measure(_: Evidence) -> Score:
        raise gone

    kind = built(measure)
    with pytest.raises(EvidenceError, match=f"the measure perplexity gave up with {type(gone).__name__}"):
        judged(tmp_path, "{perplexity: valid_loss, max: 3}", kind)


def test_a_measure_that_breaks_is_not_hidden(tmp_path: Path) -> None:
    kind = built(lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        judged(tmp_path, "{perplexity: valid_loss, max: 3}", kind)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, GeneratorExit])
def test_an_interruption_is_one(tmp_path: Path, stop: type[BaseException]) -> None:
    def interrupted(*_: object) -> Any:
        raise stop

    with pytest.raises(stop):
        judged(tmp_path, "{perplexity: x, max: 3}", built(interrupted))
    with pytest.raises(stop):
        judged(tmp_path, "{perplexity: x, max: 3}", replace(KIND, build=interrupted))


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("{perplexity: x, max: 3, base: 1}", "gates.g.perplexity: the measure perplexity: base 1 has no powers"),
        ("{perplexity: x, max: 3, bse: 2}", "gates.g.bse: unknown key 'bse', did you mean 'base'?"),
        ("{perplexty: x, max: 3}", "gates.g.perplexty: unknown key 'perplexty', did you mean 'perplexity'?"),
        ("{perplexity: , max: 3}", "gates.g.perplexity: must be text or a number or true or false"),
        ("{perplexity: x, base: , max: 3}", "gates.g.base: must be text or a number"),
        ("{perplexity: x, metric: z, max: 3}", "gates.g: has metric and perplexity, of which only one can be meant"),
        ("{perplexity: x}", "gates.g: needs min, max, near, equals or in, or a baseline"),
        ("{perplexity: x, max: 5%}", "5% is a percentage, but perplexity (x) is not a ratio"),
        ("{perplexity: x, max: 0.5}", "perplexity (x) is never 0.5: it lies in 1 to inf"),
        ("{perplexity: x, min: 1}", "no value of perplexity (x) is below 1, so this gate could not fail"),
        ("{perplexity: x, equals: high}", "is never perplexity (x): write a number, without quotes"),
        ("{perplexity: x, max: 3, by: language}", "gates.g.by: unknown key 'by'"),
        ("{any: [{perplexity: x, max: 3, tags: [a]}]}", "'tags' belongs to the whole gate, not to one condition"),
    ],
)
def test_a_slip_is_told_as_that_of_any_measure(tmp_path: Path, gate: str, said: str) -> None:
    assert said in refused(tmp_path, gates(f"g: {gate}"), around())


def test_without_the_measure_its_name_is_an_unknown_key(tmp_path: Path) -> None:
    said = refused(tmp_path, gates("g: {perplexity: x, max: 3}"))
    assert said.startswith("job.yaml:4:7: gates.g.perplexity: unknown key 'perplexity'; needs one of metric,")


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda said, _: said + 1, "it cannot be made (TypeError: "),
        (lambda *_: pytest.skip("not today"), "it cannot be made (Skipped: not today)"),
        (lambda *_: None, "its build gave NoneType, and a function is wanted"),
    ],
)
def test_a_measure_that_cannot_be_made_is_a_mistake_of_one_line(tmp_path: Path, build: Build, said: str) -> None:
    told = refused(tmp_path, gates("g: {perplexity: x, max: 3}"), around(replace(KIND, build=build)))
    assert told.startswith(f"job.yaml:4:19: gates.g.perplexity: the measure perplexity: {said}")
    assert "\n" not in told


def test_what_is_given_is_a_mapping_of_names_to_kinds() -> None:
    assert own_measures([{"perplexity": KIND}, {"share": SHARE}]) == {"perplexity": KIND, "share": SHARE}
    with pytest.raises(SpecError, match=r"^pytest_ftgate_measures gave list; a mapping of names to MeasureKind is wa"):
        own_measures([[KIND]])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("metric", "names a measure 'metric', which is one already: give it another name"),
        ("max", "names a measure 'max', which is another key of gates: give it another name"),
        ("window", "names a measure 'window', which is another key of gates"),
        ("any", "names a measure 'any', which is another key of gates"),
        ("tags", "names a measure 'tags', which is another key of gates"),
        ("Perplexity", "names a measure 'Perplexity'; a name is small letters, digits and _"),
        ("per-plexity", "names a measure 'per-plexity'; a name is small letters"),
        ("", "names a measure ''; a name is small letters"),
        (5, "names a measure int; a name is small letters"),
    ],
)
def test_a_name_that_is_taken_or_none_is_refused(name: object, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        own_measures([{name: KIND}])
    assert said in str(caught.value)


def test_two_plugins_cannot_give_one_name() -> None:
    with pytest.raises(SpecError, match="names a measure 'perplexity', which is one already"):
        own_measures([{"perplexity": KIND}, {"perplexity": SHARE}])


@pytest.mark.parametrize("option", ["max", "severity", "metric", "any", "by", "share", "base line", "type ", 5])
def test_an_option_that_means_something_else_is_refused(option: Any) -> None:
    kind = replace(KIND, options=frozenset({option}))
    with pytest.raises(SpecError, match="'perplexity' has options that no spec can say") as caught:
        own_measures([{"perplexity": kind, "share": SHARE}])
    assert repr(option) in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"what": ""}, "`what` that is not one line of text"),
        ({"what": "two\nlines"}, "`what` that is not one line of text"),
        ({"what": None}, "`what` that is not one line of text"),
        ({"options": "base"}, "`options` that is not a set of names"),
        ({"build": 5}, "`build` that is not a function"),
        ({"span": (1.0, 1.0)}, "`span` that is not its lowest and its highest value"),
        ({"span": (math.nan, 1.0)}, "`span` that is not its lowest and its highest value"),
        ({"span": 5}, "`span` that is not its lowest and its highest value"),
        ({"is_ratio": 1}, "`is_ratio` that is not True or False"),
    ],
)
def test_a_kind_that_says_what_cannot_be_is_refused(wrong: Mapping[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        own_measures([{"perplexity": replace(KIND, **wrong)}])
    assert str(caught.value).startswith(f"pytest_ftgate_measures: 'perplexity' has a {said}")


def test_what_is_no_kind_is_refused() -> None:
    with pytest.raises(
        SpecError, match=r"^pytest_ftgate_measures gives function as 'perplexity'; a MeasureKind is wan"
    ):
        own_measures([{"perplexity": perplexity}])


def test_every_built_in_measure_follows_the_template() -> None:
    defs, own = definitions(), definitions()["own-measure"]["properties"]
    odd = {"golden", "any", "all"}
    measures = [name for name in defs if name.endswith("-check") and name.removesuffix("-check") not in odd]
    lacking = {key for name in measures for key in own.keys() - defs[name]["properties"].keys()}
    assert lacking == {"if_missing"}


def test_the_language_has_a_gate_and_a_condition_for_each() -> None:
    defs = definitions(Own(measures=(("perplexity", "of a loss", ("base",)),)))
    spikes = {key for key in defs["spikes-gate"]["properties"] if key != "spikes"}
    assert set(defs["perplexity-gate"]["properties"]) == spikes | {"perplexity", "base"}
    assert set(defs["perplexity-check"]["properties"]) == spikes - {"severity", "tags"} | {"perplexity", "base"}
    assert defs["perplexity-gate"]["description"] == "of a loss"
