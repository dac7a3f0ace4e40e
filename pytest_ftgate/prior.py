"""An earlier verdict as what a model is compared with: the values that its gates observed."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import JobError
from .files import Digest, read, shown
from .job import Fact
from .score import Score
from .wording import listed, plain, quoted

SCHEMA = "pytest-ftgate/verdict/1"
"""What a verdict's `schema` says."""


@dataclass(frozen=True, eq=False)
class Prior:
    """A verdict that was read.

    Attributes:
        path: the file.
        digest: of its content.
        gates: what it says of each gate, by name.
        facts: what it says of the job that was judged.
        verdict_id: as it says; nothing where it does not.
        policy_sha256: the digest of its spec with what that includes; nothing where it does not say.
    """

    path: Path
    digest: Digest
    gates: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, Fact]
    verdict_id: str = ""
    policy_sha256: str = ""

    def score(self, name: str, what: str) -> Score:
        """The value of `what` that the gate `name` observed.

        Raises:
            JobError: it has no such gate, which measured this one thing, with a finite value.
        """
        where = shown(self.path)
        if name not in self.gates:
            known = listed(map(plain, self.gates), most=12)
            raise JobError(f"the baseline {where} has no gate {quoted(name)}; it has {known or 'none'}")
        scores = self.gates[name].get("scores")
        found = [s for s in scores if isinstance(s, dict) and s.get("what") == what] if isinstance(scores, list) else []
        value = found[0].get("value") if len(found) == 1 else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise JobError(f"the baseline {where} does not say what {quoted(name)} observed as {plain(what)}")
        said = found[0]
        return Score(
            value,
            what,
            plain(str(said.get("how", ""))),
            n=said["n"] if isinstance(said.get("n"), int) else 1,
            basis=str(said.get("basis", "")),
            evidence=(self.digest,),
        )


def seal(document: Mapping[str, Any]) -> str:
    """The hex SHA-256 of all of a verdict but its own field `sha256`.

    Raises:
        ValueError: a number in it is not finite.
    """
    return hashlib.sha256(canonical({k: v for k, v in document.items() if k != "sha256"})).hexdigest()


def canonical(value: object) -> bytes:
    """`value` as JSON in the one form that digests are taken of: sorted keys, no blanks, ASCII.

    `json.dumps(value, sort_keys=True, separators=(",", ":"))` of Python's standard library gives the same.

    Raises:
        ValueError: a number in it is not finite.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def _sealed(document: Mapping[str, Any]) -> str:
    try:
        return seal(document)
    except (ValueError, RecursionError):
        return ""


def read_prior(path: Path) -> Prior | None:
    """The verdict in the file at `path`, or None where it holds something else.

    Raises:
        JobError: it is a verdict, and of no use as a baseline: changed since it was written, one that does not promote,
            of several specs, or with two gates of one name.
        EvidenceError: the file cannot be read.
    """
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        if SCHEMA.encode() not in stream.read(400):
            return None
    file = read(path)
    try:
        data = json.loads(file.text())
        [spec] = data["specs"]
        gates = {gate["name"]: gate for gate in spec["gates"]}
        facts = spec.get("facts") or {}
        policy = str(spec.get("policy", {}).get("sha256", ""))
        whole = data["schema"] == SCHEMA and len(gates) == len(spec["gates"]) and isinstance(facts, dict)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise JobError(f"{shown(path)} cannot be a baseline: it is not a whole verdict on one spec")
    if data.get("sha256") != _sealed(data):
        raise JobError(
            f"{shown(path)} cannot be a baseline: it was changed after it was written "
            "(its sha256 is not that of its content); take the file as --ftgate-promote wrote it"
        )
    if data.get("promote") is not True:
        raise JobError(f"{shown(path)} cannot be a baseline: its verdict is {quoted(str(data.get('verdict')))}")
    return Prior(path, file.digest, gates, facts, str(data.get("verdict_id", "")), policy)
