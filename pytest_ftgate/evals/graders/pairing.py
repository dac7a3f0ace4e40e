"""Pairing what is wanted with what came, where one thing that came could stand for several that are wanted."""

from collections.abc import Sequence


def unpaired(fitting: Sequence[Sequence[int]]) -> int | None:
    """The first wanted thing for which nothing is left when each takes one of those that fit it; None if all have one.

    The pairing is the best there is (augmenting paths; H. W. Kuhn, The Hungarian method, 1955), so the order in which
    things came never decides.

    Args:
        fitting: for each wanted thing, the numbers of those that came and fit.
    """
    taken: dict[int, int] = {}
    for wanted in range(len(fitting)):
        if not _paired(wanted, fitting, taken, set()):
            return wanted
    return None


def _paired(wanted: int, fitting: Sequence[Sequence[int]], taken: dict[int, int], tried: set[int]) -> bool:
    for one in fitting[wanted]:
        if one in tried:
            continue
        tried.add(one)
        if one not in taken or _paired(taken[one], fitting, taken, tried):
            taken[one] = wanted
            return True
    return False
