"""Who may connect: the ZAP handler (RFC 27) of the stations' socket.

libzmq asks it once for every connection; a key that is not enrolled gets no message through.
It is polled by the thread that owns the stations' socket, so that both see the same registry. If it
is not polled nobody gets in: the stations' socket enforces the domain.
"""

from collections.abc import Callable

import zmq
from zmq.utils import z85

DOMAIN = b"muontra"
ADDRESS = "inproc://zeromq.zap.01"

_VERSION = b"1.0"
_REQUEST_FRAMES = 7  # version, request id, domain, address, routing id, mechanism, key


class Door:
    """Owner: the link thread. To be made before the stations' socket is bound."""

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", knows: Callable[[str], bool]):
        """`knows` tells whether a public key (Z85) is enrolled and not revoked."""
        self.socket = context.socket(zmq.REP)
        self.socket.linger = 0
        self.socket.bind(ADDRESS)
        self._knows = knows

    def answer(self) -> str | None:
        """Answer one waiting request; returns the key that was turned away, if any."""
        _version, request, *claim = self.socket.recv_multipart()
        key = self._key(claim) if len(claim) == _REQUEST_FRAMES - 2 else None
        admitted = key is not None and self._knows(key)
        status, text = (b"200", b"OK") if admitted else (b"400", b"not enrolled")
        user = key.encode() if admitted and key else b""
        self.socket.send_multipart((_VERSION, request, status, text, user, b""))
        return None if admitted else key or "no key"

    def close(self) -> None:
        self.socket.close()

    @staticmethod
    def _key(claim: list[bytes]) -> str | None:
        domain, _address, _routing, mechanism, credentials = claim
        if domain != DOMAIN or mechanism != b"CURVE":
            return None
        encoded: bytes = z85.encode(credentials)
        return encoded.decode("ascii")
