"""Overlap of words and characters with a reference: BLEU and chrF through sacrebleu, ROUGE through rouge-score.

Sources: K. Papineni et al., BLEU, ACL 2002; M. Popović, chrF, WMT 2015; C.-Y. Lin, ROUGE, ACL workshop 2004.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...errors import EvalError

LONGEST = 100_000
"""Characters of a text that is compared."""

_MOST_CELLS = 4_000_000
"""Cells of the table that the longest common subsequence needs: words times words, 32 MB."""

_ROUGE_WORD = re.compile("[a-z0-9]+")
ROUGE = (*(f"rouge_{n}" for n in range(1, 10)), "rouge_l")
"""The kinds of ROUGE."""


def bleu(candidate: str, reference: str) -> float:
    """Sentence BLEU, 0..1: sacrebleu's defaults (tokenizer 13a, exponential smoothing, effective order).

    Raises:
        ValueError: a text is too long. EvalError: the library is not installed.
    """
    _check_length(candidate, reference)
    with _library():
        import sacrebleu
    return _share(sacrebleu.sentence_bleu(candidate, [reference]).score)


def chrf(candidate: str, reference: str) -> float:
    """Sentence chrF2, 0..1: sacrebleu's defaults (characters up to 6-grams, no words, beta 2).

    Raises:
        ValueError: a text is too long. EvalError: the library is not installed.
    """
    _check_length(candidate, reference)
    with _library():
        import sacrebleu
    return _share(sacrebleu.sentence_chrf(candidate, [reference]).score)


def rouge(candidate: str, reference: str, kind: str = "rouge_l", part: str = "f1") -> float:
    """ROUGE, 0..1, without stemming.

    Args:
        candidate: the text that is judged.
        reference: the text that was wanted.
        kind: `rouge_1` to `rouge_9`, or `rouge_l`.
        part: `f1`, `precision` or `recall`.

    Raises:
        ValueError: a text is too long, or the reference holds no word that ROUGE counts. EvalError: the library is
            not installed.
    """
    _check_length(candidate, reference)
    if not _ROUGE_WORD.search(reference.lower()):
        raise ValueError("the reference holds no letter from a to z and no digit, and ROUGE counts no others")
    words, others = (len(_ROUGE_WORD.findall(text.lower())) for text in (candidate, reference))
    if kind == "rouge_l" and words * others > _MOST_CELLS:
        raise ValueError(f"too long for rouge_l: {words:,} words")
    found = _rouge_scorer(kind.replace("_", "").replace("l", "L")).score(reference, candidate)
    score = next(iter(found.values()))
    return float({"f1": score.fmeasure, "precision": score.precision, "recall": score.recall}[part])


def _rouge_scorer(kind: str) -> Any:
    with _library():
        from rouge_score.rouge_scorer import RougeScorer
    return RougeScorer([kind])


@contextmanager
def _library() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImportError:
        raise EvalError(
            "this grader needs libraries that are not installed: pip install 'pytest-ftgate[text]'"
        ) from None


def _check_length(candidate: str, reference: str) -> None:
    longest = max(len(candidate), len(reference))
    if longest > LONGEST:
        raise ValueError(f"{longest:,} characters, more than the {LONGEST:,} that are compared")


def _share(percent: float) -> float:
    # Two equal texts have 100.00000000000004.
    return min(1.0, max(0.0, percent / 100))
