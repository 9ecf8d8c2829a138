"""A serial line whose failures have names (drivers/errors.py) and whose waits have deadlines."""

from contextlib import suppress
from errno import EACCES, EAGAIN, EBUSY, EINVAL, ENOTTY, EPERM, EWOULDBLOCK
from os import strerror
from termios import error as TerminalError  # noqa: N812 - termios names its exception in lower case
from typing import Literal, NoReturn

from serial import PARITY_EVEN, PARITY_NONE, PARITY_ODD, Serial, SerialTimeoutException

from drivers.deadline import Deadline
from drivers.errors import (
    DeviceLost,
    DeviceSilent,
    DriverError,
    PortBusy,
    PortMissing,
    WrongDevice,
)
from drivers.wake import Wake

Parity = Literal["none", "even", "odd"]
Flow = Literal["none", "hardware", "software"]

_PARITIES = {"none": PARITY_NONE, "even": PARITY_EVEN, "odd": PARITY_ODD}
_BUSY = {EBUSY, EAGAIN, EWOULDBLOCK}
_FORBIDDEN = {EACCES, EPERM}
_PIECE = 4096
_WRITE_SECONDS = 1.0
"""What is handed over at once is short; a line that does not take it in this time is stuck."""


class SerialPort:
    """8 data bits, 1 stop bit, opened exclusively. `flow`: how the device says "not now".

    Owner: the thread that calls `open`; others may call `cancel` only.
    """

    def __init__(self, path: str, baud: int, parity: Parity = "none", flow: Flow = "none") -> None:
        self.path = path
        self._baud = baud
        self._parity = parity
        self._flow = flow
        self._serial: Serial | None = None
        self._wake = Wake(path)

    def open(self, deadline: Deadline | None = None) -> None:  # noqa: ARG002 - never waits
        """Raises PortMissing, PortBusy, or WrongDevice when it is no serial line at all."""
        self.close()
        self._serial = self._open_serial()
        with suppress(ValueError):  # only FTDI chips have it: else each answer waits up to 16 ms
            self._serial.set_low_latency_mode(True)
        self._wake.start()
        self._wake.watch(self._serial.fileno())

    def close(self) -> None:
        """Harmless when closed already, or when the device is gone."""
        serial, self._serial = self._serial, None
        if serial is not None:
            with suppress(OSError):
                serial.close()
        self._wake.stop()

    def cancel(self) -> None:
        """From any thread: the read in progress, or else the next one, raises Cancelled once."""
        self._wake.cancel()

    def write(self, data: bytes) -> None:
        """Hand all of `data` to the line, without waiting for it to be on the wire."""
        serial = self._opened()
        try:
            serial.write(data)
        except SerialTimeoutException as problem:
            raise DeviceSilent(f"{self.path} takes no more bytes; reopen it") from problem
        except OSError as problem:
            self._lost(problem)

    def read_some(self, deadline: Deadline) -> bytes:
        """What has come in, after waiting for at least one byte; empty at the deadline."""
        self._opened()
        return self._take() if self._wake.wait(deadline) else b""

    def waiting(self) -> int:
        """How many bytes have come in and were not read."""
        try:
            return self._opened().in_waiting
        except OSError as problem:
            self._lost(problem)

    def _open_serial(self) -> Serial:
        try:
            return self._with_parity_if_it_has_one()
        except (OSError, TerminalError) as problem:
            raise _open_error(self.path, problem) from problem

    def _with_parity_if_it_has_one(self) -> Serial:
        """Pseudo-terminals (network serial servers) have no parity bit and refuse to set one."""
        try:
            return self._serial_with(self._parity)
        except TerminalError as problem:
            if problem.args[0] != EINVAL:
                raise
            return self._serial_with("none")

    def _serial_with(self, parity: Parity) -> Serial:
        return Serial(
            self.path,
            self._baud,
            parity=_PARITIES[parity],
            rtscts=self._flow == "hardware",
            xonxoff=self._flow == "software",
            timeout=0,
            write_timeout=_WRITE_SECONDS,
            exclusive=True,
        )

    def _opened(self) -> Serial:
        if self._serial is None:
            raise DeviceLost(f"{self.path} is not open; open it first")
        return self._serial

    def _take(self) -> bytes:
        try:
            return self._opened().read(_PIECE)
        except OSError as problem:
            self._lost(problem)

    def _lost(self, problem: OSError) -> NoReturn:
        raise DeviceLost(f"{self.path} is gone: {problem}; plug it in again") from problem


def _open_error(path: str, problem: OSError | TerminalError) -> DriverError:
    code = _system_error(problem)
    if code in _BUSY:
        return PortBusy(f"another program holds {path}; stop it, or pause the station")
    if code in _FORBIDDEN:
        return WrongDevice(f"this user may not open {path}; add it to the group of the device")
    if code == ENOTTY:
        return WrongDevice(f"{path} is no serial line; correct the configuration")
    reason = strerror(code) if code else problem
    return PortMissing(f"{path} cannot be opened: {reason}; plug the device in")


def _system_error(problem: OSError | TerminalError) -> int | None:
    """The number of an error; of one at configuring, pyserial keeps it in the error before."""
    if isinstance(problem, OSError) and problem.errno is not None:
        return problem.errno
    first = problem if isinstance(problem, TerminalError) else problem.__context__
    return first.args[0] if isinstance(first, TerminalError) else None
