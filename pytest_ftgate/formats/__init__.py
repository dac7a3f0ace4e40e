"""A verdict in the formats that other tools read."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import FtgateError
from ..files import shown
from ..verdict.writing import replace_file
from . import in_toto, model_index, openmetrics, subjects, svr
from .told import Told, read_verdict


class Format(NamedTuple):
    """One format: what reads it, in a few words, and the text of a verdict in it."""

    help: str
    write: Callable[[Told], str]


FORMATS: Mapping[str, Format] = {
    "in-toto": Format("an in-toto Statement with a test-result, for cosign and policy engines", in_toto.statement),
    "in-toto-predicate": Format("its predicate alone, for actions/attest", in_toto.predicate),
    "subject-checksums": Format("the model's digests, for actions/attest", subjects.checksums),
    "svr": Format("an in-toto Statement with a Simple Verification Result, only of a promotion", svr.statement),
    "model-index": Format("a Hugging Face model card's metadata, only of a promotion", model_index.card),
    "openmetrics": Format("the figures as OpenMetrics text, for GitLab's metrics reports", openmetrics.exposition),
}
"""The formats."""


def exported(path: Path, form: str) -> str:
    """The verdict in the file at `path` as the text of `form`, one of `FORMATS`.

    Raises:
        FtgateError: the file is no verdict that can be relied on, or cannot be told in this format.
    """
    return FORMATS[form].write(read_verdict(path))


def save(text: str, path: Path) -> None:
    """Write an export to a new file, whole.

    Raises:
        FtgateError: there is such a file already, or it cannot be written.
    """
    if os.path.lexists(path):
        raise FtgateError(f"{shown(path)}: is there already: it is not overwritten")
    try:
        replace_file(path, text)
    except OSError as e:
        raise FtgateError(f"{shown(path)}: cannot be written ({e.strerror})") from None
