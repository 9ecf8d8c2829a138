"""Waiting for a condition with a deadline: the only way in which a test waits."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 3
"""So many times as long may it take while the machine has other things to do as well."""

# An event that nobody sets: waiting for it is a pause between two looks.
_NEVER = threading.Event()


T = TypeVar("T")


def eventually(condition: Callable[[], T], seconds: float, what: str) -> T:
    """The first true value of `condition`, looked at every 5 ms.

    Raises AssertionError, saying `what` did not come. `seconds`: enough on an idle machine; it is
    waited for PATIENCE times as long, and the last look is after the deadline, so that no test
    fails because the machine is busy.
    """
    longest = seconds * PATIENCE
    deadline = time.monotonic() + longest
    while True:
        late = time.monotonic() >= deadline
        if value := condition():
            return value
        if late:
            raise AssertionError(f"after {longest} s still no {what}; last seen: {value!r}")
        _NEVER.wait(0.005)
