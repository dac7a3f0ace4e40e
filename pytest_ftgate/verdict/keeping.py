"""What a run does with its verdict: binds it to the model and the run, writes it, keeps it in the history, promotes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ..errors import FtgateError
from ..files import shown
from .ci import ci_facts
from .document import document
from .history import append, read_history
from .rollup import Verdict
from .subject import subject_of
from .writing import write


@dataclass(frozen=True)
class Asked:
    """What a run was asked to do with its verdict.

    Attributes:
        here: the folder that the run was started in.
        root: pytest's rootdir.
        model: the model's folder, file or id, or nothing.
        verdict: where the verdict is written, if anywhere.
        promote: where a verdict that promotes is written too, if anywhere.
        history: the history's file.
        keeps: whether the verdict is added to the history.
    """

    here: Path
    root: Path
    model: str = ""
    verdict: Path | None = None
    promote: Path | None = None
    history: Path | None = None
    keeps: bool = False


def bound(verdict: Verdict, asked: Asked, now: datetime, environment: Mapping[str, str]) -> Verdict:
    """`verdict` with its time, its model, its CI run, and the earlier verdicts on that model.

    A model that cannot be bound, and a history that cannot be read, are problems of the verdict: it does not promote.
    """
    created = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = replace(verdict, created=created, ci=ci_facts(environment))
    try:
        _check_place(asked)
        found = replace(found, subject=subject_of(found.specs, asked.model, asked.here))
        return replace(found, previous=_previous(found, asked))
    except FtgateError as e:
        return replace(found, problems=(*found.problems, str(e)))


def keep(verdict: Verdict, asked: Asked) -> None:
    """Write the verdict, add it to the history, and where it promotes, to the file of the next baseline.

    A history in the model's own folder, which `bound` says is a problem, is not added to.

    Raises:
        FtgateError: one of them cannot be written; what comes after it is not.
    """
    if asked.verdict:
        write(verdict, asked.verdict)
    if asked.history and asked.keeps and not _is_in_model(asked, asked.history):
        append(asked.history, document(verdict), asked.root, asked.here)
    if asked.promote and verdict.promote:
        write(verdict, asked.promote, "--ftgate-promote")


def _previous(verdict: Verdict, asked: Asked) -> tuple[Mapping[str, object], ...]:
    if not asked.history:
        return ()
    return read_history(asked.history).previous(document(verdict), asked.root, asked.here)


def _check_place(asked: Asked) -> None:
    """Refuse what is written into the model's folder: the model would not be the one that was judged."""
    for path in (asked.verdict, asked.promote, asked.history if asked.keeps else None):
        if path and _is_in_model(asked, path):
            model = shown((asked.here / asked.model).resolve())
            raise FtgateError(f"{shown(path)} is written into the model's own folder {model}, which it changes")


def _is_in_model(asked: Asked, path: Path) -> bool:
    return bool(asked.model) and path.resolve().is_relative_to((asked.here / asked.model).resolve())
