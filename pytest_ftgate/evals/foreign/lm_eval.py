"""lm-evaluation-harness: results_*.json (numbers) and samples_*.jsonl (outputs of generating tasks).

Source: EvaluationTracker and simple_evaluate of lm_eval 0.4; `--output_path` and `--log_samples` write them. Results
of 0.3 have no `configs`, and names of metrics without a filter.
"""

import math
from collections.abc import Iterator

from ...errors import EvalError
from ...wording import quoted
from ..lines import Row
from .items import Fields, identity, question
from .numbers import Number, Report, Tree, count
from .opening import Opening, mapping

_SAMPLE = {"doc_id", "doc", "resps"}
_NAMED_IN = ("pretrained", "model", "peft")


def recognise_samples(opening: Opening) -> bool:
    """Whether its lines are samples of a task."""
    return opening.first.keys() >= _SAMPLE


def recognise_results(opening: Opening) -> bool:
    """Whether it is the report of a run."""
    whole = opening.whole
    configured = "configs" in whole or "model_args" in mapping(whole.get("config"))
    marked = "lm_eval_version" in whole or "n-samples" in whole
    return isinstance(whole.get("results"), dict) and (marked or ("versions" in whole and configured))


def outputs(opening: Opening, fields: Fields) -> Iterator[tuple[str, Row]]:
    """The outputs, in this package's own rows: those under the file's first filter, as they were before it.

    A task with several filters has a line for each of them, with the same answer.

    Raises:
        EvalError: a line has several answers, or none that is text.
    """
    first = opening.first.get("filter")
    for where, record in opening.lines():
        if record.get("filter") == first:
            try:
                yield where, _row(record, fields)
            except ValueError as e:
                raise EvalError(f"{where}: {e}") from None


def report(opening: Opening) -> Report:
    """The metrics of tasks and groups, `TASK.METRIC,FILTER`."""
    whole = opening.whole
    sizes = mapping(whole.get("n-samples"))
    tasks = {**mapping(whole.get("groups")), **mapping(whole["results"])}
    numbers = {name: _metrics(mapping(found), mapping(sizes.get(name))) for name, found in tasks.items()}
    return Report("lm-evaluation-harness results", numbers, _models(whole), _doubt(whole), raw=whole)


def _row(record: Row, fields: Fields) -> Row:
    doc = mapping(record.get("doc"))
    item = doc if "id" in doc or fields.get("id") in doc else {**doc, "id": record.get("doc_id")}
    return {"id": identity(item, fields, "the doc"), "output": _answer(record.get("resps")), **question(doc, fields)}


def _answer(answers: object) -> str:
    """The text among `[[text]]`, one list a request and in it one text a repeat."""
    requests = answers if isinstance(answers, list) else []
    repeats = requests[0] if len(requests) == 1 and isinstance(requests[0], list) else []
    if len(repeats) > 1 and all(isinstance(one, str) for one in repeats):
        raise ValueError(f"{len(repeats)} answers to one prompt; which of them counts is not said")
    if len(repeats) != 1 or not isinstance(repeats[0], str):
        raise ValueError("no generated text (a task by likelihoods?): gate on its metric, `result: results_*.json`")
    return repeats[0]


def _metrics(found: Row, size: Row) -> Tree:
    n = _judged(found, size)
    return {
        name: Number(value, n, _stderr(found, name)) for name, value in found.items() if not isinstance(value, dict)
    }


def _judged(found: Row, size: Row) -> int | None:
    """How many docs of a task were judged; where `--samples` picks some, `effective` still counts all.

    `sample_len` is of the task's last metric, which may be of some docs only, where later versions count each metric.
    """
    metrics = [n for n in map(count, mapping(found.get("sample_count")).values()) if n is not None]
    seen = max(metrics) if metrics else count(found.get("sample_len"))
    return min((n for n in (seen, count(size.get("effective"))) if n is not None), default=None)


def _stderr(found: Row, name: str) -> float | None:
    metric, comma, rest = name.partition(",")
    said = found.get(f"{metric}_stderr{comma}{rest}")
    return said if isinstance(said, float) and math.isfinite(said) else None


def _doubt(whole: Row) -> str:
    limit = mapping(whole.get("config")).get("limit")
    if limit is not None:
        return f"the run was limited (--limit {quoted(str(limit), 40)[1:-1]})"
    found = mapping(whole["results"])
    for task, said in mapping(whole.get("n-samples")).items():
        size = mapping(said)
        done, there = _judged(mapping(found.get(task)), size), count(size.get("original"))
        if done is not None and there is not None and done < there:
            return f"{done:,} of the {there:,} docs of {quoted(task)} were run"
    return ""


def _models(whole: Row) -> frozenset[str]:
    """The model: what `model_args` loads; an adapter is the model, not what it was put on."""
    config = mapping(whole.get("config"))
    said = config.get("model_args")
    pairs = (part.partition("=") for part in said.split(",")) if isinstance(said, str) else ()
    args = {name.strip(): value for name, _, value in pairs} or mapping(said)
    named = [args[name] for name in reversed(_NAMED_IN) if args.get(name)] or [whole.get("model_name")]
    return frozenset({named[0]}) if isinstance(named[0], str) and named[0] else frozenset()
