"""The test result of in-toto: https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md, v0.1.

It knows passed, warned and failed. What could not be judged, or was not, has failed here: whoever asks whether
`failedTests` is empty must not be told yes.
"""

from typing import Any

from ..decision import Status
from . import subjects
from .told import Told

TYPE = "https://in-toto.io/attestation/test-result/v0.1"
"""The predicate's type."""

_WARNED = (Status.WARN, Status.WAIVED)
_FAILED = tuple(status for status in Status if status not in (Status.PASS, *_WARNED))


def statement(told: Told) -> str:
    """The Statement, with the model as its subject.

    Raises:
        FtgateError: the verdict is on no model that has a digest.
    """
    return subjects.statement(told, TYPE, _predicate(told))


def predicate(told: Told) -> str:
    """The predicate alone: who signs it adds the subject."""
    return subjects.as_text(_predicate(told))


def _predicate(told: Told) -> dict[str, Any]:
    warned, failed = told.named(*_WARNED), told.named(*_FAILED)
    if not told.promote and not failed:
        # A run that was cut short, or a spec that could not be read: no gate failed, and nothing passed either.
        failed = [told.headline]
    return {
        "result": "FAILED" if failed else "WARNED" if warned else "PASSED",
        "configuration": _configuration(told),
        **({"url": told.url} if told.url.startswith("https://") else {}),
        "passedTests": told.named(Status.PASS),
        "warnedTests": warned,
        "failedTests": failed,
    }


def _configuration(told: Told) -> list[dict[str, Any]]:
    """The policy and the evidence, and the verdict itself: there a reader that knows ours finds the rest."""
    said = {"verdict": told.word, "verdict_id": told.id, "promote": told.promote}
    return [
        *(subjects.descriptor(file, role="policy") for file in told.policy),
        *(subjects.descriptor(file, role="evidence") for file in told.evidence),
        {**subjects.descriptor(told.file, role="verdict", **said), "name": told.file.path.name},
    ]
