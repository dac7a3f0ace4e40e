"""What a report is made of: a spec's verdict, and the evidence read again to be shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..evidence import Evidence
from ..files import Digest, shown
from ..spec import Spec
from ..verdict import Judged
from ..wording import listed


@dataclass(frozen=True)
class Material:
    """One spec of a run.

    Attributes:
        judged: what became of its gates.
        spec: the spec; None where it could not be read.
        evidence: what its gates are judged on; it is read when first asked for, and the model is asked nothing.
    """

    judged: Judged
    spec: Spec | None = None
    evidence: Evidence | None = None

    def changed(self, files: Iterable[Digest]) -> str:
        """Which of these files are not what the gates were decided on, in a sentence, or nothing."""
        decided: dict[str, set[str]] = {}
        for record in self.judged.gates:
            for digest in record["inputs"]:
                decided.setdefault(str(digest["path"]), set()).add(str(digest["sha256"]))
        other = [shown(d.path) for d in files if decided.get(str(d.path), {d.sha256}) != {d.sha256}]
        return f"{listed(other)} changed since the gates were decided on it" if other else ""
