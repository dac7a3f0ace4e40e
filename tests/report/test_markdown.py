"""The verdict as Markdown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pytest_ftgate.decision import Status
from pytest_ftgate.report.markdown import MOST_BYTES, code, markdown

from .judging import HOSTILE, record, verdict_of

GITHUB = MarkdownIt("commonmark", {"html": True}).enable("table")
OURS = ("<!-- pytest-ftgate report -->", "<details>", "</details>")


def tokens(text: str) -> list[Token]:
    return [inner for token in GITHUB.parse(text) for inner in (token, *(token.children or []))]


def test_the_word_comes_first_and_then_what_failed() -> None:
    found = markdown(verdict_of(record("a", Status.PASS), record("b", Status.FAIL))).splitlines()
    assert found[1] == "## FAIL"
    assert found[9:11] == ["| `b` | `1.2` | `max 1` | **FAIL** |", "| `a` | `1.2` | `max 1` | pass |"]


def test_at_most_twenty_rows_are_shown() -> None:
    text = markdown(verdict_of(*(record(f"g{i}", Status.PASS) for i in range(23)), record("bad")))
    assert text.count("\n| `") == 20
    assert "\n| `bad` |" in text
    assert "4 more rows not shown." in text


def test_messages_are_folded_with_their_lines_of_the_spec() -> None:
    text = markdown(verdict_of(record("b", details=("more of it",))))
    assert "<details><summary>What stands in the way: 1 message</summary>" in text
    assert "```text\nb says so\njob.yaml:3\n  more of it\n```" in text


def test_a_pass_has_no_messages() -> None:
    assert "stands in the way" not in markdown(verdict_of(record("a", Status.PASS)))


def test_a_spec_that_could_not_be_read_says_why() -> None:
    assert "```text\njob.yaml:1: broken\n```" in markdown(verdict_of(problem="job.yaml:1: broken"))


def test_a_flood_of_messages_is_counted() -> None:
    assert "10 more messages not shown." in markdown(verdict_of(*(record(f"g{i}") for i in range(60))))


def test_what_was_not_measured_is_a_dash() -> None:
    assert "| `a` | - | `max 1` | **ERROR** |" in markdown(verdict_of(record("a", Status.ERROR, observed="")))


def test_it_never_outgrows_what_github_takes() -> None:
    many = [record(f"g{i}", headline="ü" * 5000, details=("ü" * 5000,) * 50) for i in range(300)]
    text = markdown(verdict_of(*many))
    assert len(text.encode()) <= MOST_BYTES
    assert text.endswith("The rest is left out: a summary holds 256 kB.\n")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_code_and_nothing_else(hostile: str) -> None:
    text = markdown(verdict_of(record(hostile, observed=hostile, wanted=hostile, headline=hostile, details=(hostile,))))
    found = tokens(text)
    assert {token.type for token in found} & {"link_open", "image", "html_inline", "em_open"} == set()
    assert all(token.content.startswith(OURS) for token in found if token.type == "html_block")
    assert sum(token.type == "td_open" for token in found) == 4


def test_a_long_message_that_is_all_backticks_stays_in_its_block() -> None:
    text = markdown(verdict_of(record(headline="````", details=("```", "<b>"))))
    assert next(token.content for token in tokens(text) if token.type == "fence") == (
        "````\njob.yaml:3\n  ```\n  <b>\n"
    )


@settings(deadline=None)
@given(st.text(min_size=1))
def test_code_is_one_span_of_one_line(text: str) -> None:
    [inline] = [token for token in GITHUB.parse(f"x {code(text)} y") if token.type == "inline"]
    kinds = [child.type for child in inline.children or []]
    assert kinds in (["text", "code_inline", "text"], ["text"])
    assert "|" not in code(text)
