"""Outputs that go to rest when nobody says any more that they are wanted."""

from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic


class Fallback:
    """Calls `rest` once when the time of the last `extend` is over, from a thread of its own that
    lives only while there is something to wait for. Any thread may call it.
    """

    def __init__(self, rest: Callable[[], None], name: str) -> None:
        self._rest = rest
        self._name = name
        self._changed = Condition()
        self._rest_at: float | None = None
        self._thread: Thread | None = None

    def extend(self, seconds: float) -> None:
        """`rest` comes `seconds` from now, and no sooner."""
        with self._changed:
            self._rest_at = monotonic() + seconds
            self._changed.notify()
            if self._thread is None:
                self._thread = Thread(target=self._wait, name=self._name, daemon=True)
                self._thread.start()

    def drop(self) -> None:
        """Nothing is to be called any more; waits until nothing is being called either."""
        with self._changed:
            self._rest_at = None
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _wait(self) -> None:
        with self._changed:
            while self._rest_at is not None and (left := self._rest_at - monotonic()) > 0:
                self._changed.wait(left)
            if self._rest_at is not None:
                self._rest()
            self._rest_at = self._thread = None
