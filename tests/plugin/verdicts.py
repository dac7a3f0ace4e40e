"""Reading the verdict file that a run leaves."""

from pathlib import Path
from typing import Any

from pytest_ftgate.verdict.reading import read_document

ASKED = "--ftgate-verdict=verdict.json"

OLD_PROMOTION = '{"schema": "pytest-ftgate/verdict/1", "verdict": "pass", "promote": true}\n'


def verdict_in(folder: Path, name: str = "verdict.json") -> dict[str, Any]:
    """The verdict that the run in this folder wrote, which is one by its schema, and is what it says of itself."""
    return dict(read_document(folder / name))


def lasting(document: dict[str, Any]) -> dict[str, Any]:
    """What of a verdict does not depend on when it was made, and after how many others."""
    return {k: v for k, v in document.items() if k not in ("created", "attempt", "previous", "sha256")}


def statuses_in(folder: Path) -> dict[str, str]:
    """The status of every gate of every spec in that verdict."""
    return {gate["name"]: gate["status"] for spec in verdict_in(folder)["specs"] for gate in spec["gates"]}
