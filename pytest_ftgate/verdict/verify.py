"""Whether a verdict lets a model be promoted: the question of a release script."""

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..errors import FtgateError
from ..files import MAX_BYTES, Digest, Stream, read, shown
from ..wording import counted, plain, quoted
from .reading import read_document
from .sampled import check_samples
from .subject import hosted, of_files

_AHEAD = timedelta(minutes=5)
"""How far another machine's clock may be ahead of this one."""


@dataclass(frozen=True)
class Wanted:
    """What a verdict must be of.

    Attributes:
        specs: the specs in hand.
        model: the model in hand: its folder or file, or a hosted model's id.
        max_age: how old it may be, in seconds.
        evidence: the folder that the evidence's paths start from; None where it is not looked at.
    """

    specs: Sequence[Path]
    model: str
    max_age: float
    evidence: Path | None = None


def verify(path: Path, wanted: Wanted, now: datetime) -> str:
    """The sentence that says what the verdict in the file at `path` promotes.

    Raises:
        FtgateError: it is no verdict, was changed, does not promote, is too old, or is of another spec, model or
            evidence; one line that says which.
    """
    found = read_document(path)
    if not found["promote"]:
        raise FtgateError(f"{shown(path)} does not promote: {plain(found['headline'])}")
    _check_age(shown(path), found, wanted.max_age, now)
    _check_specs(found, wanted.specs)
    _check_model(found["subject"], wanted.model)
    if wanted.evidence is not None:
        _check_evidence(found, wanted.evidence)
    subject = quoted(found["subject"]["id"])
    return (
        f"{plain(found['verdict'])}: {subject} may be promoted by verdict {found['verdict_id']} of {found['created']}"
    )


def _check_age(name: str, found: Mapping[str, Any], max_age: float, now: datetime) -> None:
    try:
        created = datetime.strptime(found["created"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise FtgateError(f"{name} does not say when it was made") from None
    if created > now + _AHEAD:
        raise FtgateError(f"{name} was made at {found['created']}, which is in the future here")
    if (now - created).total_seconds() > max_age:
        raise FtgateError(f"{name} was made at {found['created']}, longer ago than --max-age allows: judge again")


def _check_specs(found: Mapping[str, Any], specs: Sequence[Path]) -> None:
    given = {read(path).digest.sha256: path for path in specs}
    judged = {spec["sha256"]: spec for spec in found["specs"]}
    for sha256, path in given.items():
        if sha256 not in judged:
            raise FtgateError(f"{shown(path)} is not the spec that was judged by: its sha256 is {sha256}")
    for sha256, spec in judged.items():
        if sha256 not in given:
            raise FtgateError(f"the verdict is also by {quoted(spec['path'])}: name it too with --spec")
        for file in spec["policy"]["files"]:
            _check_file(given[sha256].parent, file, "the spec was judged with")


def _check_model(subject: Mapping[str, Any], model: str) -> None:
    if subject["kind"] == "unbound":
        raise FtgateError(f"the verdict is bound to no model: {plain(subject['why'])}")
    here = os.path.exists(model)  # noqa: PTH110 - which is false of what is no path at all
    if here != (subject["kind"] == "files"):
        judged = "files" if subject["kind"] == "files" else f"the hosted model {quoted(subject['id'])}"
        given = "a file or folder" if here else "no file or folder here"
        raise FtgateError(f"what was judged is {judged}, and {quoted(model)} is {given}")
    expected = of_files(Path(model)) if here else hosted(subject["record"])
    if here and (expected["root_digest"], expected["files"]) != (subject["root_digest"], subject["files"]):
        raise FtgateError(f"{quoted(model)} is not the model that was judged: {_difference(expected, subject)}")
    if not here and (expected != subject or subject["id"] != plain(model)):
        raise FtgateError(f"{quoted(model)} is not the model that was judged, which is {quoted(subject['id'])}")


def _difference(here: Mapping[str, Any], judged: Mapping[str, Any]) -> str:
    mine, theirs = ({f["path"]: f["sha256"] for f in subject["files"]} for subject in (here, judged))
    for path, sha256 in theirs.items():
        if mine.get(path) != sha256:
            return f"{quoted(path)} is {'another file' if path in mine else 'missing'}"
    added = next((path for path in mine if path not in theirs), "")
    return f"{quoted(added)} was not there" if added else f"its digest is {here['root_digest']['value']}"


def _gates(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (gate for spec in found["specs"] for gate in spec["gates"])


def _check_evidence(found: Mapping[str, Any], folder: Path) -> None:
    inputs = found["inputs"]
    unlisted = {sha256 for gate in _gates(found) for sha256 in gate["inputs"]} - {file["sha256"] for file in inputs}
    if unlisted:
        raise FtgateError(
            f"the verdict contradicts itself: a gate was decided on {min(unlisted)}, which it does not list"
        )
    if not inputs and not any(samples["answers"] for samples in found["samples"]):
        raise FtgateError("the verdict was decided on no files that could be looked at")
    for file in inputs:
        _check_file(folder, file, f"the verdict rests on {counted(len(inputs), 'file')}, and")
    check_samples(found, folder)


def _check_file(folder: Path, file: Mapping[str, Any], said: str) -> None:
    name = quoted(file["path"], 4096)
    try:
        found = _digest(folder / file["path"])
    except (FtgateError, OSError, ValueError) as e:
        raise FtgateError(f"{said} {name}, which cannot be looked at: {plain(str(e))}") from None
    if found.sha256 != file["sha256"]:
        raise FtgateError(f"{said} {name} with the sha256 {plain(file['sha256'])}; it is {found.sha256} now")


def _digest(path: Path) -> Digest:
    """The digest of a file, read as it was judged: what is larger than others may be was read line by line."""
    if not path.is_file() or path.stat().st_size <= MAX_BYTES:
        return read(path).digest
    stream = Stream(path)
    deque(stream.lines(), maxlen=0)
    return stream.digest
