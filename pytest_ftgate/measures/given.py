"""The score that code which is not ours gave: checked, and of plain values only."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from numbers import Integral, Real

from ..files import Digest
from ..samples import Samples
from ..score import Score
from ..statistics import Interval
from ..wording import number, plain, raised

_TEXTS = ("how", "inconclusive", "basis")
_LISTS: Mapping[str, type] = {
    "details": str,
    "origin": str,
    "samples": Samples,
    "advice": str,
    "evidence": Digest,
    "others": tuple,
}
_LARGEST = 10**300
_LONGEST = 2000


def checked(given: object, span: tuple[float, float]) -> Score:
    """The score with a value, where it is finite, in `span`; NaN and infinity are for the threshold to refuse.

    Raises:
        ValueError: it is no score of a number, in words that follow "gave".
    """
    if not isinstance(given, Score):
        raise ValueError(f"{_named(given)}; a Score is wanted")
    _check_types(given)
    return replace(
        given,
        value=_within(_number(given.value, "a value that is"), span),
        how=_line(given.how),
        n=_count(given.n),
        details=tuple(map(_line, given.details)),
        inconclusive=_line(given.inconclusive),
        origin=tuple(map(_line, given.origin)),
        basis=_line(given.basis),
        error=_error(given.error),
        bounds=partial(_sound, given.bounds) if given.bounds else None,
        advice=tuple(map(_line, given.advice)),
    )


def _check_types(score: Score) -> None:
    for key in _TEXTS:
        if not isinstance(getattr(score, key), str):
            raise ValueError(f"a Score whose {key} is {_named(getattr(score, key))}; text is wanted")
    for key, of in _LISTS.items():
        found = getattr(score, key)
        if not isinstance(found, tuple) or not all(isinstance(one, of) for one in found):
            raise ValueError(f"a Score whose {key} is {_named(found)}; a tuple, each a {of.__name__}, is wanted")
    if not isinstance(score.interval, Interval | None):
        raise ValueError(f"a Score whose interval is {_named(score.interval)}; an Interval is wanted")


def _number(value: object, what: str) -> float | int:
    """A plain number for one of any library."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{what} {_named(value)}; a number is wanted")
    found = int(value) if isinstance(value, Integral) else float(value)
    if isinstance(found, int) and abs(found) > _LARGEST:
        raise ValueError(f"{what} too large")
    return found


def _count(n: object) -> int:
    found = _number(n, "a number of observations that is")
    if not isinstance(found, int) or found < 0:
        raise ValueError(f"{number(found)} observations; a whole number from 0 on is wanted")
    return found


def _error(said: object) -> float:
    found = float(_number(said, "an error that is"))
    if not 0 <= found < math.inf:
        raise ValueError(f"an error that is {number(found)}; a standard error, or 0, is wanted")
    return found


def _within(value: float, span: tuple[float, float]) -> float:
    if math.isfinite(value) and not span[0] <= value <= span[1]:
        raise ValueError(f"{number(value)}, but its kind says that values lie in {span[0]:g} to {span[1]:g}")
    return value


def _sound(bounds: Callable[[float], Interval], confidence: float) -> Interval:
    """An interval; where there is none, or its ends are not in order, the value may be anything."""
    try:
        found = bounds(confidence)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as e:  # noqa: BLE001 - the boundary to code that is not ours, pytest.skip and sys.exit with it
        return Interval(-math.inf, math.inf, confidence, f"its bounds gave up with {raised(e)}")
    if not isinstance(found, Interval):
        return Interval(-math.inf, math.inf, confidence, f"its bounds gave {_named(found)}, and an Interval is wanted")
    return found if found.low <= found.high else replace(found, low=-math.inf, high=math.inf)


def _named(value: object) -> str:
    return "nothing" if value is None else type(value).__name__


def _line(text: str) -> str:
    return plain(text[:_LONGEST])
