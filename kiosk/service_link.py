"""The thread that owns the ZeroMQ socket. It moves bytes and says how the connection stands.

A socket is never a queue: what cannot be sent at once is dropped here and sent again from the
outbox (docs/protocols/link.md, "Socket").
"""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from threading import Lock, Thread
from time import monotonic

import structlog
import zmq
from zmq.utils.monitor import recv_monitor_message

from kiosk.enrolment import PinnedService, StationKey

log = structlog.get_logger()

MONITORED = (
    zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_DISCONNECTED
)

SOCKET_OPTIONS = (
    (zmq.LINGER, 0),
    (zmq.IMMEDIATE, 1),
    (zmq.SNDHWM, 200),
    (zmq.RCVHWM, 1000),
    (zmq.MAXMSGSIZE, 1 << 20),
    (zmq.HEARTBEAT_IVL, 5_000),
    (zmq.HEARTBEAT_TIMEOUT, 15_000),
    (zmq.HEARTBEAT_TTL, 15_000),
    (zmq.RECONNECT_IVL, 250),
    (zmq.RECONNECT_IVL_MAX, 15_000),
    (zmq.HANDSHAKE_IVL, 5_000),
    (zmq.CONNECT_TIMEOUT, 5_000),
    (zmq.TCP_KEEPALIVE, 1),
    (zmq.TCP_KEEPALIVE_IDLE, 30),
)

LOOK_SECONDS = 5.0
RENEW_SECONDS = 20.0
"""libzmq gives a connection up for good after a broken frame or a foreign greeting: without a
connection for so long, the socket is made anew."""


class LinkSignal(StrEnum):
    """How the connection stands."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    KEY_REFUSED = "key-refused"
    OTHER_PROTOCOL = "other-protocol"


SIGNALS: dict[int, LinkSignal] = {
    zmq.EVENT_HANDSHAKE_SUCCEEDED: LinkSignal.CONNECTED,
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: LinkSignal.KEY_REFUSED,
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: LinkSignal.OTHER_PROTOCOL,
    zmq.EVENT_DISCONNECTED: LinkSignal.DISCONNECTED,
}


@dataclass(frozen=True, slots=True)
class MessageIn:
    """The frames of one message."""

    frames: tuple[bytes, ...]


LinkNews = LinkSignal | MessageIn


class ServiceLink(Thread):
    """Owner of the socket: this thread. `send` may be called by the controller."""

    def __init__(
        self,
        service: PinnedService,
        key: StationKey,
        tell: Callable[[LinkNews], None],
        renew_seconds: float = RENEW_SECONDS,
        report: Callable[[], None] = lambda: None,
    ) -> None:
        """`report` is called at least every LOOK_SECONDS while the thread lives."""
        super().__init__(name="service link", daemon=True)
        self._report = report
        self._service = service
        self._key = key
        self._tell = tell
        self._renew_seconds = renew_seconds
        self._lost_at: float | None = None
        self._outgoing: deque[tuple[bytes, ...]] = deque()
        self._bell: int | None = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._bell_lock = Lock()
        self._stopping = False

    def send(self, frames: tuple[bytes, ...]) -> None:
        """Hand frames over; they leave soon, or are lost with the connection."""
        self._outgoing.append(frames)
        self._wake()

    def stop(self) -> None:
        """Ask the thread to end; the caller joins it."""
        self._stopping = True
        self._wake()

    def run(self) -> None:
        """Connect and move bytes until stopped."""
        context = zmq.Context()
        try:
            while not self._stopping:
                self._serve(self._socket(context))
        except zmq.ZMQError:
            log.exception("service link ends", endpoint=self._service.endpoint)
        finally:
            context.destroy(linger=0)
            self._take_bell_down()

    def _serve(self, socket: "zmq.Socket[bytes]") -> None:
        """Until stopped, or until a lost connection has not come back for a while."""
        monitor = socket.get_monitor_socket(MONITORED)
        self._lost_at = monotonic()
        try:
            socket.connect(self._service.endpoint)
            self._move(socket, monitor)
        finally:
            socket.disable_monitor()
            monitor.close()
            socket.close()

    def _socket(self, context: "zmq.Context[zmq.Socket[bytes]]") -> "zmq.Socket[bytes]":
        socket = context.socket(zmq.DEALER)
        for option, value in SOCKET_OPTIONS:
            socket.setsockopt(option, value)
        socket.curve_serverkey = self._service.key.encode("ascii")
        socket.curve_publickey = self._key.public.encode("ascii")
        socket.curve_secretkey = self._key.secret.encode("ascii")
        return socket

    def _move(self, socket: "zmq.Socket[bytes]", monitor: "zmq.Socket[bytes]") -> None:
        poller = zmq.Poller()
        for source in (socket, monitor, self._bell):
            poller.register(source, zmq.POLLIN)
        while not self._stopping and (left := self._seconds_left()) != 0:
            self._report()
            ready = dict(poller.poll(int(min(left, LOOK_SECONDS) * 1000) + 1))
            if monitor in ready:
                self._tell_signal(monitor)
            if self._bell is not None and self._bell in ready:
                os.eventfd_read(self._bell)
            self._send_all(socket)
            if socket in ready:
                self._receive_all(socket)

    def _seconds_left(self) -> float:
        """How long this socket may still try to connect; for ever while it is connected."""
        if self._lost_at is None:
            return inf
        return max(0.0, self._lost_at + self._renew_seconds - monotonic())

    def _tell_signal(self, monitor: "zmq.Socket[bytes]") -> None:
        signal = SIGNALS.get(int(recv_monitor_message(monitor)["event"]))
        if signal is LinkSignal.CONNECTED:
            self._lost_at = None
        elif self._lost_at is None:
            self._lost_at = monotonic()
        if signal is not None:
            self._tell(signal)

    def _send_all(self, socket: "zmq.Socket[bytes]") -> None:
        while self._outgoing:
            try:
                socket.send_multipart(self._outgoing.popleft(), zmq.DONTWAIT)
            except zmq.Again:
                self._outgoing.clear()

    def _receive_all(self, socket: "zmq.Socket[bytes]") -> None:
        while not self._stopping:
            try:
                frames = socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return
            self._tell(MessageIn(tuple(frames)))

    def _wake(self) -> None:
        with self._bell_lock:
            if self._bell is not None:
                os.eventfd_write(self._bell, 1)

    def _take_bell_down(self) -> None:
        """Under the lock: the number of a closed descriptor soon belongs to another file."""
        with self._bell_lock:
            if self._bell is not None:
                os.close(self._bell)
                self._bell = None
