"""The socket that all stations connect to: ROUTER with CURVE (docs/protocols/link.md, "Socket").

No handover: with it an enrolled station that takes another's routing id would receive its replies.
"""

from collections.abc import Iterator

import zmq
from msgspec import Struct

from service.door import DOMAIN
from service.protocol.headers import MAX_FRAME_BYTES

MAX_FRAMES = 4  # magic, header, body, the reply once given

# Part by part and as integers: pyzmq's multipart calls take three times as long.
MORE = int(zmq.NOBLOCK | zmq.SNDMORE)
LAST = int(zmq.NOBLOCK)

OPTIONS = (
    (zmq.CURVE_SERVER, 1),
    (zmq.ZAP_DOMAIN, DOMAIN),
    (zmq.ZAP_ENFORCE_DOMAIN, 1),
    (zmq.ROUTER_HANDOVER, 0),
    (zmq.ROUTER_MANDATORY, 1),  # a reply to a station that is gone fails, it does not vanish
    (zmq.MAXMSGSIZE, 4 * MAX_FRAME_BYTES),  # a larger frame ends its connection
    (zmq.SNDHWM, 1000),
    (zmq.RCVHWM, 1000),
    (zmq.LINGER, 1000),
    (zmq.BACKLOG, 1024),  # all stations of a province come back in the same second
    (zmq.HANDSHAKE_IVL, 5000),
    (zmq.HEARTBEAT_IVL, 5000),
    (zmq.HEARTBEAT_TIMEOUT, 15000),
    (zmq.HEARTBEAT_TTL, 15000),
    (zmq.TCP_KEEPALIVE, 1),
    (zmq.TCP_KEEPALIVE_IDLE, 30),
    (zmq.TCP_KEEPALIVE_INTVL, 10),
    (zmq.TCP_KEEPALIVE_CNT, 3),
    (zmq.IPV6, 1),
)


class Envelope(Struct, frozen=True, gc=False):
    """One message as it arrived: the connection, the key that CURVE proved, the frames."""

    identity: bytes
    key: str
    frames: tuple[bytes, ...]


class StationLink:
    """Owner: the link thread."""

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", endpoint: str, secret: str):
        """Bind `endpoint` ("tcp://*:7411"; port 0 takes a free one). Raises zmq.ZMQError."""
        self.socket = context.socket(zmq.ROUTER)
        for option, value in OPTIONS:
            self.socket.setsockopt(option, value)
        self.socket.curve_secretkey = secret.encode("ascii")
        self.socket.bind(endpoint)
        self.endpoint = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)

    def waiting(self, at_most: int) -> Iterator[Envelope]:
        """What has arrived, fairly from all connections."""
        for _ in range(at_most):
            try:
                yield self._receive()
            except zmq.Again:
                return

    def send(self, identity: bytes, frames: tuple[bytes, ...]) -> bool:
        """False if the connection is gone or takes no more: its station will ask again."""
        try:
            self.socket.send(identity, MORE)  # the only part that can fail
            for frame in frames[:-1]:
                self.socket.send(frame, MORE)
            self.socket.send(frames[-1], LAST)
        except (zmq.Again, zmq.ZMQError) as problem:
            if problem.errno not in (zmq.EAGAIN, zmq.EHOSTUNREACH):
                raise
            return False
        return True

    def close(self) -> None:
        self.socket.close()

    def _receive(self) -> Envelope:
        part = first = self.socket.recv(zmq.NOBLOCK, copy=False)
        frames: list[bytes] = []
        while part.more:
            part = self.socket.recv(copy=False)
            if len(frames) <= MAX_FRAMES:  # one too many is enough to see that it is no message
                frames.append(part.bytes)
        key = "" if part is first else str(part.get("User-Id"))
        return Envelope(first.bytes, key, tuple(frames))
