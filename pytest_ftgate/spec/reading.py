"""One pass over a document, gathering its mistakes so that a user sees them all at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..evals.runtime import BARE, Runtime
from ..sources import NAMED
from ..wording import quoted
from .document import Document, Where
from .paths import expand, is_hosted, resolve

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
        runtime: what graders and samplers may use, and what the reading of a hosted job may take.
    """

    allowed: tuple[Path, ...] = ()
    job: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    hosted: str = ""
    runtime: Runtime = BARE

    @property
    def names_a_job(self) -> bool:
        """Whether the command line names a job."""
        return self.job is not None or bool(self.hosted)


class Reading:
    """A document that the schema accepts, on its way to being a spec."""

    def __init__(self, document: Document, around: Surroundings) -> None:
        self.document = document
        self.around = around
        self.data: Body = document.data if isinstance(document.data, dict) else {}
        self.wrong: list[str] = []

    def refuse(self, where: Where, what: str, *, at_key: bool = False) -> None:
        """Note a mistake."""
        self.wrong.append(self.document.error(where, what, at_key=at_key))

    def line(self, where: Where) -> int:
        """The line of the key at `where`, 1-based."""
        return self.document.position(where)[0]

    @property
    def own_job(self) -> tuple[Where, str] | None:
        """The path or id that the spec names as its job, and where it does, if it names one."""
        said = self.data.get("job")
        if not isinstance(said, dict):
            return (("job",), said) if said else None
        key = next(key for key in ("path", *NAMED) if key in said)
        return ("job", key), said[key]

    @property
    def judges_another_job(self) -> bool:
        """Whether the command line names a job that is not the spec's own."""
        if not self.around.names_a_job or self.own_job is None:
            return False
        try:
            said = expand(self.own_job[1], self.around.environment)
            if self.around.hosted or self.own_job_is_elsewhere(said):
                return said != self.around.hosted
            return self._resolved(said, variables=False) != Path(os.path.realpath(self.around.job or ""))
        except ValueError:
            return True

    @property
    def source(self) -> str:
        """The key of `job:` that names a source, if one does."""
        said = self.data.get("job")
        return next((key for key in NAMED if key in said), "") if isinstance(said, dict) else ""

    def own_job_is_elsewhere(self, said: str) -> bool:
        """Whether what the spec's own job names, expanded, is an id, and no path."""
        if self.source:
            return not NAMED[self.source].takes_path
        return isinstance(self.data.get("job"), str) and is_hosted(said, self.document.file.path.parent)

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
            raise ValueError(f"{quoted(text)}: variables are expanded in `job` and `outputs` only")
        expanded = expand(text, self.around.environment) if variables else text
        return resolve(expanded, self.document.file.path.parent, self.around.allowed)
