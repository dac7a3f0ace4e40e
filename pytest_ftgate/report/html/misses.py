"""The prompts that were missed: what was asked, wanted and answered, and what differs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import FtgateError
from ...evals.plan import EvalPlan
from ...evals.result import Result
from ...evidence import Evidence
from ...wording import counted
from ..inert import lines, one_line
from ..material import Material
from .differences import Piece, differences

MOST = 20
"""Prompts of one eval that are shown."""

_LONGEST = 1500


@dataclass(frozen=True)
class Miss:
    """One prompt that was missed, as it is shown; every text is bounded and harmless.

    Attributes:
        id: of the prompt.
        state: how it fared, in a word.
        why: what is wrong.
        prompt: what was asked.
        wanted: the target in pieces; empty where the prompt has none.
        got: the output in pieces; empty where there is none.
    """

    id: str
    state: str
    why: str
    prompt: str
    wanted: tuple[Piece, ...]
    got: tuple[Piece, ...]


@dataclass(frozen=True)
class Missed:
    """The misses of one eval.

    Attributes:
        name: of the eval.
        summary: how many prompts pass, or why that is not known.
        misses: the first of them.
        more: how many are not shown.
    """

    name: str
    summary: str
    misses: tuple[Miss, ...] = ()
    more: int = 0


def missed(material: Material) -> Iterator[Missed]:
    """What each eval of a spec missed; evals that were asked of another content than is there now only say so."""
    if material.spec is None or material.evidence is None:
        return
    for plan in material.spec.evals.values():
        try:
            yield _missed(material, material.evidence, plan)
        except FtgateError as e:
            yield Missed(one_line(plan.name), f"its prompts are not shown: {one_line(str(e).partition(chr(10))[0])}")


def _missed(material: Material, evidence: Evidence, plan: EvalPlan) -> Missed:
    results = evidence.results(plan.name)
    changed = material.changed(results.files)
    if changed:
        return Missed(one_line(plan.name), f"its prompts are not shown: {changed}")
    misses = [result for result in results.results.values() if not result.passed]
    summary = f"{results.passes:,} of {counted(results.n, 'prompt')} pass"
    shown = tuple(_miss(result) for result in misses[:MOST])
    return Missed(one_line(plan.name), summary, shown, max(0, len(misses) - MOST))


def _miss(result: Result) -> Miss:
    wanted = _text(result.prompt.target) if result.prompt.target is not None else None
    got = _answer(result)
    pieces = differences(wanted, got) if wanted is not None and got is not None else (_whole(wanted), _whole(got))
    asked = lines(result.prompt.text, _LONGEST)
    why = one_line(result.why)
    return Miss(one_line(result.prompt.id), result.state, why, asked, tuple(pieces[0]), tuple(pieces[1]))


def _answer(result: Result) -> str | None:
    """The beginning of what was answered; of repeats, of the first that was missed."""
    text = next((one.text for one in result.outputs if not one.passed and one.text), "")
    if not text:
        return None
    # Results keep only the beginning of a long answer, so how much more there was is not known.
    return lines(text[:_LONGEST]) + ("… (and more)" if len(text) > _LONGEST else "")


def _whole(text: str | None) -> list[Piece]:
    return [Piece(text, False)] if text is not None else []


def _text(target: object) -> str:
    return lines(target if isinstance(target, str) else json.dumps(target, ensure_ascii=False, default=str), _LONGEST)
