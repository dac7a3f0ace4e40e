"""Specs, gates and prompts as pytest nodes: collect reads the spec, setup measures, call compares."""

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from traceback import format_exception
from typing import Any, ClassVar

import pytest

from .decision import Decision, Status
from .earlier import is_of_curves, passing_checkpoint
from .errors import FtgateError, GateWarning
from .evals.plan import EvalPlan
from .evals.prompts import Prompt
from .evidence import Evidence
from .files import Digest, shown
from .gate import Gate, Measured, Outcome, digests
from .health import Finding, asked, findings
from .samples import Samples
from .sources.own import own_sources
from .spec import Spec, load
from .verdict import Record
from .waiver import State
from .within import given, settled, surroundings
from .wording import plain, sentence

PROPERTY = "ftgate"
"""The user property that carries a gate's record, as JSON, to reports, JUnit XML and across xdist."""

_BUILT_IN_MARKS = frozenset({"parametrize", "usefixtures", "filterwarnings", "tryfirst", "trylast", PROPERTY})
_COLLECTED = pytest.StashKey[set[Path]]()
_RECORDED = {field.name for field in fields(Record)}
_WITHOUT_EFFECT = frozenset({"skip", "skipif", "xfail"})


class SpecFile(pytest.File):
    """A spec as a collector of its gates, and of the prompts of its evals."""

    evidence: Evidence

    @cached_property
    def spec(self) -> Spec:
        """The spec, read once."""
        return settled(load(self.path, surroundings(self.config)), self.config)

    def collect(self) -> Iterator[pytest.Item]:
        """The gates in file order, then each eval's prompts."""
        self.config.stash.setdefault(_COLLECTED, set()).add(self.path)
        with told_plainly():
            self.add_marker(PROPERTY)
            found = given("pytest_ftgate_sources", self.ihook.pytest_ftgate_sources)
            self.evidence = self.spec.evidence(own_sources(found))
            prompts = [(plan, prompt) for plan in self.spec.evals.values() for prompt in plan.as_items]
        for gate in self.spec.gates:
            yield GateItem.from_parent(self, name=gate.name, gate=gate)
        for plan, prompt in prompts:
            yield PromptItem.from_parent(self, name=f"{plan.name}[{prompt.id}]", plan=plan, prompt=prompt)

    @cached_property
    def _tellers(self) -> dict[Samples, str]:
        """Which item's record has the requests of each set of answers: a thousand prompts do not repeat them each."""
        return {}

    def told(self, item: str, samples: Iterable[Samples]) -> tuple[Mapping[str, object], ...]:
        """Sets of answers as the record of this item has them: with the requests where it is the first that does."""
        return tuple(one.as_json(whole=self._tellers.setdefault(one, item) == item) for one in dict.fromkeys(samples))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the job's curves say that no gate asked about."""
        return findings(self.evidence, asked(self.spec.gates)) if self.evidence.about_the_job() else ()

    @cached_property
    def passing_checkpoint(self) -> str:
        """Which checkpoint would have passed every gate on curves, in a sentence, if one would."""
        return passing_checkpoint(self.spec.gates, self.evidence)


