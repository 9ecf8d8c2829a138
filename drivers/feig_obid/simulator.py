"""The device's side of a FEIG line, byte-exact, on virtual tags (docs/protocols/readers.md).

with PtyHost(FeigSimulator(tags), link) as host:
    reader = FeigReader(FeigSettings(path=str(host.link)))
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from drivers.feig_obid.commands import parse_request
from drivers.feig_obid.frames import ANY_READER, LONGEST_STANDARD, SHORTEST, Frame, decode
from drivers.feig_obid.statuses import LENGTH_ERROR, UNKNOWN_COMMAND, meaning
from drivers.feig_obid.virtual_control import Reply
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings, VirtualReader
from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.device import Act, Say
from drivers.simulators.ear import Ear
from drivers.simulators.faults import FaultPlan
from drivers.simulators.mishaps import Mishaps, Question
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Host, Simulation
from drivers.simulators.tcp_host import TcpHost
from drivers.simulators.virtual_tags import PadField, VirtualTag
from drivers.uid import Uid

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
        self._mishaps = Mishaps(self.faults, self._lift)
        self._ear = Ear[Frame](decode, CHARACTERS_APART, self.trace)
        self._listens_from = 0.0

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
        deaf_until = max(self._listens_from, self._mishaps.deaf_until)
        frames = self._ear.hear(data, begun_at, at, deaf_until)
        return [act for frame in frames if self._is_meant(frame) for act in self._hear(frame, at)]

    def _is_meant(self, frame: Frame) -> bool:
        kind = "advanced" if frame.advanced else "standard"
        ours = frame.address in {ANY_READER, self._settings.address}
        return ours and self._settings.frames in {"both", kind}

    def _hear(self, frame: Frame, at: float) -> list[Act]:
        try:
            request = parse_request(frame)
        except KeyError:
            return [self._say(frame, f"command {frame.command:02X}", at, Reply(UNKNOWN_COMMAND))]
        except ValueError:
            return [self._say(frame, f"command {frame.command:02X}", at, Reply(LENGTH_ERROR))]
        self.trace.record(Direction.RECEIVED, frame.raw, str(request))
        return self._mishaps.befall(
            Question(
                name=request.command.name,
                raw=frame.raw,
                uid=request.uid,
                obey=partial(self.reader.obey, request),
                refuse=Reply,
                say=partial(self._say, frame, request.command.name, at),
            ),
            at,
        )

    def _say(self, asked: Frame, what: str, at: float, reply: Reply) -> Say:
        """The frame of an answer: advanced when asked so, or when it is too long otherwise."""
        data = bytes((reply.status,)) + reply.data
        advanced = asked.advanced or len(data) + SHORTEST > LONGEST_STANDARD
        raw = Frame(asked.command, data, self._settings.address, advanced).raw
        self.trace.record(Direction.SENT, raw, f"{what}: {meaning(reply.status)[1]}")
        seconds = reply.seconds if self._settings.keeps_air_time else 0.0
        said_at = at + seconds + len(raw) * self.character_seconds
        self._listens_from = said_at + PAUSE_BETWEEN_FRAMES
        return Say(raw, seconds)

    def _lift(self, uid: Uid | None) -> None:
        for pad in self.pads:
            pad.lift(uid)


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
