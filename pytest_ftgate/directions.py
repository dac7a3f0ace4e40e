"""What a metric's name tells: which direction is better, and which values there can be."""

import math
from typing import Literal

_LOWER_IS_BETTER = ("loss", "error", "perplexity", "ppl")
_HIGHER_IS_BETTER = (
    "accuracy",
    "acc",
    "reward",
    "rewards",
    "f1",
    "precision",
    "recall",
    "auroc",
    "auc",
    "bleu",
    "rouge",
)
_LEGAL = {"loss": (0.0, math.inf), "accuracy": (0.0, 1.0)}


def better(name: str) -> Literal["lower", "higher"] | None:
    """Which direction of a metric is better, by the words of its name, where they tell."""
    words = set(name.split("[")[0].replace("/", "_").replace("-", "_").split("_"))
    if words & set(_LOWER_IS_BETTER):
        return "lower"
    return "higher" if words & set(_HIGHER_IS_BETTER) else None


def legal_range(name: str) -> tuple[float, float]:
    """The values that a metric of this name can have."""
    base = name.split("[")[0]
    return next((span for ending, span in _LEGAL.items() if base.endswith(ending)), (-math.inf, math.inf))
