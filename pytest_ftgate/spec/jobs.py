"""Where the job and its baseline are."""

from pathlib import Path

from ..errors import JobError
from ..evidence import BaselineRef
from ..sources import NAMED, JobRef, mlflow_run
from ..sources.hosts import address
from ..sources.openai_api import HOSTED_ID
from ..wording import quoted
from .reading import Body, Reading


def build_job(reading: Reading) -> JobRef | None:
    """The job that the command line or the spec names, or None; mistakes are noted."""
    if reading.around.names_a_job:
        return _given(reading)
    return _said(reading, "job")


def build_baseline(reading: Reading) -> BaselineRef | None:
    """The baseline that the spec names, or None; mistakes are noted."""
    ref = _said(reading, "baseline")
    said = reading.data.get("baseline")
    return BaselineRef(ref, said.get("if_missing", "block") if isinstance(said, dict) else "block") if ref else None


def _said(reading: Reading, role: str) -> JobRef | None:
    own, source = reading.named(role), reading.source(role)
    if not own:
        return None
    text = reading.expanded(*own)
    if text is None:
        return None
    if reading.is_elsewhere(text, role):
        return _elsewhere(reading, role, source or "openai", text, _options(reading, role))
    path = reading.path(*own, variables=True)
    return JobRef(path, source, options=_options(reading, role)) if path else None


def _options(reading: Reading, role: str) -> Body:
    said = reading.data.get(role)
    body: Body = said if isinstance(said, dict) else {}
    return {key: value for key, value in body.items() if key not in ("path", "if_missing", reading.source(role))}


def _given(reading: Reading) -> JobRef | None:
    """The job that the command line names, read as this spec reads its own: the same columns, the same host."""
    around, source, options = reading.around, reading.source(), _options(reading, "job")
    if around.hosted:
        alike = source in _HOSTED
        return _elsewhere(reading, "job", source if alike else "openai", around.hosted, options if alike else {})
    alike = bool(source) and NAMED[source].takes_path
    return JobRef(around.job, source if alike else "", options=options if alike else {}) if around.job else None


def _elsewhere(reading: Reading, role: str, source: str, identity: str, options: Body) -> JobRef | None:
    """A job that is named by an id, with the variables in its options expanded."""
    before = len(reading.wrong)
    texts = {key: reading.expanded((role, key), text) for key, text in options.items() if isinstance(text, str)}
    found = {**options, **texts}
    if texts.get("tracking_uri"):
        found["tracking_uri"] = _store(reading, role, str(texts["tracking_uri"]))
    if source in _HOSTED and len(reading.wrong) == before:
        _check_hosted(reading, role, source, identity, found)
    if len(reading.wrong) > before:
        return None
    return JobRef(Path(identity), source, identity, found, reading.around.runtime.access)


def _store(reading: Reading, role: str, uri: str) -> str:
    """An MLflow store: one on disk is a path like any other."""
    local = mlflow_run.local(uri)
    path = reading.path((role, "tracking_uri"), str(local)) if local else None
    return str(path) if path else uri


def _check_hosted(reading: Reading, role: str, source: str, identity: str, options: Body) -> None:
    key = next((key for key in ("base_url", "endpoint") if key in options), "")
    if not HOSTED_ID.fullmatch(identity):
        reading.refuse((role,), f"{quoted(identity)} is not the id of a hosted job, which is ftjob-...")
    if "base_url" in options and {"endpoint", "api_version"} & options.keys():
        reading.refuse((role,), "has a base_url, which takes the place of endpoint and api_version", at_key=True)
    elif key:
        try:
            address(source, options, reading.around.runtime.access)
        except JobError as e:
            reading.refuse((role, key), str(e).removeprefix(f"{key}: "))


_HOSTED = ("openai", "azure")
