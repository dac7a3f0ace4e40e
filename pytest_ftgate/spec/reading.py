"""One pass over a document, gathering its mistakes so that a user sees them all at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..evals.runtime import BARE, Runtime
from ..files import File
from ..measures.own import MeasureKind
from ..sources import NAMED
from ..wording import quoted
from .document import Document, Where
from .paths import expand, is_hosted, resolve
from .presets import with_preset

Body = Mapping[str, Any]
"""A mapping of the document, checked against the schema."""


@dataclass(frozen=True)
class Surroundings:
    """What a spec is read within.

    Attributes:
        allowed: folders besides the spec's own that its files may lie in.
        job: the job's path that the command line names instead of the spec's job.
        environment: what `${NAME}` is expanded from.
        hosted: the hosted job's id that the command line names instead of the spec's job.
        policies: the digests of the specs that may be judged by; None where any may.
        measures: those that are not built in, by name.
        runtime: what graders and samplers may use, and what the reading of a hosted job may take.
    """

    allowed: tuple[Path, ...] = ()
    job: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    hosted: str = ""
    runtime: Runtime = BARE
    policies: frozenset[str] | None = None
    measures: Mapping[str, MeasureKind] = field(default_factory=dict)

    @property
    def names_a_job(self) -> bool:
        """Whether the command line names a job."""
        return self.job is not None or bool(self.hosted)


class Reading:
    """A document that the schema accepts, on its way to being a spec."""

    def __init__(self, document: Document, around: Surroundings) -> None:
        self.document = document
        self.around = around
        self.data: Body = with_preset(document.data) if isinstance(document.data, dict) else {}
        self.wrong: list[str] = []
        self.attached: list[File] = []

    def refuse(self, where: Where, what: str, *, at_key: bool = False) -> None:
        """Note a mistake."""
        if self._is_of_preset(where):
            where, what = ("preset",), f"its gate {'.'.join(map(str, where[1:]))} {what}"
        self.wrong.append(self.document.error(where, what, at_key=at_key))

    def line(self, where: Where) -> int:
        """The line of the key at `where`, 1-based; of a preset's gate that of `preset:`."""
        return self.document.position(("preset",) if self._is_of_preset(where) else where)[0]

    def _is_of_preset(self, where: Where) -> bool:
        return len(where) > 1 and where[0] == "gates" and where[1] not in self.own_gates

    @property
    def own_gates(self) -> Body:
        """The gates that the spec itself writes."""
        found: Body = self.document.data.get("gates", {}) if isinstance(self.document.data, dict) else {}
        return found

    @property
    def own_job(self) -> tuple[Where, str] | None:
        """The path or id that the spec names as its job, and where it does, if it names one."""
        return self.named("job")

    def named(self, role: str) -> tuple[Where, str] | None:
        """The path or id that the spec names as its `job` or `baseline`, and where it does, if it names one."""
        said = self.data.get(role)
        if not isinstance(said, dict):
            return ((role,), said) if said else None
        key = next(key for key in ("path", *NAMED) if key in said)
        return (role, key), said[key]

    @property
    def judges_another_job(self) -> bool:
        """Whether the command line names a job that is not the spec's own."""
        if not self.around.names_a_job or self.own_job is None:
            return False
        try:
            said = expand(self.own_job[1], self.around.environment)
            if self.around.hosted or self.is_elsewhere(said):
                return said != self.around.hosted
            return self._resolved(said, variables=False) != Path(os.path.realpath(self.around.job or ""))
        except ValueError:
            return True

    def source(self, role: str = "job") -> str:
        """The key below `job:` or `baseline:` that names a source, if one does."""
        said = self.data.get(role)
        return next((key for key in NAMED if key in said), "") if isinstance(said, dict) else ""

    def is_elsewhere(self, said: str, role: str = "job") -> bool:
        """Whether what the spec's `job` or `baseline` names, expanded, is an id, and no path."""
        if self.source(role):
            return not NAMED[self.source(role)].takes_path
        return isinstance(self.data.get(role), str) and is_hosted(said, self.document.file.path.parent)

    def expanded(self, where: Where, text: str) -> str | None:
        """`text` with its variables, or None and a mistake."""
        try:
            return expand(text, self.around.environment)
        except ValueError as e:
            self.refuse(where, str(e))
            return None

    def path(self, where: Where, text: str, *, variables: bool = False) -> Path | None:
        """The file that `text` names, or None and a mistake; `variables` says that it may hold `${NAME}`."""
        try:
            return self._resolved(text, variables=variables)
        except ValueError as e:
            self.refuse(where, str(e))
            return None

    def _resolved(self, text: str, *, variables: bool) -> Path:
        if not variables and "${" in text:
            raise ValueError(f"{quoted(text)}: variables are expanded in `job`, `baseline` and `outputs` only")
        expanded = expand(text, self.around.environment) if variables else text
        return resolve(expanded, self.document.file.path.parent, self.around.allowed)
