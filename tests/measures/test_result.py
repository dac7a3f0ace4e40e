"""Numbers in other tools' reports: the right one, of the right model, of a whole run."""

import math
import os
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.evals.foreign import report_of
from pytest_ftgate.evidence import Evidence
from pytest_ftgate.files import File
from pytest_ftgate.measures import compare
from pytest_ftgate.measures.result import ReportedNumber, Scale, is_ratio
from pytest_ftgate.score import Score

from ..evals.foreign_files import (
    Json,
    document,
    inspect_log,
    inspect_sample,
    lines,
    lm_eval,
    oaieval,
    output_item,
    promptfoo,
    promptfoo_result,
    sampling,
)
from ..making import job, trainer_state
from .of import of

NONE = Evidence(None, {})


def score(folder: Path, file: File, key: str, evidence: Evidence = NONE, scale: Scale = "") -> Score:
    path = folder / "report.json"
    path.write_bytes(file.data)
    return ReportedNumber(path, key, scale=scale)(evidence)


def refused(folder: Path, file: File, key: str = "x", evidence: Evidence = NONE) -> str:
    with pytest.raises(EvidenceError) as caught:
        score(folder, file, key, evidence)
    return str(caught.value).replace(f"{folder}{os.sep}", "")


def run(**more: object) -> Json:
    counts = {"total": 4, "errored": 0, "failed": 1, "passed": 3}
    criteria = [CRITERION]
    named = {"object": "eval.run", "status": "completed", "model": "ft:m", "result_counts": counts}
    return {**named, "per_testing_criteria_results": criteria, **more}


CRITERION = {"testing_criteria": "tone", "passed": 2, "failed": 2}
SAMPLES = [inspect_sample("a"), inspect_sample("b")]
THREE = [promptfoo_result(key) for key in "abc"]


@pytest.mark.parametrize(
    ("file", "key", "value", "n"),
    [
        (document(lm_eval()), "arc.acc,none", 0.75, 10),
        (document(lm_eval()), "all.acc,none", 0.5, 1),
        (document(lm_eval()), "results.arc.acc,none", 0.75, 1),
        (document(inspect_log(*SAMPLES)), "match.accuracy", 0.5, 2),
        (document(promptfoo(*THREE, failures=1)), "pass_rate", 2 / 3, 3),
        (document(promptfoo(*THREE)), "stats.successes", 3, 1),
        (document(promptfoo(*THREE)), "openai:chat:ft:m.named.tone", 0.5, 3),
        (lines(*oaieval(sampling("a"), sampling("b"))), "accuracy", 0.5, 2),
        (document(run()), "pass_rate", 0.75, 4),
        (document(run()), "tone.pass_rate", 0.5, 4),
        (document({"a": {"b": [1, {"c.d": 2.5}]}}), "a.b.1.c.d", 2.5, 1),
        (lines({"loss": 1}), "loss", 1, 1),
    ],
)
def test_a_number_is_found_by_its_key(tmp_path: Path, file: File, key: str, value: float, n: int) -> None:
    found = score(tmp_path, file, key)
    assert (found.value, found.n, found.inconclusive) == (value, n, "")
    assert [digest.sha256 for digest in found.evidence] == [file.digest.sha256]


def test_a_score_says_where_it_is_from(tmp_path: Path) -> None:
    found = score(tmp_path, document(lm_eval()), "arc.acc,none")
    assert found.what == "arc.acc,none in report.json"
    assert found.how.endswith("report.json (lm-evaluation-harness results, 10 prompts, standard error 0.01)")


def test_nan_is_kept_for_the_threshold_to_fail(tmp_path: Path) -> None:
    assert math.isnan(float(score(tmp_path, document(lm_eval()), "arc.ppl,none").value))


