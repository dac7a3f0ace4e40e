"""Running coroutines from code that is none."""

import asyncio
from collections.abc import Callable
from typing import Any


def in_a_loop(work: Callable[[], Any]) -> None:
    """Run a coroutine to its end, also where another plugin has left a loop running in this thread."""
    if not _is_looping():
        asyncio.run(work())
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(work())).result()


def _is_looping() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
