"""Waiting for a condition with a deadline: the only way in which a test waits."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

# An event that nobody sets: waiting for it is a pause between two looks.
_NEVER = threading.Event()


T = TypeVar("T")


def eventually(condition: Callable[[], T], seconds: float, what: str) -> T:
    """The first true value of `condition`, looked at every 5 ms.

    Raises AssertionError, saying `what` did not come, when `seconds` have passed; the last look is
    after the deadline, so that a test on a busy machine is not failed by one late turn.
    """
    deadline = time.monotonic() + seconds
    while True:
        late = time.monotonic() >= deadline
        if value := condition():
            return value
        if late:
            raise AssertionError(f"after {seconds} s still no {what}; last seen: {value!r}")
        _NEVER.wait(0.005)
