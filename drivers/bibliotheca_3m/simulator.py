"""The device's side of a 3M line, byte-exact, on virtual tags (docs/protocols/readers.md).

with PtyHost(BibliothecaSimulator(tags), link) as host:
    reader = BibliothecaReader(BibliothecaSettings(path=host.address))
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from drivers.bibliotheca_3m.commands import Request, parse_request
from drivers.bibliotheca_3m.frames import Frame, decode
from drivers.bibliotheca_3m.statuses import NOT_IMPLEMENTED, meaning
from drivers.bibliotheca_3m.virtual_pad import BibliothecaSimulatorSettings, Reply, VirtualPad
from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.device import Act, Say
from drivers.simulators.ear import Ear
from drivers.simulators.faults import FaultPlan
from drivers.simulators.mishaps import Mishaps, Question
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Simulation
from drivers.simulators.virtual_tags import PadField, VirtualTag
from drivers.uid import uid_bytes

BITS_A_CHARACTER = 10
CHARACTERS_APART = 0.05
PARAMETER_RANGE = 0x32


class BibliothecaSimulator:
    """Owner: the thread of its host. `pad`, `faults` and `trace` may be used from any thread."""

    def __init__(
        self,
        tags: Iterable[VirtualTag] = (),
        settings: BibliothecaSimulatorSettings | None = None,
        faults: FaultPlan | None = None,
        trace: FrameTrace | None = None,
    ) -> None:
        self.pad = PadField(tags)
        self.faults = faults or FaultPlan()
        self.trace = trace or FrameTrace(capacity=5000)
        self._settings = settings or BibliothecaSimulatorSettings()
        self._virtual = VirtualPad(self.pad, self._settings)
        self._mishaps = Mishaps(self.faults, self.pad.lift)
        self._ear = Ear[Frame](decode, CHARACTERS_APART, self.trace)
        self._busy_until = 0.0

    @property
    def character_seconds(self) -> float:
        return BITS_A_CHARACTER / self._settings.baud if self._settings.keeps_wire_time else 0.0

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        """No answer to what comes while it works or hangs, is cut, or fails its check."""
        begun_at = at - len(data) * self.character_seconds
        deaf_until = max(self._busy_until, self._mishaps.deaf_until)
        frames = self._ear.hear(data, begun_at, at, deaf_until)
        return [act for frame in frames for act in self._hear(frame, at)]

    def _hear(self, frame: Frame, at: float) -> list[Act]:
        try:
            request = parse_request(frame)
        except KeyError:
            return [self._say(frame, "unknown", at, Reply(NOT_IMPLEMENTED))]
        except ValueError:
            return [self._say(frame, "cut", at, Reply(PARAMETER_RANGE))]
        self.trace.record(Direction.RECEIVED, frame.raw, str(request))
        return self._mishaps.befall(
            Question(
                name=request.command.name,
                raw=frame.raw,
                uid=request.uid,
                obey=partial(self._virtual.obey, request),
                refuse=Reply,
                say=partial(self._answer, frame, request, at),
            ),
            at,
        )

    def _answer(self, asked: Frame, request: Request, at: float, reply: Reply) -> Say:
        """Answers about a tag name it; what a refusal says behind its status is up to the plan."""
        uid = uid_bytes(request.uid) if request.uid and not (reply.status and reply.data) else b""
        told = Reply(reply.status, uid + reply.data, reply.seconds)
        return self._say(asked, request.command.name, at, told)

    def _say(self, asked: Frame, what: str, at: float, reply: Reply) -> Say:
        raw = Frame(asked.command, bytes((reply.status,)) + reply.data, asked.start).raw
        self.trace.record(Direction.SENT, raw, f"{what}: {meaning(reply.status)[1]}")
        seconds = reply.seconds if self._settings.keeps_air_time else 0.0
        self._busy_until = at + seconds + len(raw) * self.character_seconds
        return Say(raw, seconds)


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> BibliothecaSimulator:
    settings = msgspec.convert(options, BibliothecaSimulatorSettings)
    return BibliothecaSimulator((), settings, faults, trace)


SIMULATION = Simulation(
    make=_make,
    host=PtyHost,
    settings=lambda address: {"path": address},
    hurried={"patience": 0.1},
)
