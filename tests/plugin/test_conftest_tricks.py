"""A conftest.py runs code, so it can forge an exit status; it should not get a promotion by accident or by a trick."""

import pytest

from ..conftest import RunSpec
from .specs import ONE_MISSED
from .verdicts import ASKED, verdict_in

MARKED = """
    import pytest
    def pytest_collection_modifyitems(items):
        for item in items: item.add_marker(pytest.mark.{mark})
"""
DROPPED = """
    def pytest_collection_modifyitems(items):
        items[:] = [item for item in items if item.name != "train-loss"]
"""
IGNORED = """
    collect_ignore = ["job.yaml"]
"""
SKIPPED_BY_A_HOOK = """
    import pytest
    def pytest_runtest_setup(item):
        if item.name == "train-loss": pytest.skip("not today")
"""
STATUS_SET = """
    import pytest
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(session): session.exitstatus = 0
"""
STATUS_SET_BY_A_WRAPPER = """
    import pytest
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(session):
        yield
        session.exitstatus = 0
"""
OUTCOME_REWRITTEN = """
    import pytest
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport():
        report = yield
        report.outcome = "passed"
        return report
"""
RECORD_DROPPED = """
    import pytest
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport():
        report = yield
        report.outcome, report.user_properties = "passed", []
        return report
"""
TRICKS = {
    "skip mark": MARKED.format(mark="skip"),
    "xfail mark": MARKED.format(mark="xfail"),
    "xfail without run": MARKED.format(mark="xfail(run=False)"),
    "dropped": DROPPED,
    "ignored": IGNORED,
    "skip in a hook": SKIPPED_BY_A_HOOK,
    "status": STATUS_SET,
    "status by a wrapper": STATUS_SET_BY_A_WRAPPER,
    "outcome": OUTCOME_REWRITTEN,
    "record": RECORD_DROPPED,
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_no_trick_turns_a_missed_gate_into_a_promotion(
    pytester: pytest.Pytester, run_spec: RunSpec, trick: str
) -> None:
    pytester.makeconftest(trick)
    pytester.makepyfile(test_other="def test_other(): pass")
    result = run_spec(ONE_MISSED, "test_other.py", ASKED)
    assert result.ret != pytest.ExitCode.OK
    assert verdict_in(pytester.path)["promote"] is False


@pytest.mark.parametrize("mark", ["skip", "skipif(True, reason='x')", "xfail", "xfail(run=False)"])
def test_skip_and_xfail_marks_have_no_effect_on_a_gate(pytester: pytest.Pytester, run_spec: RunSpec, mark: str) -> None:
    pytester.makeconftest(MARKED.format(mark=mark))
    result = run_spec(ONE_MISSED)
    result.assert_outcomes(passed=1, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_leaving_with_status_0_before_the_last_gate_is_incomplete(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makeconftest(
        """
        import pytest
        def pytest_runtest_setup(item):
            if item.name == "train-loss": pytest.exit("enough", returncode=0)
        """
    )
    result = run_spec(ONE_MISSED, ASKED)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert verdict_in(pytester.path)["verdict"] == "incomplete"
