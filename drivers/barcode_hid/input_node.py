"""A node of the Linux input system, taken for ourselves alone.

The few calls that a scanner needs are made here: the evdev package is published as source for
most machines, and a station has no compiler (docs/protocols/scanners.md, "Keyboard scanners").
"""

import os
from contextlib import suppress
from errno import EACCES, EAGAIN, EBUSY, EINVAL, ENOTTY, EPERM, EWOULDBLOCK
from fcntl import LOCK_EX, LOCK_NB, flock, ioctl
from typing import NoReturn

from drivers.barcode_hid.keys import EVENT, LETTERS_AND_ENTER
from drivers.deadline import Deadline
from drivers.errors import DeviceLost, DriverError, PortBusy, PortMissing, WrongDevice
from drivers.wake import Wake

_KEY_BYTES = 96
_GRAB = 0x40044590
_KEYS = 0x80004521 | _KEY_BYTES << 16
_LEDS = 0x80084519
_CAPS_LED = 0x02

_EVENTS_AT_ONCE = 256
_BUSY = {EBUSY, EAGAIN, EWOULDBLOCK}
_FORBIDDEN = {EACCES, EPERM}
_NO_INPUT_DEVICE = {ENOTTY, EINVAL}


class InputNode:
    """Owner: the thread that calls `open`; others may call `cancel` only.

    With `grab` no other program and no screen gets the keys, until the node is closed or this
    process ends. Without, the node may be any file that gives input events.
    """

    def __init__(self, path: str, *, grab: bool) -> None:
        self.path = path
        self._grab = grab
        self._fd: int | None = None
        self._wake = Wake(path)
        self.caps_lock = False

    def open(self) -> None:
        """Raises PortMissing, PortBusy, or WrongDevice when it is no keyboard or not allowed."""
        self.close()
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        except OSError as problem:
            raise _open_error(self.path, problem) from problem
        self._fd = fd
        try:
            self._take_alone(fd)
        except OSError as problem:
            self.close()
            raise _open_error(self.path, problem) from problem
        except DriverError:
            self.close()
            raise
        self._wake.start()
        self._wake.watch(fd)

    def close(self) -> None:
        """Harmless when closed already, or when the device is gone."""
        fd, self._fd = self._fd, None
        if fd is not None:
            with suppress(OSError):
                os.close(fd)
        self._wake.stop()

    def cancel(self) -> None:
        """From any thread: the read in progress, or else the next one, raises Cancelled once."""
        self._wake.cancel()

    def read_some(self, deadline: Deadline) -> bytes:
        """The events that came, after waiting for at least one; empty at the deadline."""
        if self._fd is None:
            raise DeviceLost(f"{self.path} is not open; open it first")
        if not self._wake.wait(deadline):
            return b""
        try:
            data = os.read(self._fd, _EVENTS_AT_ONCE * EVENT.size)
        except BlockingIOError:
            return b""
        except OSError as problem:
            self._lost(problem)
        return data or self._lost("it has ended")

    def _take_alone(self, fd: int) -> None:
        if not self._grab:
            flock(fd, LOCK_EX | LOCK_NB)
            return
        keys = int.from_bytes(ioctl(fd, _KEYS, bytes(_KEY_BYTES)), "little")
        if not all(keys >> code & 1 for code in LETTERS_AND_ENTER):
            raise WrongDevice(
                f"{self.path} has no letters and ENTER: a scanner may show several nodes; "
                "take the one whose name ends in -event-kbd"
            )
        ioctl(fd, _GRAB, 1)
        self.caps_lock = bool(ioctl(fd, _LEDS, bytes(8))[0] & _CAPS_LED)

    def _lost(self, problem: OSError | str) -> NoReturn:
        raise DeviceLost(f"{self.path} is gone: {problem}; plug it in again")


def _open_error(path: str, problem: OSError) -> DriverError:
    if problem.errno in _BUSY:
        return PortBusy(f"another program holds {path}; stop it, or pause the station")
    if problem.errno in _FORBIDDEN:
        return WrongDevice(
            f"this user may not read {path}; add it to the group input, or give this device to it "
            "with a udev rule, and log in again"
        )
    if problem.errno in _NO_INPUT_DEVICE:
        return WrongDevice(f"{path} is no input device; correct the configuration")
    return PortMissing(f"{path} cannot be opened: {problem}; plug the scanner in")
