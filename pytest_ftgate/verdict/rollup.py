"""The roll-up of a run: what became of every gate that the specs declare."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..decision import PROMOTING, Status, worst
from ..files import Digest, shown
from ..wording import counted, listed
from .record import Declared, Record, is_prompt
from .rules import severity, threshold

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
class Judged:
    """One spec and what became of all that it declares.

    Attributes:
        path: the spec's file.
        sha256: its digest, or nothing when it could not be read.
        problem: why the spec itself could not be judged by, or nothing.
        gates: one record for every declared condition, in spec order, with its `rule`, `threshold` and `severity`.
        job: the file or directory of the job that was judged, or None.
        policy: the files that were read with the spec: schemas, criteria.
        policy_sha256: the digest of the spec and those files, as `spec.Spec.policy_sha256` gives it.
        waivers: every waiver of the spec as plain JSON, with its `state`.
        baseline: the earlier verdict that the spec compares with, as plain JSON: `path`, `sha256`, `verdict_id`.
        changes: how the gates differ from those of that verdict, as `changes.changes` gives it.
    """

    path: Path
    sha256: str
    problem: str
    gates: tuple[Mapping[str, Any], ...]
    job: Path | None = None
    policy: tuple[Digest, ...] = ()
    policy_sha256: str = ""
    waivers: tuple[Mapping[str, Any], ...] = ()
    baseline: Mapping[str, Any] | None = None
    changes: tuple[Mapping[str, Any], ...] = ()

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

    @property
    def about_the_job(self) -> Mapping[str, Any]:
        """What is known of the job: source, facts, notes; empty where no gate has read one."""
        return next((gate["job"] for gate in self.gates if gate["job"]), {})


@dataclass(frozen=True)
class Verdict:
    """The roll-up of a run.

    Attributes:
        specs: what became of each spec.
        interrupted: why the run judged only a part, or nothing.
        problems: why nothing can be promoted, whatever the gates say: evidence that changed, a model that cannot be
            read.
        created: when, as ISO 8601 in UTC.
        subject: the model that was judged, as `subject.subject_of` gives it.
        ci: the CI run, as `ci.ci_facts` gives it, or None.
        previous: earlier verdicts on this subject by these specs, oldest first, as the history knows them.
    """

    specs: tuple[Judged, ...]
    interrupted: str = ""
    problems: tuple[str, ...] = ()
    created: str = ""
    subject: Mapping[str, Any] | None = None
    ci: Mapping[str, Any] | None = None
    previous: tuple[Mapping[str, Any], ...] = ()

    @property
    def status(self) -> Status:
        """The status that decides over all specs; a run that was cut short is not evaluated, whatever it had shown."""
        statuses = [judged.status for judged in self.specs]
        if self.interrupted or not statuses or Status.NOT_EVALUATED in statuses:
            return Status.NOT_EVALUATED
        return worst([*statuses, Status.ERROR] if self.problems else statuses)

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
        # "3 of 3 gates and 2 prompts" would be read as all of the gates.
        every = f"{len(gates):,} gates and prompts" if " and " in total else total
        missed = [gate for gate in gates if Status(gate["status"]) not in PROMOTING]
        problems = [judged.problem.partition("\n")[0] for judged in self.specs if judged.problem] + list(self.problems)
        absent = [gate["name"] for gate in missed if gate["status"] == Status.NOT_EVALUATED]
        if self.status is Status.NOT_EVALUATED:
            why = f"{len(absent)} of {every} not evaluated: {listed(absent)}" if absent else "no gate was run"
            return f"verdict: INCOMPLETE ({next(iter(problems), self.interrupted or why)}): not a promotion verdict"
        if problems:
            return f"verdict: ERROR ({problems[0]})"
        word = self.word.upper().replace("_", " ")
        if missed:
            return f"verdict: {word} ({len(missed)} of {every} in the way: {listed(gate['name'] for gate in missed)})"
        return f"verdict: {word} ({total} judged{_excused(gates)})"


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
    for digest in inputs(specs):
        digests.setdefault(digest["path"], set()).add(digest["sha256"])
    changed = [f"{shown(Path(path))} changed while it was judged" for path, seen in digests.items() if len(seen) > 1]
    return Verdict(tuple(specs), interrupted, tuple(changed))


def unfinished(paths: Iterable[Path]) -> Verdict:
    """The verdict of a run that has only begun."""
    return Verdict(tuple(Judged(path, "", "", ()) for path in paths), "the run did not end")


def inputs(specs: Iterable[Judged]) -> list[Mapping[str, Any]]:
    """The digests of every file that a gate of these specs was decided on, each once."""
    every = (digest for judged in specs for gate in judged.gates for digest in gate["inputs"])
    return list({(d["path"], d["sha256"]): d for d in every}.values())


def samples(specs: Iterable[Judged]) -> list[Mapping[str, Any]]:
    """The sets of stored answers that a gate of these specs was decided on, each once, with their requests."""
    found: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for one in (one for judged in specs for gate in judged.gates for one in gate["samples"]):
        key = tuple(str(one[name]) for name in ("eval", "grader", "store", "sha256"))
        found[key] = max(found.get(key, one), one, key=lambda each: len(each["requests"]))
    return list(found.values())


def _outcome(gate: Declared, path: Path, sha256: str, records: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    said = f"{gate.name} was not evaluated"
    lost = Record(str(path), sha256, gate.name, gate.line, Status.NOT_EVALUATED, said)
    order = list(Status)
    found = max(records or [lost.as_json()], key=lambda record: order.index(Status(record["status"])))
    rule = {"severity": severity(gate.rule), "threshold": threshold(gate.rule), "rule": gate.rule}
    return {**found, "wanted": found["wanted"] or gate.wanted, **rule}


def _counted(records: Sequence[Mapping[str, Any]]) -> str:
    prompts = sum(map(is_prompt, records))
    kinds = (("gate", len(records) - prompts), ("prompt", prompts))
    return " and ".join(counted(n, noun) for noun, n in kinds if n)


def _excused(gates: Sequence[Mapping[str, Any]]) -> str:
    kinds = (("warned", Status.WARN), ("waived", Status.WAIVED))
    named = ((word, [gate["name"] for gate in gates if gate["status"] == status]) for word, status in kinds)
    return "".join(f"; {word}: {listed(names)}" for word, names in named if names)
