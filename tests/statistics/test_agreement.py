"""How far raters agree beyond chance."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.statistics import cohen_kappa, krippendorff_alpha

LABELS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=30).filter(
    lambda pairs: len({label for pair in pairs for label in pair}) > 1
)


def raters(counts: dict[str, int]) -> tuple[list[str], list[str]]:
    """The labels of two raters from how often each pair of labels came."""
    pairs = [pair for pair, count in counts.items() for _ in range(count)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def test_kappa_of_a_table_is_computed_by_hand() -> None:
    # 35 of 50 agree; chance gives 0.5 * 0.6 + 0.5 * 0.4 = 0.5; (0.7 - 0.5) / (1 - 0.5).
    assert cohen_kappa(*raters({"yy": 20, "yn": 5, "ny": 10, "nn": 15})) == pytest.approx(0.4)


# Artstein and Poesio 2008, Computational Linguistics 34:555-596, table 1; the second is scikit-learn's own example.
@pytest.mark.parametrize(
    ("counts", "kappa"),
    [({"ss": 20, "si": 20, "is": 10, "ii": 50}, 0.348), ({"pp": 1, "pn": 1, "nn": 2, "uu": 1}, 0.6875)],
)
def test_kappa_is_the_published_one(counts: dict[str, int], kappa: float) -> None:
    assert cohen_kappa(*raters(counts)) == pytest.approx(kappa, abs=5e-4)


# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", examples A, B and C; a point is no rating.
@pytest.mark.parametrize(
    ("rows", "alpha"),
    [
        (["0100000010", "1110010000"], 0.095),
        (["aabbdcccedda", "babbbccceddd"], 0.692),
        (["123321412...", "1233224125.3", ".3332342251.", "12332441251."], 0.743),
    ],
    ids=["two labels", "five labels", "four raters, ratings missing"],
)
def test_alpha_is_the_published_one(rows: list[str], alpha: float) -> None:
    items = [[None if label == "." else label for label in item] for item in zip(*rows, strict=True)]
    assert krippendorff_alpha(items) == pytest.approx(alpha, abs=5e-4)


@settings(deadline=None)
@given(LABELS)
def test_nothing_agrees_more_than_fully_and_the_raters_can_be_swapped(pairs: list[tuple[str, str]]) -> None:
    first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    alpha = krippendorff_alpha(pairs)
    assert -1 <= alpha <= 1
    assert alpha == krippendorff_alpha([pair[::-1] for pair in pairs])
    assert cohen_kappa(first, second) == cohen_kappa(second, first) <= 1


@settings(deadline=None)
@given(LABELS)
def test_full_agreement_is_one(pairs: list[tuple[str, str]]) -> None:
    labels = [label for pair in pairs for label in pair]
    assert cohen_kappa(labels, labels) == 1.0
    assert krippendorff_alpha([(label, label, label) for label in labels]) == 1.0


def test_an_item_with_one_rating_tells_nothing() -> None:
    items = [("a", "a"), ("a", "b"), ("b", "b")]
    assert krippendorff_alpha([*items, ("b", None), (None, None), ()]) == krippendorff_alpha(items)


def test_one_label_throughout_is_no_agreement() -> None:
    with pytest.raises(EvidenceError, match=r"^all 3 labels are the same: agreement cannot be told from chance$"):
        cohen_kappa("aaa", "aaa")
    with pytest.raises(EvidenceError, match=r"^all 4 labels are the same: agreement cannot be told from chance$"):
        krippendorff_alpha(["aa", "aa"])


def test_raters_of_nothing_do_not_agree() -> None:
    message = "^agreement needs items that two raters have labelled, and there are none$"
    with pytest.raises(EvidenceError, match=message):
        cohen_kappa([], [])
    with pytest.raises(EvidenceError, match=message):
        krippendorff_alpha([("a", None), ("b",)])


def test_each_item_has_a_label_of_both_raters() -> None:
    with pytest.raises(EvidenceError, match=r"^one rater has 2 labels and the other 1: each item needs one of each$"):
        cohen_kappa("ab", "a")
