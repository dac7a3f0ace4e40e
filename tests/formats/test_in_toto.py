"""The in-toto formats, read by the attestation framework's own library."""

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult as Result
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.resource_descriptor_pb2 import ResourceDescriptor as Descriptor
from in_toto_attestation.v1.statement import Statement

from pytest_ftgate.errors import FtgateError
from pytest_ftgate.formats import exported
from pytest_ftgate.formats.told import read_verdict

from .making import FILES, GITHUB, HOSTED, LOG, ROOT, SPEC, UNBOUND, WEIGHTS, gate, verdict

STATUSES = ("pass", "warn", "waived", "not_evaluated", "inconclusive", "error", "fail")


def statement(path: Path, form: str = "in-toto") -> Any:
    """The Statement as the library reads and admits it."""
    body = json.loads(exported(path, form))
    subjects = [json_format.ParseDict(one, Descriptor()) for one in body["subject"]]
    for one in subjects:
        ResourceDescriptor.copy_from_pb(one).validate()
    Statement(subjects, body["predicateType"], body["predicate"]).validate()
    return body


def result(path: Path) -> Result:
    """The predicate as the library reads it, which admits no field that it does not know."""
    return json_format.Parse(exported(path, "in-toto-predicate"), Result())


def test_a_pass_is_passed(tmp_path: Path) -> None:
    found = result(verdict(tmp_path, gate("loss"), gate("gap")))
    assert (found.result, list(found.passed_tests)) == ("PASSED", ["job.yaml::loss", "job.yaml::gap"])
    assert not found.warned_tests
    assert not found.failed_tests


@pytest.mark.parametrize("status", ["warn", "waived"])
def test_a_warning_and_a_waiver_are_warned(status: str, tmp_path: Path) -> None:
    found = result(verdict(tmp_path, gate("loss"), gate("gap", status)))
    assert (found.result, list(found.warned_tests)) == ("WARNED", ["job.yaml::gap"])


@pytest.mark.parametrize("status", STATUSES[3:])
def test_everything_else_has_failed(status: str, tmp_path: Path) -> None:
    found = result(verdict(tmp_path, gate("loss"), gate("gap", status), promote=False))
    assert (found.result, list(found.failed_tests)) == ("FAILED", ["job.yaml::gap"])


@pytest.mark.parametrize("status", STATUSES)
def test_what_does_not_promote_has_always_a_failed_test(status: str, tmp_path: Path) -> None:
    found = result(verdict(tmp_path, gate("loss", status), promote=False))
    assert found.result == "FAILED"
    assert len(found.failed_tests) == 1


def test_a_run_that_was_cut_short_says_so_as_its_failed_test(tmp_path: Path) -> None:
    found = result(verdict(tmp_path, gate("loss"), promote=False, problems=["the run was interrupted"]))
    assert list(found.failed_tests) == ["verdict: FAIL (said by the test)"]


def test_the_configuration_is_policy_evidence_and_verdict(tmp_path: Path) -> None:
    path = verdict(tmp_path, gate("loss"))
    roles = [(one.annotations["role"], one.digest["sha256"]) for one in result(path).configuration]
    assert roles[:3] == [("policy", SPEC), ("policy", "f" * 64), ("evidence", LOG)]
    said = dict(result(path).configuration[-1].annotations)
    assert said == {"role": "verdict", "verdict": "pass", "verdict_id": read_verdict(path).id, "promote": True}


def test_a_spec_that_could_not_be_read_has_no_digest_to_tell(tmp_path: Path) -> None:
    spec = {"sha256": "", "problem": "not YAML", "policy": {"sha256": "", "files": []}}
    found = result(verdict(tmp_path, promote=False, spec=spec))
    assert [one.annotations["role"] for one in found.configuration] == ["evidence", "verdict"]


def test_the_run_is_linked_where_it_has_an_address(tmp_path: Path) -> None:
    assert result(verdict(tmp_path, gate("loss"), ci=GITHUB)).url == GITHUB["run_url"]
    assert result(verdict(tmp_path, gate("loss"), ci=GITHUB | {"run_url": "javascript:alert(1)"})).url == ""


