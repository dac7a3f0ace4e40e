"""The model as in-toto names it: by digests.

Source: https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md. A folder of files has the
digest that OpenSSF's model-signing gives it, so that both statements are about one subject. Nobody can take a digest of
a hosted model's weights: its subject is the digest of its record, and says so.
"""

import json
from typing import Any

from ..errors import FtgateError
from ..files import Digest, shown
from .told import Told


def subjects(told: Told) -> list[dict[str, Any]]:
    """The model, and after it each of its files.

    Raises:
        FtgateError: the verdict is on no model that has a digest.
    """
    if told.root is None:
        where = shown(told.file.path)
        raise FtgateError(f"{where} names no model that has a digest; judge with --ftgate-model DIR, or a hosted job")
    sha256, algorithm = told.root
    said = {"kind": told.kind, "algorithm": algorithm}
    model = {"name": told.subject, "digest": {"sha256": sha256}, "annotations": said}
    return [model, *(descriptor(file) for file in told.files)]


def descriptor(file: Digest, **annotations: object) -> dict[str, Any]:
    """A file as a resource descriptor."""
    said = {"annotations": annotations} if annotations else {}
    return {"name": file.path.as_posix(), "digest": {"sha256": file.sha256}, **said}


def statement(told: Told, predicate_type: str, predicate: object) -> str:
    """An in-toto Statement, version 1, on the model.

    Raises:
        FtgateError: see `subjects`.
    """
    body = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects(told),
        "predicateType": predicate_type,
        "predicate": predicate,
    }
    return as_text(body)


def as_text(body: object) -> str:
    """JSON, in ASCII."""
    return json.dumps(body, indent=2, allow_nan=False) + "\n"


def checksums(told: Told) -> str:
    """The subjects as `sha256sum` writes them: a digest, two blanks, a name.

    Raises:
        FtgateError: see `subjects`.
    """
    return "".join(f"{one['digest']['sha256']}  {one['name']}\n" for one in subjects(told))
