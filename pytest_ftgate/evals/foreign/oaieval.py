"""Logs of the open-source `oaieval`: one event a line, the spec first, the final report among them.

Source: evals/record.py of github.com/openai/evals.
"""

from collections.abc import Iterator

from ...errors import EvalError
from ...wording import quoted
from ..lines import Row
from ..prompts import checked_key
from .numbers import Number, Report, Tree, is_number
from .opening import Opening, mapping


def recognise(opening: Opening) -> bool:
    """Whether it begins with the spec of a run."""
    return "completion_fns" in mapping(opening.first.get("spec"))


def outputs(opening: Opening, _fields: object) -> Iterator[tuple[str, Row]]:
    """The sampled completions, in this package's own rows; a sample's id is the log's `sample_id`.

    Raises:
        EvalError: the run did not finish, or an event has another shape.
    """
    events = list(opening.lines())
    _final_report(opening, events)
    for where, event in events:
        if event.get("type") in ("sampling", "error"):
            try:
                yield where, _row(event, _model(opening.first))
            except ValueError as e:
                raise EvalError(f"{where}: {e}") from None


def report(opening: Opening) -> Report:
    """The fields of the final report.

    Raises:
        EvalError: the run did not finish, or a sample ended in an error.
    """
    events = list(opening.lines())
    final = _final_report(opening, events)
    broken = next((where for where, event in events if event.get("type") == "error"), "")
    if broken:
        raise EvalError(f"{broken}: an error event: a sample has no answer")
    n = len({str(event["sample_id"]) for _, event in events if event.get("sample_id") is not None})
    numbers = {name: Number(value, n) if is_number(value) else value for name, value in final.items()}
    model = _model(opening.first)
    return Report("oaieval log", numbers, frozenset({model} - {""}), _doubt(opening.first))


def _final_report(opening: Opening, events: list[tuple[str, Row]]) -> Tree:
    found = [event["final_report"] for _, event in events if "final_report" in event]
    if len(found) != 1:
        what = f"{len(found)} final reports" if found else "no final_report, so the run did not finish"
        raise EvalError(f"{opening.file.name}: {what}")
    return mapping(found[0])


def _row(event: Row, model: str) -> Row:
    data = mapping(event.get("data"))
    key = checked_key(event.get("sample_id"))
    if event["type"] == "error":
        return {"id": key, "error": data.get("message") or data.get("type") or "an error"}
    row: dict[str, object] = {"id": key, "model": model}
    if isinstance(data.get("prompt"), list):
        row["messages"] = data["prompt"]
    return {**row, "output": _sampled(data.get("sampled"))}


def _sampled(value: object) -> object:
    if isinstance(value, list):
        if len(value) != 1:
            raise ValueError(f"{len(value)} completions; which of them is the answer is not said")
        return value[0]
    return value


def _model(first: Row) -> str:
    """What was evaluated; the completion functions after the first one grade."""
    names = mapping(first["spec"]).get("completion_fns")
    return names[0] if isinstance(names, list) and names and isinstance(names[0], str) else ""


def _doubt(first: Row) -> str:
    limit = mapping(mapping(first["spec"]).get("run_config")).get("max_samples")
    return f"the run was limited (--max_samples {quoted(str(limit), 40)[1:-1]})" if limit is not None else ""
