"""The device's side of a FEIG line, byte-exact, on virtual tags (docs/protocols/readers.md).

with PtyHost(FeigSimulator(tags), link) as host:
    reader = FeigReader(FeigSettings(path=str(host.link)))
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from drivers.feig_obid.commands import Request, parse_request
from drivers.feig_obid.frames import ANY_READER, LONGEST_STANDARD, SHORTEST, Frame, decode
from drivers.feig_obid.statuses import LENGTH_ERROR, UNKNOWN_COMMAND, meaning
from drivers.feig_obid.virtual_control import Reply
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings, VirtualReader
from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.device import Act, Say, VanishFromLine
from drivers.simulators.faults import (
    AnswerStatus,
    AnyFault,
    Echo,
    FaultPlan,
    Hang,
    Late,
    TakeAway,
    Unplug,
    prevents,
    spoil,
)
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Host, Simulation
from drivers.simulators.tcp_host import TcpHost
from drivers.simulators.virtual_tags import PadField, VirtualTag

PAUSE_BETWEEN_FRAMES = 0.005
CHARACTERS_APART = 0.012


class FeigSimulator:
    """Owner: the thread of its host. `pads`, `faults`, `trace` and what the `reader` says of itself
    may be used from any thread.
    """

    def __init__(
        self,
        tags: Iterable[VirtualTag] = (),
        settings: FeigSimulatorSettings | None = None,
        faults: FaultPlan | None = None,
        trace: FrameTrace | None = None,
    ) -> None:
        self._settings = settings or FeigSimulatorSettings()
        self.pads = tuple(PadField() for _ in range(self._settings.antennas))
        for tag in tags:
            self.pad.lay(tag)
        self.faults = faults or FaultPlan()
        self.trace = trace or FrameTrace(capacity=5000)
        self.reader = VirtualReader(self.pads, self._settings)
        self._buffer = b""
        self._heard_at = 0.0
        self._listens_from = 0.0
        self._held: list[Act] = []

    @property
    def pad(self) -> PadField:
        """What lies at the first antenna."""
        return self.pads[0]

    @property
    def tcp_port(self) -> int | None:
        """Where it stands on the network; None on a serial line."""
        return self._settings.tcp_port

    @property
    def character_seconds(self) -> float:
        if not self._settings.keeps_wire_time:
            return 0.0
        return self._settings.bits_a_character / self._settings.baud

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        """No answer to what comes too soon after a frame, is cut, or fails its check."""
        begun_at = at - len(data) * self.character_seconds
        if begun_at < self._listens_from:
            self.trace.record(Direction.DROPPED, data, "came too soon, or while the reader hung")
            return []
        if begun_at - self._heard_at > CHARACTERS_APART:
            self._buffer = b""
        self._heard_at = at
        self._buffer += data
        return self._serve(at)

    def _serve(self, at: float) -> list[Act]:
        acts: list[Act] = []
        while True:
            used, frame = decode(self._buffer)
            self._buffer = self._buffer[used:]
            if frame is None:
                return acts
            if self._is_meant(frame):
                acts += self._hear(frame, at)

    def _is_meant(self, frame: Frame) -> bool:
        kind = "advanced" if frame.advanced else "standard"
        ours = frame.address in {ANY_READER, self._settings.address}
        return ours and self._settings.frames in {"both", kind}

    def _hear(self, frame: Frame, at: float) -> list[Act]:
        try:
            request = parse_request(frame)
        except KeyError:
            return [self._say(frame, Reply(UNKNOWN_COMMAND), f"command {frame.command:02X}", at)]
        except ValueError:
            return [self._say(frame, Reply(LENGTH_ERROR), f"command {frame.command:02X}", at)]
        self.trace.record(Direction.RECEIVED, frame.raw, str(request))
        earlier, self._held = self._held, []
        return earlier + self._answer(frame, request, at)

    def _answer(self, frame: Frame, request: Request, at: float) -> list[Act]:
        struck = self.faults.due(request.command.name)
        if any(prevents(fault) for fault in struck):
            return self._prevented(struck, at)
        said = self._say(frame, self._obey(request, struck), request.command.name, at)
        acts: list[Act] = [said]
        for fault in struck:
            acts = [spoilt for act in acts for spoilt in self._spoil(fault, act, at)]
        return [Say(frame.raw) for fault in struck if isinstance(fault, Echo)] + acts

    def _say(self, asked: Frame, reply: Reply, what: str, at: float) -> Say:
        """The frame of an answer: advanced when asked so, or when it is too long otherwise."""
        data = bytes((reply.status,)) + reply.data
        advanced = asked.advanced or len(data) + SHORTEST > LONGEST_STANDARD
        raw = Frame(asked.command, data, self._settings.address, advanced).raw
        self.trace.record(Direction.SENT, raw, f"{what}: {meaning(reply.status)[1]}")
        seconds = reply.seconds if self._settings.keeps_air_time else 0.0
        said_at = at + seconds + len(raw) * self.character_seconds
        self._listens_from = said_at + PAUSE_BETWEEN_FRAMES
        return Say(raw, seconds)

    def _obey(self, request: Request, struck: Sequence[AnyFault]) -> Reply:
        for fault in struck:
            if isinstance(fault, AnswerStatus):
                return Reply(fault.status, bytes.fromhex(fault.data))
        hands = [fault for fault in struck if isinstance(fault, TakeAway)]

        def take_away(done: int) -> None:
            for hand in hands:
                if hand.side == "request" and done >= hand.blocks:
                    self._lift(hand, request)

        reply = self.reader.obey(request, take_away)
        for hand in hands:
            self._lift(hand, request)
        return reply

    def _lift(self, hand: TakeAway, request: Request) -> None:
        uid = hand.uid or request.uid
        if uid is not None:
            for pad in self.pads:
                pad.lift(uid)

    def _prevented(self, struck: Sequence[AnyFault], at: float) -> list[Act]:
        for fault in struck:
            self._perhaps_hang(fault, at)
        return [VanishFromLine() for fault in struck if isinstance(fault, Unplug)]

    def _spoil(self, fault: AnyFault, act: Act, at: float) -> list[Act]:
        if not isinstance(act, Say):
            return [act]
        self._perhaps_hang(fault, at)
        if isinstance(fault, Late):
            self._held.append(Say(act.data))
            return []
        return spoil(fault, act)

    def _perhaps_hang(self, fault: AnyFault, at: float) -> None:
        if isinstance(fault, Hang):
            self._listens_from = at + fault.seconds


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> FeigSimulator:
    return FeigSimulator((), msgspec.convert(options, FeigSimulatorSettings), faults, trace)


def _host(device: FeigSimulator, link: Path) -> Host:
    port = device.tcp_port
    return PtyHost(device, link) if port is None else TcpHost(device, port)


SIMULATION = Simulation(
    make=_make,
    host=_host,
    settings=lambda address: {"path": address},
    hurried={"patience": 0.1, "block_order": "reversed"},
)
