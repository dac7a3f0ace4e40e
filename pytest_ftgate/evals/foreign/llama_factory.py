"""LLaMA-Factory's generated_predictions.jsonl: `{prompt, predict, label}` a line, without ids.

Source: save_predictions of LLaMA-Factory's seq2seq trainer, and its scripts/vllm_infer.py. The prompt is what was sent,
chat template included; the script leaves out its special tokens.
"""

import re
from collections.abc import Iterator, Sequence

from ...errors import EvalError
from ...wording import counted, quoted
from ..lines import Row
from ..prompts import Prompt
from .opening import Opening

_COLUMNS = {"prompt", "predict", "label"}
_BOUNDS = frozenset("<>[]|:\n\r\t ")
"""What chat templates put right before and after a message."""
_NEXT_ROLE = re.compile(r"(?:system|user|assistant|ipython)\n\n")
"""What is left between two messages of Llama 3's template without its special tokens."""


def recognise(opening: Opening) -> bool:
    """Whether its lines are predictions."""
    return opening.first.keys() == _COLUMNS


def outputs(opening: Opening, prompts: Sequence[Prompt]) -> Iterator[tuple[str, Row]]:
    """The predictions, in this package's own rows, with the ids of the prompts in the same places.

    Raises:
        EvalError: there are not as many as prompts, or one was not made for the prompt in its place.
    """
    lines = list(opening.lines())
    name = opening.file.name
    if len(lines) != len(prompts):
        found = f"{counted(len(lines), 'prediction')} for {counted(len(prompts), 'prompt')}"
        raise EvalError(f"{name}: {found}: without ids they are joined by position, which needs as many")
    for (where, record), prompt in zip(lines, prompts, strict=True):
        if not _made_for(prompt, record.get("prompt")):
            raise EvalError(
                f"{where}: not made for prompt {quoted(prompt.id)} in its place ({prompt.where}), by its text"
            )
        if "predict" not in record:
            raise EvalError(f"{where}: no 'predict'")
        yield where, {"id": prompt.key, "output": record["predict"]}


def _made_for(prompt: Prompt, sent: object) -> bool:
    """Whether every message of the prompt stands in what was sent, in order, as a template sets it off."""
    texts = [text.strip() for _, text in prompt.turns] or [prompt.text.strip()]
    if not isinstance(sent, str) or not any(texts):
        return False
    start = 0
    for text in filter(None, texts):
        start = _after(sent, text, start)
        if start < 0:
            return False
    return True


def _after(sent: str, text: str, start: int) -> int:
    """Where `text` ends in `sent`, set off on both sides, or -1."""
    while (at := sent.find(text, start)) >= 0:
        end = at + len(text)
        if _bounds(sent[at - 1 : at]) and (_bounds(sent[end : end + 1]) or _NEXT_ROLE.match(sent, end)):
            return end
        start = at + 1
    return -1


def _bounds(character: str) -> bool:
    return not character or character in _BOUNDS
