"""OpenAI's text_similarity, by the libraries that compute it and by what others publish."""

import sys

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.evals.graders.text_similarity import METRICS, similarity

from .grading import cannot, grade, refusal

UNHURRIED = settings(deadline=None)
BEAR, HAIR = "fuzzy wuzzy was a bear", "fuzzy wuzzy had no hair"
GUIDE = "It is a guide to action which ensures that the military always obeys the commands of the party"
HEED = "It is a guide to action that ensures that the military will forever heed Party commands"


def near(metric: str, threshold: float | None = None, **more: object) -> dict[str, object]:
    limit = {} if threshold is None else {"pass_threshold": threshold}
    return {
        "type": "text_similarity",
        "input": "{{ sample.output_text }}",
        "reference": "{{ item.x }}",
        "evaluation_metric": metric,
        **limit,
        **more,
    }


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        # What the program in OpenAI's guide computes of these two texts.
        ("fuzzy_match", 0.755556),
        ("bleu", 0.213644),
        # 3 of 14 n-grams of the shorter text: 2 words and a pair.
        ("gleu", 3 / 14),
        # 2 of 5 words, 1 of 4 pairs.
        ("rouge_1", 2 / 5),
        ("rouge_2", 1 / 4),
        ("rouge_3", 0.0),
        ("rouge_l", 2 / 5),
    ],
)
def test_measures_of_two_short_texts(metric: str, value: float) -> None:
    assert similarity(metric, BEAR, HAIR) == pytest.approx(value, abs=1e-6)


def test_meteor_is_what_its_documentation_gives() -> None:
    # The example of Hugging Face's METEOR, which is computed with WordNet: 0.6944.
    assert similarity("meteor", GUIDE, HEED) == pytest.approx(0.6944, abs=5e-5)


def test_gleu_is_what_its_documentation_gives() -> None:
    # The n-grams of nltk's first example, against its first reference.
    assert similarity("gleu", GUIDE, HEED) == pytest.approx(0.4393, abs=1e-4)


@UNHURRIED
@given(st.text(max_size=60), st.text(min_size=1, max_size=60))
def test_bleu_is_sacrebleu_s(text: str, reference: str) -> None:
    assert similarity("bleu", text, reference) * 100 == pytest.approx(sacrebleu.sentence_bleu(text, [reference]).score)


@pytest.mark.parametrize("metric", METRICS)
@UNHURRIED
@given(text=st.text(max_size=40), reference=st.text(max_size=40).map("a".__add__))
def test_a_similarity_lies_in_0_to_1(metric: str, text: str, reference: str) -> None:
    assert 0 <= similarity(metric, text, reference) <= 1


@pytest.mark.parametrize("metric", METRICS)
def test_equal_texts_are_as_near_as_can_be_and_others_are_not(metric: str) -> None:
    assert similarity(metric, BEAR + " indeed", BEAR + " indeed") == pytest.approx(1, abs=0.01)
    assert similarity(metric, "yes", "zwölf Boxkämpfer") < 0.4


@pytest.mark.parametrize(("threshold", "passed"), [(0.75, True), (0.76, False), (None, False)])
def test_the_threshold_decides(threshold: float | None, passed: bool) -> None:
    found = grade(near("fuzzy_match", threshold), BEAR, x=HAIR)
    assert found.passed is passed
    assert found.score == pytest.approx(0.755556, abs=1e-6)


def test_a_score_on_the_threshold_passes() -> None:
    assert grade(near("rouge_1", 0.4), BEAR, x=HAIR).passed


def test_a_miss_says_its_score_and_what_was_compared() -> None:
    why = f"scored 0.4, and 0.5 is wanted: rouge_l of '{BEAR}' and '{HAIR}'"
    assert grade(near("rouge_l", 0.5), BEAR, x=HAIR).why == why
    turned = near("rouge_l", 0.5, input="{{ item.x }}", reference="{{ sample.output_text }}")
    assert grade(turned, BEAR, x=HAIR).why == why


def test_by_default_a_fuzzy_match_must_be_full() -> None:
    config = {"type": "text_similarity", "reference": "{{ item.x }}"}
    assert grade(config, "Yes!", x="yes").passed
    assert not grade(config, "Yes, sir!", x="yes").passed


def test_a_blank_to_compare_with_is_an_error() -> None:
    assert cannot(near("bleu", 0.5), "So.", x=" ") == "text_similarity: the text to compare with is blank"


@pytest.mark.parametrize("metric", ["fuzzy_match", "rouge_l"])
def test_texts_that_would_take_for_ever_are_a_miss(metric: str) -> None:
    found = grade(near(metric, 0.5), "x" * 10_000, x="y" * 10_000)
    assert found.why == f"10,000 characters and 10,000 are more than {metric} is computed for"
    assert found.void


def test_ten_million_characters_are_a_miss() -> None:
    assert grade(near("bleu", 0.5), "x " * 5_000_000, x="y").void


@pytest.mark.parametrize("metric", ["bleu", "rouge_1"])
def test_a_reference_that_cannot_be_measured_is_an_error_and_such_an_output_a_miss(metric: str) -> None:
    long = "x" * 100_001
    assert "100,001 characters, more than" in cannot(near(metric, 0.5), "So.", x=long)
    turned = {"input": "{{ item.x }}", "reference": "{{ sample.output_text }}"}
    assert grade(near(metric, 0.5, **turned), long, x="So.").void
    assert grade(near(metric, 0.5), long, x="So.").passed is False


@pytest.mark.parametrize("metric", METRICS)
def test_hostile_text_is_compared_as_text(metric: str) -> None:
    assert grade(near(metric, 0.9), "\x1b[31m\ud800::error::", x="So.").passed is False


def test_a_library_that_is_missing_is_an_error_that_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    assert cannot(near("bleu", 0.5), "So.", x="So.") == (
        "text_similarity: bleu needs a library that is not installed: pip install 'pytest-ftgate[text]'"
    )


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (near("fuzzy"), "evaluation_metric is the text 'fuzzy'; fuzzy_match, bleu, gleu, meteor, rouge_1, rouge_2"),
        (near("bleu", 0), "pass_threshold is 0, which every score reaches"),
        (near("bleu", 1.5), "pass_threshold is 1.5, which no score reaches"),
        (near("bleu", float("nan")), "pass_threshold is the number nan; a finite number is wanted"),
        (near("bleu", True), "pass_threshold is true; a finite number is wanted"),
        (near("bleu", input="{{ item.y }}"), "neither input nor reference looks at the sample"),
    ],
)
def test_a_similarity_that_could_not_fail_or_be_made_is_refused(config: object, why: str) -> None:
    assert refusal(config).startswith(f"the grader text_similarity: {why}")
