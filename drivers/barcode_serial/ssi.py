"""Packets of Zebra's Simple Serial Interface, without I/O (docs/protocols/scanners.md, "SSI").

    length, opcode, source, status, data …, checksum high, checksum low

The length counts all but the checksum, the two's complement of the sum of all bytes before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from drivers.barcode_serial.frames import BEGUN_BEFORE, LONGEST
from drivers.barcodes.heard import Answered, Dropped, Due, Heard, Scanned, Verdict
from drivers.facts import Symbology

HEAD = 4
CHECK = 2

SCANNER, HOST = 0x00, 0x04
REPEATED, MORE_FOLLOW = 0x01, 0x02

PARAMETERS = 0xC6
ACK, NAK = 0xD0, 0xD1
START_DECODE, STOP_DECODE = 0xE4, 0xE5
SCAN_ENABLE, SCAN_DISABLE = 0xE9, 0xEA
DECODED = 0xF3

RESEND = b"\x01"
NO_BEEP = 0xFF
PACKETS_FOR_CODES = b"\xee\x01"

SYMBOLOGIES = MappingProxyType(
    {
        0x01: Symbology.CODE_39,
        0x02: Symbology.CODABAR,
        0x03: Symbology.CODE_128,
        0x06: Symbology.INTERLEAVED_2_OF_5,
        0x07: Symbology.CODE_93,
        0x0A: Symbology.EAN_8,
        0x0B: Symbology.EAN_13,
        0x0E: Symbology.MSI,
        0x0F: Symbology.GS1_128,
        0x11: Symbology.PDF417,
        0x13: Symbology.CODE_39,
        0x16: Symbology.EAN_13,
        0x1B: Symbology.DATA_MATRIX,
        0x1C: Symbology.QR,
        0x2D: Symbology.AZTEC,
        0x30: Symbology.DATABAR,
    }
)
"""13 is Code 39 with full ASCII, 16 an ISBN that the scanner knows as such."""

_SUFFIXES = b"\r\n\t"

DAMAGED = "a packet was damaged; it is asked for again"
IN_PARTS = "a code of several packets is too long to be taken"


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; which side it comes from is its source."""

    opcode: int
    data: bytes = b""
    status: int = 0
    source: int = HOST


def encode(packet: Packet) -> bytes:
    """The packet on the wire; at most 251 bytes of data."""
    head = bytes((HEAD + len(packet.data), packet.opcode, packet.source, packet.status))
    body = head + packet.data
    return body + (-sum(body) & 0xFFFF).to_bytes(CHECK)


def decode(buffer: bytes, source: int) -> tuple[int, Packet | None]:
    """How many bytes were used, and the packet of `source` that they were.

    0 used: read more. A byte that begins no good packet is used up alone.
    """
    if not buffer:
        return 0, None
    if buffer[0] < HEAD or (len(buffer) > 2 and buffer[2] != source):
        return 1, None
    whole = buffer[0] + CHECK
    if len(buffer) < whole:
        return 0, None
    packet = Packet(buffer[1], buffer[HEAD : buffer[0]], buffer[3], buffer[2])
    return (whole, packet) if encode(packet) == buffer[:whole] else (1, None)


ACK_PACKET = encode(Packet(ACK))
RESEND_PACKET = encode(Packet(NAK, RESEND))


class SsiSplitter:
    """Codes as packets: each is confirmed first, a repeat of the one just confirmed is dropped.

    What was damaged is asked for again when the line is quiet.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._damaged = b""
        self._confirmed: Packet | None = None
        self._dropping = ""

    @property
    def begun(self) -> bool:
        return bool(self._buffer or self._damaged)

    def feed(self, data: bytes) -> Sequence[Heard]:
        self._buffer += data
        heard: list[Heard] = []
        while True:
            used, packet = decode(self._buffer, SCANNER)
            if packet is None:
                self._damaged = (self._damaged + self._buffer[:used])[:LONGEST]
            else:
                heard += self._hear(packet)
            self._buffer = self._buffer[used:]
            if not used:
                return heard

    def silence(self) -> Sequence[Heard]:
        """A packet that never became whole may hide a whole one behind its wrong length."""
        heard: list[Heard] = []
        while self._buffer:
            self._damaged += self._buffer[:1]
            self._buffer = self._buffer[1:]
            heard += self.feed(b"")
        if self._damaged:
            heard += [Dropped(self._damaged, DAMAGED), Due(RESEND_PACKET)]
        self._damaged = b""
        return heard

    def drop_begun(self) -> None:
        if self._buffer:
            self._dropping = BEGUN_BEFORE

    def _hear(self, packet: Packet) -> list[Heard]:
        if packet.opcode == ACK:
            return [Answered(Verdict.DONE, encode(packet))]
        if packet.opcode == NAK:
            again = packet.data[:1] == RESEND
            return [Answered(Verdict.AGAIN if again else Verdict.REFUSED, encode(packet))]
        fresh = Packet(packet.opcode, packet.data, packet.status & ~REPEATED, packet.source)
        repeated = bool(packet.status & REPEATED) and fresh == self._confirmed
        self._confirmed = fresh
        return [Due(ACK_PACKET)] if repeated else [Due(ACK_PACKET), self._code(packet)]

    def _code(self, packet: Packet) -> Heard:
        raw = encode(packet)
        if packet.opcode != DECODED or not packet.data:
            return Dropped(raw, f"a packet {packet.opcode:02X} is no code")
        dropping, self._dropping = self._dropping, ""
        if packet.status & MORE_FOLLOW:
            self._dropping = IN_PARTS
        if dropping or self._dropping:
            return Dropped(raw, dropping or self._dropping)
        symbology = SYMBOLOGIES.get(packet.data[0], Symbology.OTHER)
        return Scanned(packet.data[1:].rstrip(_SUFFIXES), symbology)
