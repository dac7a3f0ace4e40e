"""What each failure means."""

import ssl

import httpx2
import openai
import pytest

from pytest_ftgate.evals.sampling.budget import Budget, Usage, likely, price_of, used, worst
from pytest_ftgate.evals.sampling.faults import MEANINGS, Fault, sentence
from pytest_ftgate.evals.sampling.raised import Stopped, fault_of, retry_after
from pytest_ftgate.evals.sampling.settings import Price, Sampling

CLEAN = {"secret": "sk-secret-0123456789", "variable": "KEY", "model": "'m'"}
REQUEST = httpx2.Request("POST", "http://host/v1")


class gaierror(OSError):  # noqa: N801, N818 - the system's name for it
    """A name that cannot be resolved."""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:16:50 GMT"}, 10.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:50 GMT"}, None),
        ({"retry-after": "Thu, 01 Jan 1970 02:00:10 GMT", "date": "Thu, 01 Jan 1970 02:00:00 GMT"}, 10.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:10 GMT", "date": "Thu, 01 Jan 1970 00:00:00 GMT"}, 10.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:16:50 GMT", "date": "today"}, 10.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_a_server_s_wish_to_wait_is_read_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, 1000.0) == seconds


def caused(error: BaseException) -> openai.APIConnectionError:
    found = openai.APIConnectionError(request=REQUEST)
    found.__cause__ = error
    return found


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), "hung"),
        (openai.APITimeoutError(request=REQUEST), "hung"),
        (caused(ConnectionRefusedError()), "unreachable"),
        (caused(ssl.SSLCertVerificationError()), "certificate"),
        (caused(gaierror("Name or service not known")), "no such host"),
        (caused(gaierror("Temporary failure in name resolution")), "unreachable"),
        (httpx2.ReadError("x"), "unreachable"),
        (Stopped("compressed"), "unbounded"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x"), "unsent"),
        (openai.InternalServerError("x", response=httpx2.Response(599, request=REQUEST), body="text"), "status 5xx"),
        (openai.APIStatusError("x", response=httpx2.Response(418, request=REQUEST), body=None), "status 4xx"),
    ],
)
def test_an_exception_is_a_fault(error: BaseException, kind: str) -> None:
    assert fault_of(error).kind == kind


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "too long", "code": "x"}, "too long"),
        ({"error": "Input validation error", "error_type": "validation"}, "Input validation error"),
        ({"detail": "Not Found"}, "Not Found"),
        ({"detail": [{"loc": ["body"], "msg": "field required"}]}, "field required"),
        ("Internal Server Error", "Internal Server Error"),
        ("<html>502 Bad Gateway</html>", ""),
        ({"message": ["a"]}, "a"),
        ({"detail": {"detail": {"detail": {"detail": "deep"}}}}, ""),
        ([], ""),
        (5, ""),
        (None, ""),
    ],
)
def test_an_error_says_what_its_body_says_in_the_words_of_any_server(body: object, said: str) -> None:
    error = openai.APIStatusError("x", response=httpx2.Response(400, request=REQUEST), body=body)
    assert fault_of(error).said == said


def test_every_fault_has_a_sentence_without_the_key_or_escape_codes() -> None:
    for kind in MEANINGS:
        said = sentence(Fault(kind, f"\x1b[2J {CLEAN['secret']}", 418), CLEAN)
        assert "{" not in said
        assert r"(418: \x1b[2J [key])" in said


def test_a_chain_of_causes_without_an_end_is_cut() -> None:
    loop = caused(ValueError())
    assert loop.__cause__ is not None
    loop.__cause__.__cause__ = loop
    assert fault_of(loop).kind == "unreachable"


def test_a_token_has_at_least_one_byte_so_the_worst_case_is_the_bytes() -> None:
    assert worst(100, 20) == Usage(100, 20)
    assert likely(100, 20) == Usage(25, 20)
    assert likely(1, None).output == 1024


@pytest.mark.parametrize(
    ("usage", "found"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 4}, Usage(3, 4)),
        ({"input_tokens": 3, "output_tokens": 0}, Usage(3, 0)),
        ({"prompt_tokens": -1, "completion_tokens": 4}, None),
        ({"prompt_tokens": True, "completion_tokens": 4}, None),
        ({"prompt_tokens": 1e3, "completion_tokens": 4}, None),
        ({"prompt_tokens": 10**50, "completion_tokens": 4}, None),
        ({"prompt_tokens": 3}, None),
        ([], None),
        (None, None),
    ],
)
def test_usage_counts_only_where_it_is_stated_in_whole_numbers(usage: object, found: Usage | None) -> None:
    assert used({"usage": usage}) == found


def test_a_budget_counts_what_is_in_flight_at_its_worst() -> None:
    budget = Budget(100, None, None, Usage(), Usage())
    assert budget.fits(Usage(60, 40))
    budget.reserve(Usage(30, 30))
    assert not budget.fits(Usage(21, 20))
    budget.settle(Usage(30, 30), Usage(5, 5))
    assert budget.fits(Usage(50, 40))
    assert (budget.spent.total, budget.reserved.total) == (10, 0)


def test_a_budget_in_dollars_needs_a_price_and_keeps_to_it() -> None:
    budget = Budget(None, 1.0, Price(1.0, 2.0), Usage(), Usage())
    assert budget.fits(Usage(0, 500_000))
    assert not budget.fits(Usage(1, 500_000))
    assert not Budget(None, 1.0, None, Usage(), Usage()).fits(Usage(1, 1))
    assert (budget.told(), Budget(5, 1.5, None, Usage(), Usage()).told()) == ("$1", "5 tokens and $1.5")


def test_a_price_is_known_of_base_models_at_their_own_host_only() -> None:
    known = price_of(Sampling(), "api.openai.com", "gpt-4.1-nano-2025-04-14")
    assert known is not None
    assert known.said == "2026-03"
    assert price_of(Sampling(), "api.openai.com", "ft:gpt-4.1-nano-2025-04-14:acme::x") is None
    assert price_of(Sampling(), "127.0.0.1", "gpt-4.1") is None
    assert price_of(Sampling(price=Price(1, 2)), "127.0.0.1", "x") == Price(1, 2)
