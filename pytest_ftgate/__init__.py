"""Quality gates for finished fine-tuning jobs, as pytest items.

The names below are what sources, graders and measures of one's own need; each is imported when it is first asked for,
because every pytest run of every project that has the plugin imports this package.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import EvidenceError, FtgateError, GateWarning, JobError, SpecError
    from .evals.graders import Grade, GraderKind
    from .evals.outputs import Output
    from .evals.prompts import Prompt
    from .evidence import Evidence
    from .job import Job
    from .measures.own import MeasureKind
    from .score import Score
    from .series import Series, build
    from .sources import JobRef, Source, read_job
    from .sources.pieces import Piece

__version__ = "0.1.0"

__all__ = [
    "Evidence",
    "EvidenceError",
    "FtgateError",
    "GateWarning",
    "Grade",
    "GraderKind",
    "Job",
    "JobError",
    "JobRef",
    "MeasureKind",
    "Output",
    "Piece",
    "Prompt",
    "Score",
    "Series",
    "Source",
    "SpecError",
    "build",
    "read_job",
]

_HOMES = {
    "Evidence": ".evidence",
    "EvidenceError": ".errors",
    "FtgateError": ".errors",
    "GateWarning": ".errors",
    "Grade": ".evals.graders",
    "GraderKind": ".evals.graders",
    "Job": ".job",
    "JobError": ".errors",
    "JobRef": ".sources",
    "MeasureKind": ".measures.own",
    "Output": ".evals.outputs",
    "Piece": ".sources.pieces",
    "Prompt": ".evals.prompts",
    "Score": ".score",
    "Series": ".series",
    "Source": ".sources",
    "SpecError": ".errors",
    "build": ".series",
    "read_job": ".sources",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)
