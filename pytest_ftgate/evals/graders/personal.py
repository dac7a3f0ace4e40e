"""Personal data by its form: addresses, numbers of phones, cards, accounts and the like, checked where they can be."""

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

_DOUBLED = str.maketrans("0123456789", "0246813579")
"""The sum of the digits of a digit's double."""

Spans = Iterator[tuple[int, int]]


@dataclass(frozen=True)
class Form:
    """One kind of personal data.

    Attributes:
        noun: with its article, for messages.
        pattern: finds what may be it, in time that grows with the text alone.
        spans: the stretches of a candidate that may be it, as places in the candidate.
        holds: whether a stretch is it.
    """

    noun: str
    pattern: str
    spans: Callable[[str], Spans]
    holds: Callable[[str], bool]


def whole(text: str) -> Spans:
    """The candidate as it is."""
    yield 0, len(text)


def found_in(match: "regex.Match[str]", form: Form) -> tuple[int, int] | None:
    """Where in the text a candidate holds what the form describes, or None."""
    text, start = match[0], match.start()
    spans = ((a + start, b + start) for a, b in form.spans(text) if form.holds(text[a:b]))
    return next(spans, None)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    backwards = digits[::-1]
    return sum(map(int, backwards[::2] + backwards[1::2].translate(_DOUBLED))) % 10 == 0


def mod_97(account: str) -> bool:
    """Whether an IBAN's check digits are right (ISO 13616, ISO 7064 mod 97-10)."""
    moved = account[4:] + account[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _card(text: str) -> bool:
    digits = _bare(text)
    return 13 <= len(digits) <= 19 and digits[0] in "23456" and luhn(digits)


def _account(text: str) -> bool:
    account = _bare(text)
    return 15 <= len(account) <= 34 and mod_97(account)


def _phone(text: str) -> bool:
    return 9 <= sum(c.isdigit() for c in text) <= 15


def _address(text: str) -> bool:
    if "." in text:
        return all(int(part) <= 255 for part in text.split("."))
    try:
        return bool(ipaddress.IPv6Address(text)) and text != "::"
    except ValueError:
        return False


def _always(_: str) -> bool:
    return True


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("-", "").upper()


def _groups(text: str, least: int, most: int) -> Spans:
    """Stretches from the beginning of a group to the end of one, with `least` to `most` characters in groups."""
    cuts = [-1, *(i for i, c in enumerate(text) if c in " -"), len(text)]
    groups = [(a + 1, b) for a, b in pairwise(cuts)]
    for i, (start, _) in enumerate(groups):
        room = most
        for a, end in groups[i : i + most]:
            room -= end - a
            if room < 0:
                break
            if room <= most - least:
                yield start, end


def _card_spans(text: str) -> Spans:
    return _groups(text, 13, 19)


def _account_spans(text: str) -> Spans:
    return ((a, b) for a, b in _groups(text, 15, 34) if a == 0)


def _address_spans(text: str) -> Spans:
    yield 0, len(text)
    yield 0, len(text.rstrip(":"))


_PHONE = (
    r"(?<![\w.+])(?:(?:\+|00)[1-9][0-9 ()./-]{5,20}[0-9]"
    r"|\(?[2-9][0-9]{2}\)?[ .-]{1,2}[2-9][0-9]{2}[ .-][0-9]{4}"
    r"|0[0-9]{1,5}[ /-][0-9 /-]{4,12}[0-9])(?!\w)"
)
_ADDRESS = (
    r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?!\w|\.[0-9])"
    r"|(?<![\w:])(?=[0-9a-fA-F]*:[0-9a-fA-F]*:)[0-9a-fA-F:]{3,39}+(?!\w)"
)

FORMS: Mapping[str, Form] = {
    "email": Form("an email address", r"(?<![\w.%+-])[\w.%+-]++@[\w-]++(?:\.[\w-]++)+", whole, _always),
    "phone": Form("a phone number", _PHONE, whole, _phone),
    "credit_card": Form("a credit card number", r"(?<!\w)(?<![0-9][ -])[0-9]++(?:[ -][0-9]++)*+", _card_spans, _card),
    "iban": Form("an IBAN", r"(?<!\w)[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,40}+", _account_spans, _account),
    "ip_address": Form("an IP address", _ADDRESS, _address_spans, _address),
    "us_ssn": Form(
        "a US social security number",
        r"(?<![\w-])(?!000|666|9)[0-9]{3}([ -])(?!00)[0-9]{2}\1(?!0000)[0-9]{4}(?![\w-])",
        whole,
        _always,
    ),
}
"""By the name that specs use. Runs are possessive and begin where a run begins, so that no text takes long."""
