"""promptfoo: `promptfoo eval -o results.json` (or .jsonl).

Source: https://www.promptfoo.dev/docs/configuration/outputs/, OutputFile and EvaluateResult, versions 2 to 4.
"""

from collections.abc import Iterator

from ...errors import EvalError
from ...wording import counted, quoted
from ..lines import Row
from .items import Fields, as_text, identity, question
from .numbers import Number, Report, Tree, count, is_number
from .opening import Opening, mapping, objects
from .promptfoo_calls import spoken

_ERROR = 2
"""`failureReason` of a record that is no answer; 1 is an assertion that failed, which also fills `error`."""

_STRIPPED = "[output stripped]"
_UNASSERTED = "No assertions"
"""The reason for which a test passes that asks for nothing."""

_PROVIDERS = ("openai:chat:", "openai:completion:", "openai:responses:", "openai:", "azureopenai:chat:", "azure:chat:")


def recognise(opening: Opening) -> bool:
    """Whether it is promptfoo's: a summary with results and stats, or a line that is one result."""
    summary = _summary(opening)
    line = {"promptIdx", "testCase"} <= opening.first.keys()
    return line or (isinstance(summary.get("results"), list) and "successes" in mapping(summary.get("stats")))


def outputs(opening: Opening, fields: Fields) -> Iterator[tuple[str, Row]]:
    """The outputs, in this package's own rows.

    Raises:
        EvalError: a record has no id, or the records are of several providers.
    """
    first = ""
    for where, record in _records(opening):
        answered = _labelled(record.get("provider"))
        first = first or answered
        if answered != first:
            told = f"answered by {quoted(answered)}, but those before by {quoted(first)}"
            raise EvalError(f"{where}: {told}: keep the results of one provider")
        yield where, _row(record, fields, where)


def report(opening: Opening) -> Report:
    """The counts, and for each provider its pass rate, mean score and named scores.

    Raises:
        EvalError: a record is an error: the rate would be of the others.
    """
    summary = _summary(opening)
    if not isinstance(summary.get("results"), list):
        raise EvalError(f"{opening.file.name}: lines of promptfoo results, which hold no totals: use -o results.json")
    stats = mapping(summary.get("stats"))
    passed, failed, errors = (count(stats.get(name)) for name in ("successes", "failures", "errors"))
    if passed is None or failed is None or errors is None:
        raise EvalError(f"{opening.file.name}: its stats do not count successes, failures and errors")
    if errors:
        raise EvalError(f"{opening.file.name}: promptfoo had {counted(errors, 'error')} where there should be answers")
    prompts = objects(summary.get("prompts"))
    rows = objects(summary.get("results"))
    if len(rows) != passed + failed:
        told = f"{counted(passed + failed, 'test')}, but it has {counted(len(rows), 'result')}"
        raise EvalError(f"{opening.file.name}: its stats count {told}")
    names = {_provider(row.get("provider")) for row in [*prompts, *rows]} - {""}
    own = {"pass_rate": _rate(passed, failed)} if len(names) < 2 else {}
    numbers = {**own, "stats": stats, **_by_provider(prompts)}
    doubt = _cut(opening.whole, rows) or _unasserted(rows)
    return Report("promptfoo results", numbers, frozenset(filter(None, map(_model, names))), doubt)


def _summary(opening: Opening) -> Row:
    nested = opening.whole.get("results")
    return mapping(nested) if not isinstance(nested, list) else opening.whole


def _records(opening: Opening) -> Iterator[tuple[str, Row]]:
    results = _summary(opening).get("results")
    if not isinstance(results, list):
        yield from opening.lines()
        return
    for i, record in enumerate(results):
        yield f"{opening.file.name}: results[{i}]", mapping(record)


