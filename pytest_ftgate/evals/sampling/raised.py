"""What the client raised, as a fault. Importing this module imports the SDK: only where something is asked."""

import email.utils
import math
import time
from collections.abc import Iterator, Mapping

import httpx2
import openai

from .faults import MEANINGS, BrokenError, Fault


class Stopped(openai.OpenAIError):
    """An answer that must not be read on; the SDK passes its own errors through."""


def fault_of(error: BaseException) -> Fault:
    """What failed, by what the client raised."""
    if isinstance(error, openai.APIStatusError):
        return _by_status(error)
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return Fault("hung")
    if isinstance(error, Stopped):
        return Fault("unbounded", str(error))
    if isinstance(error, openai.APIConnectionError | httpx2.HTTPError):
        return _by_connection(error)
    if isinstance(error, BrokenError):
        return Fault("broken", str(error))
    return Fault("unsent", type(error).__name__)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that the headers ask to wait, or None where they ask for nothing that makes sense; `now` since 1970."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        seconds = _number(headers.get(name, "")) * unit
        if 0 < seconds < math.inf:
            return seconds
    moment, sent = _moment(headers.get("retry-after", "")), _moment(headers.get("date", ""))
    # Both by the server's own clock, which may be hours off ours.
    seconds = 0.0 if moment is None else moment - (now if sent is None else sent)
    return seconds if seconds > 0 else None


def _by_status(error: openai.APIStatusError) -> Fault:
    status, code = error.status_code, f"code {error.code or error.type}"
    kinds = (code, f"status {status}", f"status {status // 100}xx")
    kind = next((kind for kind in kinds if kind in MEANINGS), "status 4xx")
    return Fault(kind, _said(error.body), status, retry_after(error.response.headers, time.time()))


def _said(body: object, depth: int = 3) -> str:
    """What the body of an error says: OpenAI's message, TGI's error, FastAPI's detail, or plain text."""
    if isinstance(body, list):
        body = body[0] if body else ""
    if isinstance(body, Mapping):
        found = next((body[key] for key in ("message", "error", "detail", "msg") if body.get(key)), "")
        return _said(found, depth - 1) if depth else ""
    return "" if not isinstance(body, str) or body.lstrip().startswith("<") else body


def _by_connection(error: BaseException) -> Fault:
    names = [type(cause).__name__ for cause in _causes(error)]
    if any(name.startswith("SSLCert") for name in names):
        return Fault("certificate")
    # "Temporary failure in name resolution" is worth another try, any other is not.
    unknown = next((e for e in _causes(error) if type(e).__name__ == "gaierror"), None)
    if unknown is not None and "emporary" not in str(unknown):
        return Fault("no such host")
    return Fault("unreachable", names[-1])


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _ in range(10):
        if found is None:
            return
        yield found
        found = found.__cause__ or found.__context__


def _moment(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
