"""Which hosts a job may be read from, and for how long. A spec does not choose by itself where a key is sent."""

import os
import re
from argparse import ArgumentTypeError
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import JobError
from ..wording import quoted

DEFAULT_SECONDS = 120.0
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]")

# Only what every reader of addresses reads alike: no user name, no backslash, no blank, nothing after the path.
_ADDRESS = re.compile(rf"(https?)://({HOST.pattern})(?::([0-9]{{1,5}}))?(?:/[A-Za-z0-9._~%/-]*)?", re.IGNORECASE)
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})"
_LOOPBACK = re.compile(rf"localhost|127(?:\.{_BYTE}){{3}}|\[::1\]")
_MOST_PORT = (1 << 16) - 1


@dataclass(frozen=True)
class Access:
    """What the reading of a hosted job may take.

    Attributes:
        hosts: those that may be reached besides loopback and the SDK's own, in lower case.
        seconds: the wall-clock limit over the whole reading of one job.
    """

    hosts: tuple[str, ...] = ()
    seconds: float = DEFAULT_SECONDS


def address(source: str, options: Mapping[str, str], access: Access) -> str:
    """The address to read from: the option's, or else that of the SDK's own variable, or else the SDK's own.

    Args:
        source: `openai` or `azure`.
        options: the other keys of `job:`, expanded.
        access: which hosts are allowed.

    Raises:
        JobError: there is none, it is no plain https address, or its host is not allowed.
    """
    variable, default = _OWN[source]
    trusted = os.environ.get(variable) or default
    key = next((key for key in ("base_url", "endpoint") if key in options), variable)
    said = options.get(key, trusted)
    if not said:
        raise JobError(f"{variable} is not set: set it, or name the job's endpoint (or base_url)")
    scheme, host = _parts(key, said)
    own = {_parts(variable, trusted)[1]} if trusted else set()
    loopback = is_loopback(host)
    if scheme != "https" and not loopback:
        raise JobError(f"{key}: {host} must be reached by https://, because a key is sent there")
    if not loopback and host not in {*own, *access.hosts, *_DEFAULT_HOSTS.get(source, ())}:
        raise JobError(
            f"{key}: {quoted(host)} is not a host that a key may be sent to: "
            f"allow it with --ftgate-allow-host {host} (or in FTGATE_ALLOW_HOST)"
        )
    return said


def host(key: str, text: str) -> str:
    """The host of an address, in lower case; `key` is where it stood.

    Raises:
        JobError: it is no plain address.
    """
    return _parts(key, text)[1]


def is_loopback(host: str) -> bool:
    """Whether a host, in lower case, is this machine."""
    return _LOOPBACK.fullmatch(host) is not None


def unproxied(host: str) -> Mapping[str, None]:
    """The mounts of an httpx client for this host: to this machine nothing goes through a proxy of the environment.

    On the proxy's machine the same address is another server, to which no key may be sent.
    """
    return dict.fromkeys(("http://", "https://", "all://")) if is_loopback(host) else {}


def seconds(text: str) -> float:
    """A number of seconds from the command line.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86400:
        raise ArgumentTypeError(f"{text!a} is not a number of seconds between 0 and 86400")
    return value


def _parts(key: str, text: str) -> tuple[str, str]:
    found = _ADDRESS.fullmatch(text)
    if not found:
        # Not shown: it may hold a user's name and password.
        raise JobError(f"{key}: not a plain address: write https://HOST/PATH, without a user name, `?` or `#`")
    if found[3] and not 0 < int(found[3]) <= _MOST_PORT:
        raise JobError(f"{key}: port {found[3]} cannot be: there are 1 to {_MOST_PORT}")
    return found[1].lower(), found[2].lower()


_OWN: Mapping[str, tuple[str, str]] = {
    "openai": ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
    "azure": ("AZURE_OPENAI_ENDPOINT", ""),
}
"""For each source the SDK's own variable for the address, and its default."""

_DEFAULT_HOSTS: Mapping[str, tuple[str, ...]] = {"openai": ("api.openai.com",)}
