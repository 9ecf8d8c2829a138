"""A Zebra scanner that speaks SSI: it repeats what nobody confirmed, and sleeps in pauses
(docs/protocols/scanners.md, "SSI").
"""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from time import monotonic
from types import MappingProxyType

from drivers.barcode_serial.ssi import (
    ACK,
    DECODED,
    HOST,
    NAK,
    PACKETS_FOR_CODES,
    PARAMETERS,
    REPEATED,
    SCAN_DISABLE,
    SCAN_ENABLE,
    SCANNER,
    START_DECODE,
    STOP_DECODE,
    SYMBOLOGIES,
    Packet,
    decode,
    encode,
)
from drivers.barcode_serial.virtual_scanner import BarcodeSimulatorSettings
from drivers.facts import Symbology
from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.device import Act, Say
from drivers.simulators.faults import FaultPlan, prevents, spoilt

SENT_AT_MOST = 3
AWAKE_SECONDS = 1.0
DENIED = b"\x06"
LONGEST_TEXT = 250

NAMES: Mapping[int, str] = MappingProxyType(
    {
        PARAMETERS: "packets for codes",
        SCAN_ENABLE: "scan enable",
        SCAN_DISABLE: "scan disable",
        START_DECODE: "start decode",
        STOP_DECODE: "stop decode",
        ACK: "ack",
        NAK: "nak",
    }
)

_TYPES = MappingProxyType({kind: number for number, kind in reversed([*SYMBOLOGIES.items()])})


class SsiSimulator:
    """Owner: the thread of its host."""

    def __init__(
        self,
        settings: BarcodeSimulatorSettings,
        faults: FaultPlan | None = None,
        trace: FrameTrace | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.faults = faults or FaultPlan()
        self.trace = trace or FrameTrace()
        self._settings = settings
        self._clock = clock
        self._buffer = b""
        self._awake_until = -inf
        self._enabled = True
        self._decoding = settings.dialect != "zebra_ssi_host"
        self._packets = settings.sends_packets
        self._unconfirmed: Packet | None = None
        self._sent = 0
        self._acts_at = inf

    @property
    def character_seconds(self) -> float:
        return self._settings.character_seconds

    @property
    def listening(self) -> bool:
        return self._enabled and self._decoding

    @property
    def acts_at(self) -> float:
        return self._acts_at

    def act(self, at: float) -> Sequence[Act]:
        """Nobody confirmed the code: it is sent again, and given up in the end."""
        if self._unconfirmed is None or self._sent >= SENT_AT_MOST:
            self._unconfirmed, self._acts_at = None, inf
            return []
        return self._send_code(self._unconfirmed, at)

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        """A sleeping scanner loses the byte that wakes it."""
        asleep = self._settings.sleeps and at > self._awake_until
        self._awake_until = at + AWAKE_SECONDS
        self._buffer += data[1:] if asleep else data
        acts: list[Act] = []
        while True:
            used, packet = decode(self._buffer, HOST)
            self._buffer = self._buffer[used:]
            if packet is not None:
                acts += self._hear(packet, at)
            elif not used:
                return acts

    def scan(self, text: str, symbology: Symbology = Symbology.CODE_128) -> Sequence[Act]:
        """A code is held before it; nothing while it is off or waits for the last one's ACK."""
        if not self.listening or self._unconfirmed is not None:
            return []
        self._decoding = self._settings.dialect != "zebra_ssi_host"
        raw = self._settings.printed(text, symbology)[:LONGEST_TEXT]
        if not self._packets:
            self.trace.record_masked(Direction.SENT, raw)
            return spoilt([Say(raw + self._settings.code_end.encode())], self.faults.due("scan"))
        number = _TYPES.get(symbology, 0)
        self._unconfirmed = Packet(DECODED, bytes((number,)) + raw, 0, SCANNER)
        self._sent = 0
        return self._send_code(self._unconfirmed, self._clock())

    def _hear(self, packet: Packet, at: float) -> Sequence[Act]:
        name = NAMES.get(packet.opcode, f"opcode {packet.opcode:02X}")
        struck = self.faults.due(name)
        if any(prevents(fault) for fault in struck):
            return []
        self.trace.record(Direction.RECEIVED, encode(packet), name)
        if packet.opcode == ACK:
            self._unconfirmed, self._acts_at = None, inf
            return []
        if packet.opcode == NAK:
            return self.act(at)
        taken = name not in self._settings.refuses and self._obey(packet)
        answer = encode(Packet(ACK if taken else NAK, b"" if taken else DENIED, 0, SCANNER))
        self.trace.record(Direction.SENT, answer, name)
        return spoilt([Say(answer)], struck)

    def _obey(self, packet: Packet) -> bool:
        match packet.opcode:
            case 0xE9 | 0xEA:
                self._enabled = packet.opcode == SCAN_ENABLE
            case 0xE4 | 0xE5:
                self._decoding = packet.opcode == START_DECODE
            case 0xC6:
                self._packets = packet.data[1:] == PACKETS_FOR_CODES
            case _:
                return False
        return True

    def _send_code(self, code: Packet, at: float) -> Sequence[Act]:
        again = self._sent > 0
        self._sent += 1
        self._acts_at = at + self._settings.ack_seconds
        raw = encode(Packet(code.opcode, code.data, REPEATED if again else 0, SCANNER))
        self.trace.record_masked(Direction.SENT, raw, "again" if again else "")
        return spoilt([Say(raw)], self.faults.due("repeat" if again else "scan"))
