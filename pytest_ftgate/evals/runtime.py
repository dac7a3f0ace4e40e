"""What the graders and samplers of one run may use beyond the answers: hosts, a folder, the right to run code."""

from dataclasses import dataclass, field
from pathlib import Path

from ..sources.hosts import Access


@dataclass(frozen=True)
class Runtime:
    """What is allowed, as the command line and the environment say.

    Attributes:
        access: the hosts that may be asked, and for how long.
        folder: where answers that cost money are kept, so that none is paid for twice.
        runs_code: graders that are programs may run: `--ftgate-allow-python`.
    """

    access: Access = field(default_factory=Access)
    folder: Path = Path(".ftgate")
    runs_code: bool = False


BARE = Runtime()
"""Nothing but the SDKs' own hosts."""
