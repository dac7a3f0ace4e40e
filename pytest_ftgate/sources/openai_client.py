"""Calls of the fine-tuning API through the openai SDK. Importing this module imports the SDK: only when one is made.

The SDK retries and waits as it does for everyone. What it leaves to its caller is done here: no redirect is followed,
answers are bounded, the whole has a deadline, and every failure is one sentence without a secret in it.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import httpx2
import openai

from ..errors import JobError
from ..wording import quoted
from . import hosts, objects
from .hosts import Access

MOST_BYTES = 1 << 28
"""Bytes that all answers about one job may have."""

_MOST_ERROR_BYTES = 1 << 20
_READ_SECONDS = 30.0
_NEVER_AGAIN = {401, 403}
_KEYS = {"openai": ("OPENAI_API_KEY",), "azure": ("AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_API_KEY")}


class Stopped(openai.OpenAIError):
    """An answer that must not be read on. The SDK passes its own errors through and does not ask again."""


@dataclass
class Guard:
    """What is left for the answers about one job: time and bytes."""

    deadline: float
    left: int = field(default_factory=lambda: MOST_BYTES)

    def check(self, response: httpx2.Response) -> None:
        """Look at an answer before its body is read."""
        self.spend(0)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise Stopped("answers with compressed data, which was not asked for")
        most = self.left if response.status_code < 400 else min(self.left, _MOST_ERROR_BYTES)
        response.stream = _Bounded(response.stream, most, self)
        if response.status_code in _NEVER_AGAIN or (response.status_code == 429 and _is_quota(response)):
            response.headers["x-should-retry"] = "false"

    def spend(self, size: int) -> None:
        """Count bytes.

        Raises:
            Stopped: the time is up.
        """
        self.left -= size
        if time.monotonic() > self.deadline:
            raise Stopped("takes too long")


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, stream: Any, most: int, guard: Guard) -> None:
        self._stream, self._most, self._guard = stream, most, guard

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._stream:
            size += len(chunk)
            if size > self._most:
                raise Stopped(f"answers with more than {self._most:,} bytes")
            self._guard.spend(len(chunk))
            yield chunk

    def close(self) -> None:
        self._stream.close()


@dataclass(frozen=True)
class Api:
    """The API at one address, for one job.

    Attributes:
        client: the SDK's.
        where: the job and the host, as messages begin.
        variable: what the key was read from.
        secret: the key.
    """

    client: openai.OpenAI = field(repr=False)
    where: str
    variable: str
    secret: str = field(repr=False)

    def ask(self, kind: str, identity: str, after: str = "") -> bytes:
        """The body of one answer.

        Args:
            kind: a key of `CALLS`.
            identity: of the job, or of the file.
            after: for lists, the id of the last object that is known.

        Raises:
            FileNotFoundError: there is no such job or file.
            JobError: no answer that can be used.
        """
        try:
            answer = CALLS[kind](self.client, identity, {"after": after} if after else {})
        except openai.NotFoundError:
            raise FileNotFoundError(identity) from None
        except (openai.OpenAIError, httpx2.HTTPError) as e:
            self._fail(kind, e)
        body: bytes = answer.http_response.content
        if _is_telling(self.secret) and self.secret.encode() in body:
            raise JobError(f"{self.where}: the answer ({kind}) holds the key of {self.variable}: it is not read")
        return body

    def _fail(self, kind: str, error: Exception) -> NoReturn:
        what = "" if kind == "job" else f" (asked for its {kind})"
        raise JobError(f"{self.where}{what}: {self._reason(error)}") from None

    def _reason(self, error: Exception) -> str:
        if isinstance(error, openai.APIStatusError):
            return self._status(error)
        if isinstance(error, openai.APIConnectionError):
            return f"cannot be reached ({self._clean(str(error.__cause__ or error))})"
        return (
            self._clean(str(error))
            if isinstance(error, Stopped)
            else f"no answer that can be read ({type(error).__name__})"
        )

    def _status(self, error: openai.APIStatusError) -> str:
        status = error.status_code
        if status in (401, 403):
            why = "is not accepted" if status == 401 else "has no right to read it"
            return f"the key in {self.variable} {why} ({status})"
        if 300 <= status < 400:
            return f"answers with a redirect ({status}), which is not followed: name the address itself as base_url"
        if error.code == "insufficient_quota":
            return "the account's quota is used up (429 insufficient_quota)"
        said = objects.word(objects.record(error.body).get("message"))
        return f"answers {status}{f': {self._clean(said)}' if said else ''}{self._asked_again(error.response)}"

    def _asked_again(self, response: httpx2.Response) -> str:
        # The SDK counts its attempts in the request; it waits for two minutes at most.
        if response.request.headers.get("x-stainless-retry-count", "0") != "0":
            return " (also when asked again)"
        wait = response.headers.get("retry-after", "")
        return f"; it asks to wait (Retry-After: {self._clean(wait)}): try again later" if wait else ""

    def _clean(self, text: str) -> str:
        # A proxy's address may hold a password.
        shown = text.replace(self.secret, "[key]") if _is_telling(self.secret) else text
        return "no details" if "@" in text else quoted(shown, 200)[1:-1]


def connect(source: str, identity: str, options: Mapping[str, str], access: Access) -> Api:
    """The API that `options` and the SDK's own variables name.

    Raises:
        JobError: no key, no address, or a host that is not allowed.
    """
    url = hosts.address(source, options, access)
    variable = next((name for name in _KEYS[source] if os.environ.get(name)), "")
    if not variable:
        raise JobError(f"{identity}: no key: set {_KEYS[source][-1]} to read a hosted job, or name its saved files")
    if not os.environ[variable].isascii() or not os.environ[variable].isprintable() or " " in os.environ[variable]:
        raise JobError(f"{identity}: the key in {variable} holds a blank, a line break or a strange character")
    where = f"{identity} at {hosts.host('base_url', url)}"
    try:
        client = _client(source, url, os.environ[variable], options, access)
    except (openai.OpenAIError, ValueError, httpx2.InvalidURL, ImportError, OSError) as e:
        # Its own words may hold the address of a proxy.
        raise JobError(
            f"{where}: the openai SDK cannot be set up ({type(e).__name__}): look at its variables, and at those of "
            "proxies and certificates"
        ) from None
    return Api(client, where, variable, os.environ[variable])


def _http(url: str, access: Access) -> httpx2.Client:
    # Whoever waits gives up first, and says so; this ends what goes on behind it.
    guard = Guard(time.monotonic() + access.seconds + 0.5)
    return openai.DefaultHttpxClient(
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
        mounts=hosts.unproxied(hosts.host("base_url", url)),
        event_hooks={"request": [lambda _: guard.spend(0)], "response": [guard.check]},
    )


def _client(source: str, url: str, key: str, options: Mapping[str, str], access: Access) -> openai.OpenAI:
    http, timeout = _http(url, access), min(_READ_SECONDS, access.seconds)
    if source == "openai":
        return openai.OpenAI(base_url=url, http_client=http, timeout=timeout)
    if "base_url" in options:
        client = openai.OpenAI(base_url=url, api_key=key, http_client=http, timeout=timeout)
        # These are names of the other provider's, which the SDK takes from its variables.
        client.organization = client.project = None
        return client
    version = options.get("api_version") or os.environ.get("OPENAI_API_VERSION")
    if not version:
        raise JobError("azure needs an api_version (or OPENAI_API_VERSION), or a base_url that ends in /openai/v1/")
    return openai.AzureOpenAI(azure_endpoint=url, api_version=version, http_client=http, timeout=timeout)


def _is_telling(secret: str) -> bool:
    """Whether a key is one, and no word such as `none` that a local server is content with."""
    return len(secret) >= 12


def _is_quota(response: httpx2.Response) -> bool:
    return b"insufficient_quota" in response.read()


CALLS: Mapping[str, Callable[[openai.OpenAI, str, Mapping[str, Any]], Any]] = {
    "job": lambda api, job, _: api.fine_tuning.jobs.with_raw_response.retrieve(job),
    "events": lambda api, job, after: api.fine_tuning.jobs.with_raw_response.list_events(job, limit=100, **after),
    "checkpoints": lambda api, job, after: api.fine_tuning.jobs.checkpoints.with_raw_response.list(
        job, limit=100, **after
    ),
    "result file": lambda api, file, _: api.files.with_raw_response.content(file),
}
"""The calls that a job is read with."""
