"""Gates: conditions, their joining, and what `severity: warn` excuses."""

import math
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_ftgate.bounds import Bound
from pytest_ftgate.decision import Decision, Status
from pytest_ftgate.errors import FtgateError, JobError
from pytest_ftgate.evidence import Evidence
from pytest_ftgate.files import Digest
from pytest_ftgate.gate import Check, Condition, Gate, Joined, digests
from pytest_ftgate.score import Score
from pytest_ftgate.threshold import Threshold

NOTHING = Evidence(None, {})
NAN = math.nan


@dataclass(frozen=True)
class Fixed:
    """A measure that gives one value, or an error where there is none."""

    value: float | None
    doubt: str = ""
    what: str = "loss"
    span: tuple[float, float] = (0.0, math.inf)
    is_ratio: bool = False
    evidence: tuple[Digest, ...] = ()

    def __call__(self, _: Evidence) -> Score:
        if self.value is None:
            raise JobError("no such metric\n  details")
        return Score(self.value, self.what, "", inconclusive=self.doubt, details=("noted",), evidence=self.evidence)


def check(value: float | None, doubt: str = "") -> Check:
    """Admits 1 and less."""
    return Check(Fixed(value, doubt), Threshold(max=Bound(1)))


def decided(condition: Condition, *, advisory: bool = False) -> Decision:
    gate = Gate("quality", condition, advisory)
    return gate.decide(gate.measure(NOTHING))


def status(how: str, *parts: Condition, advisory: bool = False) -> Status:
    return decided(Joined(how, parts), advisory=advisory).status


GOOD, BAD, LOST, DOUBTFUL = check(0.5), check(2), check(NAN), check(0.5, "too thin")


def test_a_decision_begins_with_the_gate_s_name() -> None:
    assert decided(BAD).headline == "quality 2 > max 1 (over by 1)"


def test_what_cannot_be_measured_is_an_error_of_the_same_kind_under_the_gate_s_name() -> None:
    with pytest.raises(JobError, match=r"^quality could not be judged: no such metric\n  details$"):
        Gate("quality", check(None)).measure(NOTHING)


def test_any_passes_where_one_condition_does() -> None:
    decision = decided(Joined("any", (BAD, GOOD)))
    assert decision.status is Status.PASS
    assert decision.headline == (
        "quality 1 of 2 conditions met, any wanted: loss 2 > max 1 (over by 1); loss 0.5 <= max 1"
    )
    assert (decision.observed, decision.wanted) == ("1 of 2 met", "any of 2 conditions")


def test_all_fails_where_one_condition_does() -> None:
    assert status("all", GOOD, BAD) is Status.FAIL


@pytest.mark.parametrize("parts", [(GOOD, LOST), (LOST, GOOD)])
def test_a_value_that_is_not_finite_fails_even_under_any(parts: tuple[Check, Check]) -> None:
    assert status("any", *parts) is Status.FAIL


def test_a_value_that_is_not_finite_fails_from_however_deep() -> None:
    assert status("any", GOOD, Joined("any", (GOOD, Joined("all", (GOOD, LOST))))) is Status.FAIL


def test_an_equality_excuses_nan_no_more_than_a_bound_does() -> None:
    equality = Check(Fixed(NAN), Threshold(one_of=(1,)))
    assert status("any", GOOD, equality) is Status.FAIL


def test_doubt_is_better_than_a_miss_under_any_and_still_no_pass() -> None:
    assert status("any", BAD, DOUBTFUL) is Status.INCONCLUSIVE


def test_a_pass_settles_any_whatever_is_in_doubt() -> None:
    assert status("any", GOOD, DOUBTFUL) is Status.PASS


def test_doubt_leaves_all_in_doubt() -> None:
    assert status("all", GOOD, DOUBTFUL) is Status.INCONCLUSIVE


def test_a_miss_settles_all_whatever_is_in_doubt() -> None:
    assert status("all", BAD, DOUBTFUL) is Status.FAIL


@pytest.mark.parametrize("how", ["any", "all"])
def test_one_condition_that_cannot_be_measured_leaves_nothing_to_decide(how: str) -> None:
    with pytest.raises(FtgateError, match="no such metric"):
        status(how, GOOD, check(None))


def test_nested_conditions_are_told_in_one_line() -> None:
    decision = decided(Joined("all", (GOOD, Joined("any", (BAD, BAD)))))
    assert decision.headline == (
        "quality 1 of 2 conditions met, all wanted: loss 0.5 <= max 1; "
        "0 of 2 conditions met, any wanted: loss 2 > max 1 (over by 1); loss 2 > max 1 (over by 1)"
    )


def test_what_is_said_of_several_conditions_is_said_once() -> None:
    assert decided(Joined("all", (GOOD, BAD))).details == ("noted",)


def test_severity_warn_turns_a_miss_into_a_warning() -> None:
    assert decided(BAD, advisory=True).status is Status.WARN


def test_severity_warn_leaves_a_pass_alone() -> None:
    assert decided(GOOD, advisory=True).status is Status.PASS


def test_severity_warn_never_excuses_what_is_not_finite() -> None:
    assert decided(LOST, advisory=True).status is Status.FAIL
    assert status("any", GOOD, LOST, advisory=True) is Status.FAIL


def test_severity_warn_never_excuses_doubt() -> None:
    assert decided(DOUBTFUL, advisory=True).status is Status.INCONCLUSIVE


def test_severity_warn_never_excuses_missing_evidence() -> None:
    with pytest.raises(JobError):
        decided(check(None), advisory=True)


def test_the_files_behind_a_gate_are_named_once_each() -> None:
    one, other = Digest(Path("a"), 1, "x"), Digest(Path("b"), 1, "y")
    parts = [Check(Fixed(0.5, evidence=found), Threshold(max=Bound(1))) for found in ((one,), (one, other))]
    assert digests(Gate("g", Joined("all", tuple(parts))).measure(NOTHING)) == (one, other)


def test_conditions_say_what_they_want() -> None:
    assert str(GOOD) == "max 1"
    assert str(Joined("any", (GOOD, BAD))) == "any of 2 conditions"


def test_a_miss_beside_a_doubt_is_not_sure_so_that_no_waiver_covers_it() -> None:
    mixed = decided(Joined("all", (BAD, Joined("any", (DOUBTFUL,)))))
    assert (mixed.status, mixed.sure) == (Status.FAIL, False)
    assert decided(Joined("all", (BAD, GOOD))).sure is True
    assert decided(DOUBTFUL).sure is False


def test_a_check_asks_something() -> None:
    with pytest.raises(ValueError, match=r"^asks nothing$"):
        Check(Fixed(1.0), None)
