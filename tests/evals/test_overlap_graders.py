"""bleu, chrf and rouge: the libraries' own values."""

import sys

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.overlap import bleu, chrf, rouge
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

UNHURRIED = settings(deadline=None)
CAT, MAT = "the cat sat on a mat", "The cat sat on the mat."
WORDS = st.lists(st.sampled_from(["the", "cat", "sat", "on", "mat", "9", "."]), min_size=1, max_size=12).map(" ".join)


def graded(kind: str, answer: str, target: object, **options: object) -> Grade:
    return build_grader({"type": kind, **options})(Output("a", answer), Prompt("a", "", target, {}, "h.jsonl:3"))


@UNHURRIED
@given(WORDS, WORDS)
def test_bleu_and_chrf_are_sacrebleu_s(one: str, other: str) -> None:
    assert bleu(one, other) == pytest.approx(sacrebleu.sentence_bleu(one, [other]).score / 100)
    assert chrf(one, other) == pytest.approx(sacrebleu.sentence_chrf(one, [other]).score / 100)


@pytest.mark.parametrize("kind", ["rouge_1", "rouge_2", "rouge_9", "rouge_l"])
def test_rouge_is_rouge_score_s(kind: str) -> None:
    name = kind.replace("_", "").replace("l", "L")
    theirs = RougeScorer([name]).score(MAT, CAT)[name]
    assert [rouge(CAT, MAT, kind, part) for part in ("precision", "recall", "f1")] == [*theirs]


@UNHURRIED
@given(WORDS.filter(lambda text: text.strip(" .") != ""))
def test_a_text_overlaps_with_itself_entirely(text: str) -> None:
    for kind in ("bleu", "chrf", "rouge"):
        assert graded(kind, text, text).passed


def test_a_score_passes_from_min_on() -> None:
    assert graded("bleu", CAT, MAT, min=0.2).passed
    found = graded("rouge", CAT, MAT, min=0.9)
    assert found.score == pytest.approx(5 / 6)
    assert not found.passed
    assert found.why == (
        "rouge_l f1 0.8333, less than 0.9: wanted 'The cat sat on the mat.', got 'the cat sat on a mat'"
    )


@pytest.mark.parametrize(("kind", "length"), [("bleu", 10_000_000), ("chrf", 10_000_000), ("rouge", 10_000_000)])
def test_an_answer_that_is_too_long_misses(kind: str, length: int) -> None:
    assert graded(kind, "a" * length, MAT).why.endswith(
        "10,000,000 characters, more than the 100,000 that are compared"
    )


def test_a_table_that_is_too_large_is_not_made() -> None:
    with pytest.raises(ValueError, match="too long for rouge_l: 3,000 words"):
        rouge("a " * 3_000, "b " * 3_000)
    # What ROUGE takes for a word may have no white space around it.
    with pytest.raises(ValueError, match="too long for rouge_l: 3,000 words"):
        rouge("a." * 3_000, "b." * 3_000)


def test_a_reference_without_a_word_that_rouge_counts_is_an_error() -> None:
    with pytest.raises(EvalError, match="cannot be graded by rouge: the reference holds no letter from a to z"):
        graded("rouge", "猫", "猫がいる")


def test_a_library_that_is_missing_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sacrebleu", "rouge_score", "rouge_score.rouge_scorer"):
        monkeypatch.setitem(sys.modules, name, None)
    for measure in (bleu, chrf, rouge):
        with pytest.raises(EvalError, match=r"pip install 'pytest-ftgate\[text\]'"):
            measure("a", "a")
