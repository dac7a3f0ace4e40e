"""A checked document to a spec: its job, its gates, its evals."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import SpecError
from ..evals.plan import EvalPlan
from ..evals.prompts import Prompt
from ..evidence import BaselineRef, Evidence
from ..files import Digest, shown
from ..gate import Gate
from ..sources import JobRef, Source
from ..waiver import Waiver
from ..wording import counted
from .document import parse, refusal
from .evals import build_eval
from .gates import evals_named
from .jobs import build_baseline, build_job
from .language import mistakes
from .own import own
from .reading import Reading, Surroundings
from .scores import looked_at
from .slices import build_gates
from .waivers import build_waivers


@dataclass(frozen=True)
class Spec:
    """A spec that was read and found to be in order.

    Attributes:
        path: the file.
        digest: of its content.
        gates: in file order.
        evals: by name, in file order.
        job: where its job is, if it names one.
        baseline: where what it must not be worse than is, if it names that.
        waivers: by the name of their gate.
        policy: the files that were read with the spec, in the order in which it names them: schemas, criteria.
    """

    path: Path
    digest: Digest
    gates: tuple[Gate, ...]
    evals: Mapping[str, EvalPlan]
    job: JobRef | None
    baseline: BaselineRef | None = None
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    policy: tuple[Digest, ...] = ()

    def evidence(self, sources: Sequence[Source] = ()) -> Evidence:
        """What the gates are judged on, with `sources` besides the built-in ones; nothing is read yet."""
        return Evidence(self.job, self.evals, sources, self.baseline)

    @property
    def policy_sha256(self) -> str:
        """The digest of the spec with everything that it includes.

        It is the spec's own where it includes nothing, else the hex SHA-256 over the raw SHA-256 digests of the spec
        and of each file that it names, in that order.
        """
        if not self.policy:
            return self.digest.sha256
        every = (self.digest, *self.policy)
        return hashlib.sha256(b"".join(bytes.fromhex(digest.sha256) for digest in every)).hexdigest()

    @property
    def judged_prompts(self) -> tuple[tuple[EvalPlan, Prompt], ...]:
        """The prompts that must pass one by one, because no gate judges their eval."""
        return tuple((plan, p) for plan in self.evals.values() if not plan.gated for p in plan.read[0])


def load(path: Path, around: Surroundings | None = None) -> Spec:
    """The spec in the file at `path`.

    Raises:
        SpecError: every mistake in it, one a line, as `file:line:column: where: what`; or it is not one of the
            policies that may be judged by.
    """
    document, around = parse(path), around or Surroundings()
    wrong = mistakes(document, own(around.runtime.graders, around.measures))
    if wrong:
        raise refusal(wrong)
    reading = Reading(document, around)
    spec = _build(reading)
    _check_policy(spec, reading.around.policies)
    return spec


def _build(reading: Reading) -> Spec:
    job, baseline = build_job(reading), build_baseline(reading)
    said_gates, said_evals = reading.data.get("gates", {}), reading.data.get("evals", {})
    gated = {name for body in said_gates.values() for name in evals_named(body)}
    evals = {name: build_eval(reading, name, body, gated=name in gated) for name, body in said_evals.items()}
    read = {name for body in said_gates.values() for name in looked_at(body)}
    # What a measure that is not built in looks at is not known.
    every = bool(reading.around.measures)
    evals = {name: plan and replace(plan, keeps=every or name in read) for name, plan in evals.items()}
    gates = [gate for name, body in said_gates.items() for gate in build_gates(reading, name, body, evals, baseline)]
    if not said_gates and not said_evals:
        reading.refuse((), "has no gates and no evals, so nothing would be judged")
    waivers = build_waivers(reading, {gate.name: gate for gate in gates if gate}) if all(gates) else {}
    if reading.wrong:
        raise refusal(reading.wrong)
    plans = {name: plan for name, plan in evals.items() if plan}
    file = reading.document.file
    policy = tuple(dict.fromkeys(attached.digest for attached in reading.attached))
    return Spec(file.path, file.digest, tuple(gate for gate in gates if gate), plans, job, baseline, waivers, policy)


def _check_policy(spec: Spec, allowed: frozenset[str] | None) -> None:
    if allowed is not None and spec.policy_sha256 not in allowed:
        with_files = f" with the {counted(len(spec.policy), 'file')} that it includes" if spec.policy else ""
        raise SpecError(
            f"{shown(spec.path)}: sha256 {spec.policy_sha256}{with_files} is not a policy that may be judged by: "
            f"--ftgate-policy-sha256 and --ftgate-policy-file allow {counted(len(allowed), 'other')}"
        )
