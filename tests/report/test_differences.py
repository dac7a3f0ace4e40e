"""What differs between two texts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.report.html.differences import Piece, differences


def test_words_that_differ_are_marked_on_both_sides() -> None:
    assert differences("on the 3rd of May", "on the 4th of May") == (
        [Piece("on the ", False), Piece("3rd", True), Piece(" of May", False)],
        [Piece("on the ", False), Piece("4th", True), Piece(" of May", False)],
    )


def test_equal_texts_have_no_difference() -> None:
    assert differences("a b", "a b") == ([Piece("a b", False)], [Piece("a b", False)])


def test_an_answer_to_nothing_is_all_different() -> None:
    assert differences("", "x y") == ([], [Piece("x y", True)])


def test_long_texts_are_not_compared() -> None:
    assert differences("a " * 500, "b") == ([Piece("a " * 500, False)], [Piece("b", False)])


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_of_either_text_is_lost(wanted: str, got: str) -> None:
    first, second = differences(wanted, got)
    assert ("".join(p.text for p in first), "".join(p.text for p in second)) == (wanted, got)
