"""Options of graders that ask a model: which one, and where."""

from ...errors import JobError
from ...sources import hosts
from ...wording import quoted
from ..runtime import Runtime
from ..sampling.settings import Sampling
from .options import Options, text_or_texts


def sampling_of(options: Options, runtime: Runtime, model: str = "") -> Sampling:
    """How the model of a grader is asked: its options `model`, by default `model`, `base_url` and `served_as`.

    Raises:
        ValueError: one of them cannot be used, or the host is not allowed; the message is a sentence.
    """
    name, address = _text(options, "model", model), _text(options, "base_url", "")
    named = _named_as(options)
    if not name:
        raise ValueError("model is missing: the name of the model that grades")
    if address:
        try:
            hosts.address("openai", {"base_url": address}, runtime.access)
        except JobError as e:
            raise ValueError(str(e)) from None
    where = {"base_url": address} if address else {}
    # Models that reason take their time.
    return Sampling(name, options=where, served_as=named, timeout=300.0)


def _named_as(options: Options) -> tuple[str, ...]:
    try:
        return text_or_texts(options["served_as"]) if "served_as" in options else ()
    except ValueError as e:
        raise ValueError(f"served_as {e}") from None


def _text(options: Options, name: str, default: str) -> str:
    value = options.get(name, default)
    if not isinstance(value, str) or value != value.strip() or not (value.isprintable() and (value or not default)):
        raise ValueError(f"{name} is {quoted(value, 80) if isinstance(value, str) else 'no text'}, which names nothing")
    if "${" in value:
        raise ValueError(f"{name} is {quoted(value, 80)}: variables are not expanded in graders")
    return value
