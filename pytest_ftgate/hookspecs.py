"""What a conftest.py or another plugin can add."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .sources import Source


@pytest.hookspec
def pytest_ftgate_sources() -> "Sequence[Source]":
    """Sources of jobs, tried in order before the built-in ones.

    A source is `Source(name, recognise, read)`: `recognise(piece)` says whether an opened file is of its kind, by its
    content; `read(path, pieces)` makes the `Job` of what `job:` named and of the files that were recognised. It raises
    `JobError` with one clear line where they cannot be judged. docs/sources.md has an example.
    """
    return ()
