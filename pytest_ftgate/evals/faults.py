"""Why recorded outputs as a whole must not be judged: they are not the outputs of these prompts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

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
_REPEATED = {
    "missing": ("{} fewer than the {} outputs that repeats asks for", ("has", "have")),
    "duplicate": ("{} other outputs than the {} that repeats asks for, each once", ("has", "have")),
}


def faults_of(
    results: Mapping[str, Result], surplus: Iterable[Key], models: Sequence[str], tolerated: int = 0, repeats: int = 1
) -> Iterator[tuple[str, str]]:
    """Kinds of faults and sentences that name ids; none if each prompt has its outputs, all of one model.

    Up to `tolerated` outputs may be errors; `surplus` are ids of outputs that belong to no prompt.
    """
    left = sorted(surplus, key=repr)
    by_state: dict[str, list[str]] = {}
    for i, result in results.items():
        if result.state != "passed" and result.state in _SENTENCES:
            by_state.setdefault(result.state, []).append(i)
    for state in _SENTENCES:
        ids = by_state.get(state, [])
        if len(ids) > (tolerated if state == "errored" else 0):
            hint = _near_miss([results[i].prompt.key for i in ids], left) if state == "missing" else ""
            yield state, f"{_count(state, len(ids), len(results), repeats)}: {listed(ids)}{hint}"
    if left:
        verb = "belongs" if len(left) == 1 else "belong"
        # There may be a million of them, and only the first are shown.
        named = listed([*map(_written, left[:5]), *left[5:]])
        yield "surplus", f"{counted(len(left), 'output')} {verb} to no prompt: {named}"
    if len(models) > 1:
        said = listed(map(quoted, models))
        yield "models", f"the outputs are of {len(models)} models: {said}; one model is judged at a time"


def same_request(prompt: Prompt, output: Output) -> bool:
    """Whether an output was recorded for this prompt's wording, as far as both say what was asked."""
    if prompt.turns and output.turns:
        return prompt.turns == output.turns
    return not prompt.text or output.asked is None or prompt.text == output.asked


def _count(state: str, n: int, of: int, repeats: int) -> str:
    text, (one, many) = (_REPEATED if repeats > 1 and state in _REPEATED else _SENTENCES)[state]
    return f"{n:,} of {counted(of, 'prompt')} {text.format(one if n == 1 else many, repeats)}"


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
