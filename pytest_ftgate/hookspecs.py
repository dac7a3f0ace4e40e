"""What a conftest.py or another plugin can add."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .evals.graders import GraderKind
    from .measures.own import MeasureKind
    from .sources import Source


@pytest.hookspec
def pytest_ftgate_sources() -> "Sequence[Source]":
    """Sources of jobs, tried in order before the built-in ones.

    A source is `Source(name, recognise, read)`: `recognise(piece)` says whether an opened file is of its kind, by its
    content; `read(path, pieces)` makes the `Job` of what `job:` named and of the files that were recognised. It raises
    `JobError` with one clear line where they cannot be judged. docs/sources.md has an example.
    """
    return ()


@pytest.hookspec
def pytest_ftgate_graders() -> "Mapping[str, GraderKind]":
    """Graders by the name that specs know them by, which no other grader has.

    A grader is `GraderKind(reference, options, build)`: `reference` is the option that says what is wanted, and under
    which a prompt brings it; `options` are the others; `build(options, runtime)` makes of them a function that grades
    an `Output` by its `Prompt` with a `Grade` from 0 to 1. It raises `ValueError` with a sentence for an option that
    cannot be used, and the function `EvidenceError` where it cannot judge. docs/graders.md has an example.
    """
    return {}


@pytest.hookspec
def pytest_ftgate_measures() -> "Mapping[str, MeasureKind]":
    """Measures by the name that gates know them by, which no other key of gates has.

    A measure is `MeasureKind(what, options, build, span, is_ratio)`: `what` its value is, in one line; `options` are
    what a gate may say of it beside its name; `build(said, options)` makes of what the gate says under that name, and
    of its options, a function from `Evidence` to a `Score`; `span` and `is_ratio` say what its bounds can be. It raises
    `ValueError` with a sentence for what cannot be used, and the function `EvidenceError` where it cannot judge.
    docs/curves.md has an example.
    """
    return {}
