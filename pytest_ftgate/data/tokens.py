"""Token counts of examples, by a tokenizer that lies beside the model: its tokenizer.json."""

from collections.abc import Sequence

from ..errors import EvalError
from ..files import File
from ..sources.extras import needed
from ..wording import quoted
from .examples import Example

_AT_ONCE = 1000


def token_counts(examples: Sequence[Example], tokenizer: File) -> list[int]:
    """The tokens of each example's texts, without what a chat template adds.

    Raises:
        EvidenceError: the library `tokenizers` is not installed, or the file is no tokenizer of it.
    """
    text = tokenizer.text()
    with needed("tokens", tokenizer.name):
        from tokenizers import Tokenizer
    try:
        model = Tokenizer.from_str(text)
        model.no_truncation()
        model.no_padding()
        return [
            n
            for start in range(0, len(examples), _AT_ONCE)
            for n in _counted(model, examples[start : start + _AT_ONCE])
        ]
    except Exception as e:  # noqa: BLE001 - the library raises nothing narrower
        raise EvalError(f"{tokenizer.name}: no tokenizer.json that can be used: {quoted(str(e), 200)}") from None


def _counted(model: object, examples: Sequence[Example]) -> list[int]:
    texts = [text for example in examples for _, text in example.texts]
    found = iter(model.encode_batch(texts, add_special_tokens=False))  # type: ignore[attr-defined]
    return [sum(len(next(found).ids) for _ in example.texts) for example in examples]
