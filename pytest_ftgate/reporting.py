"""The reports of one run besides the terminal's table: which there are, and that one which was asked for is made.

It lives in the process that reports, as the session does, and reads the job again for the curves.
"""

import os
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from .errors import FtgateError
from .files import shown
from .nodes import record_of
from .report.annotations import annotations
from .report.files import append, begin, write
from .report.html import page
from .report.html.curves import pictures
from .report.markdown import markdown
from .report.material import Material
from .session import DETAILED, PROMOTED
from .spec import load
from .verdict import Judged, Verdict
from .within import settled, surroundings
from .wording import plain

_REPORTS: Mapping[str, Callable[[Verdict, Sequence[Material]], str]] = {
    "--ftgate-report": page,
    "--ftgate-markdown": lambda verdict, _: markdown(verdict),
}
"""Each report by the option that asks for it: what is written, from the verdict and what it was reached on."""


class Reports:
    """The reports that a run was asked for, and those that GitHub's runner takes.

    Args:
        config: of the run.
        verdict: gives the run's verdict once it is reached.
    """

    def __init__(self, config: pytest.Config, verdict: Callable[[], Verdict | None]) -> None:
        self._config = config
        self._verdict = verdict
        self._files = dict(_asked(config))
        self._said: list[str] = []
        self._failed: list[str] = []
        self._made = False
        self._drawn_of: dict[Path, Material] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Put the curves that a gate reads on its row in pytest-html's report, where that is made."""
        wanted = self._in_pytest_html and report.when in ("setup", "call")
        record = record_of(report.user_properties) if wanted else None
        if record is not None:
            # Where pytest-html's documentation has plugins put what a test shows.
            vars(report)["extras"] = [*getattr(report, "extras", []), *self._extras(record)]

    def _extras(self, record: Mapping[str, Any]) -> list[dict[str, str]]:
        """What `pytest_html.extras.svg` makes of the drawings."""
        path = Path(record["spec"])
        svg = {"format_type": "image", "mime_type": "image/svg+xml", "extension": "svg"}
        try:
            if path not in self._drawn_of:
                self._drawn_of[path] = self._material(Judged(path, str(record["spec_sha256"]), "", ()))
            found = pictures(self._drawn_of[path], str(record["name"]))
        except Exception as e:  # noqa: BLE001 - the boundary: a drawing is never worth a verdict
            self._said.append(f"no curves for pytest-html: {type(e).__name__}: {plain(str(e))[:300]}")
            return []
        return [{**svg, "name": name, "content": b64encode(text.encode()).decode()} for name, text in found.items()]

    @cached_property
    def _in_pytest_html(self) -> bool:
        return self._config.pluginmanager.hasplugin("html") and bool(self._config.getoption("htmlpath", None))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """Let no run end well that has not made a report which it was asked for."""
        yield
        self._make()
        detailed = self._config.getoption("ftgate_exit_codes") == "detailed"
        if self._failed and int(session.exitstatus) in PROMOTED:
            session.exitstatus = DETAILED["error"] if detailed else int(pytest.ExitCode.TESTS_FAILED)

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
        """What was written, what could not be, and the commands for GitHub's runner."""
        self._make()
        for text in self._said:
            terminalreporter.write_line(text)
        for text in self._failed:
            terminalreporter.write_line(text, bold=True, red=True)
        verdict = self._verdict()
        if verdict is not None and os.environ.get("GITHUB_ACTIONS") == "true":
            root = os.environ.get("GITHUB_WORKSPACE") or self._config.rootpath
            for text in annotations(verdict, Path(root)):
                terminalreporter.write_line(text)

    def _make(self) -> None:
        """Make every report, once; one that fails takes nothing from the others, or from the verdict."""
        verdict = self._verdict()
        if self._made or verdict is None:
            return
        self._made = True
        materials = [self._material(judged) for judged in verdict.specs] if self._files else []
        for option, path in self._files.items():
            self._write(option, path, verdict, materials)
        self._summarise(verdict)

    def _write(self, option: str, path: Path, verdict: Verdict, materials: Sequence[Material]) -> None:
        try:
            write(option, path, _REPORTS[option](verdict, materials))
            self._said.append(f"{option.removeprefix('--ftgate-')} written to {shown(path)}")
        except FtgateError as e:
            self._failed.append(str(e))
        except Exception as e:  # noqa: BLE001 - the boundary: a report is never worth a verdict
            self._failed.append(f"{option} {shown(path)} could not be made: {type(e).__name__}: {plain(str(e))[:300]}")

    def _summarise(self, verdict: Verdict) -> None:
        """Put the verdict on the page of the step, where the runner names a file for it; nobody asked for it."""
        path = os.environ.get("GITHUB_STEP_SUMMARY")
        try:
            if path:
                append(Path(path), markdown(verdict))
        except FtgateError as e:
            self._said.append(str(e))

    def _material(self, judged: Judged) -> Material:
        """The spec that was judged by, with its evidence; a model is asked nothing for a report."""
        around = surroundings(self._config)
        quiet = replace(around.runtime, samples="never", progress="none")
        try:
            spec = settled(load(judged.path, replace(around, runtime=quiet)), self._config)
        except FtgateError:
            return Material(judged)
        sources = [source for found in self._config.hook.pytest_ftgate_sources() for source in found]
        same = spec.digest.sha256 == judged.sha256
        return Material(judged, spec, spec.evidence(sources)) if same else Material(judged)


def _asked(config: pytest.Config) -> Iterator[tuple[str, Path]]:
    for option in _REPORTS:
        said = config.getoption(option)
        if said:
            path = config.invocation_params.dir / said
            try:
                begin(option, path)
            except FtgateError as e:
                raise pytest.UsageError(str(e)) from None
            yield option, path