def test_the_subject_is_the_model_and_each_of_its_files(tmp_path: Path) -> None:
    subjects = statement(verdict(tmp_path, gate("loss")))["subject"]
    assert [(one["name"], one["digest"]["sha256"]) for one in subjects] == [
        ("adapter", ROOT),
        ("adapter_model.safetensors", WEIGHTS),
    ]


def test_a_hosted_model_s_digest_never_looks_like_one_of_its_weights(tmp_path: Path) -> None:
    [subject] = statement(verdict(tmp_path, gate("loss"), subject=HOSTED))["subject"]
    assert subject["name"] == "ft:gpt-4o-mini:acme::9xYz"
    assert subject["annotations"] == {"kind": "hosted_record", "algorithm": "ftgate/hosted_record/sha256"}


@pytest.mark.parametrize("form", ["in-toto", "svr", "subject-checksums"])
def test_a_model_without_a_digest_is_no_subject(form: str, tmp_path: Path) -> None:
    with pytest.raises(FtgateError, match="names no model that has a digest; judge with --ftgate-model DIR"):
        exported(verdict(tmp_path, gate("loss"), subject=UNBOUND), form)


def test_checksums_are_written_as_sha256sum_writes_them(tmp_path: Path) -> None:
    text = exported(verdict(tmp_path, gate("loss")), "subject-checksums")
    assert text == f"{ROOT}  adapter\n{WEIGHTS}  adapter_model.safetensors\n"


def test_an_svr_states_what_passed_and_nothing_else(tmp_path: Path) -> None:
    body = statement(verdict(tmp_path, gate("loss"), gate("loss-gap", "warn"), gate("größe-2")), "svr")
    assert body["predicateType"] == "https://in-toto.io/attestation/svr/v0.2"
    assert body["predicate"]["timeCreated"] == "2026-11-21T10:00:00Z"
    assert body["predicate"]["properties"] == [
        "FTGATE_PROMOTION_PASSED",
        "FTGATE_NO_WAIVERS",
        "FTGATE_GATE_LOSS",
        "FTGATE_GATE_GR_SSE_2",
    ]


def test_an_svr_names_verifier_and_policies(tmp_path: Path) -> None:
    verifier = statement(verdict(tmp_path, gate("loss")), "svr")["predicate"]["verifier"]
    assert verifier["id"] == "https://pypi.org/project/pytest-ftgate/0.1.0/"
    assert verifier["policies"][0] == {"name": "job.yaml", "digest": {"sha256": SPEC}}


def test_an_svr_tells_a_waived_promotion_from_one_without(tmp_path: Path) -> None:
    properties = statement(verdict(tmp_path, gate("loss", "waived")), "svr")["predicate"]["properties"]
    assert properties == ["FTGATE_PROMOTION_PASSED"]


def test_a_property_of_two_gates_is_stated_where_both_passed(tmp_path: Path) -> None:
    properties = statement(verdict(tmp_path, gate("a-b"), gate("a.b", "warn"), gate("c")), "svr")["predicate"][
        "properties"
    ]
    assert "FTGATE_GATE_A_B" not in properties
    assert "FTGATE_GATE_C" in properties


def test_there_is_no_svr_of_what_does_not_promote(tmp_path: Path) -> None:
    with pytest.raises(FtgateError, match=r"does not promote, so there is no svr of it: verdict: FAIL"):
        exported(verdict(tmp_path, gate("loss", "fail"), promote=False), "svr")


@pytest.mark.parametrize("created", ["", "2026-99-99T10:00:00Z"])
def test_an_svr_needs_the_time(created: str, tmp_path: Path) -> None:
    with pytest.raises(FtgateError, match="does not say when it was made"):
        exported(verdict(tmp_path, gate("loss"), created=created), "svr")


def test_every_file_of_a_model_is_a_subject(tmp_path: Path) -> None:
    files = [{"path": f"shard-{i}", "sha256": f"{i:064x}", "size": 1} for i in range(3)]
    subjects = statement(verdict(tmp_path, gate("loss"), subject=FILES | {"files": files}))["subject"]
    assert [one["name"] for one in subjects] == ["adapter", "shard-0", "shard-1", "shard-2"]
