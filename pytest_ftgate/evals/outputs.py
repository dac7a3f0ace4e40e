"""Recorded outputs: what a model answered, line by line, in the shapes that scripts and APIs write."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import EvalError
from ..files import File
from ..wording import quoted
from .answers import Answer, State, answer_of, batched, errored, finished, model_name
from .lines import Row, check_mapped, columns_shown, json_rows
from .prompts import Key, Turn, asked, checked_key

_OURS = ("output", "finish_reason", "model", "error")


@dataclass(frozen=True, slots=True)
class Output:
    """One recorded output.

    Attributes:
        key: the id of the prompt it answers, exactly as written.
        text: the answer, whatever its state.
        state: whether it is a finished answer.
        why: what makes it none.
        model: who answered, or empty.
        where: file and line.
        asked: the text that the line says it answers, or None.
        turns: the conversation that it says it answers, where it names one.
    """

    key: Key
    text: str
    state: State = "answered"
    why: str = ""
    model: str = ""
    where: str = ""
    asked: str | None = None
    turns: tuple[Turn, ...] = ()


def read_outputs(file: File, fields: Mapping[str, str]) -> list[Output]:
    """The outputs of a JSON Lines file; `fields` maps our names to the file's.

    A line is `{id, output}` (text, a message, a chat completion or a response), a chat completion or response that
    bears the id, or a line of an OpenAI Batch result. It may name `finish_reason`, `model`, `error` and `prompt`.

    Raises:
        EvalError: there are none, a line is none of these, or no line has a column that `fields` names.
    """
    columns: dict[str, None] = {}
    outputs = list(_read(file, fields, columns))
    if not outputs:
        raise EvalError(f"{file.name}: holds no outputs")
    check_mapped(fields, _OURS, columns, file.name)
    return outputs


def output_of(row: Row, where: str, fields: Mapping[str, str]) -> Output:
    """The output that a row is.

    Raises:
        ValueError: it is none; the message is a sentence without the place.
    """
    answer = _answer(row, fields)
    request = row.get(fields.get("prompt", "prompt"))
    text, turns = asked(row.get(fields.get("messages", "messages")) if request is None else request)
    model = answer.model or model_name(row.get(fields.get("model", "model")))
    return Output(_key(row, fields), answer.text, answer.state, answer.why, model, where, text, turns)


def _read(file: File, fields: Mapping[str, str], columns: dict[str, None]) -> Iterator[Output]:
    name = file.name
    for line, row in json_rows(file):
        if fields:
            columns.update(dict.fromkeys(row))
        where = f"{name}:{line}"
        try:
            yield output_of(row, where, fields)
        except ValueError as e:
            raise EvalError(f"{where}: {e}") from None


def _answer(row: Row, fields: Mapping[str, str]) -> Answer:
    output = fields.get("output", "output")
    if output not in row and "response" in row and "custom_id" in row:
        return batched(row["response"], row.get("error"))
    failed = errored(row.get(fields.get("error", "error")))
    if failed:
        return failed
    return _under(_worded(row, output), row, fields.get("finish_reason", "finish_reason"))


def _worded(row: Row, output: str) -> Answer:
    if output in row and not (output == "output" and isinstance(row[output], list)):
        return answer_of(row[output])
    if output in row or "choices" in row:
        return answer_of(row)
    raise ValueError(f"no {quoted(output)}, 'choices' or 'response'; the line has {columns_shown(row, output)}")


def _under(answer: Answer, row: Row, reason: str) -> Answer:
    """The answer under the line's own finish_reason, which a reason inside the answer does not soften."""
    if reason not in row or answer.state not in ("answered", "empty"):
        return answer
    closed = finished(answer.text, row[reason])
    return (
        answer if closed.state in ("answered", "empty") else Answer(closed.text, closed.state, closed.why, answer.model)
    )


def _key(row: Row, fields: Mapping[str, str]) -> Key:
    name = next((n for n in (fields.get("id", ""), "custom_id", "id") if n in row), None)
    if name is None:
        wanted = fields.get("id", "id")
        raise ValueError(f"no {quoted(wanted)}; the line has {columns_shown(row, wanted)}")
    return checked_key(row[name])
