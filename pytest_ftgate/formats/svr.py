"""The Simple Verification Result of in-toto, version 0.2.

Source: https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md. It holds passing properties
only, so that finding one is never mistaken for a pass.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from ..decision import Status
from ..errors import FtgateError
from ..files import shown
from . import subjects
from .told import Told

TYPE = "https://in-toto.io/attestation/svr/v0.2"
"""The predicate's type."""

_VERIFIER = "https://pypi.org/project/pytest-ftgate/"


def statement(told: Told) -> str:
    """The Statement, with the model as its subject.

    Raises:
        FtgateError: the verdict does not promote, is on no model that has a digest, or does not say when it was made.
    """
    if not told.promote:
        raise FtgateError(f"{shown(told.file.path)} does not promote, so there is no svr of it: {told.headline}")
    body = {
        "verifier": {
            "id": f"{_VERIFIER}{re.sub('[^0-9A-Za-z.+-]', '', told.version)}/",
            "policies": [subjects.descriptor(file) for file in told.policy],
        },
        "timeCreated": _time(told),
        "properties": list(_properties(told)),
    }
    return subjects.statement(told, TYPE, body)


def _properties(told: Told) -> Iterator[str]:
    yield "FTGATE_PROMOTION_PASSED"
    if not told.named(Status.WAIVED):
        yield "FTGATE_NO_WAIVERS"
    # Two gates can have one property; it is stated where both passed.
    passed: dict[str, bool] = {}
    for gate in told.gates:
        name = f"FTGATE_GATE_{re.sub('[^0-9A-Z]', '_', gate.name.upper())}"
        passed[name] = passed.get(name, True) and gate.status is Status.PASS
    yield from (name for name, all_of_them in passed.items() if all_of_them)


def _time(told: Told) -> str:
    try:
        datetime.fromisoformat(told.created)
    except ValueError:
        raise FtgateError(f"{shown(told.file.path)} does not say when it was made") from None
    return told.created
