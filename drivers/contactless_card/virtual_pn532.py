"""What a PN532 does with a command: registers, field and card, without line or frames."""

from collections.abc import Callable, Mapping

from drivers.checksums import ISO14443_A
from drivers.contactless_card.virtual_cards import RadioCard, radio_card
from drivers.simulators.device import VirtualCard

VERSION = bytes.fromhex("32010607")
SENS_REQUEST = 0x26
RX_MODE, TX_CONTROL, FIFO_DATA = 0x6303, 0x6304, 0x6339
CHECKS = 0x80
ANTENNA = 0x03
DONE, NOT_ANSWERED = b"\x00", b"\x01"
WAKE_UP_B = b"\x05"
CASCADE = b"\x88"
OTHER_HALF = bytes.fromhex("FFFFFFFFFFFFFFFF12FC")


class VirtualPn532:
    """Owner: the thread of the simulator's host. `card` may be set from any thread."""

    def __init__(self, *, changing_pupi: bool) -> None:
        self.card: VirtualCard | None = None
        self._changing_pupi = changing_pupi
        self._registers: dict[int, int] = {}
        self._field_on = False
        self._times_powered = 0
        self._listed: VirtualCard | None = None
        self._radio: RadioCard | None = None
        self._uid = b""
        self._handlers: Mapping[int, Callable[[bytes], bytes]] = {
            0x00: lambda parameters: parameters,
            0x02: lambda _: VERSION,
            0x06: self._read_registers,
            0x08: self._write_registers,
            0x10: lambda _: b"",
            0x12: lambda _: b"",
            0x14: lambda _: b"",
            0x16: lambda _: DONE,
            0x32: self._configure,
            0x42: self._communicate,
            0x4A: self._list_targets,
        }

    def obey(self, code: int, parameters: bytes) -> bytes | None:
        """What stands behind the code of the answer; None when there is no such command."""
        handler = self._handlers.get(code)
        try:
            return None if handler is None else handler(parameters)
        except (IndexError, ValueError):
            return None

    def _read_registers(self, parameters: bytes) -> bytes:
        return bytes(self._registers.get(address, 0) for address in _pairs(parameters, 2))

    def _write_registers(self, parameters: bytes) -> bytes:
        values = parameters[2::3]
        self._registers.update(zip(_pairs(parameters, 3), values, strict=True))
        return b""

    def _configure(self, parameters: bytes) -> bytes:
        if parameters[0] == 0x01:
            self._switch_field(on=bool(parameters[1] & 1))
        return b""

    def _switch_field(self, *, on: bool) -> None:
        self._times_powered += on and not self._field_on
        self._field_on = on
        self._registers[TX_CONTROL] = ANTENNA if on else 0
        if not on:
            self._listed = self._radio = None

    def _list_targets(self, parameters: bytes) -> bytes:
        self._switch_field(on=True)
        kind, wanted = parameters[1], parameters[2:]
        listed = {0: self._list_a, 1: self._list_f, 3: self._list_b}.get(kind)
        if listed is None:
            raise ValueError(kind)
        card = self.card
        found = listed(card, wanted) if card is not None else b""
        self._registers[FIFO_DATA] = 0 if found else SENS_REQUEST
        if not found or card is None:
            return b"\x00"
        self._listed, self._radio = card, radio_card(card)
        self._registers[RX_MODE] = CHECKS
        return b"\x01\x01" + found

    def _list_a(self, card: VirtualCard, wanted: bytes) -> bytes:
        if card.technology != "iso14443a":
            return b""
        self._uid = self._uid_now(card)
        if wanted and wanted.replace(CASCADE, b"") != self._uid.replace(CASCADE, b""):
            return b""
        kind = bytes((0x00, 0x44 if len(self._uid) == 7 else 0x04, radio_card(card).sak))
        return kind + bytes((len(self._uid),)) + self._uid

    def _list_b(self, card: VirtualCard, wanted: bytes) -> bytes:
        if card.technology != "iso14443b" or wanted != b"\x00":
            return b""
        self._uid = self._uid_now(card)
        return self._answer_b() + b"\x01\x00"

    def _answer_b(self) -> bytes:
        return b"\x50" + self._uid + bytes(5) + bytes.fromhex("8171")

    def _list_f(self, card: VirtualCard, wanted: bytes) -> bytes:
        if card.technology != "felica" or len(wanted) != 5:
            return b""
        answer = b"\x01" + card.uid + OTHER_HALF
        return bytes((len(answer) + 1,)) + answer

    def _uid_now(self, card: VirtualCard) -> bytes:
        """Where it is random it is another one each time that the card gets power."""
        powered = self._times_powered.to_bytes(3, "big")
        if card.technology == "iso14443b":
            return card.uid[:1] + powered if self._changing_pupi else card.uid
        return b"\x08" + powered if len(card.uid) == 4 and card.uid[0] == 0x08 else card.uid

    def _communicate(self, question: bytes) -> bytes:
        """Whatever the card was asked before, it answers only while it lies there."""
        radio = self._radio if self.card is self._listed else None
        if radio is None:
            return NOT_ANSWERED
        if question[:1] == WAKE_UP_B:
            return DONE + self._answer_b()
        answer = radio.answer(question)
        return NOT_ANSWERED if answer is None else DONE + self._with_check(answer)

    def _with_check(self, answer: bytes) -> bytes:
        """A host that turned the chip's own check off gets the card's bytes as they came."""
        if self._registers.get(RX_MODE, 0) & CHECKS or len(answer) == 1:
            return answer
        return answer + ISO14443_A(answer).to_bytes(2, "little")


def _pairs(parameters: bytes, step: int) -> list[int]:
    return [
        int.from_bytes(parameters[at : at + 2], "big") for at in range(0, len(parameters), step)
    ]
