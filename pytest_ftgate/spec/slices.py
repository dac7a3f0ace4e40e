"""Gates of evals that the prompts themselves decide on: one per slice, and none that its prompts cannot prove."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..errors import EvidenceError, FtgateError
from ..evals.plan import EvalPlan
from ..evidence import BaselineRef
from ..gate import Check, Condition, Gate
from ..measures.evals import EvalScore
from ..measures.kinds import KINDS
from ..measures.selection import check_all_have, having, value_of
from ..measures.unjudged import Unjudged
from ..prior import read_prior
from ..statistics import needed_to_prove
from ..wording import counted, listed, number, quoted
from .gates import build_gate
from .reading import Body, Reading

MOST_SLICES = 100
"""Values that one `by` may have."""

Plans = Mapping[str, EvalPlan | None]


def build_gates(
    reading: Reading, name: str, body: Body, plans: Plans, baseline: BaselineRef | None
) -> list[Gate | None]:
    """The gates that one line of the spec is: one, or with `by` one for each slice. None stands for a mistake."""
    gate = build_gate(reading, name, body)
    if gate is None or not isinstance(gate.condition, Check) or "by" not in body:
        found = [gate] if gate else []
    else:
        found = _by_value(reading, gate, gate.condition, body, plans[body["eval"]], baseline)
    wrong = [why for one in found for why in _unprovable(one.condition, plans)]
    for why in dict.fromkeys(wrong):
        reading.refuse(("gates", name), why, at_key=True)
    return [None] if gate is None or wrong else [*found]


def _by_value(
    reading: Reading, gate: Gate, check: Check, body: Body, plan: EvalPlan | None, baseline: BaselineRef | None
) -> list[Gate]:
    if plan is None:
        return [gate]
    try:
        values = _values(plan, body)
    except EvidenceError as e:
        return [_unjudged(gate, check, "?", f"{plan.name}: {e}")]
    names = {f"{gate.name}@{_slug(value)}": value for value in values}
    if len(names) < len(values) or len(values) > MOST_SLICES:
        why = "which are too many for a gate each" if len(names) == len(values) else "of which some would share a name"
        reading.refuse(("gates", gate.name, "by"), f"has {len(values)} values, {why}: {listed(values)}")
    made = [_of_slice(gate, check, name, {**body.get("slice", {}), body["by"]: v}) for name, v in names.items()]
    return [*made, *_vanished(gate, check, set(names), values, body["by"], baseline)]


def _values(plan: EvalPlan, body: Body) -> list[str]:
    prompts = having(plan.read[0], body.get("slice", {}), plan.name)
    check_all_have(prompts, body["by"])
    return sorted({value_of(prompt, body["by"]) for prompt in prompts})


def _of_slice(gate: Gate, check: Check, name: str, part: Mapping[str, object]) -> Gate:
    # Only measures of evals take `by`, and all of these have a slice.
    measure = replace(check.measure, slice=part)  # type: ignore[type-var]
    return replace(gate, name=name, condition=replace(check, measure=measure))


def _vanished(
    gate: Gate, check: Check, names: set[str], values: list[str], by: str, baseline: BaselineRef | None
) -> Iterator[Gate]:
    """A gate for each slice that the baseline's verdict has and the prompts no longer have."""
    if baseline is None or baseline.job.id or baseline.job.source:
        return
    try:
        prior = read_prior(baseline.job.path)
    except FtgateError as e:
        yield _unjudged(gate, check, "?", f"what slices the baseline has is not known: {e}")
        return
    for old in prior.gates if prior else ():
        if old.startswith(f"{gate.name}@") and old not in names:
            slug = old.partition("@")[2]
            why = (
                f"the baseline has a slice {quoted(slug)} by {by}, and no prompt has it now; there are {listed(values)}"
            )
            yield _unjudged(gate, check, slug, why)


def _unjudged(gate: Gate, check: Check, slug: str, why: str) -> Gate:
    measure = Unjudged(check.measure.what, why)
    return replace(gate, name=f"{gate.name}@{slug}", condition=replace(check, measure=measure))


def _slug(value: str) -> str:
    """A value as it can stand in the name of a test."""
    return re.sub(r"[^\w.-]", "_", value)[:60]


def _unprovable(condition: Condition, plans: Plans) -> Iterator[str]:
    """Why a rate cannot be shown at the confidence that is asked for, even if every prompt passes."""
    if not isinstance(condition, Check):
        for part in condition.conditions:
            yield from _unprovable(part, plans)
        return
    measure, threshold = condition.measure, condition.threshold
    if not isinstance(measure, EvalScore) or threshold is None or threshold.confidence is None:
        return
    plan = plans[measure.eval]
    n = _rated(measure, plan) if plan else None
    for bound, rate in ((threshold.min, 1.0), (threshold.max, 0.0)):
        if bound and n is not None:
            needed = needed_to_prove(bound.value if rate else 1 - bound.value, threshold.confidence)
            if needed is None or n < needed:
                sure = f"{number(threshold.confidence * 100)} %"
                needs = "no number of prompts can" if needed is None else f"needs {needed:,}"
                yield f"{counted(n, 'prompt')} of {measure.eval} cannot show {bound} at {sure}: {needs}"


def _rated(measure: EvalScore, plan: EvalPlan) -> int | None:
    """How many independent prompts a rate is made of; None where it is none, or they cannot be read yet."""
    rate = measure.score == "accuracy" or (measure.score in KINDS and KINDS[measure.score].said)
    if not rate or plan.repeats > 1 or plan.cluster:
        return None
    try:
        return len(having(plan.read[0], measure.slice, plan.name))
    except EvidenceError:
        return None
