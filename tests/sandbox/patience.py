"""Waiting for something to come true, and not for ever."""

import asyncio
import time
from collections.abc import Callable

from tests.conftest import MS

STEP = 5 * MS
LONGEST = 10_000 * MS  # never reached unless something is wrong


async def eventually(condition: Callable[[], object]) -> None:
    """Lets the loop go on until the condition holds; fails when it never does."""
    deadline = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(STEP)


def before_long(condition: Callable[[], object]) -> bool:
    """Waits for the condition to hold; -> whether it does."""
    deadline = time.monotonic() + LONGEST
    while not condition() and time.monotonic() < deadline:
        time.sleep(STEP)
    return bool(condition())
