"""A simulated device on a TCP port of this machine, as a reader with a network plug.

It serves one connection at a time; a second one is closed at once. Unplugged it refuses. Its port
stays its own until it is closed, so that a driver finds it again under the same address.
"""

import os
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from drivers.simulators.device import SimulatedDevice
from drivers.simulators.line_host import Line, LineHost

LOOPBACK = "127.0.0.1"
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, eq=False)
class TcpLine(Line):
    """One connection."""

    connection: socket.socket


class TcpHost(LineHost):
    """Serves one device in a thread of its own. `port` 0 takes one that is free."""

    _line: TcpLine | None

    def __init__(self, device: SimulatedDevice, port: int = 0) -> None:
        self._place = _bound_socket(port)
        self._port: int = self._place.getsockname()[1]
        self._listener: socket.socket | None = None
        super().__init__(device, self.address)
        self._plug()
        self._thread.start()

    @property
    def address(self) -> str:
        """What a driver opens."""
        return f"tcp://{LOOPBACK}:{self._port}"

    @property
    def plugged(self) -> bool:
        """True while connections are taken."""
        return self._listener is not None

    @property
    def connected(self) -> bool:
        """True while somebody is connected."""
        return self._line is not None

    def drop(self) -> None:
        """Reset the connection, and take the next one."""
        self._do(self._drop)

    def half_close(self) -> None:
        """Say that nothing more will come, and go on listening."""
        self._do(self._half_close)

    def close(self) -> None:
        super().close()
        self._place.close()

    def _watched(self) -> Sequence[int]:
        """The connection first: who hangs up and calls again at once finds the line free."""
        listeners = [self._listener.fileno()] if self._listener else []
        return [self._line.far, *listeners] if self._line else listeners

    def _attend(self, descriptor: int) -> None:
        if self._line is not None and descriptor == self._line.far:
            self._hear(self._line)
        elif self._listener is not None:
            self._accept(self._listener)

    def _hear(self, line: TcpLine) -> None:
        data = b""
        with suppress(OSError):
            data = os.read(line.far, 4096)
        if data:
            self._serve(data)
        else:
            self._drop()

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        if self._line is not None:
            connection.close()
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line = TcpLine(connection.fileno(), connection)

    def _plug(self) -> None:
        if self._listener is None:
            self._listener = _bound_socket(self._port)
            self._listener.listen()

    def _unplug(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
        self._drop()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            line.connection.close()

    def _half_close(self) -> None:
        if self._line is not None:
            self._line.connection.shutdown(socket.SHUT_WR)


def _bound_socket(port: int) -> socket.socket:
    """Bound only, it keeps the number for us and refuses all connections."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind((LOOPBACK, port))
    return place
