"""How values and words are written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftgate.wording import closest, counted, listed, number, plain, quoted, sentence, suggestion


@given(st.text())
def test_plain_text_holds_no_character_that_a_terminal_obeys(text: str) -> None:
    assert all(c == " " or unicodedata.category(c)[0] not in "CZ" for c in plain(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", r"a\nb"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\u202eevil", r"\u202eevil"),
        ("a\u200bb", r"a\u200bb"),
        ("\ud800", r"\ud800"),
        ("a\u00a0b", r"a\xa0b"),
        ("größer 東京", "größer 東京"),
    ],
)
def test_plain_spells_out_what_a_reader_could_not_see(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize("command", ["##[error]x", "##vso[task.complete]x"])
def test_plain_text_is_no_command_to_a_ci_runner(command: str) -> None:
    assert "##" not in plain(command)


@pytest.mark.parametrize("command", ["::set-output name=a::b", "   ::error::x"])
def test_plain_text_begins_with_no_command_to_github_s_runner(command: str) -> None:
    assert not plain(command).strip().startswith("::")
    assert plain("job.yaml::loss") == "job.yaml::loss"


def test_quoted_cuts_a_long_text() -> None:
    assert quoted("x" * 100, 5) == "'xxxx…'"


def test_quoted_leaves_a_text_of_just_the_most_whole() -> None:
    assert quoted("xxxxx", 5) == "'xxxxx'"


def test_the_closest_word_is_found_whatever_its_case_and_blanks() -> None:
    assert closest(" MAXX ", ["min", "max"]) == "max"


def test_no_word_is_close_to_everything() -> None:
    assert closest("enabled", ["min", "max"]) is None


def test_a_suggestion_cannot_carry_a_line_break() -> None:
    assert suggestion("los", ["lo\nss"]) == r", did you mean 'lo\nss'?"


def test_without_a_near_word_nothing_is_suggested() -> None:
    assert suggestion("zzz", ["max"]) == ""


def test_a_long_list_is_cut_and_counted() -> None:
    assert listed(range(7)) == "0, 1, 2, 3, 4 and 2 more"


def test_a_short_list_is_whole() -> None:
    assert listed(["a", "b"]) == "a, b"


@pytest.mark.parametrize(("n", "text"), [(0, "0 prompts"), (1, "1 prompt"), (12000, "12,000 prompts")])
def test_things_are_counted_in_words(n: int, text: str) -> None:
    assert counted(n, "prompt") == text


def test_an_odd_plural_can_be_given() -> None:
    assert counted(2, "loss", "losses") == "2 losses"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (3.0, "3"),
        (0.90249, "0.9025"),
        (12345.678, "12346"),
        (99999.99, "100000"),
        (-12345.6, "-12346"),
        (0.00001234, "1.234e-05"),
        (1e20, "1e+20"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (True, "true"),
        (False, "false"),
    ],
)
def test_numbers_are_short_but_whole_before_the_point(value: float, text: str) -> None:
    assert number(value) == text


def test_more_digits_can_be_asked_for() -> None:
    assert number(0.123456789, 7) == "0.1234568"


def test_the_first_line_of_a_message_stands_alone() -> None:
    assert sentence(["a", "b", "c"]) == "a\n  b\n  c"
