"""One run: gathers the records of its items, rolls them up into the verdict, and says so.

It lives in the process that reports: the only one, or xdist's controller.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from .errors import FtgateError
from .files import shown
from .nodes import record_of
from .report.table import table
from .spec import load
from .verdict import Judged, Verdict, changes, combine, judging
from .verdict.keeping import Asked, bound, keep
from .waiver import told
from .within import history_file, settled, surroundings
from .wording import plain

_CUT_SHORT = {
    pytest.ExitCode.INTERRUPTED: "the run was interrupted",
    pytest.ExitCode.INTERNAL_ERROR: "pytest itself failed",
    pytest.ExitCode.USAGE_ERROR: "pytest could not start",
}

DETAILED = {
    "pass": 0,
    "fail": 1,
    "pass_with_warnings": 10,
    "pass_with_waivers": 10,
    "error": 11,
    "inconclusive": 11,
    "incomplete": 12,
}
"""The exit status of `--ftgate-exit-codes detailed` for each word of a verdict."""

PROMOTED = (0, 10)
"""Exit statuses of a run that may promote, whether or not they are detailed."""

_BROKEN_OFF = (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR)
"""Exit statuses that stay pytest's own."""


_NOT_MET = ("fail", "error", "inconclusive")
"""Words of verdicts with which no run ends well, whatever pytest makes of its items."""

_ONLY_SHOWS = ("collectonly", "showfixtures", "show_fixtures_per_test")
"""Options of pytest's own with which nothing is to be judged."""


class Session:
    """The verdict of one pytest run over the specs at `paths`."""

    def __init__(self, config: pytest.Config, paths: Sequence[Path]) -> None:
        self._config = config
        self._paths = paths
        self._asked = _asked(config)
        self._records: dict[str, list[dict[str, object]]] = {}
        self._verdict: Verdict | None = None
        self._trouble = ""
        self._overruled = False
        self._others_failed = False

    @property
    def verdict(self) -> Verdict | None:
        """The verdict, once it is reached."""
        return self._verdict

    def pytest_report_header(self) -> str:
        """What is judged."""
        return f"ftgate: {', '.join(shown(path) for path in self._paths)}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the record that a gate's report carries; setup errors and calls carry one each."""
        record = record_of(report.user_properties) if report.when in ("setup", "call") else None
        if record is not None:
            self._records.setdefault(str(record["spec"]), []).append(dict(record))
        elif report.failed:
            self._others_failed = True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Iterator[None]:
        """Roll up, write, and let no run that judged only a part look like one that passed.

        The verdict is made before the terminal's summary, and the exit status is settled after every other hook.
        """
        if not any(self._config.getoption(option) for option in _ONLY_SHOWS):
            verdict = combine([self._judged(path) for path in self._paths], self._interruption(exitstatus))
            self._verdict = bound(verdict, self._asked, datetime.now(UTC), os.environ)
            self._keep(self._verdict)
            demanded = self._asked.verdict is not None or _in_ci()
            missed = self._verdict.word in _NOT_MET or (demanded and not self._verdict.promote)
            self._overruled = missed or bool(self._trouble)
        yield
        session.exitstatus = self._exit_status(int(session.exitstatus))

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter", exitstatus: int) -> None:
        """The table, also of what could not be measured, and the verdict in one line."""
        if self._verdict is None:
            return
        for judged in (judged for judged in self._verdict.specs if judged.gates):
            terminalreporter.write_sep("-", f"ftgate: {shown(judged.path)}{_on_job(judged)}")
            width = self._config.get_terminal_writer().fullwidth
            for text, colour in table(judged, width):
                terminalreporter.write_line(text, **({colour: True} if colour else {}))
            for note in _health(judged):
                terminalreporter.write_line(note, yellow=True)
            for line in _remarks(judged):
                terminalreporter.write_line(line)
        good = self._verdict.promote
        terminalreporter.write_line(self._verdict.headline, bold=True, green=good, red=not good)
        if self._trouble:
            terminalreporter.write_line(self._trouble, bold=True, red=True)
        if self._overruled and exitstatus == pytest.ExitCode.OK and not self._detailed:
            terminalreporter.write_line(f"exit status 1 instead of 0, because {self._why()}", red=True)

    def _judged(self, path: Path) -> Judged:
        try:
            spec = settled(load(path, surroundings(self._config)), self._config)
            return judging.judged(spec, self._records.get(str(path), []), datetime.now(UTC).date())
        except FtgateError as e:
            return Judged(path, "", str(e), ())

    def _interruption(self, exitstatus: int) -> str:
        return next((why for code, why in _CUT_SHORT.items() if code == exitstatus), "")

    def _keep(self, verdict: Verdict) -> None:
        try:
            keep(verdict, self._asked)
        except FtgateError as e:
            self._trouble = str(e)

    def _why(self) -> str:
        if self._asked.verdict:
            return "a verdict was asked for"
        if _in_ci():
            return "CI is set: there a run promotes or fails"
        return "what was asked for could not be written" if self._trouble else "the verdict is no pass"

    @property
    def _detailed(self) -> bool:
        return bool(self._config.getoption("ftgate_exit_codes") == "detailed")

    def _exit_status(self, pytests: int) -> int:
        """The run's exit status, where pytest's own would be `pytests`."""
        if self._verdict is None or pytests in _BROKEN_OFF:
            return pytests
        if not self._detailed:
            return int(pytest.ExitCode.TESTS_FAILED) if self._overruled and not pytests else pytests
        status = DETAILED[self._verdict.word]
        if status in PROMOTED and (self._trouble or self._others_failed):
            return DETAILED["error"] if self._trouble else int(pytest.ExitCode.TESTS_FAILED)
        return status


def _health(judged: Judged) -> list[str]:
    """What the curves say that no gate asked about, each with the gate that would ask."""
    found = {note["code"]: note for gate in judged.gates for note in gate["health"]}
    return [f"note {code}: {plain(note['said'])}; gate: {note['gate']}" for code, note in found.items()]


def _on_job(judged: Judged) -> str:
    return f", job {shown(judged.job)}" if judged.job else ""


def _remarks(judged: Judged) -> Iterator[str]:
    """What is to be said of a spec under its table: waivers, where answers come from, what changed in the policy."""
    yield from map(told, judged.waivers)
    origins = dict.fromkeys(text for gate in judged.gates for text in gate["origin"])
    yield from (f"sampled: {plain(text)}" for text in origins)
    base = judged.baseline
    if base and not base["same_policy"]:
        few = "" if judged.changes else "; its gates are the same"
        yield f"policy: the spec is not the one that {base['path']} was judged by{few}"
    yield from (f"policy: {changes.told(change)}" for change in judged.changes)


def _asked(config: pytest.Config) -> Asked:
    here, option = config.invocation_params.dir, config.getoption
    verdict, promote = (here / option(name) if option(name) else None for name in ("ftgate_verdict", "ftgate_promote"))
    keeps = bool(verdict or option("ftgate_history"))
    return Asked(here, config.rootpath, option("ftgate_model") or "", verdict, promote, history_file(config), keeps)


def _in_ci() -> bool:
    return os.environ.get("CI", "").casefold() not in ("", "0", "false", "no")
