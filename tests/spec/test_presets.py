"""Presets, and the baseline of a spec."""

from pathlib import Path

import pytest

from pytest_ftgate.evidence import BaselineRef
from pytest_ftgate.sources import JobRef
from pytest_ftgate.spec import Surroundings
from pytest_ftgate.spec.presets import PRESETS, presets

from ..making import gates, loaded, refused

PAGE = (Path(__file__).parents[2] / "docs" / "presets.md").read_text(encoding="utf-8")
GATE = gates("g: {metric: train_loss, baseline: {max_rise: 1}}")


def preset(folder: Path, name: str, more: str = "") -> dict[str, str]:
    spec = loaded(folder, f"ftgate: 1\njob: run\npreset: {name}\n{more}")
    return {gate.name: str(gate.condition) for gate in spec.gates}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_set_of_gates(tmp_path: Path, name: str) -> None:
    assert list(preset(tmp_path, name)) == list(presets()[name])


def test_a_gate_of_the_same_name_takes_the_place_of_the_preset_s(tmp_path: Path) -> None:
    found = preset(
        tmp_path, "sft", "gates:\n  overfit: {overfit: valid_loss, max: 30%}\n  more: {job: steps, min: 9}\n"
    )
    assert (found["overfit"], found["more"], found["finite"]) == ("max 30%", "min 9", "max 0")


def test_a_preset_needs_a_job(tmp_path: Path) -> None:
    said = refused(tmp_path, "ftgate: 1\npreset: rft\n").splitlines()
    assert said[0].startswith(
        "job.yaml:2:1: preset: its gate complete.any.0 needs a job: write `job: PATH` in the spec, or"
    )


def test_an_unknown_preset_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    said = refused(tmp_path, "ftgate: 1\njob: run\npreset: strict\n")
    assert said == "job.yaml:3:9: preset: 'strict' is not known; known are sft, dpo, rft, classification"


def test_a_gate_of_the_preset_is_not_switched_off(tmp_path: Path) -> None:
    said = refused(tmp_path, "ftgate: 1\njob: run\npreset: sft\ngates: {overfit: }\n")
    assert said == "job.yaml:4:17: gates.overfit: must be a mapping, not nothing"


@pytest.mark.parametrize("name", PRESETS)
def test_the_page_has_every_gate_of_every_preset_as_it_is(name: str) -> None:
    _, _, section = PAGE.partition(f"\n## {name}\n")
    rows = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(presets()[name])


@pytest.mark.parametrize(
    ("said", "ref"),
    [
        ("old", BaselineRef(JobRef(Path("old")))),
        ("{path: old, if_missing: skip}", BaselineRef(JobRef(Path("old")), "skip")),
        ("{csv: old, columns: {step: s}}", BaselineRef(JobRef(Path("old"), "csv", options={"columns": {"step": "s"}}))),
        ("'${OLD}'", BaselineRef(JobRef(Path("old")))),
    ],
)
def test_a_baseline_is_named_as_a_job_is(tmp_path: Path, said: str, ref: BaselineRef) -> None:
    spec = loaded(tmp_path, f"{GATE}baseline: {said}\n", Surroundings(environment={"OLD": "old"}))
    assert spec.baseline
    assert (spec.baseline.job.path, spec.baseline.job.source) == (tmp_path / ref.job.path, ref.job.source)
    assert (spec.baseline.job.options, spec.baseline.if_missing) == (ref.job.options, ref.if_missing)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("5", "baseline: must be text or a mapping, not 5"),
        ("''", "baseline: is empty"),
        ("{if_missing: skip}", "baseline: needs one of path, csv, jsonl"),
        (
            "{path: old, if_missing: maybe}",
            "baseline.if_missing: 'maybe' is not known; known are block, skip, first_run",
        ),
        (
            "{path: old, iff_missing: skip}",
            "baseline.iff_missing: unknown key 'iff_missing', did you mean",
        ),
        ("${NOPE}", "baseline: the environment variable NOPE is not set"),
        ("/etc/passwd", "baseline: '/etc/passwd' lies outside the spec's folder and pytest's rootdir"),
        ("{openai: job-1}", "baseline: 'job-1' is not the id of a hosted job, which is ftjob-..."),
    ],
)
def test_a_baseline_that_is_none_is_refused(tmp_path: Path, said: str, why: str) -> None:
    found = refused(tmp_path, f"{GATE}baseline: {said}\n", Surroundings(environment={}))
    assert found.partition(" ")[2].startswith(why)
