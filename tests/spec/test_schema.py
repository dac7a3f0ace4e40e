"""The shipped schema says what the code can do, no more and no less."""

import json
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from pytest_ftgate.comparison import RULES
from pytest_ftgate.estimators import At
from pytest_ftgate.evals.graders import GRADERS
from pytest_ftgate.job import FACTS
from pytest_ftgate.measures import MEASURES
from pytest_ftgate.measures.gap import PAIRS
from pytest_ftgate.spec import schema_text
from pytest_ftgate.spec.presets import PRESETS, presets

SCHEMA: dict[str, Any] = json.loads(schema_text())
DEFS: dict[str, Any] = SCHEMA["$defs"]
OF_A_GATE = {"severity", "tags"}
KINDS = sorted(name.removesuffix("-gate") for name in DEFS if name.endswith("-gate"))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("kind", KINDS)
def test_a_condition_takes_what_a_gate_takes_but_for_what_is_the_gate_s(kind: str) -> None:
    gate, check = DEFS[f"{kind}-gate"], DEFS[f"{kind}-check"]
    own = OF_A_GATE | ({"by"} if kind == "eval" else set())
    assert gate["properties"] == {**check["properties"], **{key: {"$ref": f"#/$defs/{key}"} for key in own}}
    assert gate["required"] == check["required"]
    assert gate["required"][0] == kind


@pytest.mark.parametrize("kind", KINDS)
def test_gates_and_conditions_know_no_other_keys(kind: str) -> None:
    assert DEFS[f"{kind}-gate"]["additionalProperties"] is False
    assert DEFS[f"{kind}-check"]["additionalProperties"] is False


def test_every_measure_is_in_the_language_and_nothing_else() -> None:
    assert set(KINDS) == {*MEASURES, "any", "all"}


def test_the_limits_of_a_change_are_those_there_are() -> None:
    assert set(DEFS["baseline"]["properties"]) == set(RULES)


def test_the_presets_are_those_there_are() -> None:
    assert SCHEMA["properties"]["preset"]["enum"] == list(PRESETS) == list(presets())


@pytest.mark.parametrize("alternatives", ["gate", "condition"])
def test_every_kind_is_an_alternative(alternatives: str) -> None:
    suffix = {"gate": "gate", "condition": "check"}[alternatives]
    named = [branch["$ref"].removeprefix("#/$defs/") for branch in DEFS[alternatives]["oneOf"]]
    assert sorted(named) == sorted(f"{kind}-{suffix}" for kind in KINDS)


def test_the_facts_are_those_of_a_job() -> None:
    assert DEFS["job-gate"]["properties"]["job"]["enum"] == list(FACTS)


def test_the_gaps_are_those_that_can_be_taken() -> None:
    gap = DEFS["gap-gate"]["properties"]["gap"]
    assert gap["x-known"] == list(PAIRS)
    assert gap["pattern"] == rf"^({'|'.join(PAIRS)})(\[.+\])?$"


def test_the_moments_are_the_estimators_of_a_series_and_what_ships() -> None:
    names, _ = get_args(At)
    assert DEFS["at"]["oneOf"][0]["enum"] == [*get_args(names), "shipped"]


def test_the_graders_are_those_there_are() -> None:
    assert set(DEFS["grader-name"]["enum"]) == set(GRADERS)
    assert {name.removesuffix("-grader") for name in DEFS if name.endswith("-grader")} == {*GRADERS, "one"}


@pytest.mark.parametrize("name", GRADERS)
def test_a_grader_s_options_are_those_it_reads(name: str) -> None:
    kind, properties = GRADERS[name], DEFS[f"{name}-grader"]["properties"]
    assert set(properties) == {"type", kind.reference, *kind.options}


@pytest.mark.parametrize("name", GRADERS)
def test_a_prompt_brings_a_grader_under_its_name_as_the_grader_takes_it(name: str) -> None:
    assert DEFS["prompt"]["properties"][name] == DEFS[f"{name}-grader"]["properties"][GRADERS[name].reference]


def test_whatever_people_write_is_described_for_editors() -> None:
    undescribed = [
        f"{name}.{key}"
        for name, schema in DEFS.items()
        for key, value in schema.get("properties", {}).items()
        if key not in ("type", "step") and "description" not in {**DEFS.get(value.get("$ref", "")[8:], {}), **value}
    ]
    assert undescribed == []


def test_no_object_of_the_language_is_open() -> None:
    open_objects = [
        name
        for name, schema in {**DEFS, "top": SCHEMA}.items()
        if "properties" in schema and schema.get("additionalProperties") is not False
    ]
    assert open_objects == []


@pytest.mark.parametrize("name", [name for name, schema in DEFS.items() if "oneOf" in schema])
def test_alternatives_are_told_apart_by_their_type(name: str) -> None:
    branches = [DEFS[branch["$ref"][8:]] if "$ref" in branch else branch for branch in DEFS[name]["oneOf"]]
    assert all("type" in branch or "enum" in branch for branch in branches)


def test_no_reference_leaves_the_schema() -> None:
    assert all(found.startswith("#/$defs/") for found in _references(SCHEMA))


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        here = [str(value["$ref"])] if "$ref" in value else []
        return here + [found for inner in value.values() for found in _references(inner)]
    return [found for inner in value for found in _references(inner)] if isinstance(value, list) else []
