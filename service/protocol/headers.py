"""Headers: made anew at each sending, never part of the digest."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from service.protocol.identifiers import BootId, Epoch, MessageId, Sequence

PROTOCOL_VERSION = 1
MAGIC = b"muontra/%d" % PROTOCOL_VERSION
MAGIC_STEM = b"muontra/"

MAX_FRAME_BYTES = 64 * 1024
"""No honest message is larger; the socket closes connections that send more than its own limit."""

Kind = Literal["hello", "heartbeat", "operation", "reoffer", "question"]


class StationHeader(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a station says around a body.

    `confirmed` is the highest sequence up to which the station holds every reply durably, in
    `epoch`. `epoch` is None only before the first Welcome. `expires_ms`: questions only, how long
    after sending somebody still waits for the answer.
    """

    message: MessageId
    kind: Kind
    attempt: Annotated[int, Meta(ge=1)]
    sent_at_ms: int
    boot: BootId
    monotonic_ms: int
    confirmed: Sequence
    epoch: Epoch | None
    expires_ms: int | None = None


class ServiceHeader(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the service says around a reply.

    `safe_through` is the station's sequence up to which even the oldest backup that may still be
    restored holds everything: what lies below may be forgotten by the station.
    """

    in_reply_to: MessageId
    epoch: Epoch
    sent_at_ms: int
    safe_through: Sequence
