"""What is recorded of one declared condition, as plain JSON: it has to cross processes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..decision import Status
from ..files import Digest


@dataclass(frozen=True)
class Record:
    """What became of one declared condition: a gate, or a prompt of an eval that no gate judges.

    Attributes:
        spec: the spec's path.
        spec_sha256: the digest of the spec that was judged by.
        name: the gate's name, or `eval[prompt]`.
        line: of the spec, 1-based.
        status: see `decision.Status`.
        headline: one line that stands alone.
        details: further lines.
        observed: the value, as the headline writes it.
        wanted: the threshold, as the headline writes it.
        inputs: the files it was decided on.
        samples: the stored answers that it was decided on, as `Samples.as_json` gives them; the requests in one record
            of a spec at least, not in each.
        scores: what was measured, as `Score.as_json` gives it: one of each condition, and the baseline's after it.
        job: what was judged: the job's source and facts, as `Job.as_json` gives them.
        origin: where sampled answers that it was decided on come from, in sentences.
        health: what the curves say that no gate asked about, as `Finding.as_json` gives it.
        waiver: the state of the waiver that the spec has for it, if it has one; see `waiver.State`.
    """

    spec: str
    spec_sha256: str
    name: str
    line: int
    status: Status
    headline: str
    details: tuple[str, ...] = ()
    observed: str = ""
    wanted: str = ""
    inputs: tuple[Digest, ...] = ()
    origin: tuple[str, ...] = ()
    samples: tuple[Mapping[str, object], ...] = ()
    scores: tuple[Mapping[str, object], ...] = ()
    job: Mapping[str, object] | None = None
    health: tuple[Mapping[str, str], ...] = ()
    waiver: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {**asdict(self), "inputs": [digest_json(d) for d in self.inputs]}


@dataclass(frozen=True)
class Declared:
    """A condition that a spec declares, whether or not it was evaluated.

    Attributes:
        name: the gate's, or `eval[prompt]`.
        line: of the spec, 1-based.
        wanted: the threshold in words.
        rule: what the spec says of it, as plain data; nothing of a prompt.
    """

    name: str
    line: int
    wanted: str
    rule: Mapping[str, Any] = field(default_factory=dict)


def digest_json(digest: Digest) -> dict[str, Any]:
    """A file's digest as plain JSON."""
    return {"path": str(digest.path), "sha256": digest.sha256, "size": digest.size}


def is_prompt(record: Mapping[str, Any]) -> bool:
    """Whether a record is of a prompt that is judged by itself, and not of a gate."""
    return str(record["name"]).endswith("]")
