"""Which stored answers of a model something was decided on: enough to find each of them again, and to see a change."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

NAMED_BY = 16
"""Hex digits of its digest that a request is named by: 64 bits, of which no store holds two alike."""


@dataclass(frozen=True)
class Samples:
    """A set of stored answers.

    Attributes:
        eval: the eval that was judged by them.
        grader: whose questions they answer; empty where they are what the eval's model answered.
        store: the file that holds them.
        sha256: `set_digest` of them.
        requests: how the requests that they answer are named: `NAMED_BY` hex digits each, sorted.
        said: where they come from, in sentences.
    """

    eval: str
    grader: str
    store: Path
    sha256: str
    requests: tuple[str, ...]
    said: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, store: Path, digests: Mapping[str, str], said: tuple[str, ...], grader: str = "") -> "Samples":
        """The set of the answers with these digests, by the digests of their requests; the eval is not said yet."""
        requests = tuple(request[:NAMED_BY] for request in sorted(digests))
        return cls("", grader, store, set_digest(digests), requests, said)

    def as_json(self, *, whole: bool) -> dict[str, object]:
        """Plain JSON, without the sentences; with the requests only where it is to be `whole`."""
        return {
            "eval": self.eval,
            "grader": self.grader,
            "store": str(self.store),
            "sha256": self.sha256,
            "answers": len(self.requests),
            "requests": list(self.requests) if whole else [],
        }


def set_digest(digests: Mapping[str, str]) -> str:
    """The hex SHA-256 of a set of answers: a line `REQUEST ANSWER` for each, of their hex digests, sorted."""
    lines = (f"{request} {answer}\n" for request, answer in sorted(digests.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
