"""Reading the verdict file that a run leaves."""

import json
from pathlib import Path
from typing import Any

ASKED = "--ftgate-verdict=verdict.json"

OLD_PROMOTION = '{"schema": "pytest-ftgate/verdict/1", "verdict": "pass", "promote": true}\n'


def verdict_in(folder: Path) -> dict[str, Any]:
    """The verdict that the run in this folder wrote."""
    found: dict[str, Any] = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    return found


def statuses_in(folder: Path) -> dict[str, str]:
    """The status of every gate of every spec in that verdict."""
    return {gate["name"]: gate["status"] for spec in verdict_in(folder)["specs"] for gate in spec["gates"]}
