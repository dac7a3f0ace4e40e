"""Chromium without a window, spoken to over a pipe in the DevTools protocol: no driver, no port, no network."""

import fcntl
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
"""The browser, where one is installed."""

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--force-color-profile=srgb",
    "--remote-debugging-pipe",
    "about:blank",
)


class Browser:
    """A page of a running browser.

    Attributes:
        faults: what the page complained about on its console, and what it could not do.
    """

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._rest = b""
        self._last = 0
        self._session = ""
        self.faults: list[str] = []
        targets = self.send("Target.getTargets")["targetInfos"]
        target = next(info["targetId"] for info in targets if info["type"] == "page")
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """The result of one command."""
        self._last += 1
        said: dict[str, object] = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            said["sessionId"] = self._session
        os.write(self._commands, json.dumps(said).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._last:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, path: Path, width: int, height: int = 900, scheme: str = "light") -> None:
        """Show the file in a window of this size."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.send("Page.navigate", url=path.as_uri())
        while self._read().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, script: str) -> Any:
        """The value of a script, which the page's own policy does not bind."""
        found = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            chunk = os.read(self._answers, 1 << 20)
            assert chunk, "the browser is gone"
            self._rest += chunk
        text, _, self._rest = self._rest.partition(b"\0")
        said: dict[str, Any] = json.loads(text)
        self._note(said.get("method", ""), said.get("params", {}))
        return said

    def _note(self, method: str, said: Mapping[str, Any]) -> None:
        if method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.faults.append(said["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.faults.append(str(said["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.faults.append(str(said["args"]))
        elif method == "Network.requestWillBeSent" and not said["request"]["url"].startswith(("file:", "about:")):
            self.faults.append(f"asks for {said['request']['url'][:200]}")
        elif method == "Page.javascriptDialogOpening":
            self.faults.append(f"dialog: {said['message']}")


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser of its own, with nothing of the user's."""
    assert CHROMIUM is not None
    theirs_in, ours_out = map(_high, os.pipe())
    ours_in, theirs_out = map(_high, os.pipe())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # The protocol is read from descriptor 3 and written to 4.
        descriptors = [
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, theirs_in, 3),
            (os.POSIX_SPAWN_DUP2, theirs_out, 4),
        ]
        command = [CHROMIUM, f"--user-data-dir={folder}", *_FLAGS]
        running = os.posix_spawn(CHROMIUM, command, os.environ, file_actions=descriptors)
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            yield Browser(ours_out, ours_in)
        finally:
            os.kill(running, signal.SIGTERM)
            os.waitpid(running, 0)
            os.close(ours_out)
            os.close(ours_in)


def _high(descriptor: int) -> int:
    """The descriptor moved out of the way of those that the browser takes, and closed in other programs."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved
