"""Evals: prompts, outputs and graders as a spec writes them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import EvidenceError
from ..evals.graders import Grader, build_grader, kinds_of
from ..evals.plan import EvalPlan
from ..evals.prompts import Prompt, check_prompts, prompt_of
from ..evals.sampling.settings import Sampling
from ..files import shown
from ..wording import quoted
from .document import Where
from .grader_files import origin, with_files
from .reading import Body, Reading
from .sampling import build_sampling, check_repeats, other_jobs_model, repeats_of

_OTHER_JOBS_OUTPUTS = (
    "{}: the outputs in {} are of the spec's own job, but --ftgate-job names another: "
    "write `outputs: {{job: FILE}}` for a file in each job's folder, or use a ${{VARIABLE}}"
)


def build_eval(reading: Reading, name: str, body: Body, *, gated: bool) -> EvalPlan | None:
    """The eval, or None and a mistake."""
    where = ("evals", name)
    before, attached = len(reading.wrong), len(reading.attached)
    prompts = _prompts(reading, (*where, "prompts"), body["prompts"], name)
    sampling = _sampling(reading, where, body)
    outputs, in_job = (None, False) if "sample" in body else _outputs(reading, where, body)
    grader = _grader(reading, (*where, "grader"), body["grader"]) if "grader" in body else None
    _check_graders(reading, where, body, prompts)
    if body.get("items") == "none" and not gated:
        reading.refuse((*where, "items"), "no gate judges this eval, so without items nothing would be judged")
    if len(reading.wrong) > before or prompts is None or (outputs is None and sampling is None):
        return None
    line, fields = reading.line(where), body.get("fields", {})
    refused = (
        _other_jobs(reading, name, body["outputs"]) if outputs else other_jobs_model(reading, name, body["sample"])
    )
    policy = tuple(reading.attached[attached:])
    plan = EvalPlan(name, prompts, outputs, in_job, grader, fields, body.get("items"), gated, line, refused, policy)
    repeats, cluster = repeats_of(body), body.get("cluster", "")
    return replace(plan, sampling=sampling, runtime=reading.around.runtime, repeats=repeats, cluster=cluster)


def _sampling(reading: Reading, where: Where, body: Body) -> Sampling | None:
    if "sample" not in body:
        return None
    if "outputs" in body:
        reading.refuse(where, "has outputs and sample, of which only one can be meant", at_key=True)
    check_repeats(reading, where, body)
    return build_sampling(reading, (*where, "sample"), body["sample"])


def _check_graders(reading: Reading, where: Where, body: Body, prompts: tuple[Prompt, ...] | Path | None) -> None:
    if "grader" in body or prompts is None:
        return
    if isinstance(prompts, Path):
        reading.refuse(where, f"needs a grader: one of {', '.join(kinds_of(reading.around.runtime))}", at_key=True)
    for i, prompt in enumerate(body["prompts"] if isinstance(prompts, tuple) else ()):
        if not any(key in prompt for key in kinds_of(reading.around.runtime)):
            reading.refuse((*where, "prompts", i), "has no grader of its own, and the eval names none")


def _prompts(reading: Reading, where: Where, said: str | list[Body], name: str) -> tuple[Prompt, ...] | Path | None:
    if isinstance(said, str):
        return reading.path(where, said)
    found = [_prompt(reading, (*where, i), body) for i, body in enumerate(said)]
    prompts = tuple(prompt for prompt in found if prompt)
    if len(prompts) < len(found):
        return None
    try:
        check_prompts(prompts, name)
    except EvidenceError as e:
        reading.refuse(where, str(e), at_key=True)
    return prompts


def _prompt(reading: Reading, where: Where, body: Body) -> Prompt | None:
    place = f"{shown(reading.document.file.path)}:{reading.line((*where, 'id'))}"
    try:
        prompt = prompt_of(body, place)
    except ValueError as e:
        reading.refuse(where, str(e))
        return None
    return replace(prompt, fields={**body, **body.get("fields", {})}, grader=_own_grader(reading, where, body))


def _own_grader(reading: Reading, where: Where, body: Body) -> Grader | None:
    kinds = kinds_of(reading.around.runtime)
    own = [key for key in kinds if key in body]
    if len(own) > 1:
        reading.refuse(where, f"has {len(own)} graders, {' and '.join(own)}: a prompt brings one")
    if not own:
        return None
    return _grader(reading, (*where, own[0]), {"type": own[0], kinds[own[0]].reference: body[own[0]]})


def _grader(reading: Reading, where: Where, said: Any) -> Grader | None:
    try:
        config = with_files(reading, where, said)
    except ValueError as e:
        reading.refuse(where, str(e))
        return None
    try:
        return build_grader(config, reading.around.runtime)
    except ValueError as e:
        reading.refuse(where, f"{origin(said)}{e}")
        return None


def _outputs(reading: Reading, where: Where, body: Body) -> tuple[Path | None, bool]:
    said = body.get("outputs")
    if said is None:
        why = "needs outputs: a JSONL file of recorded outputs, or sample: to ask the model now"
        reading.refuse(where, why, at_key=True)
        return None, False
    if isinstance(said, dict):
        return below_job(reading, (*where, "outputs", "job"), said["job"]), True
    return reading.path((*where, "outputs"), said, variables=True), False


def _other_jobs(reading: Reading, name: str, said: object) -> str:
    """Outputs that stay where they are while the job changes are another model's answers."""
    stays = isinstance(said, str) and "${" not in said
    return _OTHER_JOBS_OUTPUTS.format(name, quoted(str(said))) if stays and reading.judges_another_job else ""


def below_job(reading: Reading, where: Where, said: str) -> Path:
    """A file below the job's own folder, or one with a mistake."""
    inside = Path(said)
    if inside.is_absolute() or ".." in inside.parts or "${" in said:
        reading.refuse(where, "must be a file below the job's own folder, named without variables")
    if not reading.data.get("job") and not reading.around.names_a_job:
        reading.refuse(where, "needs a job: write `job: PATH` in the spec, or give --ftgate-job")
    return inside
