"""What leaves the service: a header made anew around each reply."""

from collections.abc import Callable

from service.ingest import Caller
from service.protocol.codec import encode
from service.protocol.headers import MAGIC, ServiceHeader
from service.protocol.identifiers import Epoch, MessageId
from service.protocol.replies import Reply

Send = Callable[[bytes, tuple[bytes, ...]], bool]


class ReplySender:
    """Owner: the link thread. Knows of every station how much of its past may be forgotten."""

    def __init__(self, send: Send, epoch: Epoch, now_ms: Callable[[], int]) -> None:
        self._send = send
        self.now_ms = now_ms
        self.epoch = epoch
        self.safe_through: dict[int, int] = {}

    def send(self, station: int, identity: bytes, message: MessageId, reply: Reply) -> bool:
        """False if the connection is gone or takes no more: its station will ask again."""
        header = ServiceHeader(
            in_reply_to=message,
            epoch=self.epoch,
            sent_at_ms=self.now_ms(),
            safe_through=self.safe_through.get(station, 0),
        )
        return self._send(identity, (MAGIC, encode(header), encode(reply)))

    def reply(self, caller: Caller, reply: Reply) -> bool:
        """As `send`, to the message that this caller sent."""
        return self.send(caller.station.number, caller.identity, caller.header.message, reply)
