"""The number grader: finds the numbers of an answer and compares one with the target."""

import math
import re
from collections import deque
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice

from ...wording import listed
from ..prompts import Prompt, described
from .grade import PASS, Grade, TextGrader, miss, shown
from .options import Options, choice, reference, text_or_texts
from .units import Bears, bearing

_MINUS = "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"
_CURRENCY = "$\u20ac\u00a3\u00a5"
_FRACTION = "\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u00bc-\u00be\u2150-\u215e"

_CANDIDATE = re.compile(
    rf"(?<![^\W_])(?<!\d[.,_])(?:[-+{_MINUS}][{_CURRENCY}]?)?\.?[0-9](?:[\d.,_{_FRACTION}]+|[eE][-+]?(?=[0-9]))*"
)
"""Whatever stands in a text as a number, well written or not: 5 must not be found in 1.2.5, 5½, 5_000 or −5."""

_PLAIN = re.compile(
    r"(?P<sign>[-+]?)(?P<digits>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)(?P<power>[eE][-+]?[0-9]+)?"
)
_SIGNS = str.maketrans(dict.fromkeys(_MINUS, "-") | dict.fromkeys(_CURRENCY, ""))
_LONGEST = 400
_MOST = 100_000


def numeric(options: Options) -> TextGrader:
    """The answer's number is the target, within a tolerance."""
    pick = _PICKS[choice(options, "pick", tuple(_PICKS))]
    margin = _tolerance(options.get("tolerance", 0))
    wanted = reference("number", options, "target", a_number)
    bears, unit = _unit(options)

    def grader(answer: str, prompt: Prompt) -> Grade:
        target = wanted(prompt)
        try:
            written = pick(_bearing(answer, bears) if unit else (number for _, number in _numbers(answer)))
        except ValueError as e:
            return miss(f"wanted {_shown(target)}, but the answer holds {e}")
        if len(written) != 1:
            return miss(f"wanted {_shown(target)}, but the answer holds {_held(written, unit)}: {shown(answer)}")
        value = parsed(written[0])
        if value is None:
            return miss(f"wanted {_shown(target)}, but {shown(written[0], 40)} is not a number that can be read")
        return PASS if _near(value, target, margin(target)) else miss(_off(value, target, margin(target)))

    return grader


def _unit(options: Options) -> tuple[Bears, str]:
    """Whether a number bears the unit, and what to call it; without a unit every number does."""
    if "unit" not in options:
        return (lambda *_: True), ""
    try:
        return bearing(options["unit"]), f" with the unit {listed(map(shown, text_or_texts(options['unit'])))}"
    except ValueError as e:
        raise ValueError(f"unit {e}") from None


def _numbers(answer: str) -> Iterator[tuple[int, str]]:
    return ((match.start(), match[0].rstrip(".,_")) for match in _CANDIDATE.finditer(answer))


def _bearing(answer: str, bears: Bears) -> Iterator[str]:
    """The numbers that bear the unit.

    Raises:
        ValueError: there are more numbers than are looked at; the message says so.
    """
    for count, (start, number) in enumerate(_numbers(answer)):
        if count == _MOST:
            raise ValueError(f"more than the {_MOST:,} numbers that are looked at")
        if bears(answer, start, start + len(number)):
            yield number


def a_number(value: object) -> Decimal:
    """A finite number; a text that is nothing but one counts, because CSV has no other.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(value, str):
        found = parsed(value.strip())
        if found is not None:
            return found
    elif not isinstance(value, bool) and isinstance(value, int | float) and _finite(value):
        return Decimal(repr(value))
    raise ValueError(f"is {described(value)}; a finite number is wanted")


def parsed(written: str) -> Decimal | None:
    """The finite number that a text is, with an optional sign, thousands commas and an exponent; or None."""
    text = written.translate(_SIGNS)
    if len(text) > _LONGEST or not _PLAIN.fullmatch(text):
        return None
    text = text.replace(",", "")
    try:
        return Decimal(text) if math.isfinite(float(text)) else None
    except InvalidOperation:
        # The exponent is one that not even a Decimal has.
        return None


def _only(written: Iterator[str]) -> list[str]:
    return list(islice(written, 4))


def _first(written: Iterator[str]) -> list[str]:
    return list(islice(written, 1))


def _last(written: Iterator[str]) -> list[str]:
    return list(deque(written, maxlen=1))


_PICKS: dict[str, Callable[[Iterator[str]], list[str]]] = {"only": _only, "first": _first, "last": _last}


def _tolerance(value: object) -> Callable[[Decimal], Decimal]:
    """How far off a number may be, given the target."""
    if isinstance(value, str) and value.endswith("%"):
        share = parsed(value[:-1].strip())
        if share is not None and share >= 0:
            return lambda target: abs(target) * share / 100
    elif not isinstance(value, bool | str) and isinstance(value, int | float) and _finite(value) and value >= 0:
        width = Decimal(repr(value))
        return lambda _: width
    raise ValueError(f"tolerance is {described(value)}; a number from 0 on, or a percentage such as 1%, is wanted")


def _near(value: Decimal, target: Decimal, margin: Decimal) -> bool:
    # Subtraction rounds to 28 digits, equality does not.
    return value == target or (margin > 0 and abs(value - target) <= margin)


def _off(value: Decimal, target: Decimal, margin: Decimal) -> str:
    within = f" within {_shown(margin)}" if margin else ""
    return f"wanted {_shown(target)}{within}, got {_shown(value)} (off by {_shown(abs(value - target))})"


def _held(written: list[str], unit: str) -> str:
    if not written:
        return f"no number{unit}"
    return f"several numbers{unit} ({listed(shown(w, 40)[1:-1] for w in written)}; pick: first or last would choose)"


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _shown(value: Decimal) -> str:
    return f"{value:f}" if -20 < value.adjusted() < 40 else f"{value:.12g}"
