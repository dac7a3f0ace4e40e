"""How far it is: a bar on a terminal, a line now and then in a log, or nothing."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from .budget import Budget
from .tally import Tally

How = Literal["bar", "lines", "none"]

_SECONDS_A_LINE = 30.0


@contextmanager
def shown(
    how: How, title: str, tally: Tally, budget: Budget, every: float = _SECONDS_A_LINE
) -> Iterator[Callable[[], None]]:
    """Show `tally` as it grows: what is yielded is to be called after each request; `every` is seconds a line."""
    # Where there is no terminal a bar would fill the log.
    way = "lines" if how == "bar" and not sys.stderr.isatty() else how
    with SHOWS[way](title, tally, budget, every) as step:
        yield step


def standing(tally: Tally, budget: Budget) -> str:
    """What is said beside the count: what went wrong, and what was spent."""
    cost = budget.cost
    parts = [
        f"{tally.retries} retries" if tally.retries else "",
        f"{tally.lost} lost" if tally.lost else "",
        f"{budget.spent.total:,} tokens" if cost is None else f"${cost:.2f}",
    ]
    return ", ".join(filter(None, parts))


@contextmanager
def _bar(title: str, tally: Tally, budget: Budget, _every: float) -> Iterator[Callable[[], None]]:
    from tqdm import tqdm

    with tqdm(total=tally.total, desc=title, unit="prompt", file=sys.stderr, dynamic_ncols=True) as bar:

        def step() -> None:
            bar.set_postfix_str(standing(tally, budget), refresh=False)
            bar.update(tally.answered + tally.lost - bar.n)

        yield step


@contextmanager
def _lines(title: str, tally: Tally, budget: Budget, every: float) -> Iterator[Callable[[], None]]:
    begun = said = time.monotonic()

    def line(now: float) -> None:
        done = tally.answered + tally.lost
        rate = done / max(now - begun, 1e-9)
        sys.stderr.write(f"{title}: {done:,} of {tally.total:,}, {rate:.1f} a second, {standing(tally, budget)}\n")
        sys.stderr.flush()

    def step() -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= every:
            said = now
            line(now)

    sys.stderr.write(f"\n{title}: {tally.total:,} prompts to ask\n")
    try:
        yield step
    finally:
        line(time.monotonic())


@contextmanager
def _nothing(_title: str, _tally: Tally, _budget: Budget, _every: float) -> Iterator[Callable[[], None]]:
    yield lambda: None


SHOWS = {"bar": _bar, "lines": _lines, "none": _nothing}
"""The ways to show it."""
