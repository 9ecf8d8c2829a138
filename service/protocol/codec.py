"""Frames to values and back. Decoding raises ProtocolError and nothing else."""

from hashlib import sha256
from typing import TypeVar

import msgspec

from service.protocol.headers import (
    MAGIC,
    MAGIC_STEM,
    MAX_FRAME_BYTES,
    ServiceHeader,
    StationHeader,
)
from service.protocol.operations import Operation
from service.protocol.questions import Question
from service.protocol.replies import OutcomeReply, Reply

T = TypeVar("T")

encode = msgspec.json.Encoder(order="deterministic").encode

_station_header = msgspec.json.Decoder(StationHeader)
_service_header = msgspec.json.Decoder(ServiceHeader)
_operation: msgspec.json.Decoder[Operation] = msgspec.json.Decoder(Operation)
_question: "msgspec.json.Decoder[Question]" = msgspec.json.Decoder(Question)
_reply: "msgspec.json.Decoder[Reply]" = msgspec.json.Decoder(Reply)
_outcome: "msgspec.json.Decoder[OutcomeReply]" = msgspec.json.Decoder(OutcomeReply)


class ProtocolError(Exception):
    """A message that this version cannot read; the text names the field or version at fault."""


def _decode(decoder: "msgspec.json.Decoder[T]", frame: bytes, what: str) -> T:
    if len(frame) > MAX_FRAME_BYTES:
        raise ProtocolError(f"{what} of {len(frame)} bytes; {MAX_FRAME_BYTES} are allowed")
    try:
        return decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ProtocolError(f"{what}: {problem}") from problem


def check_magic(frame: bytes) -> None:
    """Refuse another protocol, or another version of ours, by name."""
    if frame == MAGIC:
        return
    if frame.startswith(MAGIC_STEM):
        raise ProtocolError(f"protocol version {frame[:32]!r}, this side speaks {MAGIC!r}")
    raise ProtocolError(f"not a muontra message: first frame {frame[:16]!r}")


def decode_station_header(frame: bytes) -> StationHeader:
    """A station's header."""
    return _decode(_station_header, frame, "header")


def decode_service_header(frame: bytes) -> ServiceHeader:
    """The service's header."""
    return _decode(_service_header, frame, "header")


def decode_operation(frame: bytes) -> Operation:
    """The immutable body of an operation."""
    return _decode(_operation, frame, "operation")


def decode_question(frame: bytes) -> Question:
    """The body of a question, a hello or a heartbeat."""
    return _decode(_question, frame, "question")


def decode_reply(frame: bytes) -> Reply:
    """Any reply."""
    return _decode(_reply, frame, "reply")


def decode_outcome(frame: bytes) -> OutcomeReply:
    """A reply that ends an operation, as the station stored it."""
    return _decode(_outcome, frame, "reply")


def digest(body: bytes) -> bytes:
    """What tells two bodies apart: SHA-256 over the body frame alone."""
    return sha256(body).digest()