@pytest.mark.parametrize(
    ("value", "what"),
    [("0.9", "the text '0.9'"), (True, "true"), (None, "null"), ([1], "a list"), ({"a": 1}, "a mapping")],
)
def test_what_is_no_number_is_refused(tmp_path: Path, value: object, what: str) -> None:
    said = refused(tmp_path, document({"x": value}))
    assert said == f"report.json: 'x' is {what}; a number is wanted"


def test_a_number_beyond_all_floats_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, document({"x": 10**400})) == "report.json: 'x' is too large a number"


def test_a_metric_that_is_not_available_is_refused(tmp_path: Path) -> None:
    assert "'arc.f1,none' is the text 'N/A'" in refused(tmp_path, document(lm_eval()), "arc.f1,none")


def test_a_key_that_is_not_there_is_told_with_what_is_near(tmp_path: Path) -> None:
    assert refused(tmp_path, document(lm_eval()), "arc.acc_none") == (
        "report.json: there is no 'arc.acc_none' in it, did you mean 'arc.acc,none'?"
    )
    assert refused(tmp_path, document({"a": 1, "b": {"c": 2}}), "zzz").endswith("in it; it has a, b.c")
    assert refused(tmp_path, document({"a": "x"}), "zzz").endswith("there is no 'zzz' in it")


@pytest.mark.parametrize("key", ["a.2", "a.-1", "a.b", "b.c.d"])
def test_a_path_that_leads_nowhere_is_no_number(tmp_path: Path, key: str) -> None:
    assert f"there is no '{key}' in it" in refused(tmp_path, document({"a": [1, 2], "b": {"c": 1}}), key)


def test_a_key_that_can_be_read_in_two_ways_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, document({"a.b": 1, "a": {"b": 1}}), "a.b") == (
        "report.json: 'a.b' can be read in 2 ways, because names in it hold dots"
    )


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (document(lm_eval(limit=10)), "the run was limited (--limit 10)"),
        (document(lm_eval(original=20)), "10 of the 20 docs of 'arc' were run"),
        (document(lm_eval(sample_len=2)), "2 of the 10 docs of 'arc' were run"),
    ],
)
def test_a_part_of_lm_eval_s_docs_is_inconclusive(tmp_path: Path, file: File, why: str) -> None:
    assert score(tmp_path, file, "arc.acc,none").inconclusive == why


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"config": {"limit": 5}}, "the run was narrowed by `limit`"),
        ({"config": {"sample_id": ["a"]}}, "the run was narrowed by `sample_id`"),
    ],
)
def test_a_part_of_inspect_s_samples_is_inconclusive(
    tmp_path: Path, more: dict[str, dict[str, object]], why: str
) -> None:
    assert score(tmp_path, document(inspect_log(*SAMPLES, **more)), "match.accuracy").inconclusive == why  # type: ignore[arg-type]


def inspected(completed: object, unscored: int) -> File:
    log = inspect_log(*SAMPLES)
    scores = [{"name": "match", "unscored_samples": unscored, "metrics": {"accuracy": {"value": 1.0}}}]
    return document({**log, "results": {"total_samples": 2, "completed_samples": completed, "scores": scores}})


def test_results_of_lm_eval_before_0_4_are_of_a_whole_run_and_of_the_model_too(tmp_path: Path) -> None:
    config = {"model": "hf-causal", "model_args": "pretrained=ft:m", "limit": 10}
    old = {"results": {"arc": {"acc": 0.75, "acc_stderr": 0.01}}, "versions": {"arc": 0}, "config": config}
    found = score(tmp_path, document(old), "arc.acc")
    assert (found.value, found.error, found.inconclusive) == (0.75, 0.01, "the run was limited (--limit 10)")
    assert "the report is of 'ft:m'" in refused(tmp_path, document(old), "arc.acc", of_model("ft:other"))
    assert score(tmp_path, document(old), "results.arc.acc").inconclusive == "the run was limited (--limit 10)"


