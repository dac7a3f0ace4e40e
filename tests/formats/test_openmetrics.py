"""OpenMetrics text, read by Prometheus' own parser, and by GitLab's rules."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pytest_ftgate.formats import exported

from .making import gate, verdict

Labels = tuple[tuple[str, str], ...]


def samples(path: Path) -> Mapping[tuple[str, Labels], float]:
    families = text_string_to_metric_families(exported(path, "openmetrics"))  # type: ignore[no-untyped-call]
    found = [sample for family in families for sample in family.samples]
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for one in found}


def gitlab(text: str) -> dict[str, str]:
    """Names and values as GitLab reads them: comments cut, words split as by a shell."""
    words = [shlex.split(line.partition("#")[0]) for line in text.splitlines()]
    return dict(filter(None, words))


def test_figures_and_thresholds_are_told_by_gate(tmp_path: Path) -> None:
    found = samples(verdict(tmp_path, gate("loss", value=0.25)))
    where = (("gate", "loss"), ("spec", "job.yaml"))
    assert found["ftgate_observed", (where[0], ("measure", "valid_loss"), where[1])] == 0.25
    assert found["ftgate_threshold", (where[0], ("op", "<="), where[1])] == 0.5
    assert found["ftgate_gate_met", where] == 1
    assert found["ftgate_promote", ()] == 1


def test_values_are_written_with_fixed_decimals(tmp_path: Path) -> None:
    text = exported(verdict(tmp_path, gate("a", value=1e-3), gate("b", value=3), gate("c", value=1e20)), "openmetrics")
    values = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith("ftgate_observed")]
    assert values == ["0.001000", "3.000000", "100000000000000000000.000000"]


@pytest.mark.parametrize("status", ["fail", "error", "inconclusive", "not_evaluated"])
def test_a_gate_in_the_way_is_not_met(status: str, tmp_path: Path) -> None:
    found = samples(verdict(tmp_path, gate("a"), gate("b", status), promote=False))
    assert found["ftgate_promote", ()] == 0
    assert found["ftgate_gate_met", (("gate", "b"), ("spec", "job.yaml"))] == 0
    assert found["ftgate_gates", (("status", status),)] == 1


def test_a_gate_without_a_finite_value_has_no_observation(tmp_path: Path) -> None:
    text = exported(verdict(tmp_path, gate("a", "fail", value="nan"), promote=False), "openmetrics")
    assert "ftgate_observed{" not in text
    assert 'ftgate_gate_met{spec="job.yaml",gate="a"} 0.000000' in text


def test_prompts_are_counted_and_not_listed(tmp_path: Path) -> None:
    found = samples(verdict(tmp_path, gate("refunds[p1]"), gate("refunds[p2]")))
    assert found["ftgate_gates", (("status", "pass"),)] == 2
    assert not [name for name, _ in found if name == "ftgate_gate_met"]


def test_labels_are_escaped(tmp_path: Path) -> None:
    found = samples(verdict(tmp_path, gate('a"\\b\n} 1'), spec={"path": "job.yaml"}))
    assert found["ftgate_gate_met", (("gate", 'a"\\b\\n} 1'), ("spec", "job.yaml"))] == 1


def test_gitlab_reads_every_sample(tmp_path: Path) -> None:
    path = verdict(tmp_path, gate("loss", value=0.25), spec={"path": "my job #2.yaml"})
    found = gitlab(exported(path, "openmetrics"))
    assert len(found) == len(samples(path))
    assert found["ftgate_observed{spec=my job \\x232.yaml,gate=loss,measure=valid_loss}"] == "0.250000"
