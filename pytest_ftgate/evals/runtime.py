"""What the graders and samplers of one run may use beyond the answers: hosts, a folder, the right to run code."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from ..sources.hosts import Access

if TYPE_CHECKING:
    from .graders import GraderKind


@dataclass(frozen=True)
class Runtime:
    """What is allowed, as the command line and the environment say.

    Attributes:
        access: the hosts that may be asked, and for how long.
        folder: where answers that cost money are kept, so that none is paid for twice.
        runs_code: graders that are programs may run: `--ftgate-allow-python`.
        samples: which answers are asked for: those that are missing, none, or all.
        max_sample_age: seconds that a stored answer may be old, or None.
        run: what the processes of one run have in common.
        progress: how it is shown that something takes long.
        uncaptured: what it is shown within.
        graders: those that are not built in, by name.
    """

    access: Access = field(default_factory=Access)
    folder: Path = Path(".ftgate")
    runs_code: bool = False
    samples: Literal["missing", "never", "always"] = "missing"
    max_sample_age: float | None = None
    run: str = field(default_factory=lambda: uuid4().hex)
    progress: Literal["bar", "lines", "none"] = "none"
    uncaptured: Callable[[], AbstractContextManager[object]] = nullcontext
    graders: "Mapping[str, GraderKind]" = field(default_factory=dict)


BARE = Runtime()
"""Nothing but the SDKs' own hosts."""