@pytest.mark.parametrize(("counts", "doubt"), [((10, 4), ""), ((4, 3), "4 of the 10 docs of 'arc' were run")])
def test_a_metric_of_some_docs_is_no_run_of_some(tmp_path: Path, counts: tuple[int, int], doubt: str) -> None:
    log = lm_eval()
    task = {
        "acc,none": 0.75,
        "sample_len": 4,
        "sample_count": dict(zip(("acc,none", "acc_es,none"), counts, strict=True)),
    }
    assert score(tmp_path, document({**log, "results": {"arc": task}}), "arc.acc,none").inconclusive == doubt


def test_epochs_of_a_sample_are_one_sample(tmp_path: Path) -> None:
    scores = [{"name": "match", "metrics": {"accuracy": {"value": 1.0}}}]
    results = {"total_samples": 6, "completed_samples": 6, "scores": scores}
    log = {**inspect_log(*SAMPLES, config={"epochs": 3}), "results": results}
    assert score(tmp_path, document(log), "match.accuracy").n == 2


def test_samples_without_a_score_are_inconclusive(tmp_path: Path) -> None:
    assert score(tmp_path, inspected(1, 0), "match.accuracy").inconclusive == "1 sample of 2 were completed"
    assert score(tmp_path, inspected(2, 1), "match.accuracy").inconclusive == "1 sample could not be scored"
    assert score(tmp_path, inspected(2, 0), "match.accuracy").n == 2


def test_scores_of_one_name_are_told_apart_by_their_reducer(tmp_path: Path) -> None:
    metric = {"accuracy": {"value": 0.5}}
    scores = [{"name": "m", "reducer": r, "metrics": metric} for r in ("mean", "max")]
    log = {**inspect_log(*SAMPLES), "results": {"total_samples": 2, "completed_samples": 2, "scores": scores}}
    assert score(tmp_path, document(log), "m/max.accuracy").value == 0.5
    log["results"] = {"scores": [{"name": "m"}, {"name": "m"}]}
    assert refused(tmp_path, document(log)) == "report.json: has two scores named 'm/None'"


def test_a_run_of_promptfoo_that_was_filtered_is_inconclusive(tmp_path: Path) -> None:
    tests = [{"vars": {"id": i}} for i in range(4)]
    file = document(promptfoo(*THREE, config={"tests": tests}))
    assert score(tmp_path, file, "pass_rate").inconclusive == "3 of the 4 tests were run"
    one = [{**result, "testIdx": 0} for result in THREE]
    file = document(promptfoo(*one, config={"tests": tests[:2]}))
    assert score(tmp_path, file, "pass_rate").inconclusive == "1 of the 2 tests were run"
    assert score(tmp_path, document(promptfoo(*THREE, config={"tests": tests[:3]})), "pass_rate").inconclusive == ""


def test_a_limited_oaieval_is_inconclusive(tmp_path: Path) -> None:
    file = lines(*oaieval(sampling("a"), run_config={"max_samples": 3}))
    assert score(tmp_path, file, "accuracy").inconclusive == "the run was limited (--max_samples 3)"


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (document(promptfoo(*THREE, errors=1)), "promptfoo had 1 error where there should be answers"),
        (
            document({**promptfoo(*THREE), "results": {"results": [], "stats": {"successes": 3}}}),
            "its stats do not count",
        ),
        (document(promptfoo(*THREE, failures=-1)), "its stats do not count"),
        (document(inspect_log(status="error")), "the run's status is 'error', not 'success'"),
        (lines(*oaieval()[:1]), "no final_report, so the run did not finish"),
        (lines(*oaieval({"type": "error", "data": {}})), "an error event: a sample has no answer"),
        (document(run(status="failed")), "the run's status is 'failed', not 'completed'"),
        (document(run(result_counts={"errored": 2})), "the run had 2 errors where there should be answers"),
        (document(run(per_testing_criteria_results=[CRITERION, CRITERION])), "has two results named 'tone'"),
        (document(run(per_testing_criteria_results=[{**CRITERION, "errored": 2}])), "'tone' had 2 errors"),
        (document(run(result_counts={})), "'pass_rate' is null; a number is wanted"),
        (lines(promptfoo_result("a")), "lines of promptfoo results, which hold no totals: use -o results.json"),
        (lines(output_item("a")), "OpenAI Evals output items, which hold no totals"),
        (document([1]), "not a report: one JSON object is wanted"),
        (File(Path("r"), b"a,b\n"), "not a report: one JSON object is wanted"),
        (File(Path("r"), b"\xff"), "not UTF-8 text"),
        (File(Path("r"), b'{"a": 1'), "not a report: one JSON object is wanted"),
    ],
)
def test_a_run_that_failed_or_is_no_report_is_refused(tmp_path: Path, file: File, why: str) -> None:
    assert why in refused(tmp_path, file, "pass_rate")


