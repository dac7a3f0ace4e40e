"""One API at one address, asked through the openai SDK. Importing this module imports the SDK.

The SDK builds requests and knows the providers. What it leaves to its caller is done here: no redirect is followed,
answers are bounded, nothing compressed is unpacked, and it never asks again by itself.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import openai

from ...errors import EvalError
from ...sources import hosts
from .raised import Stopped
from .request import Request
from .settings import Api, Sampling

MOST_BYTES = 1 << 24
"""Bytes that one answer may have."""

_KEYS = {"openai": ("OPENAI_API_KEY",), "azure": ("AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_API_KEY")}
_SHORTEST_SECRET = 12


@dataclass(frozen=True)
class Client:
    """What requests are sent with.

    Attributes:
        api: the SDK's client.
        variable: what the key was read from.
        secret: the key; empty where it is a word such as `none`, which a local server is content with.
    """

    api: openai.AsyncOpenAI = field(repr=False)
    variable: str
    secret: str = field(repr=False)

    async def send(self, request: Request, seconds: float) -> bytes:
        """The body of the answer, as it came.

        Raises:
            OpenAIError: there was none; ValueError: the request cannot be written.
        """
        body = dict(request.body)
        first = {key: body.pop(key) for key in ("model", "messages", "input") if key in body}
        raw = await CALLS[request.api](self.api)(**first, extra_body=body, timeout=seconds)
        content: bytes = raw.http_response.content
        return content


MOST_BATCH_BYTES = 1 << 29
"""Bytes that the file of a batch's answers may have."""


def connect(sampling: Sampling, url: str) -> Client:
    """The client for the API at `url`, which `hosts.address` has let through.

    Raises:
        EvalError: no key, or the SDK's own variables make no sense.
    """
    variable, key = _key(sampling, hosts.host("base_url", url))
    try:
        api = _api(sampling, url, key)
    except (openai.OpenAIError, ValueError, httpx2.InvalidURL, ImportError, OSError) as e:
        # Its own words may hold the address of a proxy.
        raise EvalError(
            f"the openai SDK cannot be set up ({type(e).__name__}): look at its variables, and at those of proxies and "
            "certificates"
        ) from None
    return Client(api, variable, key if len(key) >= _SHORTEST_SECRET else "")


def _key(sampling: Sampling, host: str) -> tuple[str, str]:
    variable = next((name for name in _KEYS[sampling.source] if os.environ.get(name)), "")
    if not variable and hosts.is_loopback(host):
        return _KEYS[sampling.source][-1], "none"
    if not variable:
        raise EvalError(
            f"no key: set {_KEYS[sampling.source][-1]} to ask {host}, or replay stored answers (--ftgate-samples=never)"
        )
    key = os.environ[variable]
    if not key.isascii() or not key.isprintable() or " " in key:
        raise EvalError(f"the key in {variable} holds a blank, a line break or a strange character")
    return variable, key


def _api(sampling: Sampling, url: str, key: str) -> openai.AsyncOpenAI:
    http = openai.DefaultAsyncHttpxClient(
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bound_by(MOST_BATCH_BYTES if sampling.batch else MOST_BYTES)]},
        mounts=hosts.unproxied(hosts.host("base_url", url)),
        limits=httpx2.Limits(max_connections=sampling.concurrency, max_keepalive_connections=sampling.concurrency),
    )
    if sampling.source == "openai":
        return openai.AsyncOpenAI(base_url=url, api_key=key, http_client=http, max_retries=0)
    if "base_url" in sampling.options:
        client = openai.AsyncOpenAI(base_url=url, api_key=key, http_client=http, max_retries=0)
        # These are names of the other provider's, which the SDK takes from its variables.
        client.organization = client.project = None
        return client
    version = sampling.options.get("api_version") or os.environ.get("OPENAI_API_VERSION")
    if not version:
        raise EvalError("azure needs an api_version (or OPENAI_API_VERSION), or a base_url that ends in /openai/v1/")
    return openai.AsyncAzureOpenAI(azure_endpoint=url, api_version=version, http_client=http, max_retries=0)


CALLS: Mapping[Api, Callable[[openai.AsyncOpenAI], Callable[..., Awaitable[Any]]]] = {
    "chat": lambda api: api.chat.completions.with_raw_response.create,
    "responses": lambda api: api.responses.with_raw_response.create,
    "embeddings": lambda api: api.embeddings.with_raw_response.create,
}
"""The call of each API."""


def _bound_by(most: int) -> Callable[[httpx2.Response], Awaitable[None]]:
    async def bound(response: httpx2.Response) -> None:
        """Look at an answer before its body is read."""
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise Stopped("compressed")
        response.stream = _Bounded(response.stream, most)

    return bound


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: Any, most: int) -> None:
        self._stream, self._most = stream, most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > self._most:
                raise Stopped(f"more than {self._most:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
