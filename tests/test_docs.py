"""The documents are true: their specs are specs, their links lead somewhere, nothing of the language is left out."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_ftgate.decision import Status
from pytest_ftgate.evals.graders import GRADERS
from pytest_ftgate.job import FACTS
from pytest_ftgate.measures import MEASURES
from pytest_ftgate.spec import load, schema_text

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)(#[^)]*)?\)")


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, (name, text) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8"))):
            if name == language:
                yield f"{page.name}-{number}", text


def names(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return {name for part in schema for name in names(part)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {})) if isinstance(schema.get("properties"), dict) else set()
    return own | {name for part in schema.values() for name in names(part)}


@pytest.mark.parametrize(("where", "text"), [pytest.param(*b, id=b[0]) for b in blocks("yaml")])
def test_every_spec_in_the_documents_is_a_spec(where: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "job.yaml"
    path.write_text(text, encoding="utf-8")
    spec = load(path)
    assert spec.gates or spec.evals, where


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_documents_leads_somewhere(page: Path) -> None:
    targets = [target for target, _ in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_spec_page_names_every_key_of_the_language() -> None:
    page = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8") + (ROOT / "docs" / "graders.md").read_text("utf-8")
    hosted = {"openai", "azure", "mlflow", "wandb", "tensorboard"}
    missing = [name for name in names(json.loads(schema_text())) if f"{name}" not in page]
    assert set(missing) <= hosted


def test_the_spec_page_names_every_measure_and_fact() -> None:
    page = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
    assert [name for name in MEASURES if f"`{name}: " not in page] == []
    assert [name for name in FACTS if f"`{name}`" not in page] == []


def test_the_schema_knows_the_facts_that_jobs_can_have() -> None:
    known = json.loads(schema_text())["$defs"]["job-gate"]["properties"]["job"]["enum"]
    assert known == list(FACTS)


def test_the_graders_page_names_every_grader() -> None:
    page = (ROOT / "docs" / "graders.md").read_text(encoding="utf-8")
    assert [name for name in GRADERS if f"| `{name}` |" not in page] == []


def test_the_verdict_page_names_every_status_that_can_come() -> None:
    page = (ROOT / "docs" / "verdict.md").read_text(encoding="utf-8")
    assert [status for status in Status if f"`{status.value}`" not in page] == []


def test_the_architecture_page_maps_every_module() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "pytest_ftgate"
    places = [p.name if p.is_file() else f"{p.name}/" for p in package.iterdir() if not p.name.startswith("__")]
    places = [place for place in places if place != "py.typed"]
    assert [place for place in places if f"`{place}`" not in page] == []
