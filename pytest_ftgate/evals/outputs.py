"""Recorded outputs: what a model answered, line by line, in the shapes that scripts and APIs write."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import EvalError
from ..files import File, Stream, read
from ..wording import quoted
from .answers import Answer, State, answer_of, batched, errored, finished, model_name
from .calls import Call
from .foreign import foreign, rows_of
from .foreign.parquet import is_parquet, parquet_rows
from .lines import Row, check_mapped, columns_shown, json_rows, streamed_rows
from .prompts import Key, Prompt, Turn, asked, checked_key, described
from .usage import Used, used_by

_OURS = ("output", "finish_reason", "model", "error", "repeat", "usage", "latency", "latency_ms", "cost")
_PLAIN = frozenset({"id", "output", "finish_reason", "model"})
_BLANK = b"\xef\xbb\xbf \t\r\n"
_UNCUT = ("answered", "empty", "called")


# Not frozen, which would take five times as long to make: there may be a million, and nothing changes one.
@dataclass(slots=True, unsafe_hash=True)
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
        tools: the tool calls that it makes, as chat completions write them.
        used: what it took, as far as the line says so.
        repeat: which of several outputs of its prompt it is, counted from 0, where the line says so.
    """

    key: Key
    text: str
    state: State = "answered"
    why: str = ""
    model: str = ""
    where: str = ""
    asked: str | None = None
    turns: tuple[Turn, ...] = ()
    tools: tuple[Call, ...] = ()
    used: Used | None = None
    repeat: int | None = None


def read_outputs(file: File, fields: Mapping[str, str], prompts: Sequence[Prompt] = ()) -> list[Output]:
    """The outputs of a JSON Lines or Parquet file, or of what another tool wrote.

    A line is `{id, output}` (text, a message, a chat completion or a response), a chat completion or response that
    bears the id, or a line of an OpenAI Batch result. It may name `finish_reason`, `model`, `error` and `prompt`;
    `fields` maps these names to the file's own. A format without ids is joined by position to `prompts`, where it was
    made for them.

    Raises:
        EvalError: there are none, a line is none of these, or no line has a column that `fields` names.
    """
    columns: dict[str, None] = {}
    theirs = rows_of(file, fields, prompts)
    if theirs is None:
        outputs = list(_read(file, fields, columns))
    else:
        outputs = [_located(row, where, {}) for where, row in theirs]
    if not outputs:
        raise EvalError(f"{file.name}: holds no outputs")
    if theirs is None:
        check_mapped(fields, _OURS, columns, file.name)
    return outputs


def recorded(
    path: Path, fields: Mapping[str, str], prompts: Sequence[Prompt]
) -> tuple[Iterator[Output], File | Stream]:
    """The outputs in the file at `path`, and the file: lines of our own are given as they are read, and not held.

    The digest of the file is known when all outputs were taken.

    Raises:
        EvidenceError: the file cannot be read; EvalError: as `read_outputs` does, at the latest with the last output.
    """
    stream = Stream(path)
    if _is_ours(stream):
        return _streamed(stream, fields), stream
    stream.close()
    file = read(path)
    return iter(read_outputs(file, fields, prompts)), file


def output_of(row: Row, where: str, fields: Mapping[str, str]) -> Output:
    """The output that a row is.

    Raises:
        ValueError: it is none; the message is a sentence without the place.
    """
    answer = _answer(row, fields)
    request = row.get(fields.get("prompt", "prompt"))
    text, turns = asked(row.get(fields.get("messages", "messages")) if request is None else request)
    model = answer.model or model_name(row.get(fields.get("model", "model")))
    key, used, repeat = _key(row, fields), used_by(row, fields, _body(row, fields)), _repeat(row, fields)
    return Output(key, answer.text, answer.state, answer.why, model, where, text, turns, answer.tools, used, repeat)


def _is_ours(stream: Stream) -> bool:
    """Whether it begins with two lines of JSON that no other tool wrote."""
    whole = stream.head[: stream.head.rfind(b"\n") + 1].lstrip(_BLANK)
    first, _, rest = whole.partition(b"\n")
    # The first line of one indented object, as other tools write it, is none.
    alone = first.startswith(b"{") and first.rstrip().endswith(b"}")
    return alone and bool(rest.strip()) and not foreign(File(stream.path, whole))


def _streamed(stream: Stream, fields: Mapping[str, str]) -> Iterator[Output]:
    columns: dict[str, None] = {}
    name = stream.name
    with closing(stream):
        for line, row in streamed_rows(stream):
            if fields:
                columns.update(dict.fromkeys(row))
                yield _located(row, f"{name}:{line}", fields)
            else:
                where = f"{name}:{line}"
                yield _plain(row, where) or _located(row, where, fields)
    check_mapped(fields, _OURS, columns, stream.name)


def _plain(row: Row, where: str) -> Output | None:
    """The output of a line that is the most common there is, an id and a finished text; None of any other."""
    if not _PLAIN.issuperset(row):
        return None
    key, text, model = row.get("id"), row.get("output"), row.get("model", "")
    if type(key) is not str or type(text) is not str or type(model) is not str:
        return None
    if row.get("finish_reason", "stop") != "stop" or not text or text.isspace():
        return None
    return Output(key, text, "answered", "", model, where)


def _read(file: File, fields: Mapping[str, str], columns: dict[str, None]) -> Iterator[Output]:
    name = file.name
    for line, row in parquet_rows(file) if is_parquet(file) else json_rows(file):
        if fields:
            columns.update(dict.fromkeys(row))
        yield _located(row, f"{name}:{line}", fields)


def _located(row: Row, where: str, fields: Mapping[str, str]) -> Output:
    try:
        return output_of(row, where, fields)
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
    if reason not in row or answer.state not in _UNCUT:
        return answer
    closed = finished(answer.text, row[reason], calls=answer.tools)
    return answer if closed.state in _UNCUT else replace(closed, model=answer.model)


def _body(row: Row, fields: Mapping[str, str]) -> object:
    """The API's answer in a line, which is the line itself where it is in nothing."""
    response = row.get("response")
    return row.get(fields.get("output", "output")) or (response.get("body") if isinstance(response, Mapping) else row)


def _repeat(row: Row, fields: Mapping[str, str]) -> int | None:
    said = row.get(fields.get("repeat", "repeat"))
    number = int(said) if isinstance(said, str) and said.isascii() and said.isdigit() and len(said) < 10 else said
    if number is None or (isinstance(number, int) and not isinstance(number, bool) and number >= 0):
        return number
    raise ValueError(f"the repeat is {described(said)}; a whole number from 0 is wanted")


def _key(row: Row, fields: Mapping[str, str]) -> Key:
    name = next((n for n in (fields.get("id", ""), "custom_id", "id") if n in row), None)
    if name is None:
        wanted = fields.get("id", "id")
        raise ValueError(f"no {quoted(wanted)}; the line has {columns_shown(row, wanted)}")
    return checked_key(row[name])
