"""What came for a request: whether it is an answer, and whether it is of the model that was asked."""

from collections.abc import Callable, Mapping

from ...wording import quoted
from ..lines import strict_json
from ..outputs import output_of
from .faults import BrokenError, Fault
from .request import Target


class LeakedKeyError(Exception):
    """An answer that holds the key it was asked with."""


_LOST = (
    "no finish_reason",
    *(
        f"finish_reason is {quoted(word)}"
        for word in ("", "abort", "error", "insufficient_system_resource", "in_progress", "queued", "cancelled")
    ),
)
"""How the reasons begin that are the server's and not the model's: of vLLM and SGLang, of routers, of DeepSeek, and of
a response that is not done."""

Read = Callable[[bytes, str, Target, tuple[str, ...]], tuple[Mapping[str, object], Fault | None]]
"""Reads a body, given the key, whom was asked, and the model's other names, as `read_answer` does."""


def read_answer(
    content: bytes, secret: str, target: Target, served_as: tuple[str, ...]
) -> tuple[Mapping[str, object], Fault | None]:
    """The answer, and what is wrong with who gave it.

    Raises:
        BrokenError: it is no answer.
        LeakedKeyError: it holds the key.
    """
    answer = checked(content, secret)
    row = {"id": "", "custom_id": "", "response": {"status_code": 200, "body": answer}}
    try:
        output = output_of(row, "", {})
    except ValueError as e:
        raise BrokenError(str(e)) from None
    if output.state == "errored" or (output.state == "unfinished" and output.why.startswith(_LOST)):
        raise BrokenError(output.why)
    if "output" in answer and "status" not in answer:
        raise BrokenError("a response without a status, so it may have been cut")
    return answer, by_another(output.model, target, served_as)


def by_another(name: str, target: Target, served_as: tuple[str, ...]) -> Fault | None:
    """What is wrong with an answer by a model that calls itself `name`, or None."""
    if not name:
        return Fault("another model", "the answer does not say which")
    if not is_same_model(name, target, served_as):
        return Fault("another model", f"asked for {target.model}, the answer is of {name}")
    return None


def not_ours(body: str, target: Target, served_as: tuple[str, ...]) -> str:
    """Why a stored answer is none of the model that is asked now, such as of one no longer listed, or nothing."""
    try:
        found = strict_json(body)
    except ValueError:
        return "the stored answer is no JSON"
    name = found.get("model") if isinstance(found, dict) else None
    if not isinstance(name, str) or is_same_model(name, target, served_as):
        return ""
    return f"the stored answer is of {quoted(name, 60)}"


def checked(content: bytes, secret: str) -> Mapping[str, object]:
    """The object that an answer's body is.

    Raises:
        BrokenError: it is none.
        LeakedKeyError: it holds the key.
    """
    # Before anything in it is quoted.
    if secret and secret.encode() in content:
        raise LeakedKeyError
    try:
        found = strict_json(content.decode())
    except ValueError as e:
        raise BrokenError(_kind(content[:200].lstrip()) or str(e)) from None
    if not isinstance(found, dict):
        raise BrokenError("no JSON object")
    if found.get("error"):
        raise BrokenError(f"an error instead of an answer: {quoted(str(found['error']), 120)}")
    return found


def _kind(beginning: bytes) -> str:
    """What else than JSON begins so, or nothing."""
    if not beginning:
        return "an empty body"
    if beginning.startswith((b"data:", b"event:")):
        return "a stream of events, which was not asked for"
    return "an HTML page" if beginning.startswith(b"<") else ""


def is_same_model(name: str, target: Target, served_as: tuple[str, ...]) -> bool:
    """Whether an answer by `name` is of the model that was asked.

    It is under the name that was asked for, with a date after it, under which the job knows its own model, or that the
    spec lists.
    """
    if name in (target.model, target.job_model, *served_as):
        return True
    date = name.removeprefix(f"{target.model}-")
    return date != name and date.replace("-", "").isdigit() and len(date.replace("-", "")) == 8
