"""A PN532 on a serial line, byte-exact, with a virtual card (docs/protocols/cards.md).

with PtyHost(Pn532Simulator(), link) as host:
    reader = ContactlessCardReader(CardSettings(path=str(host.link)))
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from drivers.contactless_card.frames import (
    ACK,
    COMMANDS,
    FROM_CHIP,
    FROM_HOST,
    SYNTAX_ERROR,
    WAKE_UP,
    Command,
    Frame,
    decode,
    encode,
)
from drivers.contactless_card.virtual_pn532 import VirtualPn532
from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.device import Act, Say, VirtualCard
from drivers.simulators.faults import FaultPlan
from drivers.simulators.mishaps import BeforeBlock, Mishaps, Question
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Simulation

BITS_A_CHARACTER = 10
POWER_DOWN = 0x16


class CardSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`changing_pupi`: type B cards make a new identifier each time that they get power, as
    passports do.
    """

    baud: int = 115_200
    keeps_wire_time: bool = False
    changing_pupi: bool = False


class Pn532Simulator:
    """Owner: the thread of its host. `present`, `remove`, `faults` and `trace` may be used from any
    thread. It sleeps at first, and after it was told to.
    """

    def __init__(
        self,
        settings: CardSimulatorSettings | None = None,
        faults: FaultPlan | None = None,
        trace: FrameTrace | None = None,
    ) -> None:
        self.faults = faults or FaultPlan()
        self.trace = trace or FrameTrace(capacity=5000)
        self._settings = settings or CardSimulatorSettings()
        self._chip = VirtualPn532(changing_pupi=self._settings.changing_pupi)
        self._asleep = True
        self._buffer = b""
        self._mishaps = Mishaps(self.faults, lambda _: self.remove())
        self._last: Say = Say(b"")

    @property
    def character_seconds(self) -> float:
        return BITS_A_CHARACTER / self._settings.baud if self._settings.keeps_wire_time else 0.0

    def present(self, card: VirtualCard) -> Sequence[Act]:
        self._chip.card = card
        return []

    def remove(self) -> Sequence[Act]:
        self._chip.card = None
        return []

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        """No answer while it sleeps or hangs, nor to a frame that fails its check."""
        self._asleep = self._asleep and not data.startswith(WAKE_UP)
        if self._asleep or at < self._mishaps.deaf_until:
            self.trace.record_masked(Direction.DROPPED, data)
            return []
        self._buffer += data
        return self._serve(at)

    def _serve(self, at: float) -> list[Act]:
        acts: list[Act] = []
        while True:
            used, frame = decode(self._buffer)
            self._buffer = self._buffer[used:]
            if frame is None and not used:
                return acts
            if frame is not None and frame.data[:1] == bytes((FROM_HOST,)) and frame.data[1:]:
                acts += self._hear(frame, at)
            elif frame is not None and frame.is_nack:
                acts.append(self._last)

    def _hear(self, frame: Frame, at: float) -> list[Act]:
        code = frame.data[1]
        command = COMMANDS.get(code, Command(code, f"command {code:02X}", about_cards=True))
        raw = encode(frame)
        self._record(Direction.RECEIVED, raw, command)
        return self._mishaps.befall(
            Question(
                name=command.name,
                raw=raw,
                obey=partial(self._obey, code, frame.data[2:]),
                refuse=partial(_refused, command),
                say=partial(self._say, command),
            ),
            at,
        )

    def _obey(self, code: int, parameters: bytes, before_block: BeforeBlock) -> bytes | None:
        """What follows the code of the answer; None = the chip does not know the command."""
        before_block(0)
        return self._chip.obey(code, parameters)

    def _say(self, command: Command, reply: bytes | None) -> Say:
        data = SYNTAX_ERROR if reply is None else bytes((FROM_CHIP, command.code + 1)) + reply
        answer = encode(Frame(data))
        self._record(Direction.SENT, answer, command)
        self._asleep = command.code == POWER_DOWN
        self._last = Say(answer)
        return Say(ACK + answer)

    def _record(self, direction: Direction, raw: bytes, command: Command) -> None:
        if command.about_cards:
            self.trace.record_masked(direction, raw)
        else:
            self.trace.record(direction, raw, command.name)


def _refused(command: Command, status: int, data: bytes) -> bytes | None:
    """Only answers about cards have a status."""
    return bytes((status,)) + data if command.code in COMMANDS and command.about_cards else None


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> Pn532Simulator:
    return Pn532Simulator(msgspec.convert(options, CardSimulatorSettings), faults, trace)


SIMULATION = Simulation(
    make=_make,
    host=PtyHost,
    settings=lambda address: {"path": address},
    hurried={"patience": 0.3, "pause": 0.01},
)
