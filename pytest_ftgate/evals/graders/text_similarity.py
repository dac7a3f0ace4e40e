"""OpenAI's text_similarity: how near two texts are, by one of the usual measures.

Source: https://platform.openai.com/docs/guides/graders. It names rapidfuzz for fuzzy_match without the function: this
is `WRatio` after `default_process`, which is what the guide's own example of a program computes. The others are
sacrebleu's sentence BLEU, rouge-score's F-measure, and nltk's GLEU and METEOR of sacrebleu's (13a) words. METEOR
matches equal words and stems, but no synonyms: WordNet would have to be downloaded, and to be the same everywhere.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ...errors import EvalError
from ...wording import counted, listed, suggestion
from ..prompts import described
from ..runtime import BARE, Runtime
from . import overlap
from .comparison import comparing, templates, threshold
from .grade import Grade, Grader, scaled, shown
from .options import Options, choice
from .similarity import OPTIONS, by_cosine
from .template import LackingError

_LONGEST = 1_000_000
_MOST_PAIRS = 50_000_000
"""Pairs of characters that measures are asked for whose cost grows with them: seconds, not hours."""


def text_similarity(options: Options, runtime: Runtime = BARE) -> Grader:
    """How near the input is to the reference, 0..1, by `evaluation_metric`; from `pass_threshold` on it passes.

    Raises:
        ValueError: an option cannot be used; the message is a sentence.
    """
    name = _metric(options)
    limit = threshold(options, (0.0, 1.0))
    given, wanted = templates(options)
    if name == "cosine":
        return by_cosine(options, runtime, given, wanted, limit)
    turned = wanted.reads_sample and not given.reads_sample

    def compare(text: str, reference: str) -> Grade:
        expected, came = (text, reference) if turned else (reference, text)
        if not expected.strip():
            raise ValueError("the text to compare with is blank")
        _check_size(name, text, reference)
        why = f"{name} of {shown(came)} and {shown(expected)}"
        return scaled(_similarity(name, text, reference, turned=turned), limit, why)

    return comparing("text_similarity", given, wanted, compare)


def similarity(name: str, text: str, reference: str) -> float:
    """How near `text` is to `reference`, 0..1, by the measure `name` of `METRICS`.

    Raises:
        ImportError: the measure's library is not installed; EvalError says it of some.
        ValueError: a text cannot be measured.
    """
    with warnings.catch_warnings():
        # A library's remarks on short texts are not the user's concern, and errors where pytest makes them so.
        warnings.simplefilter("ignore")
        return min(1.0, max(0.0, METRICS[name].measure(text, reference)))


def _similarity(name: str, text: str, reference: str, *, turned: bool) -> float:
    """The similarity; `turned` where the output is the reference, so that it is to blame where that is no measure."""
    of_reference, of_text = (LackingError, ValueError) if turned else (ValueError, LackingError)
    try:
        if name == "bleu" or name.startswith("rouge"):
            _blaming(of_reference, name, reference, reference)
        return _blaming(of_text, name, text, reference)
    except (ImportError, EvalError):
        hint = "pip install 'pytest-ftgate[text]'"
        raise ValueError(f"{name} needs a library that is not installed: {hint}") from None


def _blaming(error: type[ValueError], name: str, text: str, reference: str) -> float:
    try:
        return similarity(name, text, reference)
    except ValueError as e:
        raise error(str(e)) from None


def _metric(options: Options) -> str:
    value = options.get("evaluation_metric")
    names = (*METRICS, "cosine")
    if isinstance(value, str) and value not in names:
        known = listed(names, most=20)
        raise ValueError(f"evaluation_metric is {described(value)}; {known} are possible{suggestion(value, names)}")
    odd = sorted(OPTIONS & options.keys())
    if value != "cosine" and odd:
        raise ValueError(f"{odd[0]} is for evaluation_metric cosine, which asks a model")
    return choice(options, "evaluation_metric", names)


def _check_size(name: str, text: str, reference: str) -> None:
    pairs = len(text) * len(reference) if METRICS[name].by_pairs else 0
    if pairs > _MOST_PAIRS or max(len(text), len(reference)) > _LONGEST:
        sizes = f"{counted(len(text), 'character')} and {len(reference):,}"
        raise LackingError(f"{sizes} are more than {name} is computed for")


def _fuzzy(text: str, reference: str) -> float:
    from rapidfuzz import fuzz, utils

    return fuzz.WRatio(text, reference, processor=utils.default_process) / 100


def _gleu(text: str, reference: str) -> float:
    from nltk.translate.gleu_score import sentence_gleu

    return float(sentence_gleu([_words(reference)], _words(text)))


def _meteor(text: str, reference: str) -> float:
    from nltk.translate.meteor_score import single_meteor_score

    return float(single_meteor_score(_words(reference), _words(text), wordnet=_NoSynonyms()))


def _words(text: str) -> list[str]:
    from sacrebleu import BLEU

    return str(BLEU(tokenize="13a").tokenizer(text)).split()


class _NoSynonyms:
    """What METEOR asks for synonyms: there are none."""

    def synsets(self, word: str) -> list[str]:
        """The meanings of a word."""
        del word
        return []


@dataclass(frozen=True)
class Metric:
    """One measure of similarity.

    Attributes:
        measure: of a text and a reference, in this order.
        by_pairs: its cost grows with the product of the texts' lengths.
    """

    measure: Callable[[str, str], float]
    by_pairs: bool = False


METRICS: Mapping[str, Metric] = {
    "fuzzy_match": Metric(_fuzzy, by_pairs=True),
    "bleu": Metric(overlap.bleu),
    "gleu": Metric(_gleu),
    "meteor": Metric(_meteor),
    **{f"rouge_{n}": Metric(partial(overlap.rouge, kind=f"rouge_{n}")) for n in range(1, 6)},
    "rouge_l": Metric(partial(overlap.rouge, kind="rouge_l"), by_pairs=True),
}
"""The measures by OpenAI's names, but for `cosine`, which asks a model."""
