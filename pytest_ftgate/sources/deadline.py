"""A wall-clock limit on calls to a server, whatever its client's own limits are."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from ..errors import JobError
from ..wording import counted, number

T = TypeVar("T")


def within(seconds: float, what: str, work: Callable[[], T]) -> T:
    """What `work` returns or raises; `what` begins the error's message.

    Clients limit single reads, so that a body which drips is never late. The work goes on in a daemon thread, which
    holds up no exit.

    Raises:
        JobError: it takes longer than `seconds`.
    """
    future: Future[T] = Future()
    Thread(target=_carry, args=(future, work), daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        if future.done():
            raise
        limit = counted_seconds(seconds)
        raise JobError(f"{what}: not read whole within {limit}: give it more time (--ftgate-timeout)") from None


def counted_seconds(seconds: float) -> str:
    """`2 seconds`."""
    return counted(int(seconds), "second") if seconds == int(seconds) else f"{number(seconds)} seconds"


def _carry(future: "Future[T]", work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as e:  # noqa: BLE001 - raised again in the thread that waits
        future.set_exception(e)
