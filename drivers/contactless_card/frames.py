"""Frames of a PN532 on a serial line, without I/O (docs/protocols/cards.md, "PN532 frames").

00 00 FF LENGTH −LENGTH DATA… −SUM 00; from 256 bytes on FF FF and a length of two bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

START = b"\x00\xff"
ACK = bytes.fromhex("0000FF00FF00")
NACK = bytes.fromhex("0000FFFF0000")
LONGEST = 265
"""Data bytes of one frame, with direction and command."""

FROM_HOST = 0xD4
FROM_CHIP = 0xD5
SYNTAX_ERROR = b"\x7f"

WAKE_UP = bytes(10)
"""Before a frame to a chip that may be asleep: it wakes on the edges and loses what is first."""

BAUD_CODES: Mapping[int, int] = MappingProxyType(
    {115_200: 0x04, 230_400: 0x05, 460_800: 0x06, 921_600: 0x07}
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the host; the answer's code is one more. `about_cards`: its bytes may tell a
    card's number.
    """

    code: int
    name: str
    about_cards: bool = False


COMMANDS: Mapping[int, Command] = MappingProxyType(
    {
        command.code: command
        for command in (
            Command(0x00, "diagnose"),
            Command(0x02, "firmware version"),
            Command(0x06, "read register"),
            Command(0x08, "write register"),
            Command(0x10, "serial rate"),
            Command(0x12, "parameters"),
            Command(0x14, "SAM configuration"),
            Command(0x16, "power down"),
            Command(0x32, "RF configuration"),
            Command(0x40, "exchange", about_cards=True),
            Command(0x42, "communicate", about_cards=True),
            Command(0x4A, "list targets", about_cards=True),
        )
    }
)

FIRMWARE_VERSION, SERIAL_RATE, SAM_CONFIGURATION, COMMUNICATE = 0x02, 0x10, 0x14, 0x42


@dataclass(frozen=True, slots=True)
class Frame:
    """`data` begins with the direction; that of ACK and NACK is empty."""

    data: bytes
    is_ack: bool = False
    is_nack: bool = False

    def answers(self, code: int) -> bool:
        """True for an answer to the command `code`, also one that calls it wrong."""
        return self.data == SYNTAX_ERROR or self.data[:2] == bytes((FROM_CHIP, code + 1))


def command(code: int, parameters: bytes = b"") -> Frame:
    """The host's frame."""
    return Frame(bytes((FROM_HOST, code)) + parameters)


def encode(frame: Frame) -> bytes:
    """The bytes of a frame as both sides send them."""
    if frame.is_ack or frame.is_nack:
        return ACK if frame.is_ack else NACK
    size = len(frame.data)
    long = size.to_bytes(2, "big")
    head = bytes((size, -size & 0xFF)) if size < 256 else b"\xff\xff" + long + _check(long)
    return b"\x00" + START + head + frame.data + _check(frame.data) + b"\x00"


def decode(buffer: bytes) -> tuple[int, Frame | None]:
    """How many bytes were used up, and the frame they were; 0 and None ask for more bytes.

    Used bytes without a frame were none: noise, padding, or a frame that fails its check.
    """
    at = buffer.find(START)
    if at < 0:
        return len(buffer) - buffer.endswith(b"\x00"), None
    if at > 0:
        return at, None
    head = buffer[2:7]
    if head[:2] in {b"\x00\xff", b"\xff\x00"}:
        return 4, Frame(b"", is_ack=head[0] == 0, is_nack=head[0] == 0xFF)
    begin, size = _body(head)
    if size is None or len(buffer) <= begin + size:
        return 0, None
    body = buffer[begin : begin + size + 1]
    if 0 < size <= LONGEST and sum(body) & 0xFF == 0:
        return begin + size + 1, Frame(body[:-1])
    return len(START), None


def first_frame(buffer: bytes) -> Frame | None:
    """The first frame in `buffer`, None when no whole one is there."""
    used, frame = decode(buffer)
    while used and frame is None:
        buffer = buffer[used:]
        used, frame = decode(buffer)
    return frame


def after_silence(buffer: bytes) -> bytes:
    """Nothing more comes: the frame that began is none; what stands behind its start."""
    return buffer[len(START) :]


def _body(head: bytes) -> tuple[int, int | None]:
    """Where the data begin and how many they are; 0 when the head is wrong, None when cut."""
    if len(head) < 2:
        return 0, None
    if head[:2] != b"\xff\xff":
        return 4, head[0] if sum(head[:2]) & 0xFF == 0 else 0
    if len(head) < 5:
        return 0, None
    size = int.from_bytes(head[2:4], "big")
    return 7, size if sum(head[2:5]) & 0xFF == 0 and size <= LONGEST else 0


def _check(data: bytes) -> bytes:
    return bytes((-sum(data) & 0xFF,))
