"""The line between a station and the service, as it is in the field: slow, late, cut, silent.

A TCP relay that moves bytes without understanding them. Faults are data and may be changed while
bytes are under way. "up" goes to the service, "down" comes from it.
"""

import os
import selectors
import socket
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic
from typing import Literal

Way = Literal["up", "down"]
PIECE = 4096
MOST_UNDER_WAY = 1 << 18
BYTES_A_SECOND_AT_64_KBIT = 8_000.0


@dataclass(frozen=True, slots=True)
class Weather:
    """What befalls every piece. `holds`: these ways swallow bytes until they hold no more.

    `connects`: False refuses new connections, as a dead router does.
    """

    delay_seconds: float = 0.0
    bytes_a_second: float | None = None
    holds: frozenset[Way] = frozenset()
    connects: bool = True


CLEAR = Weather()
SLOW = Weather(delay_seconds=0.05, bytes_a_second=BYTES_A_SECOND_AT_64_KBIT)
LATE = Weather(delay_seconds=0.15)
NO_ANSWERS = Weather(holds=frozenset({"down"}))
BLACK_HOLE = Weather(holds=frozenset({"up", "down"}))
NO_LINE = Weather(connects=False)


@dataclass(slots=True)
class _Lane:
    """One way of one connection: pieces with the moment at which each is due."""

    way: Way
    source: socket.socket
    target: socket.socket
    pieces: deque[tuple[float, bytes]] = field(default_factory=deque)
    under_way: int = 0
    free_at: float = 0.0

    def take(self, data: bytes, weather: Weather, now: float) -> None:
        rate = weather.bytes_a_second
        self.free_at = max(self.free_at, now) + (len(data) / rate if rate else 0.0)
        self.pieces.append((self.free_at + weather.delay_seconds, data))
        self.under_way += len(data)

    def due(self, weather: Weather) -> float | None:
        """When the next piece leaves; None while nothing can."""
        return self.pieces[0][0] if self.pieces and self.way not in weather.holds else None

    def send(self, allowed: int | None) -> int:
        """Send the oldest piece, or what is allowed of it; how many bytes went."""
        due, data = self.pieces.popleft()
        try:
            sent = self.target.send(data[:allowed])
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            self.pieces.appendleft((due if sent else due + 0.005, data[sent:]))
        self.under_way -= sent
        return sent


class Relay(Thread):
    """Owner of all its sockets: this thread. Any thread may change the weather or cut."""

    def __init__(self, service_port: int) -> None:
        super().__init__(name="relay", daemon=True)
        self._service_port = service_port
        self._door = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._door.setblocking(False)
        self.port: int = self._door.getsockname()[1]
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._door, selectors.EVENT_READ, None)
        self._selector.register(self._bell, selectors.EVENT_READ, None)
        self._lanes: list[_Lane] = []
        self._weather = CLEAR
        self._allowed: dict[Way, int] = {}
        self._errands: deque[Callable[[], None]] = deque()
        self._stopping = False
        self.connections = 0
        self.cuts = 0
        self.start()

    def weather(self, weather: Weather) -> None:
        """From now on, also for what is under way."""
        self._do(lambda: setattr(self, "_weather", weather))

    def cut(self) -> None:
        """Every connection is reset, what is under way is lost."""
        self._do(self._cut)

    def cut_after(self, way: Way, count: int) -> None:
        """Let so many bytes pass that way, then reset every connection, once."""
        self._do(lambda: self._allowed.update({way: count}))

    def close(self) -> None:
        """Harmless a second time."""
        if self.is_alive():
            self._stopping = True
            os.eventfd_write(self._bell, 1)
            self.join(10)
            os.close(self._bell)

    def _do(self, errand: Callable[[], None]) -> None:
        self._errands.append(errand)
        os.eventfd_write(self._bell, 1)

    def run(self) -> None:
        """Move bytes until closed."""
        while not self._stopping:
            for key, _ in self._selector.select(self._pause()):
                self._serve(key)
            self._move_what_is_due()
        self._cut()
        self._selector.close()
        self._door.close()

    def _pause(self) -> float | None:
        times = [due for lane in self._lanes if (due := lane.due(self._weather)) is not None]
        return max(0.0, min(times) - monotonic()) if times else None

    def _serve(self, key: selectors.SelectorKey) -> None:
        if key.fileobj is self._door:
            self._accept()
        elif key.fileobj == self._bell:
            os.eventfd_read(self._bell)
            while self._errands:
                self._errands.popleft()()
        elif key.data in self._lanes:
            self._take(key.data)

    def _accept(self) -> None:
        near, _ = self._door.accept()
        try:
            if not self._weather.connects:
                raise ConnectionRefusedError
            far = socket.create_connection(("127.0.0.1", self._service_port), timeout=2)
        except OSError:
            _reset(near)
            return
        self.connections += 1
        self._join(near, far)

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        for lane in (_Lane("up", near, far), _Lane("down", far, near)):
            lane.source.setblocking(False)
            lane.source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._lanes.append(lane)
            self._selector.register(lane.source, selectors.EVENT_READ, lane)

    def _take(self, lane: _Lane) -> None:
        if lane.under_way > MOST_UNDER_WAY:
            raise OverflowError("more is under way than any test of ours sends")
        try:
            data = lane.source.recv(PIECE)
        except OSError:
            data = b""
        if data:
            lane.take(data, self._weather, monotonic())
        else:
            self._drop(lane)

    def _move_what_is_due(self) -> None:
        for lane in list(self._lanes):
            while lane in self._lanes and self._is_due(lane):
                self._send(lane)

    def _is_due(self, lane: _Lane) -> bool:
        due = lane.due(self._weather)
        return due is not None and due <= monotonic()

    def _send(self, lane: _Lane) -> None:
        allowed = self._allowed.get(lane.way)
        try:
            sent = lane.send(allowed)
        except OSError:
            self._drop(lane)
            return
        if allowed is not None:
            self._allowed[lane.way] = allowed - sent
            if allowed == sent:
                del self._allowed[lane.way]
                self._cut()

    def _drop(self, lane: _Lane) -> None:
        """The connection of this lane is over, in both ways."""
        ends = {lane.source, lane.target}
        for end in ends:
            with suppress(KeyError, ValueError):
                self._selector.unregister(end)
            _reset(end)
        self._lanes = [other for other in self._lanes if other.source not in ends]

    def _cut(self) -> None:
        for lane in self._up_lanes():
            self.cuts += 1
            self._drop(lane)

    def _up_lanes(self) -> Iterator[_Lane]:
        return (lane for lane in tuple(self._lanes) if lane.way == "up")


def _reset(end: socket.socket) -> None:
    """Close without a farewell: the other side sees a reset."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    end.close()
