"""The verdict: what became of every gate that the specs declare, bound by digests to the specs and the evidence."""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import __version__
from .errors import FtgateError
from .files import Digest, shown
from .threshold import PROMOTING, Status, worst
from .wording import counted, listed

SCHEMA = "pytest-ftgate/verdict/1"

_WORDS = {
    Status.PASS: "pass",
    Status.WARN: "pass_with_warnings",
    Status.WAIVED: "pass_with_waivers",
    Status.INCONCLUSIVE: "inconclusive",
    Status.ERROR: "error",
    Status.FAIL: "fail",
    Status.NOT_EVALUATED: "incomplete",
}
"""The verdict's word for the status that decides it."""


@dataclass(frozen=True)
class Record:
    """What became of one declared condition: a gate, or a prompt of an eval that no gate judges.

    Attributes:
        spec: the spec's path.
        spec_sha256: the digest of the spec that was judged by.
        name: the gate's name, or `eval[prompt]`.
        line: of the spec, 1-based.
        status: see `threshold.Status`.
        headline: one line that stands alone.
        details: further lines.
        observed: the value, as the headline writes it.
        wanted: the threshold, as the headline writes it.
        inputs: the files it was decided on.
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

    def as_json(self) -> dict[str, Any]:
        """Plain JSON: it has to cross processes."""
        return {**asdict(self), "inputs": [_digest_json(d) for d in self.inputs]}


@dataclass(frozen=True)
class Declared:
    """A condition that a spec declares, whether or not it was evaluated."""

    name: str
    line: int
    wanted: str


@dataclass(frozen=True)
class Judged:
    """One spec and what became of all that it declares.

    Attributes:
        path: the spec's file.
        sha256: its digest, or nothing when it could not be read.
        problem: why the spec itself could not be judged by, or nothing.
        gates: one record for every declared condition, in spec order.
        job: the file or directory of the job that was judged, or None.
    """

    path: Path
    sha256: str
    problem: str
    gates: tuple[Mapping[str, Any], ...]
    job: Path | None = None

    @property
    def status(self) -> Status:
        """The status that decides: what was not evaluated comes before everything, as it leaves the rest in doubt."""
        if self.problem:
            return Status.ERROR
        statuses = [Status(gate["status"]) for gate in self.gates]
        return Status.NOT_EVALUATED if Status.NOT_EVALUATED in statuses or not statuses else worst(statuses)

    @property
    def counts(self) -> dict[str, int]:
        """How many conditions are declared, and how many have each status; they add up."""
        found = Counter(gate["status"] for gate in self.gates)
        return {"declared": len(self.gates), **{status.value: found[status.value] for status in Status}}


@dataclass(frozen=True)
class Verdict:
    """The roll-up of a run."""

    specs: tuple[Judged, ...]
    interrupted: str = ""
    changed: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """The status that decides over all specs; a run that was cut short is not evaluated, whatever it had shown."""
        statuses = [judged.status for judged in self.specs]
        if self.interrupted or not statuses or Status.NOT_EVALUATED in statuses:
            return Status.NOT_EVALUATED
        return worst([*statuses, Status.ERROR] if self.changed else statuses)

    @property
    def word(self) -> str:
        """The verdict in a word."""
        return _WORDS[self.status]

    @property
    def promote(self) -> bool:
        """Whether every declared condition was evaluated and none stands in the way."""
        return self.status in PROMOTING

    @property
    def headline(self) -> str:
        """The verdict in a line."""
        gates = [gate for judged in self.specs for gate in judged.gates]
        total = _counted(gates)
        missed = [gate for gate in gates if Status(gate["status"]) not in PROMOTING]
        problems = [judged.problem.partition("\n")[0] for judged in self.specs if judged.problem] + list(self.changed)
        absent = [gate["name"] for gate in missed if gate["status"] == Status.NOT_EVALUATED]
        if self.status is Status.NOT_EVALUATED:
            why = f"{len(absent)} of {total} not evaluated: {listed(absent)}" if absent else "no gate was run"
            return f"verdict: INCOMPLETE ({next(iter(problems), self.interrupted or why)}): not a promotion verdict"
        if problems:
            return f"verdict: ERROR ({problems[0]})"
        word = self.word.upper().replace("_", " ")
        if missed:
            return f"verdict: {word} ({len(missed)} of {total} in the way: {listed(gate['name'] for gate in missed)})"
        warned = [gate["name"] for gate in gates if gate["status"] == Status.WARN]
        return f"verdict: {word} ({total} judged{'; warned: ' + listed(warned) if warned else ''})"

    def as_json(self) -> dict[str, Any]:
        """The verdict as plain JSON; the fields are documented in docs/verdict.md."""
        return {
            "schema": SCHEMA,
            "verdict": self.word,
            "promote": self.promote,
            "headline": self.headline,
            "tool": {"name": "pytest-ftgate", "version": __version__},
            "specs": [_judged_json(judged) for judged in self.specs],
            "inputs": [_plain(d) for d in _inputs(self.specs)],
        }


def declared(gates: Iterable[Declared], path: Path, sha256: str, records: Iterable[Mapping[str, Any]]) -> Judged:
    """The spec's conditions with what became of each: the worst of its records, or not evaluated.

    A record that another content of the spec produced does not count: the policy changed under the run.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        if record["spec_sha256"] == sha256:
            found.setdefault(record["name"], []).append(record)
    return Judged(path, sha256, "", tuple(_outcome(gate, path, sha256, found.get(gate.name, [])) for gate in gates))


