"""Waivers: reviewed exceptions, each asked only about a gate that missed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from .bounds import Bound, apart
from .decision import PROMOTING, Decision, Status
from .job import Fact
from .wording import plain


class State(StrEnum):
    """What a waiver did."""

    APPLIED = "applied"
    UNUSED = "unused"
    EXPIRED = "expired"
    EXCEEDED = "exceeded"
    NOT_COVERED = "not_covered"
    NOT_ASKED = "not_asked"


_TOLD = {
    State.APPLIED: "applied",
    State.UNUSED: "not needed: the gate holds nothing up, so remove it",
    State.EXPIRED: "expired, so it covers nothing",
    State.EXCEEDED: "exceeded, so it does not cover this miss",
    State.NOT_COVERED: "does not apply: errors, doubt and values that are not finite are never waived",
    State.NOT_ASKED: "not asked: the gate was not evaluated",
}


@dataclass(frozen=True)
class Waiver:
    """A reviewed exception for one gate.

    Attributes:
        gate: the gate's name.
        reason: why a miss is accepted.
        owner: who answers for it.
        expires: the last day on which it holds, in UTC.
        ticket: where it is tracked, or nothing.
        up_to: how bad the value may be; None where the gate's value is text or several conditions are joined.
        low: the least value that is covered.
        high: the largest value that is covered.
        line: of the spec, 1-based.
    """

    gate: str
    reason: str
    owner: str
    expires: date
    ticket: str = ""
    up_to: Bound | None = None
    low: float = -math.inf
    high: float = math.inf
    line: int = 1

    def __str__(self) -> str:
        ticket = f" ({plain(self.ticket)})" if self.ticket else ""
        return f"until {self.expires} by {plain(self.owner)}: {plain(self.reason)}{ticket}"

    def judge(self, decision: Decision, value: Fact | None, today: date) -> tuple[Decision, State]:
        """What becomes of a gate's decision, on the day `today` in UTC; `value` is what was measured, if one thing was.

        Only a certain miss of a finite value is asked about; everything else stays as it was decided.
        """
        state = self._state(decision, value, today)
        if decision.status is not Status.FAIL:
            return decision, state
        status = Status.WAIVED if state is State.APPLIED else Status.FAIL
        said = f"waived {self}" if state is State.APPLIED else self._refused(state, value)
        return replace(decision, status=status, details=(said, *decision.details)), state

    def as_json(self, state: State) -> dict[str, Any]:
        """Plain JSON, with what the waiver did."""
        return {
            "gate": self.gate,
            "reason": self.reason,
            "owner": self.owner,
            "ticket": self.ticket,
            "expires": self.expires.isoformat(),
            "up_to": self.up_to.value if self.up_to else None,
            "line": self.line,
            "state": state.value,
        }

    def _state(self, decision: Decision, value: Fact | None, today: date) -> State:
        if decision.status is not Status.FAIL:
            return self.idle(decision.status, today)
        if not (decision.finite and decision.sure):
            return State.NOT_COVERED
        if today > self.expires:
            return State.EXPIRED
        return State.APPLIED if self._covers(value) else State.EXCEEDED

    def idle(self, status: Status, today: date) -> State:
        """The state of a waiver whose gate did not miss."""
        if status is Status.NOT_EVALUATED:
            return State.NOT_ASKED
        if status not in PROMOTING:
            return State.NOT_COVERED
        return State.EXPIRED if today > self.expires else State.UNUSED

    def _covers(self, value: Fact | None) -> bool:
        if self.up_to is None:
            return True
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high

    def _refused(self, state: State, value: Fact | None) -> str:
        where = f"the waiver of line {self.line}"
        if state is State.EXPIRED:
            return f"{where} expired on {self.expires}: {plain(self.owner)}, {plain(self.reason)}"
        if state is State.EXCEEDED and self.up_to and isinstance(value, int | float):
            return f"{where} covers values up to {self.up_to}, and {apart(float(value), self.up_to)} is beyond that"
        return f"{where} {_TOLD[State.NOT_COVERED]}"


def told(waiver: Mapping[str, Any]) -> str:
    """One line on a waiver of a verdict, as `Waiver.as_json` gives it."""
    ticket = f" ({plain(waiver['ticket'])})" if waiver["ticket"] else ""
    what = _TOLD[State(waiver["state"])]
    said = f"until {waiver['expires']} by {plain(waiver['owner'])}: {plain(waiver['reason'])}{ticket}"
    return f"waiver of {waiver['gate']}, {said}: {what}"
