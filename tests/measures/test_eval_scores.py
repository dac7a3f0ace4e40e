"""Scores that are a number per prompt: rates, means, percentiles, seconds, tokens, repeats, clusters."""

import math
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from pytest_ftgate.bounds import Bound
from pytest_ftgate.errors import EvalError, SpecError
from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.plan import EvalPlan
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evals.results import grade
from pytest_ftgate.evidence import Evidence
from pytest_ftgate.measures.evals import EvalScore
from pytest_ftgate.measures.kinds import at_k
from pytest_ftgate.measures.readings import ordinal
from pytest_ftgate.measures.selection import Selection
from pytest_ftgate.score import Score
from pytest_ftgate.statistics import percentile
from pytest_ftgate.threshold import Threshold

from ..making import Row, jsonl


def measured(folder: Path, rows: Sequence[Row], n: int = 4, score: str = "pass_rate", **more: object) -> Score:
    """The score of an eval `e` of `n` prompts p0, p1, ... in languages de, en, de, ... whose target is yes."""
    prompts = tuple(Prompt(f"p{i}", "", "yes", {"lang": ["de", "en"][i % 2], "n": i // 2}, "") for i in range(n))
    plan = {key: more.pop(key) for key in ("repeats", "cluster") if key in more}
    found = EvalPlan("e", prompts, jsonl(folder / "o.jsonl", rows), False, build_grader("exact"), **plan)  # type: ignore[arg-type]
    return EvalScore("e", score, **more)(Evidence(None, {"e": found}))  # type: ignore[arg-type]


def rows(*texts: str, **more: object) -> list[Row]:
    return [{"id": f"p{i}", "output": text, **more} for i, text in enumerate(texts)]


def test_a_pass_rate_is_printed_with_wilson_s_interval(tmp_path: Path) -> None:
    found = measured(tmp_path, rows(*["yes"] * 258, *["no"] * 42), 300)
    assert found.how == "258 of 300 prompts of e pass (95 % interval 0.816-0.895)"
    expected = binomtest(258, 300).proportion_ci(0.95, "wilson")
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((expected.low, expected.high))


def test_a_pass_rate_is_proven_by_the_exact_one_sided_bounds(tmp_path: Path) -> None:
    found = measured(tmp_path, rows(*["yes"] * 29), 29)
    assert found.bounds is not None
    assert found.bounds(0.95).low == pytest.approx(0.05 ** (1 / 29))
    assert Threshold(min=Bound(0.9), confidence=0.95).decide(found).status == "pass"
    assert Threshold(min=Bound(0.91), confidence=0.95).decide(found).status == "inconclusive"


def test_a_percentile_of_grades_is_one_of_them(tmp_path: Path) -> None:
    found = measured(tmp_path, rows("yes", "no", "yes", "yes"), score="percentile", percentile=25)
    assert (found.value, found.what) == (0.0, "25th percentile of grade of e")
    assert found.how == "25th percentile of the grades of 4 prompts of e (95 % interval 0-1)"


@given(st.lists(st.floats(0, 1), min_size=1), st.floats(0, 100))
@settings(deadline=None)
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(values: list[float], percent: float) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= percent / 100 * len(values) - 1e-6


def test_a_percentile_above_100_is_refused() -> None:
    with pytest.raises(SpecError, match=r"^a percentile of 101 is not from 0 to 100$"):
        percentile([1.0], 101)


@pytest.mark.parametrize(("percent", "said"), [(1, "1st"), (10, "10th"), (11, "11th"), (52, "52nd"), (99.5, "99.5th")])
def test_percentiles_are_ordinals(percent: float, said: str) -> None:
    assert ordinal(percent) == said


def test_latencies_are_seconds_and_nobody_knows_how_long_one_can_be(tmp_path: Path) -> None:
    lines = [{**row, "latency_ms": 1000 * (i + 1)} for i, row in enumerate(rows("yes", "yes", "no", "no"))]
    found = measured(tmp_path, lines, score="latency", percentile=75)
    assert (found.value, found.what) == (3.0, "75th percentile of latency of e")
    assert found.how == "75th percentile of the latencies of 4 prompts of e (95 % interval 1 or more)"
    assert found.interval is not None
    assert math.isinf(found.interval.high)
    assert found.as_json()["interval"] == {"low": 1.0, "high": None, "level": 0.95, "method": "order statistics"}


def test_tokens_are_what_the_api_s_usage_states(tmp_path: Path) -> None:
    usages: list[Row] = [{"prompt_tokens": 2, "completion_tokens": 3}, {"total_tokens": 9}]
    lines = [{**row, "usage": usage} for row, usage in zip(rows("yes", "yes"), usages, strict=True)]
    assert measured(tmp_path, lines, 2, "tokens").value == 7.0


def test_usage_that_lacks_is_an_error_that_says_how_many_lack_it(tmp_path: Path) -> None:
    lines = [*rows("yes", cost=0.5), *rows("yes", "yes", "yes", "yes", cost=-1)[1:]]
    with pytest.raises(EvalError, match=r"^e: the outputs of 3 of 4 prompts say no cost: p1, p2, p3$"):
        measured(tmp_path, lines, score="cost")


def test_errors_are_counted_where_they_are_the_question(tmp_path: Path) -> None:
    lines = [*rows("yes", "yes", "yes"), {"id": "p3", "error": "overloaded"}]
    found = measured(tmp_path, lines, score="error_rate")
    assert (found.value, found.how.partition(" (")[0]) == (0.25, "1 of 4 prompts of e are errors")
    with pytest.raises(EvalError, match=r"^e: 1 of 4 prompts has an error instead of an output: p3$"):
        measured(tmp_path, lines)


def test_other_faults_are_no_error_rate(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"^e: 1 of 4 prompts has no output: p3$"):
        measured(tmp_path, rows("yes", "yes", "yes"), score="error_rate")


def test_refusals_are_those_that_the_api_states(tmp_path: Path) -> None:
    refusal: Row = {"id": "p1", "output": {"role": "assistant", "content": None, "refusal": "I cannot"}}
    found = measured(tmp_path, [*rows("yes"), refusal], 2, "refusal_rate")
    assert (found.value, found.details) == (0.5, ("p1: refused: the model refused: 'I cannot'",))


def test_a_slice_is_of_the_prompts_with_its_values(tmp_path: Path) -> None:
    found = measured(tmp_path, rows("yes", "no", "yes", "yes"), slice={"lang": "de"})
    assert (found.value, found.n, found.what) == (1.0, 2, "pass rate of e (lang de)")
    assert measured(tmp_path, rows("yes", "no", "yes", "no"), slice={"lang": "en", "n": 1}).n == 1


def test_a_slice_that_no_prompt_is_in_is_an_error_that_names_those_there_are(tmp_path: Path) -> None:
    said = r"^e: no prompt has lang 'dee', did you mean 'de'\?; there are 'de', 'en'$"
    with pytest.raises(EvalError, match=said):
        measured(tmp_path, rows(*["yes"] * 4), slice={"lang": "dee"})
    with pytest.raises(EvalError, match=r"^e: no prompt has the field 'land'.*; there are 'lang', 'n'$"):
        measured(tmp_path, rows(*["yes"] * 4), slice={"land": "de"})


def repeated(*texts: str, prompt: str = "p0", numbered: bool = True) -> list[Row]:
    return [{"id": prompt, "output": text, **({"repeat": i} if numbered else {})} for i, text in enumerate(texts)]


def test_of_repeats_the_mean_counts_and_the_prompt_is_the_unit(tmp_path: Path) -> None:
    lines = [*repeated("yes", "no", "no", "no"), *repeated("yes", "yes", "yes", "no", prompt="p1")]
    found = measured(tmp_path, lines, 2, repeats=4)
    assert (found.value, found.n) == (0.5, 2)
    assert found.how.startswith("mean share of 4 outputs that pass, of 2 prompts of e")
    assert found.details[0] == "p0: 3 of 4 repeats miss: wanted 'yes', got 'no'"


def test_the_slow_one_of_a_prompt_s_repeats_counts_in_a_percentile_of_latencies(tmp_path: Path) -> None:
    quick, slow = [
        [{**row, "latency": s} for row in repeated("yes", "yes", prompt=p)] for p, s in (("p0", 1), ("p1", 3))
    ]
    slow[1]["latency"] = 9
    found = measured(tmp_path, [*quick, *slow], 2, score="latency", percentile=99, repeats=2)
    assert (found.value, found.interval) == (9.0, None)
    assert found.how == "99th percentile of the latencies of 2 prompts of e and 2 repeats of each"


def test_a_percentile_of_prompts_that_may_fare_alike_has_no_interval(tmp_path: Path) -> None:
    found = measured(tmp_path, rows("yes", "no", "yes", "no"), score="percentile", percentile=50, cluster="lang")
    assert (found.value, found.interval) == (0.0, None)


@pytest.mark.parametrize(
    ("score", "k", "value"), [("pass_at_k", 1, 0.5), ("pass_at_k", 2, 0.75), ("all_of_k", 2, 0.25)]
)
def test_draws_of_k_are_estimated_from_all_repeats(tmp_path: Path, score: str, k: int, value: float) -> None:
    lines = [*repeated("yes", "no", "no", "no"), *repeated("yes", "yes", "yes", "no", prompt="p1")]
    assert measured(tmp_path, lines, 2, score, repeats=4, k=k).value == pytest.approx(value)


@given(st.lists(st.booleans(), min_size=2, max_size=7), st.data())
@settings(deadline=None)
def test_pass_at_k_is_the_share_of_draws_with_a_pass(passes: list[bool], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(passes)))
    outputs = [Output("p", "yes" if passed else "no", repeat=i) for i, passed in enumerate(passes)]
    found = grade("e", [Prompt("p", "", "yes", {}, "")], outputs, build_grader("exact"), repeats=len(passes))
    selection = Selection("e", found, list(found.results.values()))
    draws = list(combinations(passes, k))
    assert at_k(selection, k, every=False) == [pytest.approx(sum(map(any, draws)) / len(draws))]
    assert at_k(selection, k, every=True) == [pytest.approx(sum(map(all, draws)) / len(draws))]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (repeated("yes"), "1 of 1 prompt has fewer than the 2 outputs that repeats asks for: p0"),
        (
            repeated("yes", "yes", "yes"),
            "1 of 1 prompt has other outputs than the 2 that repeats asks for, each once: p0",
        ),
        ([*repeated("yes"), *repeated("yes")], "1 of 1 prompt has other outputs than the 2 that .*"),
        ([*repeated("yes"), *repeated("yes", numbered=False)], "1 of 1 prompt has other outputs than the 2 that .*"),
    ],
)
def test_repeats_are_exactly_as_many_as_the_eval_says(tmp_path: Path, lines: list[Row], said: str) -> None:
    with pytest.raises(EvalError, match=f"^e: {said}$"):
        measured(tmp_path, lines, 1, repeats=2)