def combine(specs: Sequence[Judged], interrupted: str = "") -> Verdict:
    """The verdict over `specs`; evidence that changed while the run read it is an error."""
    digests: dict[str, set[str]] = {}
    for digest in _inputs(specs):
        digests.setdefault(digest["path"], set()).add(digest["sha256"])
    changed = [f"{shown(Path(path))} changed while it was judged" for path, seen in digests.items() if len(seen) > 1]
    return Verdict(tuple(specs), interrupted, tuple(changed))


def unfinished(paths: Iterable[Path]) -> Verdict:
    """The verdict of a run that has only begun."""
    return Verdict(tuple(Judged(path, "", "", ()) for path in paths), "the run did not end")


def write(verdict: Verdict, path: Path) -> None:
    """Replace the file at `path`, whole: whoever reads it finds the old verdict or the new one.

    Raises:
        FtgateError: it cannot be written, or is something other than a verdict.
    """
    text = json.dumps(verdict.as_json(), indent=2, allow_nan=False) + "\n"
    try:
        _refuse_other_file(path)
        # A link stays a link, so that what it leads to is never left behind as an old pass.
        path = Path(os.path.realpath(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, 0o644)  # noqa: PTH101 - mkstemp's 0600 would hide the verdict from the next CI step
            os.replace(temporary, path)  # noqa: PTH105
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as e:
        raise FtgateError(f"the verdict cannot be written to {shown(path)}: {e.strerror or e}") from None


def _refuse_other_file(path: Path) -> None:
    if path.is_dir():
        raise FtgateError(f"--ftgate-verdict {shown(path)} is a directory; name a file in it")
    if path.exists() and not (path.is_file() and _is_verdict(path)):
        raise FtgateError(f"--ftgate-verdict {shown(path)} exists and is not a verdict: it is not overwritten")


def _is_verdict(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(200)
    return not head or SCHEMA.encode() in head


def _outcome(gate: Declared, path: Path, sha256: str, records: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    if not records:
        said = f"{gate.name} was not evaluated"
        return Record(str(path), sha256, gate.name, gate.line, Status.NOT_EVALUATED, said, wanted=gate.wanted).as_json()
    order = list(Status)
    found = max(records, key=lambda record: order.index(Status(record["status"])))
    return {**found, "wanted": found["wanted"] or gate.wanted}


def is_prompt(record: Mapping[str, Any]) -> bool:
    """Whether a record is of a prompt that is judged by itself, and not of a gate."""
    return str(record["name"]).endswith("]")


def _counted(records: Sequence[Mapping[str, Any]]) -> str:
    prompts = sum(map(is_prompt, records))
    kinds = (("gate", len(records) - prompts), ("prompt", prompts))
    return " and ".join(counted(n, noun) for noun, n in kinds if n)


def _judged_json(judged: Judged) -> dict[str, Any]:
    hidden = ("spec", "spec_sha256", "inputs")
    return {
        "path": shown(judged.path),
        "sha256": judged.sha256,
        "job": shown(judged.job) if judged.job else None,
        "status": judged.status.value,
        "problem": judged.problem,
        "counts": judged.counts,
        "gates": [
            {**{k: v for k, v in gate.items() if k not in hidden}, "inputs": [d["sha256"] for d in gate["inputs"]]}
            for gate in judged.gates
        ],
    }


def _inputs(specs: Sequence[Judged]) -> list[Mapping[str, Any]]:
    every = (digest for judged in specs for gate in judged.gates for digest in gate["inputs"])
    return list({(d["path"], d["sha256"]): d for d in every}.values())


def _plain(digest: Mapping[str, Any]) -> dict[str, Any]:
    return {**digest, "path": shown(Path(digest["path"]))}


def _digest_json(digest: Digest) -> dict[str, Any]:
    return {"path": str(digest.path), "sha256": digest.sha256, "size": digest.size}
