"""Notification mode: the reader connects to the station and sends its records by itself.

Never tried on a real gate (docs/protocols/gates.md, "Notification mode").
"""

import socket
from collections.abc import Sequence
from contextlib import suppress
from errno import EADDRINUSE
from time import monotonic

from drivers.deadline import Deadline
from drivers.errors import DeviceSilent, PortBusy, WrongDevice
from drivers.feig_gate.buffer import WITH_RECORDS, Batch, batch_of
from drivers.feig_gate.records import GateRecord
from drivers.feig_obid.commands import CLEAR_BUFFER, READ_BUFFER, Request
from drivers.feig_obid.frames import Frame, decode
from drivers.frame_trace import Direction, FrameTrace
from drivers.framed_line import SILENCE
from drivers.interfaces import DeviceIdentity
from drivers.wake import Wake

SCHEME = "listen://"
MOST_WAITING = 1000
"""Records that the station has not taken; a reader that sends more is not heard until it has."""

_PIECE = 4096


class Notifications:
    """One reader at a time, the newest connection. Owner: the thread that calls `open`.

    `only_from`: the one address whose connections are taken; empty = any. `keep_alive_seconds`:
    the reader says something at least so often, else it is taken for lost; 0 = it need not.
    """

    def __init__(
        self, path: str, only_from: str, keep_alive_seconds: float, trace: FrameTrace
    ) -> None:
        self._path = path
        self._only_from = only_from
        self._keep_alive_seconds = keep_alive_seconds
        self._trace = trace
        self._wake = Wake(path)
        self._listener: socket.socket | None = None
        self._reader: socket.socket | None = None
        self._buffer = b""
        self._heard_at = 0.0
        self._waiting: list[GateRecord] = []
        self._newest: tuple[GateRecord, ...] = ()
        self._overflow = False

    def open(self, deadline: Deadline) -> DeviceIdentity:  # noqa: ARG002 - never waits
        """Raises PortBusy, or WrongDevice for an address that is none of this machine."""
        self.close()
        self._wake.start()
        self._listener = self._listening()
        self._wake.watch(self._listener.fileno())
        self._heard_at = monotonic()
        return DeviceIdentity("FEIG", "gate that reports by itself", "")

    def close(self) -> None:
        self._hang_up()
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
        self._wake.stop()

    def cancel(self) -> None:
        self._wake.cancel()

    @property
    def address(self) -> tuple[str, int]:
        """Where readers connect to; the port is known when it is open."""
        host, port = self._place()
        return host, self._listener.getsockname()[1] if self._listener else port

    def read(self, deadline: Deadline) -> Batch:
        """Waits for a record until the deadline. Raises DeviceSilent when no reader reports."""
        while not self._waiting and not self._overflow and not deadline.expired():
            if self._wake.wait(deadline.earlier(SILENCE) if self._buffer else deadline):
                self._hear()
            else:
                self._take_frames(silent=True)
        if self._waiting and len(self._waiting) < MOST_WAITING and self._wake.wait(_now()):
            self._hear()
        if 0 < self._keep_alive_seconds < monotonic() - self._heard_at:
            raise DeviceSilent(
                f"no gate has reported to {self._path} for {self._keep_alive_seconds:.0f} s; "
                "check its power, its destination address and its keep-alive time"
            )
        return Batch(tuple(self._waiting), self._overflow)

    def clear(self, records: Sequence[GateRecord], deadline: Deadline) -> bool:  # noqa: ARG002
        """The answer to the acknowledgement is not waited for: what comes twice is a repeat."""
        del self._waiting[: len(records)]
        self._overflow = False
        raw = Request(CLEAR_BUFFER).frame(advanced=True).raw
        if self._reader is not None:
            self._trace.record(Direction.SENT, raw, CLEAR_BUFFER.name)
            with suppress(OSError):
                self._reader.send(raw)
        return True

    def _place(self) -> tuple[str, int]:
        host, _, port = self._path.removeprefix(SCHEME).rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
            raise WrongDevice(f"{self._path} is no address; write it as {SCHEME}host:port")
        return host.removeprefix("[").removesuffix("]"), int(port)

    def _listening(self) -> socket.socket:
        host, port = self._place()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            return socket.create_server((host, port), family=family, backlog=1)
        except OSError as problem:
            self._wake.stop()
            if problem.errno == EADDRINUSE:
                raise PortBusy(f"another program listens on {self._path}; stop it") from problem
            raise WrongDevice(
                f"{self._path} is no address of this machine: {problem}; correct the configuration"
            ) from problem

    def _hear(self) -> None:
        """Take a connection or what the reader has sent, whichever there is."""
        if self._listener is not None:
            self._listener.setblocking(False)
            with suppress(BlockingIOError):
                self._take_connection(*self._listener.accept())
        if self._reader is not None:
            self._take_bytes(self._reader)

    def _take_connection(self, connection: socket.socket, peer: tuple[str, int]) -> None:
        if self._only_from and peer[0] != self._only_from:
            self._trace.record(Direction.DROPPED, b"", f"a connection from {peer[0]}")
            connection.close()
            return
        self._hang_up()
        connection.setblocking(False)
        self._reader = connection
        self._heard_at = monotonic()
        self._wake.watch(connection.fileno())

    def _take_bytes(self, reader: socket.socket) -> None:
        try:
            data = reader.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up()
            return
        self._heard_at = monotonic()
        self._buffer += data
        self._take_frames(silent=False)

    def _take_frames(self, *, silent: bool) -> None:
        """`silent`: nothing more of a frame that began will come."""
        while self._buffer:
            used, frame = decode(self._buffer, silent=silent)
            self._buffer = self._buffer[used:]
            if frame is None:
                break
            self._take_frame(frame)

    def _take_frame(self, frame: Frame) -> None:
        """A batch that was not acknowledged comes again as it was."""
        told = frame.command == READ_BUFFER.code and frame.data[:1]
        what = READ_BUFFER.name if told else "no records"
        self._trace.record(Direction.RECEIVED, frame.raw, what)
        if not told or told[0] not in WITH_RECORDS:
            return
        batch = batch_of(told[0], frame.data[1:])
        self._overflow |= batch.overflow
        if batch.records != self._newest or not self._waiting:
            self._newest = batch.records
            self._waiting += batch.records

    def _hang_up(self) -> None:
        reader, self._reader = self._reader, None
        self._buffer = b""
        if reader is not None:
            self._wake.forget(reader.fileno())
            reader.close()


def _now() -> Deadline:
    return Deadline.after(0.0)
