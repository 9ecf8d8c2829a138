"""Waiting for bytes on a descriptor, until a deadline or until another thread says to stop."""

import os
import select
from threading import Lock

from drivers.deadline import Deadline
from drivers.errors import Cancelled


class Wake:
    """Owner: the thread that waits; any thread may `cancel`. `what` names the line in errors."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._lock = Lock()
        self._bell: int | None = None
        self._poll = select.poll()

    def start(self) -> None:
        """From now on a `cancel` counts. Nothing is watched yet."""
        self.stop()
        with self._lock:
            self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._bell, select.POLLIN)

    def stop(self) -> None:
        """Harmless a second time."""
        with self._lock:
            if self._bell is not None:
                os.close(self._bell)
                self._bell = None

    def watch(self, descriptor: int, events: int = select.POLLIN) -> None:
        """Wait for this one from now on."""
        self._poll.register(descriptor, events)

    def forget(self, descriptor: int) -> None:
        """Wait for this one no more."""
        self._poll.unregister(descriptor)

    def cancel(self) -> None:
        """The wait in progress, or else the next one, raises Cancelled once."""
        with self._lock:
            if self._bell is not None:
                os.eventfd_write(self._bell, 1)

    def wait(self, deadline: Deadline) -> bool:
        """True when a watched descriptor is ready, False at the deadline. Raises Cancelled."""
        ready = [descriptor for descriptor, _ in self._poll.poll(deadline.remaining() * 1000)]
        if self._bell is not None and self._bell in ready:
            os.eventfd_read(self._bell)
            raise Cancelled(f"the wait on {self._what} was ended by the station")
        return bool(ready)
