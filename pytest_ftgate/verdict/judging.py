"""A spec, its records and its baseline, as what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from ..decision import Status
from ..errors import FtgateError
from ..files import shown
from ..prior import Prior, read_prior
from ..spec import Spec
from ..waiver import State
from .changes import Gates, changes
from .record import Declared, is_prompt
from .rollup import Judged, declared


def judged(spec: Spec, records: Iterable[Mapping[str, Any]], today: date) -> Judged:
    """What became of all that `spec` declares; `today` is the day, in UTC, by which waivers hold.

    Raises:
        EvidenceError: the prompts that are judged one by one cannot be read.
    """
    found = declared(_declared(spec), spec.path, spec.digest.sha256, records)
    prior = _prior(spec)
    return replace(
        found,
        job=spec.job.path if spec.job else None,
        policy=spec.policy,
        policy_sha256=spec.policy_sha256,
        waivers=_waivers(spec, found.gates, today),
        baseline=_baseline(spec, prior) if prior else None,
        changes=_changes(prior, found) if prior else (),
    )


def _declared(spec: Spec) -> list[Declared]:
    gates = [Declared(gate.name, gate.line, str(gate.condition), gate.rule) for gate in spec.gates]
    prompts = [Declared(f"{plan.name}[{p.id}]", plan.line, "passed") for plan, p in spec.judged_prompts]
    return gates + prompts


def _waivers(spec: Spec, gates: Iterable[Mapping[str, Any]], today: date) -> tuple[Mapping[str, Any], ...]:
    became = {gate["name"]: gate for gate in gates}
    told = []
    for name, waiver in spec.waivers.items():
        state, status = became[name]["waiver"], Status(became[name]["status"])
        told.append(waiver.as_json(State(state) if state else waiver.idle(status, today)))
    return tuple(told)


def _prior(spec: Spec) -> Prior | None:
    """The earlier verdict that the spec compares with, if it is one; gates say what is wrong with another."""
    ref = spec.baseline
    try:
        return read_prior(ref.job.path) if ref and not ref.job.id and not ref.job.source else None
    except FtgateError:
        return None


def _baseline(spec: Spec, prior: Prior) -> dict[str, Any]:
    told = {"sha256": prior.digest.sha256, "verdict_id": prior.verdict_id, "policy_sha256": prior.policy_sha256}
    return {"path": shown(prior.path), **told, "same_policy": prior.policy_sha256 == spec.policy_sha256}


def _changes(prior: Prior, found: Judged) -> tuple[Mapping[str, str], ...]:
    before = {gate["name"]: gate for gate in prior.gates.values() if not is_prompt(gate)}
    rules: Gates = {name: rule for name, gate in before.items() if isinstance(rule := gate.get("rule"), Mapping)}
    now = {gate["name"]: gate["rule"] for gate in found.gates if not is_prompt(gate)}
    try:
        return tuple(changes(rules, now))
    except RecursionError:
        return ({"gate": "", "change": "changed", "before": "a rule without end", "now": ""},)
