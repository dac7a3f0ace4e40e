"""The json_schema grader: the whole answer is one JSON value that meets a schema."""

from typing import TYPE_CHECKING, Any

from ..lines import strict_json
from ..prompts import Prompt
from .grade import PASS, Grade, TextGrader, cannot, miss, shown
from .options import Options, reference
from .schema import failure, validator

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_LONGEST = 1_000_000
"""Characters of an answer that are checked: no model's JSON is longer."""


def json_schema(options: Options) -> TextGrader:
    """The answer is JSON that meets the schema."""
    wanted = reference("json_schema", options, "schema", validator)

    def grader(answer: str, prompt: Prompt) -> Grade:
        schema = wanted(prompt)
        try:
            fault = _fault(parsed(answer), schema)
        except ValueError as e:
            return miss(f"wanted JSON, got {shown(answer)}: {e}")
        except TimeoutError as e:
            raise cannot(prompt, "json_schema", str(e)) from None
        return miss(fault) if fault else PASS

    return grader


def parsed(answer: str) -> object:
    """The one JSON value that an answer is.

    Raises:
        ValueError: it is none, or too long to be one; the message is a sentence.
    """
    if len(answer) > _LONGEST:
        raise ValueError(f"{len(answer):,} characters, more than the {_LONGEST:,} that are checked")
    try:
        return strict_json(answer)
    except ValueError as e:
        raise ValueError(f"{e}{_fence(answer)}") from None


def _fault(value: Any, schema: "Validator") -> str:
    try:
        error = next(schema.iter_errors(value), None)
    except (RecursionError, OverflowError):
        return "nested too deeply, or with numbers too large, to be checked"
    return failure(error) if error else ""


def _fence(answer: str) -> str:
    return " (it is inside a code fence)" if answer.lstrip().startswith("```") else ""
