"""OpenAI's hosted Evals: the output items of a run, and the run itself.

Source: the API's `eval.run.output_item` and `eval.run` objects, as `client.evals.runs.output_items.list()` and
`client.evals.runs.retrieve()` return them.
"""

from collections.abc import Iterator

from ...errors import EvalError
from ...wording import counted, quoted
from ..lines import Row
from .items import Fields, identity, question
from .numbers import Number, Report, count
from .opening import Opening, mapping, objects

_ITEM, _RUN = "eval.run.output_item", "eval.run"


def recognise(opening: Opening) -> bool:
    """Whether it holds output items: a list from the API, an array, or lines."""
    listed = objects(opening.whole.get("data"))
    first = listed[0] if opening.whole.get("object") == "list" and listed else opening.first
    return first.get("object") == _ITEM


def recognise_run(opening: Opening) -> bool:
    """Whether it is a run."""
    return opening.whole.get("object") == _RUN


def outputs(opening: Opening, fields: Fields) -> Iterator[tuple[str, Row]]:
    """The outputs, in this package's own rows.

    Raises:
        EvalError: the list is one page of several, or an item has another shape.
    """
    if opening.whole.get("has_more"):
        raise EvalError(f"{opening.file.name}: one page of several (has_more): save all items, one a line")
    for where, item in _items(opening):
        if item.get("object") != _ITEM:
            raise EvalError(f"{where}: not an {_ITEM}, as the others are")
        try:
            yield where, _row(item, fields)
        except ValueError as e:
            raise EvalError(f"{where}: {e}") from None


def report(opening: Opening) -> Report:
    """The run's counts and its pass rate, over all and for each criterion.

    Raises:
        EvalError: the run did not complete, or had errors.
    """
    run = opening.whole
    if run.get("status") != "completed":
        raise EvalError(f"{opening.file.name}: the run's status is {quoted(str(run.get('status')))}, not 'completed'")
    counts = mapping(run.get("result_counts"))
    if errors := count(counts.get("errored")):
        raise EvalError(f"{opening.file.name}: the run had {counted(errors, 'error')} where there should be answers")
    numbers: dict[str, object] = {"pass_rate": _rate(counts), "result_counts": counts}
    for criterion in objects(run.get("per_testing_criteria_results")):
        name = str(criterion.get("testing_criteria"))
        if name in numbers:
            raise EvalError(f"{opening.file.name}: has two results named {quoted(name)}")
        if errors := count(criterion.get("errored")):
            raise EvalError(f"{opening.file.name}: the criterion {quoted(name)} had {counted(errors, 'error')}")
        numbers[name] = {"pass_rate": _rate(criterion)}
    model = run.get("model")
    models = frozenset({model} if isinstance(model, str) and model else ())
    return Report("OpenAI Evals run", numbers, models, _doubt(counts))


def _doubt(counts: Row) -> str:
    total, judged = count(counts.get("total")), _rate(counts).n or 0
    return f"{judged:,} of {counted(total, 'item')} were judged" if total is not None and judged != total else ""


def _items(opening: Opening) -> Iterator[tuple[str, Row]]:
    items = opening.whole.get("data")
    if not isinstance(items, list):
        yield from opening.lines()
        return
    for i, item in enumerate(items):
        yield f"{opening.file.name}: [{i}]", mapping(item)


def _row(item: Row, fields: Fields) -> Row:
    given = mapping(item.get("datasource_item"))
    given = mapping(given.get("item")) or given
    sample = mapping(item.get("sample"))
    row = {
        "id": identity(given, fields, "the datasource_item"),
        "model": sample.get("model"),
        **question(given, fields),
    }
    error = sample.get("error")
    if error and (not isinstance(error, dict) or any(error.values())):
        return {**row, "error": error}
    messages = [one for one in objects(sample.get("output")) if one.get("role", "assistant") == "assistant"]
    if not messages:
        return {**row, "error": f"no output; the item's status is {quoted(str(item.get('status')))}"}
    said = {**messages[-1], "role": "assistant"}
    return {**row, "output": {"content": None, **said, "finish_reason": sample.get("finish_reason")}}


def _rate(counts: Row) -> Number:
    passed, failed = count(counts.get("passed")), count(counts.get("failed"))
    n = (passed or 0) + (failed or 0)
    return Number(passed / n if n and passed is not None and failed is not None else None, n)
