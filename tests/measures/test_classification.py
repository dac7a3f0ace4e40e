"""Evals as classifications: labels, scikit-learn's numbers, and what is no known label."""

import builtins
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from pytest_ftgate.errors import EvalError, JobError
from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.plan import EvalPlan
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evals.results import grade
from pytest_ftgate.evidence import Evidence, Once
from pytest_ftgate.measures.classification import OTHER, Classified, Labelling, classified, estimate, table
from pytest_ftgate.measures.evals import EvalScore
from pytest_ftgate.measures.selection import Selection
from pytest_ftgate.score import Score

LABELS = ("bug", "feature", "question")


def evidence(wanted: Sequence[object], got: Sequence[str], grader: object = "exact") -> Evidence:
    prompts = [Prompt(f"p{i}", "", target, {}, f"held.jsonl:{i}") for i, target in enumerate(wanted)]
    outputs = [Output(f"p{i}", text, "answered" if text else "empty") for i, text in enumerate(got)]
    found = Evidence(None, {"e": EvalPlan("e", tuple(prompts), Path(), False, None)})
    found._results["e"] = Once(lambda: grade("e", prompts, outputs, build_grader(grader)))  # type: ignore[arg-type]
    return found


def measured(wanted: Sequence[object], got: Sequence[str], score: str = "accuracy", **more: Any) -> Score:
    return EvalScore("e", score, labelling=Labelling(**more))(evidence(wanted, got))


pairs = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([*LABELS, "dunno"])), min_size=1, max_size=40)


@given(pairs)
@settings(deadline=None)
def test_the_numbers_are_scikit_learn_s(found: list[tuple[str, str]]) -> None:
    wanted = [one for one, _ in found]
    got = [other if other in wanted else OTHER for _, other in found]
    labels = Classified(wanted, got)
    for average in ("micro", "macro", "weighted"):
        said = estimate("f1", labels, Labelling(average))[0].value
        assert said == pytest.approx(metrics.f1_score(wanted, got, average=average, zero_division=0))
    assert estimate("accuracy", labels, Labelling())[0].value == pytest.approx(metrics.accuracy_score(wanted, got))


@given(pairs)
@settings(deadline=None)
def test_recall_of_a_label_is_of_the_prompts_that_want_it(found: list[tuple[str, str]]) -> None:
    wanted, got = [one for one, _ in found], [other for _, other in found]
    label = wanted[0]
    value, n = estimate("recall", Classified(wanted, got), Labelling(label=label))
    mine = [other for one, other in found if one == label]
    assert value.value == pytest.approx(mine.count(label) / len(mine))
    assert n == len(mine)


@given(pairs)
@settings(deadline=None)
def test_balanced_accuracy_is_the_mean_recall_of_the_classes_there_are(found: list[tuple[str, str]]) -> None:
    wanted, got = [one for one, _ in found], [other for _, other in found]
    labels = Classified(wanted, got)
    recalls = [estimate("recall", labels, Labelling(label=label))[0].value for label in set(wanted)]
    assert estimate("balanced_accuracy", labels, Labelling())[0].value == pytest.approx(sum(recalls) / len(recalls))


def test_an_output_that_is_no_known_label_is_wrong_and_never_dropped() -> None:
    found = measured(["bug", "bug", "feature"], ["bug", "bug.", ""])
    assert found.value == pytest.approx(1 / 3)
    assert found.how == "1 of 3 prompts of e right, 2 outputs no known label (95 % interval 0.0615-0.792)"
    assert measured(["bug", "bug", "feature"], ["bug", "x", "y"], "f1", average="micro").value == pytest.approx(1 / 3)


def test_the_message_has_the_confusion_table() -> None:
    found = measured(["bug", "bug", "feature"], ["bug", "feature", "dunno"])
    assert found.details[:4] == (
        "wanted, got:    bug  feature  (other)",
        "bug               1        1        0",
        "feature           0        0        1",
        "most often confused: bug as feature 1, feature as (other) 1",
    )


def test_a_table_of_many_classes_is_only_what_is_confused_most() -> None:
    wanted = [f"label-{i}" for i in range(50)]
    lines = table(Classified(wanted, [*wanted[:48], wanted[0], wanted[0]]))
    assert lines == ("most often confused: label-48 as label-0 1, label-49 as label-0 1",)