def test_repeats_without_numbers_are_counted(tmp_path: Path) -> None:
    assert measured(tmp_path, repeated("yes", "yes", numbered=False), 1, repeats=2).value == 1.0


@pytest.mark.parametrize("repeat", [-1, 1.5, True, "x", [0]])
def test_a_repeat_that_is_no_number_is_an_error(tmp_path: Path, repeat: object) -> None:
    with pytest.raises(EvalError, match=r"o.jsonl:1: the repeat is .*; a whole number from 0 is wanted$"):
        measured(tmp_path, [{"id": "p0", "output": "yes", "repeat": repeat}], 1, repeats=2)


def test_prompts_of_one_cluster_count_for_less(tmp_path: Path) -> None:
    texts = ["yes", "yes", "no", "no", "yes", "yes", "no", "no"]
    alone, together = measured(tmp_path, rows(*texts), 8), measured(tmp_path, rows(*texts), 8, cluster="n")
    assert alone.value == together.value == 0.5
    assert alone.interval is not None
    assert together.interval is not None
    assert together.interval.method == "t, clustered"
    assert together.interval.low < alone.interval.low


def test_a_prompt_without_a_cluster_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no prompt has the field 'conversation'"):
        measured(tmp_path, rows(*["yes"] * 4), cluster="conversation")


def test_one_prompt_tells_nothing_of_the_spread_of_grades(tmp_path: Path) -> None:
    found = measured(tmp_path, rows("yes"), 1, "mean")
    assert (found.interval, found.bounds, found.how) == (None, None, "mean grade of 1 prompt of e")
    assert Threshold(min=Bound(0.5), confidence=0.9).decide(found).status == "inconclusive"
