"""A printer on USB as the kernel shows it, `/dev/usb/lp0`: bytes in, answers perhaps.

With the errors and deadlines of other lines (drivers/port.py).
"""

import os
import select
from contextlib import suppress
from errno import EACCES, EAGAIN, EBUSY, EPERM
from typing import NoReturn

from drivers.deadline import Deadline
from drivers.errors import DeviceLost, DeviceSilent, DriverError, PortBusy, PortMissing, WrongDevice
from drivers.wake import Wake

_WRITE_SECONDS = 1.0


class UsbPrinterPort:
    """Owner: the thread that calls `open`; others may call `cancel` only."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._wake = Wake(path)

    def open(self, deadline: Deadline) -> None:  # noqa: ARG002 - never waits
        """Raises PortMissing, PortBusy or WrongDevice."""
        self.close()
        try:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as problem:
            raise _open_error(self.path, problem) from problem
        self._wake.start()
        self._wake.watch(self._descriptor)

    def close(self) -> None:
        """Harmless when closed already, or when the printer is gone."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)
        self._wake.stop()

    def cancel(self) -> None:
        """From any thread: the wait in progress, or else the next one, raises Cancelled once."""
        self._wake.cancel()

    def write(self, data: bytes) -> None:
        """Hand all of `data` to the kernel; one that takes none for a while is stuck."""
        limit = Deadline.after(_WRITE_SECONDS)
        while data:
            try:
                data = data[os.write(self._opened(), data) :]
            except BlockingIOError:
                self._wait_for_room(limit)
            except OSError as problem:
                self._lost(problem)

    def read_some(self, deadline: Deadline) -> bytes:
        """What has come in, after waiting for at least one byte; empty at the deadline."""
        return self._take(4096) if self._readable(deadline) else b""

    def _wait_for_room(self, limit: Deadline) -> None:
        _, free, _ = select.select([], [self._opened()], [], limit.remaining())
        if not free:
            raise DeviceSilent(f"{self.path} takes no more bytes; look at the printer")

    def _opened(self) -> int:
        if self._descriptor is None:
            raise DeviceLost(f"{self.path} is not open; open it first")
        return self._descriptor

    def _readable(self, deadline: Deadline) -> bool:
        self._opened()
        return self._wake.wait(deadline)

    def _take(self, count: int) -> bytes:
        try:
            return os.read(self._opened(), count)
        except BlockingIOError:
            return b""
        except OSError as problem:
            self._lost(problem)

    def _lost(self, problem: OSError) -> NoReturn:
        raise DeviceLost(f"{self.path} is gone: {problem}; plug it in again") from problem


def _open_error(path: str, problem: OSError) -> DriverError:
    if problem.errno in {EBUSY, EAGAIN}:
        return PortBusy(f"another program holds {path}; stop it (CUPS?), or pause the station")
    if problem.errno in {EACCES, EPERM}:
        return WrongDevice(f"this user may not open {path}; add it to the group lp")
    return PortMissing(f"{path} cannot be opened: {problem}; plug the printer in")
