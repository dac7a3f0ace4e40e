"""What each failure of a request means, and how it is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ...wording import quoted

Action = Literal["retry", "item", "stop"]
"""Ask again; give this prompt up; stop everything, because no prompt can fare better."""


class Meaning(NamedTuple):
    """What a kind of failure means: what to do, how often to try at most, and what happened in words."""

    action: Action
    attempts: int
    words: str


MEANINGS: Mapping[str, Meaning] = {
    # Codes come first: a provider says with them what its statuses do not.
    "code insufficient_quota": Meaning("stop", 1, "the account's quota is used up"),
    "code billing_hard_limit_reached": Meaning("stop", 1, "the account's billing limit is reached"),
    "code billing_not_active": Meaning("stop", 1, "the account's billing is not active"),
    "code account_deactivated": Meaning("stop", 1, "the account is deactivated"),
    "code invalid_api_key": Meaning("stop", 1, "the key in {variable} is not accepted"),
    "code model_not_found": Meaning("stop", 1, "there is no model {model}, or this key may not use it"),
    "code DeploymentNotFound": Meaning("stop", 1, "there is no deployment {model}"),
    "status 3xx": Meaning("stop", 1, "answers with a redirect, which is not followed: name the address as base_url"),
    "status 401": Meaning("stop", 1, "the key in {variable} is not accepted"),
    "status 402": Meaning("stop", 1, "wants to be paid first"),
    "status 403": Meaning("stop", 1, "the key in {variable} has no right to ask"),
    "status 404": Meaning("stop", 1, "there is no such model or address: asked for {model}"),
    "status 405": Meaning("stop", 1, "does not take such requests: is base_url right?"),
    "status 408": Meaning("retry", 10, "took too long"),
    "status 409": Meaning("retry", 10, "was in conflict with another request"),
    "status 425": Meaning("retry", 10, "was not ready"),
    "status 429": Meaning("retry", 10, "too many requests"),
    "status 4xx": Meaning("item", 1, "refused the request"),
    "status 5xx": Meaning("retry", 10, "failed"),
    "hung": Meaning("retry", 6, "no answer in the time that an attempt may take"),
    "unreachable": Meaning("retry", 10, "cannot be reached, or hung up"),
    "no such host": Meaning("stop", 1, "the host's name is not known"),
    "certificate": Meaning("stop", 1, "TLS fails: the host's certificate is not trusted"),
    "broken": Meaning("retry", 4, "what came is no answer"),
    "unsent": Meaning("item", 1, "the request cannot be sent"),
    "unbounded": Meaning("item", 1, "the answer is too large, or compressed, which was not asked for"),
    "leaks": Meaning("stop", 1, "the answer holds the key of {variable}: it is not kept"),
    "another model": Meaning("stop", 1, "another model answered"),
}
"""Every kind of failure. A status that is not named counts by its first digit."""


class BrokenError(ValueError):
    """A body that is no answer; the message is a sentence."""


@dataclass(frozen=True)
class Fault:
    """One failure.

    Attributes:
        kind: a key of `MEANINGS`.
        said: what the server or the system said, or nothing.
        status: of the answer, or 0.
        wait: seconds that the server asks to wait, or None.
    """

    kind: str
    said: str = ""
    status: int = 0
    wait: float | None = None

    @property
    def meaning(self) -> Meaning:
        """What it means."""
        return MEANINGS[self.kind]

    @property
    def is_overload(self) -> bool:
        """Whether the server asks to slow down."""
        return self.status in (429, 503, 529)

    @property
    def is_unpaid(self) -> bool:
        """Whether it is sure that nothing was generated."""
        return self.status >= 300 or self.kind in ("no such host", "certificate", "unsent")


def sentence(fault: Fault, clean: Mapping[str, str]) -> str:
    """The failure in one line; `clean` has the words of the table's braces, and `secret` which is never shown."""
    said = fault.said.replace(clean["secret"], "[key]") if clean["secret"] else fault.said
    words = fault.meaning.words
    for name in ("variable", "model"):
        words = words.replace(f"{{{name}}}", clean[name])
    detail = [str(fault.status)] if fault.status else []
    return f"{words}{_bracketed([*detail, *([quoted(said, 200)[1:-1]] if said else [])])}"


def _bracketed(parts: list[str]) -> str:
    return f" ({': '.join(parts)})" if parts else ""
