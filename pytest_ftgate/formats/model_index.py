"""The `model-index` of a Hugging Face model card.

Source: https://github.com/huggingface/hub-docs/blob/main/modelcard.md. It is the form for results on prompts and
validation sets of one's own; the Hub's `.eval_results` are for its registered benchmarks.
"""

from typing import Any

from ..errors import FtgateError
from ..files import shown
from .told import Gate, Told

_TRAINING = "training-job"
_TASK = {"type": "text-generation", "name": "Text Generation"}


def card(told: Told) -> str:
    """The metadata as YAML, for a card's front matter.

    Raises:
        FtgateError: the verdict does not promote, which a card could not tell, or no gate observed a number.
    """
    import yaml

    where = shown(told.file.path)
    if not told.promote:
        raise FtgateError(f"{where} does not promote, and a card's figures would not tell: {told.headline}")
    measured = [gate for gate in told.gates if gate.values]
    if not measured:
        raise FtgateError(f"{where} holds no number that a gate observed: there is nothing to put on a card")
    index = [{"name": told.subject, "results": _results(told, measured)}]
    return yaml.safe_dump({"model-index": index}, sort_keys=False, allow_unicode=False, width=10_000)


def _results(told: Told, gates: list[Gate]) -> list[dict[str, Any]]:
    sets = {gate.eval: None for gate in gates}
    name = f"pytest-ftgate, verdict {told.id}"
    source = {"source": {"name": name, "url": told.url}} if told.url.startswith("https://") else {}
    return [
        {
            "task": dict(_TASK),
            "dataset": _dataset(judged),
            "metrics": [metric for gate in gates if gate.eval == judged for metric in _metrics(gate)],
            **source,
        }
        for judged in sets
    ]


def _dataset(judged: str) -> dict[str, str]:
    """A set of prompts of one's own, or what the job measured itself while it trained."""
    if judged:
        return {"name": f"held-out prompts: {judged}", "type": judged, "split": "test"}
    return {"name": "the training job's own log", "type": _TRAINING}


def _metrics(gate: Gate) -> list[dict[str, Any]]:
    return [{"type": what, "value": value, "name": f"{gate.name}: {what}"} for what, value in gate.values.items()]
