"""The result file of an OpenAI or Azure fine-tuning job: a CSV, in the columns of every era."""

import re
from typing import TYPE_CHECKING

from ..errors import JobError
from ..job import canonical
from ..series import Series, build
from ..wording import quoted
from . import deepspeed, table
from .pieces import Piece
from .table import Readings, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DENSE = ("train_loss", "train_mean_token_accuracy", "train_mean_reward")
"""The metrics that a job logs at each step, so that the last step must have them."""

_TRAINED = {
    "train_loss",
    "training_loss",
    "train_accuracy",
    "train_mean_token_accuracy",
    "training_token_accuracy",
    "train_mean_reward",
    "train_reward_mean",
}
_IGNORED = re.compile(r"step|timestamp|index|unnamed: ?\d+|elapsed_tokens|elapsed_examples|", re.IGNORECASE)
# Other trainers' tables have a `step` and a `train_loss` too, and mean something else by them.
_FOREIGN = re.compile(
    r"epoch|loss|iter|iteration|(?:eval|val)_.*|learning_rate|lr.*|grad_norm|train_runtime|.*_(?:step|epoch)"
)
_KNOWN = re.compile(r"(?:train|training|valid|validation|full_valid|full_validation)_.*|classification/.*")
_NEVER_NEGATIVE = re.compile(r".*(?:loss|accuracy|error_rate)")


def recognise(piece: Piece) -> bool:
    """Whether the file is a result file, by its columns."""
    names = set(piece.header)
    if deepspeed.may_be(piece):
        return False
    return "step" in names and bool(names & _TRAINED) and not any(map(_FOREIGN.fullmatch, names))


def read(piece: Piece) -> tuple[dict[str, Series], tuple[str, ...]]:
    """The result file's series by canonical name, and notes about the file.

    -1 in a loss or an accuracy says that nothing was measured, as a blank does; a reward may be -1.

    Raises:
        JobError: a cell is no number, a step comes twice, or the last row's training metrics are missing.
    """
    found = table.read(piece.file.name, piece.text)
    steps = table.steps(found, "step")
    series: dict[str, Series] = {}
    for column in filter(lambda name: not _IGNORED.fullmatch(name), found.header):
        if one := _series(found, steps, column):
            if one.name in series:
                raise JobError(
                    f"{found.name}: {quoted(series[one.name].logged_as)} and {quoted(column)} are one metric"
                )
            series[one.name] = one
    return series, table.notes(found)


def is_sentinel(name: str) -> bool:
    """Whether -1 says of the metric `name` that nothing was measured."""
    return bool(_NEVER_NEGATIVE.fullmatch(name))


def _series(found: Table, steps: "NDArray[np.float64]", column: str) -> Series | None:
    name = canonical(column)
    if not (_KNOWN.fullmatch(column) or table.begins_with_a_number(found, column)):
        # Rubbish in a column of unknown name is a remark, unless it begins as a metric does.
        return None
    readings = table.readings(found, column, sparse=not name.startswith("train_"))
    if is_sentinel(name):
        readings = readings.without(-1)
    points = table.points(steps, readings)
    if points and name in DENSE:
        _refuse_open_end(found, steps, column, readings)
    full = name.startswith(("full_valid_", "classification/"))
    return build(name, column, points, file=found.name, full_set=full) if points else None


def _refuse_open_end(found: Table, steps: "NDArray[np.float64]", column: str, readings: Readings) -> None:
    last = int(steps.argmax())
    if not readings.there[last]:
        raise JobError(
            f"{found.name}:{found.lines[last]}: the last row has no {column}: "
            "the file was saved half written; save it again"
        )
