"""Reading YAML strictly, with positions."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftgate.errors import SpecError
from pytest_ftgate.spec.document import Document, parse, refusal, spelt
from pytest_ftgate.spec.scalars import scalar

from ..making import refused, spec_file


def parsed(folder: Path, text: str) -> Document:
    return parse(spec_file(folder, text))


def test_a_document_is_plain_data(tmp_path: Path) -> None:
    text = "a: 1\nb: [x, 'no', true, null, 1.5]\n"
    assert parsed(tmp_path, text).data == {"a": 1, "b": ["x", "no", True, None, 1.5]}


def test_keys_and_values_have_positions(tmp_path: Path) -> None:
    document = parsed(tmp_path, "a: 1\nb:\n  - c: 2\n")
    assert document.position(("b", 0, "c")) == (3, 5)
    assert document.position(("b", 0, "c"), at_key=False) == (3, 8)


def test_a_place_that_is_not_there_is_the_nearest_around_it(tmp_path: Path) -> None:
    document = parsed(tmp_path, "a: 1\nb:\n  - c: 2\n")
    assert document.position(("b", 0, "gone", 3)) == (3, 5)
    assert Document(document.file, None).position(("b",)) == (1, 1)


def test_an_error_names_file_line_column_and_place(tmp_path: Path) -> None:
    document = parsed(tmp_path, "a:\n  b: [1, 2]\n")
    assert document.error(("a", "b", 1), "is wrong").endswith("job.yaml:2:10: a.b[1]: is wrong")
    assert document.error((), "is wrong").endswith("job.yaml:1:1: is wrong")


def test_a_place_is_spelt_on_one_line() -> None:
    assert spelt(("gates", "a\nb", "any", 1, "max")) == r"gates.a\nb.any[1].max"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1e3", 1000.0),
        ("1.0e3", 1000.0),
        ("12e03", 12000.0),
        ("+1", 1),
        (".5", 0.5),
        ("-.5", -0.5),
        ("0", 0),
        ("0.80", 0.8),
        ("0e5", 0.0),
        ("true", True),
        ("false", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("e5", "e5"),
        ("-", "-"),
        (".", "."),
        ("1.0.0", "1.0.0"),
        ("1,0", "1,0"),
        ("90%", "90%"),
        ("１.０", "１.０"),
        ("٠.٤", "٠.٤"),
        ("inf", "inf"),
        ("nan", "nan"),
        ("<<", "<<"),
        ("=", "="),
        ("v1_2", "v1_2"),
        ("_1", "_1"),
        ("2026", 2026),
    ],
)
def test_a_plain_scalar_is_what_every_reader_takes_it_for(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *((word, "is a truth value or null") for word in ("y", "N", "yes", "No", "ON", "off", "True", "FALSE", "Null")),
        *((text, "is octal") for text in ("010", "007", "-012", "010.5", "0_1")),
        *((text, "is a number in another base") for text in ("0x1F", "0b11", "0o17", "-0xff")),
        *((text, "is a number with underscores") for text in ("1_0", "1__0", "1_0.5", "1.0_5", "1_000e3")),
        *((text, "is a number in base 60") for text in ("1:30", "12:30:45", "1:30.5")),
        *((text, "is a date") for text in ("2026-11-20", "2026-1-2", "2026-11-20T08:00:00Z", "2026-11-20 08:00")),
        *((text, "is a number to some") for text in ("1.", "5.e3", "-1.")),
        *((text, "is not a finite number") for text in (".inf", "-.inf", ".NaN", "+.INF", "1e400", "-1.0e400")),
        ("1e-400", "is not a finite number that can be told from 0"),
        ("9" * 101, "9999999999… is a number of 101 digits"),
    ],
)
def test_what_readers_disagree_about_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text[:9])}.* {said.split(' ', 1)[1]}"):
        scalar(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_that_python_prints_is_read_as_itself(value: float) -> None:
    assert scalar(repr(value)) == value


@given(st.integers(-(10**60), 10**60))
def test_every_whole_number_is_read_as_itself(value: int) -> None:
    assert scalar(str(value)) == value


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_of_scalars(text: str) -> None:
    try:
        value = scalar(text)
    except ValueError as e:
        value = str(e)
    assert value is None or isinstance(value, str | int | float)


def test_quoted_text_is_text(tmp_path: Path) -> None:
    assert parsed(tmp_path, "a: 'no'\nb: \"010\"\nc: |\n  1\n").data == {"a": "no", "b": "010", "c": "1\n"}


def test_an_alias_is_its_value(tmp_path: Path) -> None:
    assert parsed(tmp_path, "a: &x [1]\nb: *x\n").data == {"a": [1], "b": [1]}


@pytest.mark.parametrize("text", ["--- \na: 1\n", "%YAML 1.2\n---\na: 1\n", "\ufeffa: 1\n", "a: 1\r\n", "a: 1\n...\n"])
def test_what_editors_put_around_a_document_is_no_part_of_it(tmp_path: Path, text: str) -> None:
    assert parsed(tmp_path, text).data == {"a": 1}


def test_all_scalars_that_are_refused_are_told_at_once(tmp_path: Path) -> None:
    said = refused(tmp_path, "a: no\nb: [010]\nc: 1\n'c': 2\n").splitlines()
    assert [line.partition(" ")[0] for line in said] == ["job.yaml:1:4:", "job.yaml:2:5:", "job.yaml:4:1:"]


def test_each_mistake_is_told_once_and_a_screenful_at_most() -> None:
    assert str(refusal(["a", "b", "a"])) == "a\nb"
    assert str(refusal(map(str, range(60)))).splitlines()[-2:] == ["49", "and more mistakes"]


def test_a_spec_that_is_not_there_is_a_mistake_of_the_spec(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"gone\.yaml: no such file$"):
        parse(tmp_path / "gone.yaml")
