"""A line to a device, serial or over the network, with the same errors (drivers/errors.py)."""

from typing import Protocol

from drivers.deadline import Deadline
from drivers.serial_port import Parity, SerialPort
from drivers.tcp_port import SCHEME, TcpPort


class Port(Protocol):
    """Owner: the thread that calls `open`; others may call `cancel` only."""

    @property
    def path(self) -> str:
        """Where the device is, as the configuration says it."""

    def open(self, deadline: Deadline) -> None:
        """Raises PortMissing, PortBusy, or WrongDevice when no device can be there."""

    def close(self) -> None:
        """Harmless when closed already, or when the device is gone."""

    def cancel(self) -> None:
        """From any thread: the wait in progress, or else the next one, raises Cancelled once."""

    def write(self, data: bytes) -> None:
        """Hand all of `data` to the line. Raises DeviceSilent or DeviceLost."""

    def read_some(self, deadline: Deadline) -> bytes:
        """What has come in, after waiting for at least one byte; empty at the deadline."""

    def waiting(self) -> int:
        """How many bytes have come in and were not read."""


def port_at(path: str, baud: int, parity: Parity = "none") -> Port:
    """An unopened port: `tcp://host:port`, which has no rate and parity, or else a serial line."""
    return TcpPort(path) if path.startswith(SCHEME) else SerialPort(path, baud, parity)
