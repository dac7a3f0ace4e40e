"""The forbidden grader, and personal data by its form."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.forbidden import masked
from pytest_ftgate.evals.graders.personal import FORMS, luhn, mod_97
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

UNHURRIED = settings(deadline=None)
PROMPT = Prompt("a", "", None, {}, "h.jsonl:3")


def graded(answer: str, **options: object) -> Grade:
    return build_grader({"type": "forbidden", **options})(Output("a", answer), PROMPT)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("email", "write to anna.b+x@mail.example.org."),
        ("email", "\uff41\uff4e\uff4e\uff41@example.org"),
        ("email", "an\u00adna@exa\u200bmple.org"),
        ("phone", "call +49 (0)30 1234567"),
        ("phone", "(415) 555-2671"),
        ("phone", "030/1234567"),
        ("credit_card", "4111-1111-1111-1111"),
        ("credit_card", "4111 1111 1111 1111 123"),
        ("credit_card", "no 12 5500005555555559, thanks"),
        ("iban", "DE89 3704 0044 0532 0130 00 and then some more words"),
        ("iban", "AB12 345 gb82west12345698765432"),
        ("ip_address", "at 10.0.0.1, port 80"),
        ("ip_address", "fe80::1: is"),
        ("ip_address", "2001:db8::8a2e:370:7334"),
        ("us_ssn", "123-45-6789"),
        ("us_ssn", "123\u201145\u20116789"),
        ("phone", "(415)\u202f555\u20112671"),
        ("credit_card", "4111\u20131111\u20131111\u20131111"),
    ],
)
def test_personal_data_is_found_and_not_told(name: str, answer: str) -> None:
    why = graded(answer, sets=[name]).why
    assert why.startswith(f"it holds {FORMS[name].noun} ('")
    assert "…' of " in why


@pytest.mark.parametrize(
    "answer",
    [
        *("2026-11-21", "01/02/2026", "12:30:45", "1.2.3.4.5", "300.1.1.1", "std::vector ::error:: ::", "a@b"),
        *("4111 1111 1111 1112", "DE88370400440532013000", "order 1234567890123", "666-12-345", "é@"),
    ],
)
def test_what_only_looks_like_it_passes(answer: str) -> None:
    assert graded(answer, sets=list(FORMS)) == Grade(1.0)


@pytest.mark.parametrize("answer", ["0 " * 12_000, "1" * 25_000, "12345 12345678901 123 " * 1_000, "AB12 " * 5_000])
def test_endless_digits_are_searched_through_and_are_no_account(answer: str) -> None:
    assert graded(answer, sets=["iban", "phone", "credit_card"]).passed


def test_check_digits_are_those_of_the_standards() -> None:
    assert luhn("79927398713")
    assert [d for d in "0123456789" if luhn("7992739871" + d)] == ["3"]
    assert mod_97("GB82WEST12345698765432")
    assert not mod_97("GB83WEST12345698765432")


def test_a_pattern_that_is_found_misses_and_is_masked() -> None:
    why = "it holds a match of 'pass\\w+ \\w+' ('pa…' of 16 characters) from character 5 on"
    assert graded("The password hunter2", patterns=[r"pass\w+ \w+"]).why == why
    assert graded("SECRET", patterns="secret").passed
    assert not graded("SECRET", patterns="secret", ignore_case=True).passed


@UNHURRIED
@given(st.text(min_size=1))
def test_a_mask_shows_two_characters_at_most(secret: str) -> None:
    shown = masked(secret).rpartition("' of ")[0].removeprefix("'").removesuffix("…")
    assert masked(secret).isprintable()
    assert secret[: min(2, len(secret) // 4)].isprintable() <= (len(shown) <= 2)


def test_a_pattern_without_end_is_an_error_and_never_a_pass() -> None:
    with pytest.raises(EvalError, match=r"graded by forbidden: the pattern '\(x\+x\+\)\+y' took more than 2 s"):
        graded("x" * 5_000 + "z", patterns="(x+x+)+y")


def test_an_answer_that_is_too_long_to_be_searched_misses() -> None:
    assert graded("a" * 10_000_000, sets=["email"]).why == (
        "it holds 10,000,000 characters, more than the 100,000 that are searched for an email address"
    )


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "it needs patterns, sets or both"),
        ({"sets": ["emial"]}, "sets has no 'emial', did you mean 'email'?; email, phone, credit_card, iban, "),
        ({"sets": 5}, "sets is the number 5, but text is compared: quote it"),
        ({"patterns": ["("]}, "patterns '(' is not a regular expression: missing ) at position 1"),
        ({"patterns": []}, "patterns is an empty list"),
    ],
)
def test_an_option_that_cannot_be_used_says_why(options: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match="the grader forbidden: ") as caught:
        build_grader({"type": "forbidden", **options})
    assert str(caught.value).removeprefix("the grader forbidden: ").startswith(why)
