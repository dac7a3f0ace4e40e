"""A limit on the time that a server has."""

import threading

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.sources.deadline import counted_seconds, within


def test_what_is_ready_in_time_is_given() -> None:
    assert within(5, "it", lambda: 42) == 42


@pytest.mark.parametrize("error", [KeyError, TimeoutError])
def test_what_goes_wrong_in_time_is_raised(error: type[Exception]) -> None:
    def fails() -> None:
        raise error("why")

    with pytest.raises(error, match="why"):
        within(5, "it", fails)


def test_what_takes_longer_is_an_error_that_says_how_to_wait() -> None:
    released = threading.Event()
    try:
        with pytest.raises(JobError, match=r"^it: not read whole within 0\.01 seconds: give it more time \(--ftgate-"):
            within(0.01, "it", released.wait)
    finally:
        released.set()


def test_seconds_are_counted() -> None:
    assert [counted_seconds(value) for value in (1, 2.0, 0.5)] == ["1 second", "2 seconds", "0.5 seconds"]
