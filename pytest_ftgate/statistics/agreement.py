"""How far raters agree beyond what chance alone would make them."""

from collections import Counter
from collections.abc import Hashable, Sequence

from ..errors import EvidenceError


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Cohen's kappa of two raters: 1 is agreement throughout, 0 what chance gives, below 0 less than that.

    Source: Cohen 1960, Educational and Psychological Measurement 20:37-46.

    Args:
        first: one label per item.
        second: the other rater's labels of the same items in the same order.

    Raises:
        EvidenceError: no items, not the same number of labels, or one label throughout, where agreement and chance
            cannot be told apart.
    """
    n = len(first)
    if len(second) != n:
        raise EvidenceError(f"one rater has {n} labels and the other {len(second)}: each item needs one of each")
    mine, theirs = Counter(first), Counter(second)
    chance = sum(count * theirs[label] for label, count in mine.items())
    _check_labels(n, chance == n * n)
    agreed = sum(one == other for one, other in zip(first, second, strict=True))
    return (agreed * n - chance) / (n * n - chance)


def krippendorff_alpha(ratings: Sequence[Sequence[Hashable | None]]) -> float:
    """Krippendorff's alpha for labels without an order: 1 is agreement throughout, 0 what chance gives.

    Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania. Items with
    fewer than two ratings tell nothing of agreement and are left out.

    Args:
        ratings: for each item the labels that its raters gave, in any order; None where a rater gave none.

    Raises:
        EvidenceError: no item has two ratings, or all that do have one label throughout.
    """
    given = [Counter(label for label in item if label is not None) for item in ratings]
    items = [labels for labels in given if labels.total() > 1]
    totals = sum(items, Counter[Hashable]())
    n = totals.total()
    expected = _different(totals)
    _check_labels(n, expected == 0)
    observed = sum(_different(labels) / (labels.total() - 1) for labels in items)
    return 1 - (n - 1) * observed / expected


def _different(labels: Counter[Hashable]) -> int:
    """How many ordered pairs of different labels there are."""
    n = labels.total()
    return n * n - sum(count * count for count in labels.values())


def _check_labels(n: int, alike: bool) -> None:
    if not n:
        raise EvidenceError("agreement needs items that two raters have labelled, and there are none")
    if alike:
        raise EvidenceError(f"all {n} labels are the same: agreement cannot be told from chance")
