"""One run: gathers the records of its items, rolls them up into the verdict, and says so.

It lives in the process that reports: the only one, or xdist's controller.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from .errors import FtgateError
from .files import shown
from .nodes import record_of, surroundings
from .report.table import table
from .spec import Spec, load
from .verdict import Declared, Judged, Verdict, combine, declared, write

_CUT_SHORT = {
    pytest.ExitCode.INTERRUPTED: "the run was interrupted",
    pytest.ExitCode.INTERNAL_ERROR: "pytest itself failed",
    pytest.ExitCode.USAGE_ERROR: "pytest could not start",
}


class Session:
    """The verdict of one pytest run over the specs at `paths`."""

    def __init__(self, config: pytest.Config, paths: Sequence[Path], verdict_file: Path | None) -> None:
        self._config = config
        self._paths = paths
        self._file = verdict_file
        self._records: dict[str, list[dict[str, object]]] = {}
        self._verdict: Verdict | None = None
        self._trouble = ""
        self._overruled = False

    def pytest_report_header(self) -> str:
        """What is judged."""
        return f"ftgate: {', '.join(shown(path) for path in self._paths)}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the record that a gate's report carries; setup errors and calls carry one each."""
        record = record_of(report.user_properties) if report.when in ("setup", "call") else None
        if record is not None:
            self._records.setdefault(str(record["spec"]), []).append(dict(record))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Iterator[None]:
        """Roll up, write, and let no run that judged only a part look like one that passed.

        The verdict is made before the terminal's summary, and the exit status is settled after every other hook.
        """
        if not self._config.getoption("collectonly"):
            self._verdict = combine([self._judged(path) for path in self._paths], self._interruption(exitstatus))
            self._write(self._verdict)
            demanded = self._file is not None or _in_ci()
            self._overruled = demanded and (not self._verdict.promote or bool(self._trouble))
        yield
        if self._overruled and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter", exitstatus: int) -> None:
        """The table, also of what could not be measured, and the verdict in one line."""
        if self._verdict is None:
            return
        for judged in (judged for judged in self._verdict.specs if judged.gates):
            terminalreporter.write_sep("-", f"ftgate: {shown(judged.path)}{_on_job(judged)}")
            width = self._config.get_terminal_writer().fullwidth
            for text, colour in table(judged, width):
                terminalreporter.write_line(text, **({colour: True} if colour else {}))
        good = self._verdict.promote
        terminalreporter.write_line(self._verdict.headline, bold=True, green=good, red=not good)
        if self._trouble:
            terminalreporter.write_line(self._trouble, bold=True, red=True)
        if self._overruled and exitstatus == pytest.ExitCode.OK:
            terminalreporter.write_line(f"exit status 1 instead of 0, because {self._asked()}", red=True)

    def _judged(self, path: Path) -> Judged:
        try:
            spec = load(path, surroundings(self._config))
            conditions = _declared(spec)
        except FtgateError as e:
            return Judged(path, "", str(e), ())
        judged = declared(conditions, path, spec.digest.sha256, self._records.get(str(path), []))
        return replace(judged, job=spec.job.path if spec.job else None)

    def _interruption(self, exitstatus: int) -> str:
        return next((why for code, why in _CUT_SHORT.items() if code == exitstatus), "")

    def _write(self, verdict: Verdict) -> None:
        try:
            if self._file:
                write(verdict, self._file)
        except FtgateError as e:
            self._trouble = str(e)

    def _asked(self) -> str:
        return "a verdict was asked for" if self._file else "CI is set: there a run promotes or fails"


def _on_job(judged: Judged) -> str:
    return f", job {shown(judged.job)}" if judged.job else ""


def _declared(spec: Spec) -> list[Declared]:
    gates = [Declared(gate.name, gate.line, str(gate.condition)) for gate in spec.gates]
    prompts = [Declared(f"{plan.name}[{p.id}]", plan.line, "passed") for plan, p in spec.judged_prompts]
    return gates + prompts


def _in_ci() -> bool:
    return os.environ.get("CI", "").casefold() not in ("", "0", "false", "no")
