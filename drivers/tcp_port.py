"""A device's line over TCP, with the errors and deadlines of a serial one (drivers/port.py)."""

import select
import socket
from errno import EINPROGRESS
from fcntl import ioctl
from os import strerror
from struct import unpack
from termios import FIONREAD
from typing import Any, NoReturn

from drivers.deadline import Deadline
from drivers.errors import DeviceLost, DeviceSilent, PortMissing, WrongDevice
from drivers.wake import Wake

SCHEME = "tcp://"
Address = Any
"""What the socket library takes for a place; its shape is the family's own."""

_PIECE = 4096
_WRITE_SECONDS = 1.0
"""A request is short; a peer that does not take it in this time is stuck."""


def tcp_place(path: str) -> tuple[str, int]:
    """Host and port of `tcp://host:port` or `tcp://[::1]:port`. Raises WrongDevice for others."""
    host, _, number = path.removeprefix(SCHEME).rpartition(":")
    if not host or not number.isascii() or not number.isdigit() or not 0 < int(number) < 65_536:
        raise WrongDevice(f"{path} is no address; write it as tcp://host:port")
    return host.removeprefix("[").removesuffix("]"), int(number)


class TcpPort:
    """Owner: the thread that calls `open`; others may call `cancel` only.

    A host name is looked up without regard to the deadline: in a configuration an address is
    better.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._socket: socket.socket | None = None
        self._wake = Wake(path)

    def open(self, deadline: Deadline) -> None:
        """Raises PortMissing when nothing takes the connection in time, WrongDevice for a path
        that is no address.
        """
        self.close()
        self._wake.start()
        try:
            self._socket = self._connected(deadline)
        except BaseException:
            self._wake.stop()
            raise
        self._wake.watch(self._socket.fileno())

    def close(self) -> None:
        """Harmless when closed already, or when the device is gone."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()
        self._wake.stop()

    def cancel(self) -> None:
        """From any thread: the wait in progress, or else the next one, raises Cancelled once."""
        self._wake.cancel()

    def write(self, data: bytes) -> None:
        """Hand all of `data` to the network, without waiting for it to arrive."""
        connection, limit = self._opened(), Deadline.after(_WRITE_SECONDS)
        while data:
            try:
                data = data[connection.send(data) :]
            except BlockingIOError:
                self._wait_for_room(connection, limit)
            except OSError as problem:
                self._lost(problem)

    def read_some(self, deadline: Deadline) -> bytes:
        """What has come in, after waiting for at least one byte; empty at the deadline."""
        self._opened()
        return self._take() if self._wake.wait(deadline) else b""

    def waiting(self) -> int:
        """How many bytes have come in and were not read."""
        (count,) = unpack("i", ioctl(self._opened(), FIONREAD, bytes(4)))
        return int(count)

    def _connected(self, deadline: Deadline) -> socket.socket:
        problem: OSError | None = None
        for family, kind, protocol, _, address in self._addresses():
            connection = socket.socket(family, kind, protocol)
            try:
                self._connect(connection, address, deadline)
                return connection
            except OSError as refused:
                connection.close()
                problem = refused
            except BaseException:
                connection.close()
                raise
        raise PortMissing(
            f"{self.path} takes no connection: {problem}; check the device, its cable and address"
        ) from problem

    def _addresses(self) -> list[tuple[int, int, int, str, Address]]:
        host, port = tcp_place(self.path)
        try:
            return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as problem:
            raise PortMissing(
                f"{self.path}: the name is unknown ({problem}); check the network, or write "
                "the device's address"
            ) from problem

    def _connect(self, connection: socket.socket, address: Address, deadline: Deadline) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        code = connection.connect_ex(address)
        if code == EINPROGRESS:
            code = self._outcome(connection, deadline)
        if code:
            raise OSError(code, strerror(code))

    def _outcome(self, connection: socket.socket, deadline: Deadline) -> int:
        self._wake.watch(connection.fileno(), select.POLLOUT)
        try:
            if not self._wake.wait(deadline):
                raise TimeoutError("no answer in time")
        finally:
            self._wake.forget(connection.fileno())
        return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def _wait_for_room(self, connection: socket.socket, limit: Deadline) -> None:
        _, free, _ = select.select([], [connection], [], limit.remaining())
        if not free:
            raise DeviceSilent(f"{self.path} takes no more bytes; reopen it")

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise DeviceLost(f"{self.path} is not open; open it first")
        return self._socket

    def _take(self) -> bytes:
        try:
            data = self._opened().recv(_PIECE)
        except BlockingIOError:
            return b""
        except OSError as problem:
            self._lost(problem)
        if not data:
            self._lost(None)
        return data

    def _lost(self, problem: OSError | None) -> NoReturn:
        raise DeviceLost(
            f"{self.path} is gone: {problem or 'it closed the connection'}; check its power and "
            "cable, and that no other program is connected to it"
        ) from problem
