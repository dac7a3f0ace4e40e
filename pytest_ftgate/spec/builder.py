"""A checked document to a spec: its job, its gates, its evals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import JobError
from ..evals.plan import EvalPlan
from ..evals.prompts import Prompt
from ..evidence import Evidence
from ..files import Digest
from ..gate import Gate
from ..sources import NAMED, JobRef, Source, mlflow_run
from ..sources.hosts import address
from ..sources.openai_api import HOSTED_ID
from ..wording import quoted
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

    def evidence(self, sources: Sequence[Source] = ()) -> Evidence:
        """What the gates are judged on, with `sources` besides the built-in ones; nothing is read yet."""
        return Evidence(self.job, self.evals, sources)

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
    options = {key: value for key, value in body.items() if key not in ("path", reading.source)}
    if reading.around.names_a_job:
        return _named_job(reading, options)
    if not own:
        return None
    text = reading.expanded(*own)
    if text is None:
        return None
    if reading.own_job_is_elsewhere(text):
        return _elsewhere(reading, reading.source or "openai", text, options)
    path = reading.path(*own, variables=True)
    return JobRef(path, reading.source, options=options) if path else None


def _named_job(reading: Reading, options: Body) -> JobRef | None:
    """The job that the command line names, read as this spec reads its own: the same columns, the same host."""
    around, source = reading.around, reading.source
    if around.hosted:
        alike = source in _HOSTED
        return _elsewhere(reading, source if alike else "openai", around.hosted, options if alike else {})
    alike = bool(source) and NAMED[source].takes_path
    return JobRef(around.job, source if alike else "", options=options if alike else {}) if around.job else None


def _elsewhere(reading: Reading, source: str, identity: str, options: Body) -> JobRef | None:
    """A job that is named by an id, with the variables in its options expanded."""
    before = len(reading.wrong)
    texts = {key: reading.expanded(("job", key), text) for key, text in options.items() if isinstance(text, str)}
    found = {**options, **texts}
    if texts.get("tracking_uri"):
        found["tracking_uri"] = _store(reading, str(texts["tracking_uri"]))
    if source in _HOSTED and len(reading.wrong) == before:
        _check_hosted(reading, source, identity, found)
    if len(reading.wrong) > before:
        return None
    return JobRef(Path(identity), source, identity, found, reading.around.runtime.access)


def _store(reading: Reading, uri: str) -> str:
    """An MLflow store: one on disk is a path like any other."""
    local = mlflow_run.local(uri)
    path = reading.path(("job", "tracking_uri"), str(local)) if local else None
    return str(path) if path else uri


def _check_hosted(reading: Reading, source: str, identity: str, options: Body) -> None:
    key = next((key for key in ("base_url", "endpoint") if key in options), "")
    if not HOSTED_ID.fullmatch(identity):
        reading.refuse(("job",), f"{quoted(identity)} is not the id of a hosted job, which is ftjob-...")
    if "base_url" in options and {"endpoint", "api_version"} & options.keys():
        reading.refuse(("job",), "has a base_url, which takes the place of endpoint and api_version", at_key=True)
    elif key:
        try:
            address(source, options, reading.around.runtime.access)
        except JobError as e:
            reading.refuse(("job", key), str(e).removeprefix(f"{key}: "))


_HOSTED = ("openai", "azure")
