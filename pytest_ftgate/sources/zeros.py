"""A loss of exactly 0: where it stands for NaN, and where that cannot be told.

Hugging Face's trainer logs a loss that became NaN as 0, and only the gradient or an evaluation tells it apart. Copies
of its history, as tables and logs that scripts write, hold the same zeros.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import JobError
from ..series import Series
from ..wording import counted, number
from . import objects, table
from .history import Row
from .table import Readings, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRADIENT = "grad_norm"

_HEALTH = (GRADIENT, "entropy", "mean_token_accuracy", "token_acc")
_HISTORY = frozenset({"step", "epoch", "loss", "learning_rate"})
_DEAD = (
    "its last loss is exactly 0, which is also how a run whose loss became NaN is logged, "
    "and no grad_norm or later evaluation tells them apart"
)


def doubted(one: Series, series: Mapping[str, Series], rows: Sequence[Row]) -> Series:
    """`one`, marked unusable where its end may be a dead run's: a loss of 0 that nothing else vouches for.

    A gradient norm of exactly 0 vouches for nothing: what overflowed is logged so too.
    """
    if one.name != "train_loss" or one.unusable or not len(one) or one.values.iloc[-1] != 0:
        return one
    last = next((row for row in reversed(rows) if row.logged.get("loss") == 0), None)
    vouched = last is not None and any(_vouches(last.logged.get(key)) for key in _HEALTH)
    return one if vouched or any(_alive(other, one) for other in series.values()) else replace(one, unusable=_DEAD)


def doubted_in_table(one: Series, series: Mapping[str, Series], found: Table) -> Series:
    """The same of a metric that has a value in a table, where its columns are those of the trainer's history."""
    if one.name != "train_loss" or not set(found.header) >= _HISTORY:
        return one
    last = int(table.readings(found, one.logged_as).there.nonzero()[0][-1])
    logged = {key: float(health.values[last]) for key in _HEALTH if (health := _readings(found, key))}
    return doubted(one, series, [Row(last, 0.0, {"loss": 0.0, **logged})])


def told_apart(losses: Readings, found: Table) -> "tuple[Readings, NDArray[np.bool_]]":
    """The losses of a table with NaN where a 0 stands for it, and which rows these are.

    Their gradient norm is not finite, or is blank.
    """
    import numpy as np

    zero = losses.there & (losses.values == 0)
    norm = _readings(found, GRADIENT) if zero.any() else None
    # A gradient that is logged in rows of its own says nothing of these.
    if norm is None or not (norm.there & losses.there).any():
        return losses, np.zeros_like(zero)
    lost = zero & ~(norm.there & np.isfinite(norm.values))
    return Readings(np.where(lost, math.nan, losses.values), losses.there), lost


def is_lost(row: Mapping[str, object]) -> bool:
    """Whether the gradient norm that a row logs is not finite."""
    found = objects.measured(row.get(GRADIENT))
    return GRADIENT in row and (found is None or not math.isfinite(found))


def notes(file: str, steps: Sequence[float], axis: str) -> tuple[str, ...]:
    """What to say of rows at these steps, whose losses of 0 are read as NaN."""
    if not len(steps):
        return ()
    rows, first = counted(len(steps), "row"), number(float(steps[0]))
    why = "its grad_norm is not finite, and a trainer logs NaN as 0"
    return (f"{file}: {rows} of loss 0.0 read as NaN, first at {axis} {first}: {why}",)


def _readings(found: Table, column: str) -> Readings | None:
    try:
        return table.readings(found, column) if column in found.header else None
    except JobError:
        # A column that nobody asked for is no reason to refuse the table.
        return None


def _vouches(value: object) -> bool:
    found = objects.measured(value)
    return found is not None and math.isfinite(found) and found != 0


def _alive(other: Series, loss: Series) -> bool:
    if not other.name.startswith("valid_loss"):
        return False
    return bool(other.values.index[-1] >= loss.values.index[-1]) and math.isfinite(float(other.values.iloc[-1]))
