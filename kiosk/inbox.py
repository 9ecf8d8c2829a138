"""The controller's one queue: bounded, thread-safe, and it knows what may be dropped.

Every thread may put; only the controller thread takes. An inventory round that nobody has looked
at is worth nothing once the next one is there, so a full queue drops its oldest round; when it
holds none, the thread that puts waits, and `crowded` says so to health.
"""

from collections import deque
from collections.abc import Callable
from threading import Condition
from time import monotonic
from typing import Generic, TypeVar

from drivers.facts import InventoryRound

T = TypeVar("T")

CAPACITY = 1024
PATIENCE_SECONDS = 5.0


class Inbox(Generic[T]):
    """A queue with a deadline for the taker."""

    def __init__(self, capacity: int = CAPACITY, clock: Callable[[], float] = monotonic) -> None:
        self._items: deque[T] = deque()
        self._changed = Condition()
        self._capacity = capacity
        self._clock = clock
        self.crowded = 0

    def put(self, item: T) -> None:
        """Add one; on a full queue drop a stale round, or wait a while for room."""
        with self._changed:
            if len(self._items) >= self._capacity:
                self._make_room()
            self._items.append(item)
            self._changed.notify_all()

    def take_all(self, until: float | None) -> list[T]:
        """Everything that is there; waits until monotonic time `until` for the first."""
        with self._changed:
            while not self._items:
                left = None if until is None else until - self._clock()
                if left is not None and left <= 0:
                    return []
                self._changed.wait(left)
            return self._take()

    def take_during(self, seconds: float) -> list[T]:
        """Everything that is there or comes within so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: False, seconds)
            return self._take()

    def _take(self) -> list[T]:
        items = list(self._items)
        self._items.clear()
        self._changed.notify_all()
        return items

    def _make_room(self) -> None:
        self.crowded += 1
        for item in self._items:
            if isinstance(item, InventoryRound):
                self._items.remove(item)
                return
        self._changed.wait_for(lambda: len(self._items) < self._capacity, PATIENCE_SECONDS)
