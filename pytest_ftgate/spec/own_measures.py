"""Measures that a conftest.py or a plugin adds."""

from collections.abc import Iterable, Mapping
from dataclasses import fields

from ..errors import SpecError
from ..measures import MEASURES, Measure
from ..measures.own import MeasureKind, OwnMeasure
from ..measures.unjudged import Unjudged
from ..wording import plain, quoted
from .document import Where
from .language import definitions
from .own import OF_A_GATE, Hook, check_options, gathered
from .reading import Body, Reading

_NAME = "pytest_ftgate_measures"
_OF_EVERY_GATE = ("any", "all", "by", *OF_A_GATE)


def own_measures(found: Iterable[object]) -> Mapping[str, MeasureKind]:
    """The measures that the hooks gave, by name.

    Raises:
        SpecError: what one gave is no mapping of names to `MeasureKind`; a name is one of a measure, of another key of
            gates, or none; or a kind says what cannot be.
    """
    kinds = gathered(_hook(), found)
    taken = {*MEASURES, *kinds, *_OF_EVERY_GATE, *definitions()["own-measure"]["properties"]}
    for name, kind in kinds.items():
        _check(name, kind)
        check_options(_NAME, name, kind.options, taken)
    return kinds


def build_own(reading: Reading, where: Where, name: str, body: Body) -> Measure:
    """The measure; where its options cannot be used, with a mistake."""
    kind = reading.around.measures[name]
    options = {key: body[key] for key in sorted(kind.options) if key in body}
    try:
        measure = kind.build(body[name], options)
        why = "" if callable(measure) else f"its build gave {type(measure).__name__}, and a function is wanted"
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except ValueError as e:
        why = plain(str(e))
    except BaseException as e:  # noqa: BLE001 - the boundary to code that is not ours, pytest.skip and sys.exit with it
        why = f"it cannot be made ({type(e).__name__}: {plain(' '.join(str(e).split()))[:300]})"
    if why:
        reading.refuse((*where, name), f"the measure {name}: {why}")
        return Unjudged(name, why)
    return OwnMeasure(name, body[name], options, kind, measure)


def _hook() -> Hook[MeasureKind]:
    of_gates = {key for name, one in definitions().items() if name.endswith("-gate") for key in one["properties"]}
    taken = {**dict.fromkeys(of_gates, "another key of gates"), **dict.fromkeys(MEASURES, "one already")}
    return Hook(_NAME, "measure", MeasureKind, taken)


def _check(name: str, kind: MeasureKind) -> None:
    """Refuse a kind with a field that is not what it has to be."""
    for field in fields(kind):
        wanted, is_right = _WANTED[field.name]
        if not is_right(getattr(kind, field.name)):
            raise SpecError(f"{_NAME}: {quoted(name)} has a `{field.name}` that is not {wanted}")


def _is_line(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _is_span(value: object) -> bool:
    numbers = isinstance(value, tuple) and len(value) == 2 and all(type(end) in (int, float) for end in value)
    # False of NaN too.
    return numbers and value[0] < value[1]  # type: ignore[index]


_WANTED = {
    "what": ("one line of text", _is_line),
    "options": ("a set of names", lambda value: isinstance(value, set | frozenset)),
    "build": ("a function", callable),
    "span": ("its lowest and its highest value: (0.0, 1.0)", _is_span),
    "is_ratio": ("True or False", lambda value: isinstance(value, bool)),
}
"""What each field of a kind has to be, in words, and whether a value is that."""
