"""How one output fares, and how several outputs of one prompt fare together."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from ..errors import EvalError
from ..samples import Samples
from ..wording import listed
from .faults import same_request
from .graders import Grade, Grader
from .graders.grade import PASS, Pair, WideGrader, judges, look_ahead
from .outputs import Output
from .prompts import Prompt
from .result import Result, State

Judge = Callable[[Prompt, Output], Result]
"""Says how one output of a prompt fares."""

LONGEST_TEXT = 2000
"""Characters of a missed answer that are kept for reports."""

_WHOLE = ("errored", "stale")
"""States of one output in which nothing can be said of its prompt."""


def judging(shared: Grader | None, *, keeps: bool = True) -> Judge:
    """Says how an output of a prompt fares; the prompt's own grader goes before the `shared` one.

    What was answered is kept whole where `keeps` says so, else the beginning of a miss. Where there is no grader, or it
    cannot judge, EvalError is raised.
    """
    longest = None if keeps else LONGEST_TEXT

    def judge(prompt: Prompt, output: Output) -> Result:
        grader = prompt.grader or shared
        # Most outputs are answers that do not say what was asked.
        plain = output.state == "answered" and output.asked is None
        state, why = (None, "") if plain else _unjudged(prompt, output, grader)
        if state:
            return Result(prompt, False, 0.0, why, state, output.text[:longest], output.used)
        found = grader(output, prompt) if grader is not None else _ungraded(prompt)
        if found is PASS and plain:
            return Result(prompt, True, 1.0, "", "passed", output.text if keeps else "", output.used)
        _check(found, prompt)
        # A refusal stays one, so that the refusal rate counts it, whether it was wanted or not.
        marked = None if output.state in ("answered", "called") else output.state
        more = (output.used, found.matched)
        if found.passed:
            return Result(prompt, True, found.score, "", marked or "passed", output.text if keeps else "", *more)
        return Result(prompt, False, found.score, found.why, marked or "missed", output.text[:longest], *more)

    return judge


def _unjudged(prompt: Prompt, output: Output, grader: Grader | None) -> tuple[State | None, str]:
    """What an output is of which no grader is asked, and why; None where one is."""
    if output.state != "called" and not judges(grader, output.state):
        return output.state, f"{output.state}: {output.why}"
    if not same_request(prompt, output):
        return "stale", f"recorded for another wording of the prompt ({output.where})"
    if not judges(grader, output.state):
        return "called", f"called: {output.why}"
    return None, ""


def foreseen(
    outputs: Iterable[Output], prompts: Sequence[Prompt], shared: Grader | None
) -> tuple[Iterable[Output], tuple[Samples, ...]]:
    """The same outputs, once graders that look ahead have seen all of theirs; and the answers that these rest on.

    Where no grader looks ahead, the outputs are left to stream.

    Raises:
        EvidenceError: a grader cannot look ahead.
    """
    if not _looks_ahead(shared, prompts):
        return outputs, ()
    kept, by_key = list(outputs), {prompt.key: prompt for prompt in prompts}
    theirs: dict[Grader, list[Pair]] = {}
    for output in kept:
        prompt = by_key.get(output.key)
        grader = prompt.grader or shared if prompt else None
        if prompt and grader and not _unjudged(prompt, output, grader)[0]:
            theirs.setdefault(grader, []).append((output, prompt))
    found = (samples for grader, own in theirs.items() for samples in look_ahead([grader], own))
    return kept, tuple(dict.fromkeys(found))


def _looks_ahead(shared: Grader | None, prompts: Sequence[Prompt]) -> bool:
    own = attrgetter("grader")
    # The kinds are few, where there are a million prompts.
    if WideGrader not in {type(shared), *map(type, map(own, prompts))}:
        return False
    return any(isinstance(grader, WideGrader) and grader.ahead for grader in (shared, *map(own, prompts)))


def missing(prompt: Prompt) -> Result:
    """A prompt without an output."""
    return Result(prompt, False, 0.0, "no output", "missing")


def duplicate(prompt: Prompt, count: int) -> Result:
    """A prompt with several outputs where there is to be one."""
    return Result(prompt, False, 0.0, f"{count} outputs, and which one counts is not said", "duplicate")


def together(prompt: Prompt, found: Sequence[tuple[int | None, Result]], wanted: int) -> Result:
    """How a prompt fares whose outputs are to be `wanted`, each with the number of its repeat where that is said."""
    numbers = [number for number, _ in found]
    if len(found) < wanted:
        return Result(prompt, False, 0.0, f"{len(found)} of the {wanted} outputs that repeats asks for", "missing")
    if len(found) > wanted:
        return Result(prompt, False, 0.0, f"{len(found)} outputs, and repeats asks for {wanted}", "duplicate")
    if numbers != [None] * wanted and set(numbers) != set(range(wanted)):
        said = listed(["none" if number is None else number for number in numbers])
        why = f"its outputs say they are repeats {said}; 0 to {wanted - 1} are wanted, each once"
        return Result(prompt, False, 0.0, why, "duplicate")
    in_order = sorted(found, key=lambda one: (one[0] or 0, not one[1].passed, one[1].why))
    return _together(prompt, tuple(result for _, result in in_order))


def _together(prompt: Prompt, attempts: tuple[Result, ...]) -> Result:
    missed = [attempt for attempt in attempts if not attempt.passed]
    score = sum(attempt.score for attempt in attempts) / len(attempts)
    if not missed:
        return Result(prompt, True, score, "", "passed", attempts=attempts)
    state: State = next((attempt.state for attempt in missed if attempt.state in _WHOLE), "missed")
    why = f"{len(missed)} of {len(attempts)} repeats miss: {missed[0].why}"
    return Result(prompt, False, score, why, state, missed[0].text, attempts=attempts)


def _ungraded(prompt: Prompt) -> Grade:
    raise EvalError(f"{prompt.where}: prompt {prompt.id} has no grader, and the eval has none")


def _check(found: object, prompt: Prompt) -> None:
    if not isinstance(found, Grade) or not 0 <= found.score <= 1:
        raise EvalError(f"{prompt.where}: prompt {prompt.id} was given {found!r:.80}, not a grade from 0 to 1")