def test_hostile_labels_are_inert_and_short_in_the_table() -> None:
    lines = table(Classified(["\x1b[31mred" * 9, "b"], ["b", "b"]))
    assert all(line.isprintable() and len(line) < 120 for line in lines)


def test_a_label_is_extracted_by_its_group() -> None:
    found = measured(
        ["bug", "feature"], ["It is a Bug!", "label: feature"], extract=r"(?i)(bug|feature)", ignore_case=True
    )
    assert found.value == 1.0
    assert measured(["bug"], ["none"], extract="(bug)").value == 0.0


def test_a_pattern_that_takes_too_long_is_an_error() -> None:
    with pytest.raises(EvalError, match=r"^prompt p0: '\(a\|aa\)\+\$' takes too long on its output$"):
        measured(["a"], ["a" * 60 + "b"], extract="(a|aa)+$")


def test_numbers_and_truth_values_are_labels_too() -> None:
    found = evidence([1, 0, True], ["1", "1", "true"], {"type": "regex", "pattern": "1"})
    assert EvalScore("e", "accuracy")(found).value == pytest.approx(2 / 3)


@pytest.mark.parametrize("target", [None, ["a"], 1.5, " "])
def test_a_target_that_is_no_label_is_an_error(target: object) -> None:
    with pytest.raises(EvalError, match=r"^held.jsonl:0: prompt p0: the target is .*, no label$"):
        classified(Selection("e", *_results([target], ["x"])), Labelling())


def _results(wanted: Sequence[object], got: Sequence[str]) -> tuple[Any, Any]:
    found = evidence(wanted, got, {"type": "regex", "pattern": "x"}).results("e")
    return found, list(found.results.values())


def test_a_label_that_no_prompt_has_is_an_error() -> None:
    with pytest.raises(
        EvalError, match=r"^no prompt has the label 'bgu', did you mean 'bug'\?; there are 'bug', 'feature'$"
    ):
        measured(["bug", "feature"], ["bug", "bug"], "recall", label="bgu")


def test_a_score_of_one_label_rests_on_its_prompts() -> None:
    found = measured(["bug", "feature", "bug"], ["bug"] * 3, "precision", label="bug")
    assert found.value == pytest.approx(2 / 3)
    assert (found.n, found.what) == (2, "precision of 'bug' of e")


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(JobError, match=r"pip install 'pytest-ftgate\[classification\]'$"):
        measured(["a"], ["a"], "f1", average="macro")


def test_entities_are_summed_over_all_prompts() -> None:
    found = evidence([["a", "b"], ["c"]], ['["a"]', '["c", "d"]'], "entities")
    score = EvalScore("e", "f1", of="entities")(found)
    assert score.value == pytest.approx(4 / 6)
    assert score.what == "entities' f1 of e"
    assert score.how == "2 entities found, 1 too many, 1 missed, in 2 prompts of e"


def test_an_answer_that_is_no_list_missed_every_entity() -> None:
    found = evidence([["a", "b"], ["c"]], ["nothing", '["c"]'], "entities")
    assert EvalScore("e", "recall", of="entities")(found).value == pytest.approx(1 / 3)


def test_entities_that_nobody_compared_are_an_error() -> None:
    with pytest.raises(EvalError, match=r"^e: 1 output of 2 were not compared entity by entity, .*: p1$"):
        EvalScore("e", "f1", of="entities")(evidence([["a"], ["c"]], ['["a"]', ""], "entities"))


def test_labels_of_repeats_are_not_compared() -> None:
    found, results = _results(["a"], ["x"])
    with pytest.raises(EvalError, match=r"^e: labels are compared for one output per prompt, and it has repeats$"):
        classified(Selection("e", replace(found, repeats=2), results), Labelling())


def test_clusters_count_in_accuracy_too() -> None:
    found = evidence(["a", "b", "a", "b"], ["a", "a", "a", "a"])
    results = replace(found.results("e"), cluster="target")
    for result in results.results.values():
        result.prompt.fields = {"target": result.prompt.target}
    found._results["e"] = Once(lambda: results)
    score = EvalScore("e", "accuracy")(found)
    assert (score.value, score.interval and score.interval.method) == (0.5, "t, clustered")
