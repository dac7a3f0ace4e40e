"""Quality gates for finished fine-tuning jobs, as pytest items.

The names below are what a source of one's own needs; each is imported when it is first asked for, because every pytest
run of every project that has the plugin imports this package.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import EvidenceError, FtgateError, GateWarning, JobError, SpecError
    from .job import Job
    from .series import Series, build
    from .sources import JobRef, Source, read_job
    from .sources.pieces import Piece

__version__ = "0.1.0"

__all__ = [
    "EvidenceError",
    "FtgateError",
    "GateWarning",
    "Job",
    "JobError",
    "JobRef",
    "Piece",
    "Series",
    "Source",
    "SpecError",
    "build",
    "read_job",
]

_HOMES = {
    "EvidenceError": ".errors",
    "FtgateError": ".errors",
    "GateWarning": ".errors",
    "Job": ".job",
    "JobError": ".errors",
    "JobRef": ".sources",
    "Piece": ".sources.pieces",
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
