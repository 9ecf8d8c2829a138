"""The device's side of a metraTec line, byte-exact, on virtual tags (docs/protocols/readers.md).

with PtyHost(MetratecSimulator(tags), link) as host:
    reader = MetratecReader(MetratecSettings(path=host.address))
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import inf, isfinite
from time import monotonic
from typing import Any

import msgspec

from drivers.frame_trace import Direction, FrameTrace
from drivers.metratec.frames import CR, HEARTBEAT, Framing, answer, decode
from drivers.metratec.troubles import word_for
from drivers.metratec.virtual_reader import MetratecSimulatorSettings, Reply, VirtualReader
from drivers.simulators.device import Act, Say
from drivers.simulators.faults import FaultPlan
from drivers.simulators.mishaps import BeforeBlock, Mishaps, Question
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Simulation
from drivers.simulators.virtual_tags import PadField, VirtualTag

BITS_A_CHARACTER = 10
LONGEST_COMMAND = 512
ROUND_SECONDS = 0.05
"""Between two inventories that it makes by itself."""

NAMES = {
    "BRK": "break",
    "WAK": "wake",
    "COF": "check off",
    "CON": "check on",
    "EOF": "end of frame",
    "HWR": "hardware",
    "RFW": "firmware",
    "REV": "revision",
    "RSN": "serial number",
    "MOD": "mode",
    "VBL": "verbosity",
    "SRI": "field on",
    "SAP": "antenna",
    "RIP": "input",
    "WOP": "output",
    "INV": "inventory",
    "CNR": "continuous inventory",
}


class MetratecSimulator:
    """Owner: the thread of its host. `pad`, `faults`, `trace` and the pins of `reader` may be used
    from any thread.
    """

    def __init__(
        self,
        tags: Iterable[VirtualTag] = (),
        settings: MetratecSimulatorSettings | None = None,
        faults: FaultPlan | None = None,
        trace: FrameTrace | None = None,
    ) -> None:
        self.pad = PadField(tags)
        self.faults = faults or FaultPlan()
        self.trace = trace or FrameTrace(capacity=5000)
        self._settings = settings or MetratecSimulatorSettings()
        self.reader = VirtualReader(self.pad, self._settings)
        self._mishaps = Mishaps(self.faults, self.pad.lift)
        self._framing = Framing(
            ended=self._settings.left_over == "checked",
            checked=self._settings.left_over == "checked",
        )
        self._asleep = self._settings.asleep
        self._next_round_at = 0.0 if self._settings.left_over == "continuous" else inf
        self._buffer = b""

    @property
    def character_seconds(self) -> float:
        return BITS_A_CHARACTER / self._settings.baud if self._settings.keeps_wire_time else 0.0

    @property
    def acts_at(self) -> float:
        """When it tells its next round by itself."""
        return self._next_round_at

    def act(self, at: float) -> Sequence[Act]:
        """One inventory after the other."""
        reply = self.reader.obey(("INV",), lambda _: None)
        self._next_round_at = at + ROUND_SECONDS
        return [self._say("continuous inventory", reply)]

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        """Commands end with CR; nothing is heard while it hangs."""
        if at < self._mishaps.deaf_until:
            self.trace.record(Direction.DROPPED, data, "came while the reader hung")
            return []
        self._buffer = (self._buffer + data)[-LONGEST_COMMAND:]
        acts: list[Act] = []
        while CR in self._buffer:
            line, _, self._buffer = self._buffer.partition(CR)
            acts += self._hear(line, at)
        return acts

    def _hear(self, line: bytes, at: float) -> list[Act]:
        if line == b"COF 4F5E":
            self._framing = replace(self._framing, checked=False)
            return [self._say("check off", Reply(("OK!",)))]
        _, frame = decode(line + CR, Framing(checked=self._framing.checked), silent=False)
        if frame is None or frame.damaged or not frame.lines[0].split():
            self.trace.record(Direction.DROPPED, line, "fails its check, or says nothing")
            return [self._say("damaged", Reply(("CCE",)))]
        text = frame.lines[0]
        words = text.split()
        about = self.reader.about(words)
        name = about.command.name if about else NAMES.get(words[0], words[0])
        self.trace.record(Direction.RECEIVED, line + CR, str(about) if about else text)
        question = Question(
            name=name,
            raw=line + CR,
            uid=about.uid if about else None,
            obey=partial(self._obey, words),
            refuse=lambda status, _: Reply((word_for(status),)),
            say=partial(self._say, name),
        )
        if self._asleep and words[0] != "WAK":
            return []
        return self._mishaps.befall(question, at)

    def _obey(self, words: Sequence[str], before_block: BeforeBlock) -> Reply:
        if words[0] in self._settings.unknown:
            return Reply(("UCO",))
        match words[0]:
            case "WAK":
                woken, self._asleep = self._asleep, False
                return Reply(("GMO" if woken else "DNS",))
            case "BRK":
                running, self._next_round_at = isfinite(self._next_round_at), inf
                return Reply(("BRA" if running else "NCM",))
            case "EOF" | "NEF":
                self._framing = replace(self._framing, ended=words[0] == "EOF")
                return Reply(("OK!",))
            case "CON":
                self._framing = replace(self._framing, checked=True)
                return Reply(("OK!",))
            case "CNR":
                self._next_round_at = monotonic() + ROUND_SECONDS
                return self.reader.obey(words[1:], before_block)
            case _:
                return self.reader.obey(words, before_block)

    def _say(self, what: str, reply: Reply) -> Say:
        lines = (HEARTBEAT, *reply.lines) if self._settings.heartbeats else reply.lines
        raw = answer(lines, self._framing)
        self.trace.record(Direction.SENT, raw, f"{what}: {reply.lines[-1]}")
        return Say(raw, reply.seconds if self._settings.keeps_air_time else 0.0)


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> MetratecSimulator:
    settings = msgspec.convert(options, MetratecSimulatorSettings)
    return MetratecSimulator((), settings, faults, trace)


SIMULATION = Simulation(
    make=_make,
    host=PtyHost,
    settings=lambda address: {"path": address},
    hurried={"patience": 0.1},
)
