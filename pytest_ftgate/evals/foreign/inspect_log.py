"""Inspect logs: .json as they are, .eval through inspect_ai.

Source: https://inspect.aisi.org.uk/eval-logs.html, EvalLog version 2.
"""

import io
import json
import math
import zipfile
import zlib
from collections.abc import Iterator

from ...errors import EvalError
from ...files import File
from ...sources.extras import needed
from ...wording import counted, quoted
from ..lines import Row, lenient_json
from .items import Fields, call, identity
from .numbers import Number, Report, Tree, count
from .opening import Opening, mapping, objects

_ATTACHED = "attachment://"
_SAID = ("stop", "tool_calls")
"""Reasons for which an answer stops that is whole."""
_MOST_BYTES = 1 << 31
_BROKEN = (
    *(ValueError, KeyError, OSError, RuntimeError, EOFError, NotImplementedError, RecursionError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What reading a broken archive raises."""


def packed(file: File) -> bool:
    """Whether it is a log in the .eval format: a ZIP archive with a log's parts."""
    if not file.data.startswith(b"PK\x03\x04"):
        return False
    try:
        names = set(zipfile.ZipFile(io.BytesIO(file.data)).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return bool(names & {"header.json", "_journal/start.json"})


def unpacked(file: File, most: int = _MOST_BYTES) -> Opening:
    """A log in the .eval format as the JSON that it stands for.

    Raises:
        EvidenceError: inspect_ai is not installed, cannot read it, or it would unpack to more than `most` bytes.
    """
    size = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(file.data)).infolist())
    if size > most:
        raise EvalError(f"{file.name}: would unpack to {size:,} bytes, more than the {most:,} that are read")
    with needed("inspect", file.name):
        from inspect_ai.log import read_eval_log

        try:
            log = read_eval_log(io.BytesIO(file.data), format="eval", resolve_attachments=True)
            text = json.dumps(log.model_dump(mode="json", exclude_none=True))
        except _BROKEN as e:
            raise EvalError(f"{file.name}: inspect_ai cannot read it: {quoted(str(e), 200)}") from None
    value = mapping(lenient_json(text))
    return Opening(file, value, value)


def recognise(opening: Opening) -> bool:
    """Whether it is an Inspect log."""
    whole = opening.whole
    return {"status", "eval", "version"} <= whole.keys() and "task" in mapping(whole["eval"])


def outputs(opening: Opening, fields: Fields) -> Iterator[tuple[str, Row]]:
    """The outputs, in this package's own rows.

    Raises:
        EvalError: the run did not succeed, or a sample has another shape.
    """
    _check(opening)
    samples = opening.whole.get("samples")
    if not isinstance(samples, list):
        raise EvalError(f"{opening.file.name}: an Inspect log without samples: run it with --log-samples")
    model = _model(opening.whole)
    for i, sample in enumerate(samples):
        where = f"{opening.file.name}: samples[{i}]"
        try:
            yield where, _row(mapping(sample), model, fields)
        except ValueError as e:
            raise EvalError(f"{where}: {e}") from None


def report(opening: Opening) -> Report:
    """The scorers' metrics, `SCORER.METRIC`.

    Raises:
        EvalError: the run did not succeed.
    """
    _check(opening)
    scores = objects(mapping(opening.whole.get("results")).get("scores"))
    names = [str(score.get("name")) for score in scores]
    samples = _completed(opening.whole)
    numbers: dict[str, Tree] = {}
    for name, score in zip(names, scores, strict=True):
        own = f"{name}/{score.get('reducer')}" if names.count(name) > 1 else name
        if own in numbers:
            raise EvalError(f"{opening.file.name}: has two scores named {quoted(own)}")
        numbers[own] = _metrics(score, samples)
    model = _model(opening.whole)
    return Report("Inspect log", numbers, frozenset({model} - {""}), _doubt(opening.whole, scores))


def _check(opening: Opening) -> None:
    status = opening.whole.get("status")
    if status != "success":
        raise EvalError(f"{opening.file.name}: the run's status is {quoted(str(status))}, not 'success'")
    if opening.whole.get("invalidated"):
        raise EvalError(f"{opening.file.name}: the log was invalidated by its owner")


def _completed(log: Row) -> int | None:
    """How many samples were completed; the log counts each epoch of one."""
    done = count(mapping(log.get("results")).get("completed_samples"))
    epochs = count(mapping(mapping(log["eval"]).get("config")).get("epochs")) or 1
    return None if done is None else done // epochs


def _metrics(score: Row, samples: int | None) -> Tree:
    metrics = mapping(score.get("metrics"))
    scored = count(score.get("scored_samples"))
    n = samples if scored is None else scored
    stderr = mapping(metrics.get("stderr")).get("value")
    error = stderr if isinstance(stderr, float) and math.isfinite(stderr) else None
    return {
        name: Number(mapping(metric).get("value"), n, error if name in ("accuracy", "mean") else None)
        for name, metric in metrics.items()
    }


def _doubt(log: Row, scores: list[Row]) -> str:
    config, results = mapping(mapping(log["eval"]).get("config")), mapping(log.get("results"))
    total, done = count(results.get("total_samples")), count(results.get("completed_samples"))
    cut = next((name for name in ("limit", "sample_id") if config.get(name) not in (None, [])), "")
    if cut:
        return f"the run was narrowed by `{cut}`"
    if not total or done is None or done < total:
        return f"{counted(done or 0, 'sample')} of {total or 0} were completed"
    left = max((count(score.get("unscored_samples")) or 0 for score in scores), default=0)
    return f"{counted(left, 'sample')} could not be scored" if left else ""


def _row(sample: Row, model: str, fields: Fields) -> Row:
    held = mapping(sample.get("attachments"))
    item = {**mapping(sample.get("metadata")), "id": sample.get("id")}
    row = {"id": identity(item, fields, "the sample"), **_asked(sample.get("input"), held)}
    output = mapping(sample.get("output"))
    said = output.get("model")
    row["model"] = model or (said if isinstance(said, str) else "")
    return {**row, **_answer(sample, output, held)}


def _asked(value: object, held: Row) -> dict[str, object]:
    if isinstance(value, str):
        return {"prompt": _resolved(value, held)}
    return {"messages": [{**m, "content": _resolved(m.get("content"), held)} for m in objects(value)]}


def _answer(sample: Row, output: Row, held: Row) -> dict[str, object]:
    if sample.get("error"):
        return {"error": sample["error"]}
    choices = objects(output.get("choices"))
    if len(choices) != 1 or (output.get("error") and choices[0].get("stop_reason") in _SAID):
        return {"error": output.get("error") or f"{counted(len(choices), 'choice')} where one is wanted"}
    message = mapping(choices[0].get("message"))
    said: dict[str, object] = {"role": "assistant", "content": _resolved(message.get("content"), held)}
    if calls := objects(message.get("tool_calls")):
        said["tool_calls"] = [call(one.get("function"), one.get("arguments"), one.get("id")) for one in calls]
    limit = mapping(sample.get("limit")).get("type")
    said["finish_reason"] = f"the {limit} limit of the sample" if limit else choices[0].get("stop_reason")
    return {"output": said}


def _resolved(value: object, held: Row) -> object:
    """A text, or the texts of a content's parts, that the log keeps apart, put back in their places.

    Raises:
        ValueError: the log does not have one of them.
    """
    if isinstance(value, list):
        return [{**one, "text": _resolved(one["text"], held)} if "text" in one else one for one in objects(value)]
    if not isinstance(value, str) or not value.startswith(_ATTACHED):
        return value
    key = value.removeprefix(_ATTACHED)
    if key not in held:
        raise ValueError(f"the log lacks its attachment {quoted(key, 40)}")
    return held[key]


def _model(log: Row) -> str:
    """The model's name without the provider's, as in `openai/NAME`."""
    said = mapping(log["eval"]).get("model")
    return said.partition("/")[2] or said if isinstance(said, str) and said != "none/none" else ""
