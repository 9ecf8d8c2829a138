"""Frames to messages: everything that can be said about a message without knowing the ledger."""

from msgspec import DecodeError, Struct, json

from service.protocol.codec import (
    ProtocolError,
    check_magic,
    decode_operation,
    decode_outcome,
    decode_question,
    decode_station_header,
)
from service.protocol.headers import Kind, StationHeader
from service.protocol.identifiers import NO_MESSAGE, MessageId
from service.protocol.operations import Operation
from service.protocol.questions import Heartbeat, Hello, Question
from service.protocol.replies import OutcomeReply
from service.station_registry import Station

LIVE_MS = 15_000
"""An operation sent later than this after its act is replay (docs/protocols/link.md, "Times")."""

LATE_RETURN_MS = 250
"""A return that comes later than this takes the moment of the act: the item may be lent again.

Nobody lends a book elsewhere faster than this."""

FRAMES: dict[Kind, int] = {
    "hello": 3,
    "heartbeat": 3,
    "question": 3,
    "operation": 3,
    "reoffer": 4,
}


class Message(Struct, frozen=True, gc=False):
    """A message that this version understands."""

    header: StationHeader
    body: bytes
    content: Operation | Question
    given: OutcomeReply | None = None


class Caller(Struct, frozen=True, gc=False):
    """Who sent a message, through which connection the answer goes, when it came (monotonic)."""

    station: Station
    identity: bytes
    header: StationHeader
    at: float


class _OnlyMessageId(Struct):
    message: MessageId


_message_id = json.Decoder(_OnlyMessageId)


def read(frames: tuple[bytes, ...]) -> Message:
    """Raises ProtocolError, which names what this version cannot read."""
    if len(frames) < 2:
        raise ProtocolError(f"a message of {len(frames)} frames")
    check_magic(frames[0])
    header = decode_station_header(frames[1])
    if len(frames) != FRAMES[header.kind]:
        raise ProtocolError(f"kind {header.kind} in {len(frames)} frames")
    content = _content(header.kind, frames[2])
    given = decode_outcome(frames[3]) if header.kind == "reoffer" else None
    return Message(header, frames[2], content, given)


def message_id(frames: tuple[bytes, ...]) -> MessageId:
    """What an answer refers to, even when the message itself cannot be read."""
    try:
        return _message_id.decode(frames[1]).message
    except (IndexError, DecodeError, UnicodeDecodeError, RecursionError):
        return NO_MESSAGE


def is_live(header: StationHeader, operation: Operation) -> bool:
    """Sent within seconds of the act, by the station's own clock since its start."""
    return header.boot == operation.boot and header.monotonic_ms - operation.monotonic_ms <= LIVE_MS


def born_ms(header: StationHeader, operation: Operation, now_ms: int) -> int:
    """When the act was done by the service's clock.

    Within one start of the station its monotonic clock tells the age. Of an earlier start only
    the wall clock is left; an act in the future was done by a wrong one.
    """
    if header.boot == operation.boot:
        born = now_ms - (header.monotonic_ms - operation.monotonic_ms)
    else:
        born = operation.wall_ms
    return min(max(born, 0), now_ms)


def _content(kind: Kind, body: bytes) -> Operation | Question:
    if kind in ("operation", "reoffer"):
        return decode_operation(body)
    content = decode_question(body)
    if _kind_of(content) != kind:
        raise ProtocolError(f"kind {kind} around a {type(content).__name__}")
    return content


def _kind_of(question: Question) -> Kind:
    match question:
        case Hello():
            return "hello"
        case Heartbeat():
            return "heartbeat"
        case _:
            return "question"
