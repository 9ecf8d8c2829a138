"""What systemd is told of a station: it is up, it lives, it ends. Nothing, where no one listens."""

import os
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from threading import Lock
from time import monotonic

FEEDS_IN_A_WATCHDOG_TIME = 4

UNATTENDED = ("controller", "link")
ATTENDED = (*UNATTENDED, "screen")
"""Parts without which a station is none. Devices are not among them: one that hangs is replaced
while the rest goes on.
"""


class Pulse:
    """Beats once all parts have reported since the last beat; the first one says READY.

    The address is what systemd gave in NOTIFY_SOCKET, the watchdog's time in WATCHDOG_USEC.
    """

    def __init__(self, parts: Iterable[str], environment: Mapping[str, str] = os.environ) -> None:
        self._parts = frozenset(parts)
        self._reported: set[str] = set()
        self._lock = Lock()
        self._address = environment.get("NOTIFY_SOCKET", "")
        watchdog = int(environment.get("WATCHDOG_USEC") or 0) / 1e6
        self._every = watchdog / FEEDS_IN_A_WATCHDOG_TIME
        self._beaten: float | None = None

    def report(self, part: str) -> None:
        """This part is alive; from any thread, at any rate."""
        if not self._address:
            return
        with self._lock:
            self._reported.add(part)
            if self._reported >= self._parts and self._due():
                self._beat()

    def stopping(self) -> None:
        """The station ends by its rules; from now on silence is no fault."""
        if self._address:
            self._tell("STOPPING=1")

    def _due(self) -> bool:
        return self._beaten is None or monotonic() - self._beaten >= self._every

    def _beat(self) -> None:
        self._tell("WATCHDOG=1" if self._beaten is not None else "READY=1")
        self._beaten = monotonic()
        self._reported.clear()

    def _tell(self, state: str) -> None:
        """A full or vanished socket is systemd's trouble, never the station's."""
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify,
        ):
            notify.setblocking(False)
            notify.sendto(state.encode(), self._address.replace("@", "\0", 1))
