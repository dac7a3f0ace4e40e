"""Why recorded outputs as a whole must not be judged: they are not the outputs of these prompts."""

from collections.abc import Iterator, Mapping, Sequence

from ..wording import counted, listed, quoted
from .outputs import Output
from .prompts import Key, Prompt
from .result import Result

_SENTENCES = {
    "missing": ("{} no output", ("has", "have")),
    "duplicate": ("{} more than one output", ("has", "have")),
    "errored": ("{} an error instead of an output", ("has", "have")),
    "stale": ("{} recorded for another wording of the prompt", ("was", "were")),
}


def faults_of(results: Mapping[str, Result], outputs: Sequence[Output], models: frozenset[str]) -> tuple[str, ...]:
    """Sentences that name ids; none if every prompt has exactly one output, of one model, and none is left over."""
    keys = {result.prompt.key for result in results.values()}
    surplus = sorted({output.key for output in outputs if output.key not in keys}, key=repr)
    return tuple(_faults(results, surplus, sorted(models)))


def same_request(prompt: Prompt, output: Output) -> bool:
    """Whether an output was recorded for this prompt's wording, as far as both say what was asked."""
    if prompt.turns and output.turns:
        return prompt.turns == output.turns
    return not prompt.text or output.asked is None or prompt.text == output.asked


def _faults(results: Mapping[str, Result], surplus: list[Key], models: list[str]) -> Iterator[str]:
    for state in _SENTENCES:
        ids = [i for i, result in results.items() if result.state == state]
        if ids:
            hint = _near_miss([results[i].prompt.key for i in ids], surplus) if state == "missing" else ""
            yield f"{_count(state, len(ids), len(results))}: {listed(ids)}{hint}"
    if surplus:
        verb = "belongs" if len(surplus) == 1 else "belong"
        # There may be a million of them, and only the first are shown.
        named = listed([*map(_written, surplus[:5]), *surplus[5:]])
        yield f"{counted(len(surplus), 'output')} {verb} to no prompt: {named}"
    if len(models) > 1:
        yield f"the outputs are of {len(models)} models: {listed(map(quoted, models))}; one model is judged at a time"


def _count(state: str, n: int, of: int) -> str:
    text, (one, many) = _SENTENCES[state]
    return f"{n:,} of {counted(of, 'prompt')} {text.format(one if n == 1 else many)}"


def _near_miss(missing: list[Key], surplus: list[Key]) -> str:
    """How the ids that have no partner differ from each other, if a trifle is all there is."""
    near = {_folded(key): key for key in surplus}
    for key in missing:
        other = near.get(_folded(key))
        if other is not None:
            return f" ({_difference(key, other)})"
    return ""


def _difference(prompt: Key, output: Key) -> str:
    if type(prompt) is not type(output):
        kinds = {int: "numbers", str: "text"}
        return f"prompt ids are {kinds[type(prompt)]}, output ids are {kinds[type(output)]}: write both the same way"
    what = "case" if str(prompt).strip() == str(prompt) and str(output).strip() == str(output) else "blanks around it"
    return f"the output {_written(output)} differs from {_written(prompt)} in {what}"


def _folded(key: Key) -> str:
    return str(key).strip().casefold()


def _written(key: Key) -> str:
    return quoted(str(key)) if isinstance(key, str) else quoted(str(key))[1:-1]
