"""Which specs may be judged by: a list of digests that the one who is judged does not write."""

from argparse import ArgumentTypeError
from pathlib import Path

from ..arguments import sha256
from ..errors import EvidenceError
from ..files import read, shown

_LARGEST = 1 << 20


def allowed(path: Path) -> frozenset[str]:
    """The digests in the file at `path`: the first word of each line, as `sha256sum` writes them; `#` begins a comment.

    Raises:
        EvidenceError: it cannot be read, or a line begins with something else.
    """
    found = set()
    for number, line in enumerate(read(path, _LARGEST).text().splitlines(), 1):
        words = line.partition("#")[0].split()
        try:
            found |= {sha256(words[0])} if words else set()
        except ArgumentTypeError as e:
            raise EvidenceError(f"{shown(path)}:{number}: {e}") from None
    return frozenset(found)
