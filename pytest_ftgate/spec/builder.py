"""A checked document to a spec: its job, its gates, its evals."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..evals.plan import EvalPlan
from ..evals.prompts import Prompt
from ..evidence import Evidence
from ..files import Digest
from ..gate import Gate
from ..sources import NAMED, JobRef
from .document import parse, refusal
from .evals import build_eval
from .gates import build_gate, evals_named
from .language import mistakes
from .reading import Body, Reading, Surroundings


@dataclass(frozen=True)
class Spec:
    """A spec that was read and found to be in order.

    Attributes:
        path: the file.
        digest: of its content.
        gates: in file order.
        evals: by name, in file order.
        job: where its job is, if it names one.
    """

    path: Path
    digest: Digest
    gates: tuple[Gate, ...]
    evals: Mapping[str, EvalPlan]
    job: JobRef | None

    def evidence(self) -> Evidence:
        """What the gates are judged on; nothing is read yet."""
        return Evidence(self.job, self.evals)

    @property
    def judged_prompts(self) -> tuple[tuple[EvalPlan, Prompt], ...]:
        """The prompts that must pass one by one, because no gate judges their eval."""
        return tuple((plan, p) for plan in self.evals.values() if not plan.gated for p in plan.read[0])


def load(path: Path, around: Surroundings | None = None) -> Spec:
    """The spec in the file at `path`.

    Raises:
        SpecError: every mistake in it, one a line, as `file:line:column: where: what`.
    """
    document = parse(path)
    wrong = mistakes(document)
    if wrong:
        raise refusal(wrong)
    return _build(Reading(document, around or Surroundings()))


def _build(reading: Reading) -> Spec:
    job = _job(reading)
    said_gates, said_evals = reading.data.get("gates", {}), reading.data.get("evals", {})
    gated = {name for body in said_gates.values() for name in evals_named(body)}
    evals = {name: build_eval(reading, name, body, gated=name in gated) for name, body in said_evals.items()}
    gates = [build_gate(reading, name, body) for name, body in said_gates.items()]
    if not said_gates and not said_evals:
        reading.refuse((), "has no gates and no evals, so nothing would be judged")
    if reading.wrong:
        raise refusal(reading.wrong)
    plans = {name: plan for name, plan in evals.items() if plan}
    file = reading.document.file
    return Spec(file.path, file.digest, tuple(gate for gate in gates if gate), plans, job)


def _job(reading: Reading) -> JobRef | None:
    said, own = reading.data.get("job"), reading.own_job
    body: Body = said if isinstance(said, dict) else {}
    path = reading.around.job
    if path is None and own:
        path = reading.path(*own, variables=True)
    if path is None:
        return None
    # Another job is read as this spec reads its own: with the same columns, if it names them.
    source = next((key for key in NAMED if key in body), "")
    return JobRef(path, source, options={k: v for k, v in body.items() if k not in ("path", source)})
