"""The ratings grader: what people say of an answer, read from a file and joined by the prompt's id."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...errors import EvidenceError
from ...files import File
from ...samples import Samples
from ...statistics import krippendorff_alpha
from ...wording import counted, number, quoted
from ..lines import Row, columns_shown, rows
from ..outputs import Output
from ..prompts import Prompt, described
from .grade import Grade, Grader, Pair, WideGrader, cannot, miss, ruled
from .numeric import a_number
from .options import Options, a_text

_COLUMNS = ("id", "rating", "rater", "output")


@dataclass(frozen=True)
class Rating:
    """What one person says of one answer.

    Attributes:
        id: of the prompt, as text.
        value: within the scale.
        rater: who says it; empty where the file does not tell.
        output: the answer that was rated, or None where the file does not tell.
        where: file and line.
    """

    id: str
    value: float
    rater: str
    output: str | None
    where: str


@dataclass(frozen=True)
class Scale:
    """The lowest and the highest rating, and the one from which on an answer passes."""

    low: float
    high: float
    line: float


def ratings(options: Options) -> Grader:
    """The mean rating of the answer is at least `pass`; an answer that nobody rated is a miss."""
    scale = _scale(options)
    found = _read(options, scale)
    fault = _fault(found, options, scale)

    def ahead(pairs: Sequence[Pair]) -> Sequence[Samples]:
        # The file may rate more than this eval, and what others think of that must not speak for these.
        asked = {prompt.id for _, prompt in pairs}
        own = {key: said for key, said in found.items() if key in asked}
        if why := pairs and not fault and _fault(own, options, scale):
            raise cannot(pairs[0][1], "ratings", f"of the answers of this eval alone, {why}")
        return ()

    def grader(output: Output, prompt: Prompt) -> Grade:
        if fault:
            raise cannot(prompt, "ratings", fault)
        own = found.get(prompt.id, [])
        stale = next((rating for rating in own if rating.output not in (None, output.text)), None)
        if stale:
            return miss(f"{stale.where}: the rating is of another answer than this one")
        return _graded(own, scale) if own else miss("nobody rated it")

    return WideGrader(grader, ahead=ahead) if "min_rated" in options or "min_agreement" in options else grader


def _graded(own: Sequence[Rating], scale: Scale) -> Grade:
    mean = math.fsum(rating.value for rating in own) / len(own)
    said = f"rated {number(mean)}" + (f" on average by {len(own)}" if len(own) > 1 else "")
    why = f"{said}, and {number(scale.line)} of {number(scale.high)} is wanted"
    return ruled((mean - scale.low) / (scale.high - scale.low), why, passed=mean >= scale.line)


def _read(options: Options, scale: Scale) -> Mapping[str, list[Rating]]:
    file = options.get("file")
    if not isinstance(file, File):
        raise ValueError("it needs a file of ratings: CSV or JSON Lines")
    columns = _columns(options.get("columns", {}))
    found: dict[str, list[Rating]] = {}
    try:
        for line, row in rows(file):
            rating = _rating(row, f"{file.name}:{line}", columns, scale)
            if rating:
                _add(found.setdefault(rating.id, []), rating)
    except EvidenceError as e:
        raise ValueError(str(e)) from None
    if not found:
        raise ValueError(f"{file.name}: holds no ratings")
    return found


def _add(own: list[Rating], rating: Rating) -> None:
    who = rating.rater.casefold()
    twice = next((other for other in own if other.rater.casefold() == who and who), None)
    if twice or (own and not (rating.rater and own[0].rater)):
        who = f"by {quoted(rating.rater)}" if rating.rater else "without a rater"
        raise ValueError(f"{rating.where}: {quoted(rating.id)} is rated a second time {who}; first at {own[0].where}")
    own.append(rating)


def _rating(row: Row, where: str, columns: Mapping[str, str], scale: Scale) -> Rating | None:
    """The rating of a row, or None where its cell is blank: not rated."""
    missing = next((columns[our] for our in ("id", "rating") if columns[our] not in row), None)
    if missing is not None:
        raise ValueError(f"{where}: no {quoted(missing)}; the row has {columns_shown(row, missing)}")
    said, key = row[columns["rating"]], row[columns["id"]]
    if said is None or (isinstance(said, str) and not said.strip()):
        return None
    if isinstance(key, bool) or not isinstance(key, str | int) or not str(key).strip():
        raise ValueError(f"{where}: the id is {described(key)}; text or a whole number is wanted")
    rater, output = row.get(columns["rater"]), row.get(columns["output"])
    return Rating(str(key), _value(said, where, scale), (_text(rater) or "").strip(), _text(output), where)


def _value(said: object, where: str, scale: Scale) -> float:
    try:
        value = float(a_number(said))
    except ValueError as e:
        raise ValueError(f"{where}: the rating {e}") from None
    if not scale.low <= value <= scale.high:
        raise ValueError(f"{where}: the rating {number(value)} is not from {number(scale.low)} to {number(scale.high)}")
    return value


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _columns(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError(f"columns is {described(value)}; a mapping of id, rating, rater, output to columns is wanted")
    for our in value:
        if our not in _COLUMNS:
            raise ValueError(f"columns has {quoted(str(our))}; it maps id, rating, rater and output")
    return {our: a_text(value[our]) if our in value else our for our in _COLUMNS}


def _scale(options: Options) -> Scale:
    span = options.get("range", [1, 5])
    if not isinstance(span, Sequence) or isinstance(span, str) or len(span) != 2:
        raise ValueError(f"range is {described(span)}; the lowest and the highest rating, such as [1, 5], are wanted")
    low, high = (_number("range", end) for end in span)
    line = _number("pass", options.get("pass", 4 if "range" not in options else None))
    if not low < line <= high:
        raise ValueError(f"pass {number(line)} is not above {number(low)} and up to {number(high)}")
    return Scale(low, high, line)


def _number(name: str, value: object) -> float:
    try:
        return float(a_number(value))
    except ValueError as e:
        raise ValueError(f"{name} {e}") from None


def _fault(found: Mapping[str, list[Rating]], options: Options, scale: Scale) -> str:
    """Why the ratings as a whole must not be trusted, or nothing."""
    least, agreement = _least(options), options.get("min_agreement")
    if len(found) < least:
        return f"the file rates {counted(len(found), 'prompt')}, and min_rated wants {least:,}"
    if agreement is None:
        return ""
    line = _number("min_agreement", agreement)
    if not 0 < line <= 1:
        raise ValueError(f"min_agreement is {number(line)}; a number above 0 and up to 1 is wanted")
    try:
        alpha = krippendorff_alpha([[rating.value >= scale.line for rating in own] for own in found.values()])
    except EvidenceError as e:
        return f"min_agreement cannot be checked: {e}"
    return "" if alpha >= line else f"the raters agree too little: alpha {number(alpha)}, less than {number(line)}"


def _least(options: Options) -> int:
    value = options.get("min_rated", 1)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"min_rated is {described(value)}; a whole number of prompts from 1 on is wanted")
    return value
