"""How the model of an eval is asked, as a spec writes it: what the schema cannot say is said here."""

from typing import Any

from ..errors import JobError
from ..evals.sampling.settings import DEFAULT_CONCURRENCY, DEFAULT_DEADLINE, DEFAULT_TIMEOUT, Price, Sampling
from ..sources.hosts import address
from ..wording import quoted
from .document import Where
from .reading import Body, Reading

_PARAMETERS = ("temperature", "max_tokens", "seed", "tools", "response_format", "stop")
_NOT_OF_RESPONSES = ("seed", "stop")
_EXPANDED = ("model", "base_url", "endpoint", "api_version")
_OURS = frozenset(
    {"model", "messages", "input", "instructions", "stream", "n", "background", "previous_response_id", "conversation"}
)
"""Fields of a body that `extra_body` must not set: they change what is asked, or how many answers come."""

_SAID_BY = {"max_completion_tokens": "max_tokens", "max_output_tokens": "max_tokens", "text": "response_format"}
_OTHER_JOBS_MODEL = (
    "{}: `sample:` names the model {}, but --ftgate-job names another job: "
    "leave `model` out where the job says its model's name, or use a ${{VARIABLE}}"
)
_MOST_CONCURRENCY = 1000
_MOST_SECONDS = 7 * 86400
_MOST_REPEATS = 1000


def build_sampling(reading: Reading, where: Where, body: Body) -> Sampling | None:
    """The sampling, or None and a mistake."""
    before = len(reading.wrong)
    said = {key: reading.expanded((*where, key), body[key]) for key in _EXPANDED if key in body}
    texts = {key: text for key, text in said.items() if text is not None}
    _check_model(reading, where, body, texts)
    _check_address(reading, where, body, texts)
    _check_body(reading, where, body)
    _check_limits(reading, where, body)
    if len(reading.wrong) > before:
        return None
    return _built(body, texts)


def repeats_of(body: Body) -> int:
    """How many outputs each prompt of an eval has, as the eval or its `sample` says."""
    said = body.get("sample")
    found: int = body.get("repeats") or (said.get("repeats") if isinstance(said, dict) else None) or 1
    return found


def check_repeats(reading: Reading, where: Where, body: Body) -> None:
    """Several answers of a sampled eval are said once, and can differ."""
    said, repeats = body["sample"], repeats_of(body)
    if "repeats" in said and said["repeats"] != repeats:
        why = f"is {said['repeats']}, and the eval's own repeats is {repeats}: say it once"
        reading.refuse((*where, "sample", "repeats"), why)
    elif repeats > _MOST_REPEATS:
        own = (*where, "repeats") if "repeats" in body else (*where, "sample", "repeats")
        reading.refuse(own, f"{repeats} is more than {_MOST_REPEATS:,}")
    elif repeats > 1 and said.get("temperature") == 0:
        why = f"is 0, where the model gives one answer {repeats} times: repeats want a temperature above 0"
        reading.refuse((*where, "sample", "temperature"), why)
    elif repeats > 1 and said.get("extra_body", {}).get("top_k") == 1:
        why = f"is 1, where the model gives one answer {repeats} times: repeats want more to draw from"
        reading.refuse((*where, "sample", "extra_body", "top_k"), why)


def other_jobs_model(reading: Reading, name: str, body: Body) -> str:
    """A model that stays what it is while the job changes is another job's."""
    said = body.get("model", "")
    stays = said and "${" not in said
    return _OTHER_JOBS_MODEL.format(name, quoted(said)) if stays and reading.judges_another_job else ""


def _built(body: Body, texts: dict[str, str]) -> Sampling:
    budget, price = body.get("budget", {}), body.get("price")
    served = body.get("served_as", ())
    return Sampling(
        model=texts.pop("model", ""),
        source=_source(body),
        options=texts,
        api=body.get("api", "chat"),
        system=body.get("system", ""),
        parameters={key: body[key] for key in _PARAMETERS if key in body},
        extra_body=body.get("extra_body", {}),
        served_as=(served,) if isinstance(served, str) else tuple(served),
        concurrency=body.get("concurrency", DEFAULT_CONCURRENCY),
        rpm=body.get("rpm"),
        tpm=body.get("tpm"),
        timeout=body.get("timeout", DEFAULT_TIMEOUT),
        deadline=body.get("deadline", DEFAULT_DEADLINE),
        tokens=budget.get("tokens"),
        usd=budget.get("usd"),
        price=Price(price["input"], price["output"]) if price else None,
        max_errors=body.get("max_errors", 0),
        batch=body.get("batch", False),
    )


def _source(body: Body) -> Any:
    return body.get("provider", "azure" if {"endpoint", "api_version"} & body.keys() else "openai")


def _check_model(reading: Reading, where: Where, body: Body, texts: dict[str, str]) -> None:
    model = texts.get("model")
    if model is not None and (model != model.strip() or not model.isprintable() or not model):
        reading.refuse((*where, "model"), f"{quoted(model)} holds invisible characters, or blanks at an end")
    if "model" not in body and not reading.data.get("job") and not reading.around.names_a_job:
        reading.refuse(where, "needs a model, or a job that says its model's name", at_key=True)


def _check_address(reading: Reading, where: Where, body: Body, texts: dict[str, str]) -> None:
    source = _source(body)
    if source == "openai" and {"endpoint", "api_version"} & body.keys():
        reading.refuse(where, "has an endpoint or api_version, which are Azure's: write `provider: azure`", at_key=True)
    elif "base_url" in body and {"endpoint", "api_version"} & body.keys():
        reading.refuse(where, "has a base_url, which takes the place of endpoint and api_version", at_key=True)
    elif key := next((key for key in ("base_url", "endpoint") if key in texts), ""):
        try:
            address(source, texts, reading.around.runtime.access)
        except JobError as e:
            reading.refuse((*where, key), str(e).removeprefix(f"{key}: "))


def _check_body(reading: Reading, where: Where, body: Body) -> None:
    """What is sent says nothing twice, and is something that the API takes."""
    for key in body.get("extra_body", {}):
        ours = _SAID_BY.get(key, key)
        if ours in _PARAMETERS:
            reading.refuse((*where, "extra_body", key), f"{quoted(key)} is said by `{ours}` of `sample:`", at_key=True)
        elif key in _OURS:
            why = f"{quoted(key)} cannot be set: one whole answer to each prompt is asked for"
            reading.refuse((*where, "extra_body", key), why, at_key=True)
    for key in _NOT_OF_RESPONSES if body.get("api") == "responses" else ():
        if key in body:
            reading.refuse((*where, key), "is not known to `api: responses`", at_key=True)


def _check_limits(reading: Reading, where: Where, body: Body) -> None:
    for key, most in (("concurrency", _MOST_CONCURRENCY), ("timeout", _MOST_SECONDS), ("deadline", _MOST_SECONDS)):
        if body.get(key, 0) > most:
            reading.refuse((*where, key), f"{body[key]} is more than {most:,}")
    budget = body.get("budget", {})
    if budget and "max_tokens" not in body:
        reading.refuse((*where, "budget"), "needs max_tokens: without it an answer can cost anything", at_key=True)
    if "usd" in budget and "price" not in body:
        reading.refuse((*where, "budget", "usd"), "needs a price: {input: USD, output: USD} for a million tokens")