def _row(record: Row, fields: Fields, where: str) -> Row:
    test = mapping(record.get("testCase"))
    item = {**mapping(test.get("metadata")), **mapping(record.get("vars") or test.get("vars"))}
    response = mapping(record.get("response"))
    try:
        key = identity(item, fields, "the test's vars or metadata")
    except ValueError as e:
        raise EvalError(f"{where}: {e}") from None
    model = _model(_provider(record.get("provider")))
    row = {"id": key, "model": model, **question(item, fields)}
    failed = _failure(record, response)
    return {**row, "error": failed} if failed else {**row, **_said(response)}


def _failure(record: Row, response: Row) -> object:
    if record.get("failureReason") == _ERROR or "output" not in response:
        return response.get("error") or record.get("error") or "no response"
    stripped = response["output"] == _STRIPPED
    return "promptfoo left the output out (PROMPTFOO_STRIP_RESPONSE_OUTPUT)" if stripped else response.get("error")


def _said(response: Row) -> dict[str, object]:
    output = response["output"]
    said: dict[str, object] = {"output": spoken(output) or as_text(output)}
    if response.get("isRefusal") is True:
        return {**said, "finish_reason": "refusal"}
    return {**said, "finish_reason": response["finishReason"]} if "finishReason" in response else said


def _by_provider(prompts: list[Row]) -> Tree:
    """What promptfoo counts for each pair of prompt and provider; a provider with several prompts is left out."""
    names = [_provider(prompt.get("provider")) for prompt in prompts]
    return {name: _of_one(prompt) for name, prompt in zip(names, prompts, strict=True) if names.count(name) == 1}


def _of_one(prompt: Row) -> Tree:
    metrics = mapping(prompt.get("metrics"))
    passed, failed = count(metrics.get("testPassCount")), count(metrics.get("testFailCount"))
    if passed is None or failed is None or metrics.get("testErrorCount"):
        return {}
    n = passed + failed
    named = {name: Number(_mean(metrics, name), n) for name in mapping(metrics.get("namedScores"))}
    return {"pass_rate": _rate(passed, failed), "score_total": Number(metrics.get("score"), n), "named": named}


def _mean(metrics: Row, name: str) -> object:
    """A named score as promptfoo shows it: the file has its sum over all assertions, and how many or heavy they are.

    What has neither beside it is a derived metric, whose value is its own; without a place for counts nobody knows.
    """
    total = mapping(metrics["namedScores"])[name]
    parts = mapping(metrics.get("namedScoreWeights")).get(name) or mapping(metrics.get("namedScoresCount")).get(name)
    if is_number(total) and is_number(parts) and parts > 0:
        return total / parts
    return total if parts is None and "namedScoresCount" in metrics else None


def _rate(passed: int, failed: int) -> Number:
    n = passed + failed
    return Number(passed / n if n else None, n)


def _cut(whole: Row, rows: list[Row]) -> str:
    """Whether a filter left tests out: the file keeps them in its configuration, and does not say what was filtered."""
    tests = objects(mapping(whole.get("config")).get("tests"))
    ran = len({str(row.get("testIdx", i)) for i, row in enumerate(rows)})
    return f"{ran:,} of the {counted(len(tests), 'test')} were run" if ran < len(tests) else ""


def _unasserted(rows: list[Row]) -> str:
    n = sum(mapping(row.get("gradingResult")).get("reason") == _UNASSERTED for row in rows)
    return f"{counted(n, 'test')} asserted nothing, which promptfoo counts as a pass" if n else ""


def _labelled(said: object) -> str:
    label = mapping(said).get("label")
    return f"{_provider(said)} ({label})" if isinstance(label, str) and label else _provider(said)


def _provider(said: object) -> str:
    name = mapping(said).get("id", said)
    return name if isinstance(name, str) else ""


def _model(provider: str) -> str:
    """The model's own name, where the provider's id is known to end with it; a script or a URL names none."""
    prefix = next((prefix for prefix in _PROVIDERS if provider.startswith(prefix)), None)
    return provider.removeprefix(prefix) if prefix else ""