def counted_in(**metrics: object) -> object:
    shown = {"testPassCount": 3, "testFailCount": 0, "namedScores": {"tone": 6.0}, **metrics}
    summary = {"results": THREE, "stats": {"successes": 3, "failures": 0, "errors": 0}}
    report = report_of(document({**summary, "prompts": [{"provider": "p", "metrics": shown}]}))
    return getattr(report.number("p.named.tone"), "value", None)


def test_a_named_score_of_promptfoo_is_the_mean_that_it_shows_and_not_the_sum_in_the_file() -> None:
    assert counted_in(namedScoresCount={"tone": 8}) == 0.75
    assert counted_in(namedScoresCount={"tone": 8}, namedScoreWeights={"tone": 12}) == 0.5
    assert counted_in(namedScoresCount={"other": 8}) == 6.0  # a derived metric
    assert counted_in() is None


def test_tests_of_promptfoo_that_assert_nothing_are_no_passes(tmp_path: Path) -> None:
    empty = promptfoo_result("d", gradingResult={"pass": True, "score": 1, "reason": "No assertions"})
    found = score(tmp_path, document(promptfoo(*THREE, empty)), "pass_rate")
    assert found.inconclusive == "1 test asserted nothing, which promptfoo counts as a pass"


def test_items_of_a_run_that_nobody_judged_are_inconclusive(tmp_path: Path) -> None:
    counts = {"total": 10, "errored": 0, "failed": 1, "passed": 3}
    assert score(tmp_path, document(run(result_counts=counts)), "pass_rate").inconclusive == "4 of 10 items were judged"


def test_counts_that_are_not_those_of_the_results_are_refused(tmp_path: Path) -> None:
    summary = promptfoo(*THREE)["results"]
    assert isinstance(summary, dict)
    cut = {**summary, "results": THREE[:1]}
    assert refused(tmp_path, document(cut), "pass_rate") == "report.json: its stats count 3 tests, but it has 1 result"


def test_no_tests_are_no_pass_rate(tmp_path: Path) -> None:
    assert "'pass_rate' is null; a number is wanted" in refused(tmp_path, document(promptfoo()), "pass_rate")


def test_of_two_providers_one_must_be_named(tmp_path: Path) -> None:
    other = promptfoo_result("d", provider={"id": "echo"})
    said = refused(tmp_path, document(promptfoo(*THREE, other)), "pass_rate")
    assert said.startswith("report.json: there is no 'pass_rate' in it")
    assert score(tmp_path, document(promptfoo(*THREE, other)), "openai:chat:ft:m.pass_rate").value == 1.0


def test_a_provider_with_errors_has_no_rate_of_its_own() -> None:
    summary = promptfoo(*THREE)["results"]
    assert isinstance(summary, dict)
    prompts = [
        {"provider": "openai:chat:ft:m", "metrics": {"testErrorCount": 1, "testPassCount": 2, "testFailCount": 0}}
    ]
    report = report_of(document({**summary, "prompts": prompts}))
    assert report.numbers["openai:chat:ft:m"] == {}


def of_model(name: str) -> Evidence:
    return of(job(facts={"model": name} if name else {}))


