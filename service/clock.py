"""The service's clock, and the moments at which sets are decided."""

from collections.abc import Callable
from time import time_ns

FAR_AHEAD_MS = 86_400_000


def now_ms() -> int:
    """UTC milliseconds."""
    return time_ns() // 1_000_000


class Moments:
    """A moment for each set: later than all before, so that an item's history keeps its order.

    A clock that goes back a little is waited for. One that goes back by more than a day is
    believed: it was wrong before, and due dates count from today. Owner: the writing thread.
    """

    def __init__(self, clock: Callable[[], int], last_ms: int) -> None:
        self._clock = clock
        self._last_ms = last_ms

    def next(self) -> int:
        """To be used by one set."""
        now = self._clock()
        believed = self._last_ms - now > FAR_AHEAD_MS
        self._last_ms = now if believed else max(now, self._last_ms + 1)
        return self._last_ms

    def used(self, last_ms: int) -> None:
        """The last moment that the set came to."""
        self._last_ms = last_ms
