"""The verdict: what became of every gate that the specs declare, bound by digests to model, specs and evidence."""

from .document import document
from .record import Declared, Record, is_prompt
from .rollup import Judged, Verdict, combine, declared, unfinished
from .writing import write

__all__ = [
    "Declared",
    "Judged",
    "Record",
    "Verdict",
    "combine",
    "declared",
    "document",
    "is_prompt",
    "unfinished",
    "write",
]
