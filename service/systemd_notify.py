"""What systemd is told of this process (sd_notify): nothing, where it did not start it."""

import os
import socket
from time import monotonic


class SystemdNotify:
    """Owner: the link thread. The socket's address is what systemd gave in NOTIFY_SOCKET."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        self._every = int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6 / 2
        self._fed = 0.0

    def ready(self) -> None:
        self._tell("READY=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def feed_watchdog(self) -> None:
        """May be called at any rate; systemd hears it twice per watchdog time."""
        now = monotonic()
        if self._every and now - self._fed >= self._every:
            self._fed = now
            self._tell("WATCHDOG=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
            notify.sendto(state.encode(), self._address.replace("@", "\0", 1))
