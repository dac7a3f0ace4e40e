"""What a verdict's file says, as the formats need it: every text inert, every number finite."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..decision import Status
from ..files import Digest, read
from ..verdict.reading import read_document
from ..wording import plain


@dataclass(frozen=True)
class Gate:
    """What a verdict says of one gate, or of one prompt that is judged by itself.

    Attributes:
        spec: the spec's path, inert.
        name: the gate's, inert.
        status: what became of it.
        eval: the eval that it judges, or nothing.
        values: the finite numbers that it observed, by what was measured; of two of one name the first.
        wanted: the numbers that it compares with, by comparison (`>=`, `<=`, ...).
    """

    spec: str
    name: str
    status: Status
    eval: str
    values: Mapping[str, float]
    wanted: Mapping[str, float]

    @property
    def test(self) -> str:
        """The name of its pytest item."""
        return f"{self.spec}::{self.name}"

    @property
    def is_prompt(self) -> bool:
        """Whether it is a prompt that is judged by itself."""
        return self.name.endswith("]")


@dataclass(frozen=True)
class Told:
    """What a verdict's file says, every text of it inert.

    Attributes:
        file: the digest of the file.
        id: the verdict's.
        word: the verdict in a word.
        promote: whether it promotes.
        headline: the verdict in a line.
        created: when, as ISO 8601, or nothing.
        version: of the pytest-ftgate that judged.
        subject: the model: its id.
        kind: what kind of subject it is, as docs/verdict.md has it.
        root: the digest of the model and how it was taken, or None where the model has none.
        files: the digests of the model's files.
        gates: everything that was declared, in the order of the specs.
        policy: the digests of the specs, and of the files that were read with them.
        evidence: the digests of the files that were judged.
        url: of the CI run, or nothing.
    """

    file: Digest
    id: str
    word: str
    promote: bool
    headline: str
    created: str
    version: str
    subject: str
    kind: str
    root: tuple[str, str] | None
    files: tuple[Digest, ...]
    gates: tuple[Gate, ...]
    policy: tuple[Digest, ...]
    evidence: tuple[Digest, ...]
    url: str

    def named(self, *statuses: Status) -> list[str]:
        """The names of the items with one of these statuses."""
        return [gate.test for gate in self.gates if gate.status in statuses]


def read_verdict(path: Path) -> Told:
    """The verdict in the file at `path`.

    Raises:
        FtgateError: see `verdict.reading.read_document`.
    """
    found = read_document(path)
    subject = found["subject"]
    root = subject["root_digest"]
    return Told(
        file=read(path).digest,
        id=found["verdict_id"],
        word=found["verdict"],
        promote=found["promote"],
        headline=plain(found["headline"]),
        created=found["created"],
        version=plain(found["tool"]["version"]),
        subject=plain(subject["id"]),
        kind=subject["kind"],
        root=(root["value"], plain(root["alg"])) if root else None,
        files=tuple(_digest(one) for one in subject.get("files", ())),
        gates=tuple(_gate(spec, gate) for spec in found["specs"] for gate in spec["gates"]),
        policy=tuple(digest for spec in found["specs"] for digest in _policy(spec)),
        evidence=tuple(_digest(one) for one in found["inputs"]),
        url=plain((found["ci"] or {}).get("run_url") or ""),
    )


def _gate(spec: Mapping[str, Any], gate: Mapping[str, Any]) -> Gate:
    judged = gate["rule"].get("eval")
    return Gate(
        plain(spec["path"]),
        plain(gate["name"]),
        Status(gate["status"]),
        plain(judged) if isinstance(judged, str) else "",
        _finite((plain(score["what"]), score["value"]) for score in gate["scores"]),
        _finite((part["op"], part.get("value")) for part in gate["threshold"]),
    )


def _policy(spec: Mapping[str, Any]) -> Iterator[Digest]:
    if spec["sha256"]:
        yield Digest(Path(plain(spec["path"])), 0, spec["sha256"])
    yield from (_digest(file) for file in spec["policy"]["files"])


def _digest(said: Mapping[str, Any]) -> Digest:
    return Digest(Path(plain(said["path"])), said["size"], said["sha256"])


def _finite(pairs: Iterable[tuple[str, Any]]) -> dict[str, float]:
    """The first of each name, where that one is a finite number: what comes after it is a baseline's."""
    first: dict[str, Any] = {}
    for name, value in pairs:
        first.setdefault(name, value)
    return {name: float(value) for name, value in first.items() if _is_finite(value)}


def _is_finite(value: Any) -> bool:
    # A whole number of JSON can be larger than any float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
