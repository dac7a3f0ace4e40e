"""How near two texts are by the cosine of their embeddings: the grader similarity, and text_similarity's `cosine`."""

import unicodedata
from collections.abc import Callable, Sequence

from ...samples import Samples
from ...wording import number
from ..outputs import Output
from ..prompts import Prompt
from ..runtime import Runtime
from ..sampling.embeddings import cosine, vector
from ..sampling.request import Request
from .desk import JOB, Desk, Question
from .grade import CALLS, Grade, Grader, Pair, WideGrader, cannot, ruled, scaled, shown, void
from .model_options import sampling_of
from .options import Options, a_text, least_score, reference
from .template import LackingError, Template

MODEL = "text-embedding-3-small"
"""What embeds unless a spec says otherwise."""

OPTIONS = frozenset({"model", "base_url", "served_as"})

_LONGEST = 100_000
_TOO_LONG = "{:,} characters, more than the {:,} that are embedded"

Texts = Callable[[Output, Prompt], tuple[str, str]]
"""What came, and what it is compared with; raises LackingError for a miss, ValueError where that cannot be said."""


def similarity(options: Options, runtime: Runtime) -> Grader:
    """The cosine of the answer's embedding and that of the text that is wanted is at least `min`.

    Raises:
        ValueError: an option cannot be used; the message is a sentence.
    """
    if "min" not in options:
        raise ValueError("min is missing: how near is near differs between models, so look at some of your own pairs")
    line = least_score(options)
    wanted = reference("similarity", options, "target", a_text)

    def grade(value: float, came: str, target: str) -> Grade:
        why = f"cosine {number(value)}, less than {number(line)}: wanted {shown(target)}, got {shown(came)}"
        return ruled(min(1.0, max(0.0, value)), why, passed=value >= line)

    return _embedded("similarity", options, runtime, lambda output, prompt: (output.text, wanted(prompt)), grade)


def by_cosine(options: Options, runtime: Runtime, given: Template, wanted: Template, limit: float | None) -> Grader:
    """OpenAI's text_similarity with `evaluation_metric: cosine`."""

    def texts(output: Output, prompt: Prompt) -> tuple[str, str]:
        return given.filled(output, prompt), wanted.filled(output, prompt)

    def grade(value: float, text: str, target: str) -> Grade:
        return scaled(value, limit, f"cosine of {shown(text)} and {shown(target)}")

    grader = _embedded("text_similarity", options, runtime, texts, grade)
    reads_calls = given.reads_calls or wanted.reads_calls
    return WideGrader(grader.grade, CALLS, grader.ahead) if reads_calls else grader


def _embedded(
    name: str, options: Options, runtime: Runtime, texts: Texts, grade: Callable[[float, str, str], Grade]
) -> WideGrader:
    desk = Desk(name, sampling_of(options, runtime, MODEL), runtime, vector)

    def grader(output: Output, prompt: Prompt) -> Grade:
        try:
            pair = _checked(texts(output, prompt))
        except LackingError as e:
            return void(str(e))
        except ValueError as e:
            raise cannot(prompt, name, str(e)) from None
        try:
            value = _nearness(pair, desk.said([_question(desk, text) for text in pair]))
        except ValueError as e:
            raise cannot(prompt, name, str(e)) from None
        return grade(value, *pair)

    def ahead(pairs: Sequence[Pair]) -> Sequence[Samples]:
        found = (text for pair in pairs for text in _askable(texts, *pair))
        return desk.ahead((_question(desk, text) for text in found), name)

    return WideGrader(grader, ahead=ahead)


def _nearness(texts: tuple[str, str], vectors: Sequence[Sequence[float]]) -> float:
    """The cosine of two texts' vectors.

    Raises:
        ValueError: it would say nothing: the message is a sentence.
    """
    if len({*map(_letters, texts)}) > 1 and list(vectors[0]) == list(vectors[1]):
        raise ValueError("two different texts have the same embedding: the model does not read them, or not to the end")
    return cosine(*vectors)


def _letters(text: str) -> str:
    """What no model takes for something else: letters and digits, whatever their case and accents."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).casefold()))


def _question(desk: Desk[Sequence[float]], text: str) -> Question:
    # Not as a list of numbers, which has five times the size.
    body = {"model": desk.target.model, "input": text, "encoding_format": "base64"}
    return Question(Request(desk.target.url, JOB, "embeddings", body))


def _checked(pair: tuple[str, str]) -> tuple[str, str]:
    came, target = (text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for text in pair)
    if len(target) > _LONGEST:
        raise ValueError(_TOO_LONG.format(len(target), _LONGEST))
    if len(came) > _LONGEST:
        raise LackingError(_TOO_LONG.format(len(came), _LONGEST))
    if not target.strip():
        raise ValueError("the text to compare with is blank")
    if not came.strip():
        raise LackingError("the text is blank")
    return came, target


def _askable(texts: Texts, output: Output, prompt: Prompt) -> tuple[str, ...]:
    from ...errors import EvidenceError

    try:
        return _checked(texts(output, prompt))
    except (ValueError, EvidenceError):
        # The grader says what is wrong when it comes to it.
        return ()
