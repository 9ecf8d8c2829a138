"""What cards answer over the air: types 2, 3 and 4 of the NFC Forum, and cards with a UID alone.

docs/protocols/cards.md, "Cards". Frames are without the checks that the chip adds and takes off.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from drivers.simulators.device import VirtualCard

ADDRESS_MARK = "://"
PAGE, BLOCK = 4, 16
NTAG213 = bytes.fromhex("0004040201000F03")
NDEF_APPLICATION = bytes.fromhex("D2760000850101")
CAPABILITIES, MESSAGE = b"\xe1\x03", b"\xe1\x04"
OK, NOT_FOUND, NOT_KNOWN = b"\x90\x00", b"\x6a\x82", b"\x6d\x00"
ANSWER_TO_SELECT = bytes.fromhex("0578807002")


class RadioCard(Protocol):
    """A card in the field. `sak` tells a type A card's kind."""

    @property
    def sak(self) -> int: ...
    def answer(self, question: bytes) -> bytes | None:
        """What the card sends back; None when it is silent."""


def radio_card(card: VirtualCard) -> RadioCard:
    """The kind of card that has such a UID in the field."""
    if card.technology == "felica":
        return Type3Card(card.uid, card.text)
    if card.technology == "iso14443b" or len(card.uid) == 10 or card.uid[:1] == b"\x08":
        return Type4Card(card.text)
    return Type2Card(card.uid, card.text) if card.text or len(card.uid) == 7 else SilentCard()


def ndef_message(text: str) -> bytes:
    """One record: an address where the text looks like one, else a text. Empty for no text."""
    if not text:
        return b""
    address = ADDRESS_MARK in text
    kind = b"U" if address else b"T"
    payload = (b"\x00" if address else b"\x02vi") + text.encode()
    if len(payload) < 256:
        return b"\xd1\x01" + bytes((len(payload),)) + kind + payload
    return b"\xc1\x01" + len(payload).to_bytes(4, "big") + kind + payload


class SilentCard:
    """A MIFARE Classic: without its keys it tells its UID and nothing else."""

    sak = 0x08

    def answer(self, question: bytes) -> bytes | None:  # noqa: ARG002
        return None


class Type2Card:
    """Pages of four bytes, read four at a time."""

    sak = 0x00

    def __init__(self, uid: bytes, text: str) -> None:
        message = ndef_message(text)
        size = max(18, -(-(len(message) + 5) // 8))
        head = uid.ljust(12, b"\x00") + bytes((0xE1, 0x10, size & 0xFF, 0x00))
        long = len(message) > 254
        length = b"\xff" + len(message).to_bytes(2, "big") if long else bytes((len(message),))
        self._memory = (head + b"\x03" + length + message + b"\xfe").ljust(16 + 8 * size, b"\x00")
        self._version = NTAG213 if uid[:1] == b"\x04" else None

    def answer(self, question: bytes) -> bytes | None:
        if question[:1] == b"\x30" and len(question) == 2:
            return self._read(question[1] * PAGE)
        return self._version if question == b"\x60" else None

    def _read(self, at: int) -> bytes:
        refused = b"\x00"
        return self._memory[at : at + 4 * PAGE].ljust(16, b"\x00") if self._has(at) else refused

    def _has(self, at: int) -> bool:
        return at < len(self._memory)


class Type3Card:
    """FeliCa: blocks of sixteen bytes behind the service for NDEF."""

    sak = 0x00

    def __init__(self, idm: bytes, text: str) -> None:
        self._idm = idm
        message = ndef_message(text)
        blocks = -(-len(message) // BLOCK)
        head = bytes((0x10, 4, 1)) + max(13, blocks).to_bytes(2, "big") + bytes(6)
        head = head[:10] + b"\x01" + len(message).to_bytes(3, "big")
        self._memory = head + sum(head).to_bytes(2, "big") + message.ljust(blocks * BLOCK, b"\x00")

    def answer(self, question: bytes) -> bytes | None:
        if len(question) < 10 or question[0] != len(question) or question[2:10] != self._idm:
            return None
        if question[1] != 0x06:
            return None
        reply = b"\x07" + self._idm + self._read(question[10:])
        return bytes((len(reply) + 1,)) + reply

    def _read(self, asked: bytes) -> bytes:
        """One service, then the blocks, two bytes each."""
        numbers = asked[5::2]
        blocks = [self._memory[at * BLOCK : (at + 1) * BLOCK] for at in numbers]
        if asked[:3] != bytes.fromhex("010B00") or not all(blocks):
            return b"\x01\xa6"
        return b"\x00\x00" + bytes((len(blocks),)) + b"".join(blocks)


class Type4Card:
    """Files behind commands of ISO 7816, in blocks of ISO 14443-4."""

    sak = 0x20

    def __init__(self, text: str) -> None:
        message = ndef_message(text)
        limit = max(256, len(message) + 2).to_bytes(2, "big")
        capabilities = bytes.fromhex("000F2000FB00FB0406E104") + limit + b"\x00\xff"
        self._files: Mapping[bytes, bytes] = MappingProxyType(
            {CAPABILITIES: capabilities, MESSAGE: len(message).to_bytes(2, "big") + message}
            if text
            else {}
        )
        self._file = b""
        self._last = b""

    def answer(self, question: bytes) -> bytes | None:
        match question[:1]:
            case b"\xe0":
                return ANSWER_TO_SELECT
            case b"\x1d":
                return b"\x00"
            case b"\x02" | b"\x03":
                self._last = question[:1] + self._obey(question[1:])
                return self._last
            case b"\xb2" | b"\xb3":
                return self._last
            case b"\xc2" | b"\xca":
                return question
            case _:
                return None

    def _obey(self, command: bytes) -> bytes:
        match command[1:2]:
            case b"\xa4":
                return self._select(command)
            case b"\xb0":
                return self._read(command)
            case _:
                return NOT_KNOWN

    def _select(self, command: bytes) -> bytes:
        name = command[5 : 5 + command[4]]
        if command[2] == 0x04:
            return OK if self._files and name == NDEF_APPLICATION else NOT_FOUND
        if name not in self._files:
            return NOT_FOUND
        self._file = self._files[name]
        return OK

    def _read(self, command: bytes) -> bytes:
        at = int.from_bytes(command[2:4], "big")
        return self._file[at : at + (command[4] or 256)] + OK
