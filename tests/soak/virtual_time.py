"""A clock that can be moved on: what nobody would watch is skipped."""

import time
from threading import Lock

REAL = time.monotonic


class VirtualTime:
    """Real time, and all that was skipped. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.skipped = 0.0
        self.idle = 0.0
        self._pending = 0.0

    def now(self) -> float:
        """Stands where `time.monotonic` stands."""
        return REAL() + self.skipped

    def skip(self, seconds: float) -> None:
        """So much time has passed."""
        with self._lock:
            self.skipped += seconds

    def idle_for(self, seconds: float) -> None:
        """So much time passes when the device is between two calls."""
        with self._lock:
            self._pending += seconds

    def between_calls(self) -> None:
        """In the device's own thread: no call of the driver is under way."""
        with self._lock:
            self.skipped += self._pending
            self.idle += self._pending
            self._pending = 0.0


def installed() -> VirtualTime:
    """The clock of everything that is imported from now on."""
    virtual = VirtualTime()
    time.monotonic = virtual.now
    return virtual
