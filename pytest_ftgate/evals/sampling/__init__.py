"""Asking the model now: every answer is kept as it arrives, none is asked for twice, and none that is lost passes."""

import hashlib
from collections.abc import Mapping, Sequence

from ...errors import EvalError
from ...job import Job
from ...sources import hosts
from ..prompts import Prompt
from ..runtime import Runtime
from .gathering import Gathering, Sampled
from .lock import asking
from .request import Target
from .settings import Sampling
from .store import FILE, Store

__all__ = ["Sampled", "sample", "target_of"]


def sample(
    name: str,
    prompts: Sequence[Prompt],
    fields: Mapping[str, str],
    sampling: Sampling,
    job: Job | None,
    runtime: Runtime,
    *,
    repeats: int = 1,
) -> Sampled:
    """The answers of the model to `prompts`: from the store, and where the runtime lets it, from the model.

    Args:
        name: of the eval.
        prompts: what is asked.
        fields: our column names to the prompts file's.
        sampling: how it is asked.
        job: the job whose model it is, or None.
        runtime: which answers count, where they are kept, which hosts may be asked.
        repeats: how many answers each prompt is to have.

    Raises:
        EvidenceError: the model is not known or cannot be asked at all, the budget or the time is used up, or the
            store cannot be used. What was answered is kept.
    """
    target = target_of(sampling, job, runtime)
    gathering = Gathering(name, prompts, fields, sampling, target, runtime, repeats)
    with Store(runtime.folder / FILE, writes=runtime.samples != "never") as store:
        budget = None
        if runtime.samples != "never" and next(gathering.missing(store), None):
            with asking(store.path, f"{target.url} {target.model}", sampling.deadline):
                budget = gathering.ask(store)
        return gathering.gathered(store, budget)


def target_of(sampling: Sampling, job: Job | None, runtime: Runtime) -> Target:
    """Who is asked: the model that the spec names, or else the job's.

    Raises:
        EvidenceError: neither says, the job's own model must not be judged, or the host is not allowed.
    """
    url = hosts.address(sampling.source, sampling.options, runtime.access).rstrip("/")
    known = str(job.facts.get("model", "")) if job else ""
    model = sampling.model or known
    if not model:
        raise EvalError("the job's files do not say the name of its model: write it as `sample: {model: NAME}`")
    return Target(url, hosts.host("base_url", url), model, _identity(job), known)


def _identity(job: Job | None) -> str:
    """What another training under the same name has another of."""
    if job is None:
        return ""
    if "job_id" in job.facts:
        return str(job.facts["job_id"])
    return hashlib.sha256("".join(sorted(digest.sha256 for digest in job.files)).encode()).hexdigest()
