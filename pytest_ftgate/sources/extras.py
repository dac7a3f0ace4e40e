"""Libraries that come with an extra of the package: the error that says how to install one that is missing."""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ..errors import JobError
from ..wording import plain

_LONGEST, _HALF = 300, 150


@contextmanager
def needed(extra: str, what: str, settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """Import and use a tracker's own reader inside this block.

    Its warnings are not the user's concern, and would be errors where pytest makes them so. `settings` are environment
    variables that it reads; they are put back at the end.

    Raises:
        JobError: the library is not installed.
    """
    before = {name: os.environ.get(name) for name in settings or {}}
    os.environ.update(settings or {})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImportError:
        raise JobError(
            f"{what}: reading it needs a library that is not installed: pip install 'pytest-ftgate[{extra}]'"
        ) from None
    finally:
        _put_back(before)


def said(error: Exception) -> str:
    """What a library says of its failure, on one line; of a long text the two ends, where the reason is."""
    text = plain(" ".join(str(error).split())) or type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[:_HALF]} ... {text[-_HALF:]}"


def _put_back(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