class JudgedItem(pytest.Item):
    """An item whose outcome the verdict records."""

    parent: SpecFile
    line: int
    word: ClassVar[str]

    def iter_markers_with_node(self, name: str | None = None) -> Iterator[tuple[Any, pytest.Mark]]:
        """Without what a conftest.py could excuse a gate with."""
        # pytest asks for each name of several, of each of what may be thousands of items.
        if name in _WITHOUT_EFFECT:
            return iter(())
        found = super().iter_markers_with_node(name)
        return found if name else ((node, mark) for node, mark in found if mark.name not in _WITHOUT_EFFECT)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the spec says so: what headings, JUnit XML and editors point at."""
        # With a word before it, because pytest's -v turns the dots of a heading that ends the node id into "::".
        return self.path, self.line - 1, f"{self.word} {self.path.name}::{self.name}"

    def record(self, status: Status, headline: str, **more: Any) -> None:
        """Put what became of this item on its reports."""
        digest = self.parent.spec.digest
        record = Record(str(digest.path), digest.sha256, self.name, self.line, status, headline, **more)
        self.user_properties += [(PROPERTY, json.dumps(record.as_json())), *_in_words(record)]

    @contextmanager
    def errors_recorded(self) -> Iterator[None]:
        """Record that this item could not be measured, then let pytest report it."""
        try:
            yield
        except FtgateError as e:
            self.record(Status.ERROR, str(e).partition("\n")[0])
            raise type(e)(f"{e}\n  {shown(self.path)}:{self.line}") from None
        except Exception as e:
            self.record(Status.ERROR, f"{self.name} could not be judged: {type(e).__name__}")
            raise


class GateItem(JudgedItem):
    """One gate."""

    word = "gate"
    measured: Outcome

    def __init__(self, *, gate: Gate, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.gate = gate
        self.line = gate.line
        for tag in gate.tags:
            if tag in _BUILT_IN_MARKS:
                raise pytest.Collector.CollectError(f"{shown(self.path)}:{gate.line}: the tag {tag} is pytest's own")
            self.config.addinivalue_line("markers", f"{tag}: a tag in {self.path.name}")
            self.add_marker(tag)

    def setup(self) -> None:
        """Measure."""
        with told_plainly(), self.errors_recorded():
            self.measured = self.gate.measure(self.parent.evidence)

    def runtest(self) -> None:
        """Compare."""
        decision, state = self._waivable(self._decision())
        read = digests(self.measured)
        self.record(
            decision.status,
            decision.headline,
            details=decision.details,
            observed=decision.observed,
            wanted=decision.wanted,
            inputs=read,
            scores=tuple(score.as_json() for score in self.measured.scores()),
            job=self.parent.evidence.about_the_job(),
            waiver=state,
            health=tuple(finding.as_json() for finding in self.parent.findings),
            origin=tuple(dict.fromkeys(text for score in self.measured.scores() for text in score.origin)),
            samples=self.parent.told(self.name, (one for score in self.measured.scores() for one in score.samples)),
        )
        if decision.status is Status.WARN:
            self._warn(decision.headline)
        elif decision.status is Status.WAIVED:
            self._waive()
        elif decision.status is not Status.PASS:
            pytest.fail(self._message(decision, read), pytrace=False)

    def _decision(self) -> Decision:
        """What becomes of the gate, and where it missed, the checkpoint that would not have."""
        decision = self.gate.decide(self.measured)
        if decision.status is not Status.FAIL or not is_of_curves(self.gate):
            return decision
        better = self.parent.passing_checkpoint
        return replace(decision, details=(*decision.details, *filter(None, [better])))

    def _waivable(self, decision: Decision) -> tuple[Decision, State | None]:
        """What becomes of the gate by its waiver, and what the waiver did, if the spec has one for it."""
        waiver = self.parent.spec.waivers.get(self.name)
        if waiver is None:
            return decision, None
        value = self.measured.score.value if isinstance(self.measured, Measured) else None
        return waiver.judge(decision, value, datetime.now(UTC).date())

    def _waive(self) -> None:
        reason = f"waived {self.parent.spec.waivers[self.name]}"
        if self.config.getoption("runxfail"):
            # It leaves nothing of pytest.xfail, and the verdict still says that the gate was waived.
            pytest.skip(reason)
        raise pytest.xfail.Exception(reason, pytrace=False)

    def _warn(self, headline: str) -> None:
        with warnings.catch_warnings():
            # `-W error` asks for tests that are strict about code; it does not move a gate's threshold.
            warnings.simplefilter("always", GateWarning)
            self.warn(GateWarning(headline))

    def _message(self, decision: Decision, read: tuple[Digest, ...]) -> str:
        evidence = "  ".join(shown(digest.path) for digest in read[:3])
        headline = decision.headline if decision.status is Status.FAIL else f"{decision.headline} [{decision.status}]"
        return sentence([headline, f"{shown(self.path)}:{self.line}  {evidence}".rstrip(), *decision.details])


class PromptItem(JudgedItem):
    """One prompt of an eval. Where a gate judges the eval, a miss is shown as xfail, and the gate decides."""

    word = "prompt"

    def __init__(self, *, plan: EvalPlan, prompt: Prompt, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.prompt = prompt
        self.line = plan.line

    def setup(self) -> None:
        """Grade the eval's outputs, once for all of its prompts."""
        with told_plainly(), self.errors_recorded():
            results = self.parent.evidence.results(self.plan.name)
            self.result = self.plan.judged(results, self.prompt)

    def runtest(self) -> None:
        """Pass, or miss."""
        status = Status.PASS if self.result.passed else Status.FAIL
        headline = f"{self.name} passes" if self.result.passed else f"{self.name} misses: {self.result.why}"
        if not self.plan.gated:
            results = self.parent.evidence.results(self.plan.name)
            samples = self.parent.told(self.name, results.samples)
            found = {"inputs": results.files, "origin": results.origin, "samples": samples}
            state = "passed" if self.result.passed else self.result.state
            self.record(status, headline, observed=state, wanted="passed", **found)
        if self.result.passed:
            return
        if self.plan.gated:
            if self.config.getoption("runxfail"):
                # It leaves nothing of pytest.xfail, and the gates still decide.
                pytest.skip(headline)
            raise pytest.xfail.Exception(self.result.why, pytrace=False)
        pytest.fail(sentence([headline, self.prompt.where]), pytrace=False)


def report_lost(config: pytest.Config, paths: Sequence[Path]) -> None:
    """Report each named spec that pytest did not come to as an error of the collection, as a broken one is."""
    why = (
        "{} was named but not collected: a folder that was named beside it leaves it out (norecursedirs, --ignore, "
        "collect_ignore), or the plugin was loaded too late (-p pytest_ftgate.plugin loads it in time)"
    )
    for name in (shown(path) for path in paths if path not in config.stash.get(_COLLECTED, set())):
        config.hook.pytest_collectreport(report=pytest.CollectReport(name, "failed", why.format(name), []))


@contextmanager
def told_plainly() -> Iterator[None]:
    """Fail without pytest's own frames: by message, or, for an error that is not ours, from the raising frame down."""
    try:
        yield
    except FtgateError as e:
        message = str(e)
    except Exception as e:  # noqa: BLE001 - the boundary: reported whole, as the item's error
        message = "".join(format_exception(e.with_traceback(e.__traceback__ and e.__traceback__.tb_next)))
    else:
        return
    raise pytest.fail.Exception(message, pytrace=False) from None


def _in_words(record: Record) -> list[tuple[str, str]]:
    """The record's main fields as properties of their own, for readers of JUnit XML; the record itself decides."""
    said = {"name": record.name, "status": record.status.value, "observed": record.observed, "threshold": record.wanted}
    return [(f"{PROPERTY}.{key}", plain(value)) for key, value in said.items() if value]


def record_of(properties: list[tuple[str, object]]) -> Mapping[str, Any] | None:
    """The record that a report carries, if it is of an item of ours; a test may record a property of the same name."""
    records = (_record(value) for name, value in reversed(properties) if name == PROPERTY)
    return next(filter(None, records), None)


def _record(value: object) -> Mapping[str, Any] | None:
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.keys() == _RECORDED else None