@pytest.mark.parametrize(
    ("file", "model"),
    [
        (document(promptfoo(*THREE)), "ft:m"),
        (document(inspect_log(*SAMPLES)), "ft:m"),
        (document(run()), "ft:m"),
        (lines(*oaieval(sampling("a"))), "ft:m"),
        (document(lm_eval()), "runs/bot"),
    ],
)
def test_a_report_of_another_model_is_refused(tmp_path: Path, file: File, model: str) -> None:
    assert refused(tmp_path, file, evidence=of_model("ft:other")) == (
        f"report.json: the report is of '{model}', the job's model is 'ft:other'"
    )


@pytest.mark.parametrize("model", ["runs/bot", "./runs/bot/", ""])
def test_a_report_of_the_job_s_model_or_of_a_job_without_a_name_is_judged(tmp_path: Path, model: str) -> None:
    assert score(tmp_path, document(lm_eval()), "arc.acc,none", of_model(model)).value == 0.75


@pytest.mark.parametrize(
    ("more", "model"),
    [
        ({"config": {"model_args": {"pretrained": "out"}}}, {"out"}),
        ({"config": {"model_args": ""}, "model_name": "named"}, {"named"}),
        ({"config": {}, "model_name": None}, set()),
    ],
)
def test_lm_eval_names_its_model_in_one_of_three_places(more: dict[str, object], model: set[str]) -> None:
    report = report_of(document({**lm_eval(), **more}))
    assert report.models == model


def test_a_report_in_the_job_s_folder_is_found_there(tmp_path: Path) -> None:
    found = of(job())
    folder = trainer_state(tmp_path / "run", []).parent
    (folder / "r.json").write_text('{"x": 1}')
    object.__setattr__(found.job, "where", folder)
    assert ReportedNumber(Path("r.json"), "x", in_job=True)(found).value == 1
    (folder / "out.json").symlink_to(tmp_path / "r.json")
    with pytest.raises(EvidenceError, match=r"lies outside the job's folder"):
        ReportedNumber(Path("out.json"), "x", in_job=True)(found)


def test_a_report_that_is_the_baseline_s_too_compares_nothing(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"x": 1}')
    measure = ReportedNumber(tmp_path / "r.json", "x")
    with pytest.raises(EvidenceError, match=r"^x in r\.json is read from the same .*r\.json: name a file in each job"):
        compare(measure, measure(NONE), NONE, of(job()))


def test_a_missing_report_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"gone\.json: no such file$"):
        ReportedNumber(tmp_path / "gone.json", "x")(NONE)


def test_another_job_s_report_is_refused() -> None:
    with pytest.raises(EvidenceError, match=r"^another job's$"):
        ReportedNumber(Path("r.json"), "x", refused="another job's")(NONE)


@pytest.mark.parametrize(
    ("key", "ratio"),
    [
        ("arc.acc,none", True),
        ("arc.acc_norm,none", True),
        ("x.Accuracy", True),
        ("pass_rate", True),
        ("gsm8k.exact_match,strict-match", True),
        ("wiki.word_perplexity,none", False),
        ("accuracy.loss", False),
    ],
)
def test_a_share_shows_in_its_name(key: str, ratio: bool) -> None:
    assert (is_ratio(key), ReportedNumber(Path("r"), key).is_ratio) == (ratio, ratio)
    assert ReportedNumber(Path("r"), key).span == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("value", "scale", "why"),
    [
        (87.5, "ratio", "it is above 1, so the report may be in percent, but the gate's bounds are of a ratio"),
        (0.9, "percent", "it is not above 1, so the report may give a ratio, but the gate's bounds are above 1"),
        (87.5, "percent", ""),
        (0.9, "ratio", ""),
    ],
)
def test_a_percentage_is_never_taken_for_a_ratio(tmp_path: Path, value: float, scale: Scale, why: str) -> None:
    assert score(tmp_path, document({"accuracy": value}), "accuracy", scale=scale).inconclusive == why
