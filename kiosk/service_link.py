"""The thread that owns the ZeroMQ socket. It moves bytes and says how the connection stands.

A socket is never a queue: what cannot be sent at once is dropped here and sent again from the
outbox (docs/protocols/link.md, "Socket").
"""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Thread

import zmq
from zmq.utils.monitor import recv_monitor_message

from kiosk.enrolment import PinnedService, StationKey

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
        self, service: PinnedService, key: StationKey, tell: Callable[[LinkNews], None]
    ) -> None:
        super().__init__(name="service link", daemon=True)
        self._service = service
        self._key = key
        self._tell = tell
        self._outgoing: deque[tuple[bytes, ...]] = deque()
        self._wake_out, self._wake_in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
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
        socket = self._socket(context)
        monitor = socket.get_monitor_socket(MONITORED)
        socket.connect(self._service.endpoint)
        try:
            self._move(socket, monitor)
        finally:
            socket.disable_monitor()
            context.destroy(linger=0)
            os.close(self._wake_in)
            os.close(self._wake_out)

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
        for source in (socket, monitor, self._wake_out):
            poller.register(source, zmq.POLLIN)
        while not self._stopping:
            ready = dict(poller.poll())
            if monitor in ready:
                self._tell_signal(monitor)
            if self._wake_out in ready:
                os.read(self._wake_out, 4096)
            self._send_all(socket)
            if socket in ready:
                self._receive_all(socket)

    def _tell_signal(self, monitor: "zmq.Socket[bytes]") -> None:
        event = int(recv_monitor_message(monitor)["event"])
        if event in SIGNALS:
            self._tell(SIGNALS[event])

    def _send_all(self, socket: "zmq.Socket[bytes]") -> None:
        while self._outgoing:
            try:
                socket.send_multipart(self._outgoing.popleft(), zmq.DONTWAIT)
            except zmq.Again:
                self._outgoing.clear()

    def _receive_all(self, socket: "zmq.Socket[bytes]") -> None:
        while True:
            try:
                frames = socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return
            self._tell(MessageIn(tuple(frames)))

    def _wake(self) -> None:
        try:
            os.write(self._wake_in, b"!")
        except (BlockingIOError, OSError):
            return
