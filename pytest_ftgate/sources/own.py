"""Sources that a conftest.py or a plugin adds."""

from collections.abc import Iterable

from ..errors import JobError
from . import Source


def own_sources(found: Iterable[object]) -> tuple[Source, ...]:
    """The sources that the hooks gave, in the order in which they are tried.

    Raises:
        JobError: what one gave is no list of sources.
    """
    return tuple(source for given in found for source in _sources(given))


def _sources(given: object) -> list[Source]:
    found = [one for one in given if isinstance(one, Source)] if isinstance(given, list | tuple) else []
    # A source by itself is a tuple too, of what are none.
    if not isinstance(given, list | tuple) or len(found) < len(given):
        raise JobError("pytest_ftgate_sources gives something else than a list of sources")
    return found
