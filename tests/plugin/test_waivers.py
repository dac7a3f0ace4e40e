"""Waivers in a run: shown as xfail, told in the summary, kept in the verdict."""

import pytest

from ..conftest import RunSpec
from .specs import ONE_MISSED, UNMEASURABLE, XDIST
from .verdicts import ASKED, statuses_in, verdict_in

WAIVED = """
    waivers:
      - {gate: train-loss, reason: new tokenizer, owner: alice, ticket: "#412", expires: 9999-12-31, up_to: 0.70}
"""
EXPIRED = WAIVED.replace("9999-12-31", "2001-01-01")
EXCEEDED = WAIVED.replace("0.70", "0.60")


@XDIST
def test_a_waived_miss_is_an_xfail_and_promotes(
    pytester: pytest.Pytester, run_spec: RunSpec, workers: tuple[str, ...]
) -> None:
    result = run_spec(ONE_MISSED + WAIVED, ASKED, "-rx", *workers)
    result.assert_outcomes(passed=1, xfailed=1)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "waiver of train-loss, until 9999-12-31 by alice: new tokenizer (#412): applied",
            "verdict: PASS WITH WAIVERS (2 gates judged; waived: train-loss)",
            "XFAIL job.yaml::train-loss - *waived until 9999-12-31 by alice: new tokenizer (#412)",
        ]
    )
    verdict = verdict_in(pytester.path)
    assert (verdict["verdict"], verdict["promote"]) == ("pass_with_waivers", True)
    [waiver] = verdict["specs"][0]["waivers"]
    assert (waiver["gate"], waiver["state"], waiver["up_to"]) == ("train-loss", "applied", 0.7)
    assert [gate["waiver"] for gate in verdict["specs"][0]["gates"]] == [None, "applied"]


@pytest.mark.parametrize(
    ("waivers", "state", "said"),
    [
        (EXPIRED, "expired", "*the waiver of line 9 expired on 2001-01-01: alice, new tokenizer"),
        (EXCEEDED, "exceeded", "*the waiver of line 9 covers values up to 0.6, and 0.65 is beyond that"),
    ],
)
def test_a_waiver_that_does_not_cover_the_miss_is_shown(
    pytester: pytest.Pytester, run_spec: RunSpec, waivers: str, state: str, said: str
) -> None:
    result = run_spec(ONE_MISSED + waivers, ASKED)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([said])
    verdict = verdict_in(pytester.path)
    assert (verdict["promote"], verdict["specs"][0]["waivers"][0]["state"]) == (False, state)


def test_an_unused_waiver_is_shown(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = run_spec(ONE_MISSED.replace("0.50", "0.66") + WAIVED, ASKED)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["waiver of train-loss, *: not needed: the gate holds nothing up, so remove it"])
    assert verdict_in(pytester.path)["verdict"] == "pass"


def test_an_error_and_doubt_are_not_waived(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    waived = WAIVED.replace("train-loss", "accuracy").replace("0.70", "0.10")
    run_spec(UNMEASURABLE + waived, ASKED).assert_outcomes(passed=1, errors=1)
    assert verdict_in(pytester.path)["specs"][0]["waivers"][0]["state"] == "not_covered"
    run_spec(ONE_MISSED.replace("max: 0.50", "max: 0.50, min_n: 1000") + WAIVED, ASKED)
    assert statuses_in(pytester.path)["train-loss"] == "inconclusive"


def test_a_gate_that_was_left_out_asks_for_no_waiver(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    run_spec(ONE_MISSED + WAIVED, ASKED, "-k", "finished")
    assert verdict_in(pytester.path)["specs"][0]["waivers"][0]["state"] == "not_asked"
    assert verdict_in(pytester.path)["promote"] is False


def test_runxfail_changes_nothing_of_a_waiver(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = run_spec(ONE_MISSED + WAIVED, ASKED, "--runxfail")
    result.assert_outcomes(passed=1, skipped=1)
    assert verdict_in(pytester.path)["verdict"] == "pass_with_waivers"
