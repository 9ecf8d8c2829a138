"""The printer's side of ESC/POS: paper, cover, status, and what came out of it.

with PtyHost(EscposSimulator(), link) as host:
    printer = EscposPrinter(PrinterSettings(path=host.address))
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import msgspec
from msgspec import Struct

from drivers.escpos_printer.frames import Question, question_frame
from drivers.escpos_printer.print_commands import Cut, Feed, Printed, Raster, Text, decode
from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.device import Act, Say, VanishFromLine
from drivers.simulators.faults import FaultPlan, Unplug, prevents
from drivers.simulators.mishaps import BeforeBlock, Mishaps
from drivers.simulators.mishaps import Question as Asked
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Simulation
from drivers.simulators.tcp_host import TcpHost

PaperState = Literal["good", "near end", "out"]

_IDLE = 0x12
_PAPER_BITS: dict[PaperState, int] = {"good": 0, "near end": 0x0C, "out": 0x60}
_OFFLINE = 0x08
_COVER = 0x04
_STOPPED = 0x20
_TEXT_DOTS = 30


class EscposSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`dots_left`: so many rows of dots until the paper is used up. `line`: pty or tcp.

    `error`: the bits of the answer to status 3.
    """

    paper: PaperState = "good"
    cover_open: bool = False
    answers: bool = True
    error: int = 0
    dots_left: int | None = None
    line: Literal["pty", "tcp"] = "pty"
    baud: int = 38400
    keeps_wire_time: bool = False


class EscposSimulator:
    """Owner: the thread of its host. What is public may be used from any thread."""

    def __init__(
        self,
        settings: EscposSimulatorSettings | None = None,
        faults: FaultPlan | None = None,
        trace: FrameTrace | None = None,
    ) -> None:
        self.settings = settings or EscposSimulatorSettings()
        self.faults = faults or FaultPlan()
        self.trace = trace or FrameTrace()
        self.answers = self.settings.answers
        self._lock = Lock()
        self._paper: PaperState = self.settings.paper
        self._cover_open = self.settings.cover_open
        self._dots_left = self.settings.dots_left
        self._last_two = b""
        self._buffer = b""
        self._receipt = b""
        self._receipts: list[bytes] = []
        self._mishaps = Mishaps(self.faults, lambda _: None)

    @property
    def character_seconds(self) -> float:
        return 10 / self.settings.baud if self.settings.keeps_wire_time else 0.0

    @property
    def paper(self) -> PaperState:
        return self._paper

    @paper.setter
    def paper(self, paper: PaperState) -> None:
        """A new roll has no end in sight; the printer goes on with what it holds."""
        with self._lock:
            self._paper, self._dots_left = paper, None
            self._print()

    @property
    def cover_open(self) -> bool:
        return self._cover_open

    @cover_open.setter
    def cover_open(self, cover_open: bool) -> None:
        with self._lock:
            self._cover_open = cover_open
            self._print()

    def printed(self) -> tuple[bytes, ...]:
        """The commands of each receipt that was cut off, with the cut."""
        with self._lock:
            return tuple(self._receipts)

    def receive(self, data: bytes, at: float) -> Sequence[Act]:
        """Questions are answered at once, wherever they stand; the rest is printed in its turn."""
        if at < self._mishaps.deaf_until:
            self.trace.record(Direction.DROPPED, b"", f"{len(data)} bytes while it hung")
            return []
        acts = [act for question in self._asked(data) for act in self._answered(question, at)]
        with self._lock:
            self._buffer += data
            return acts + self._print()

    def _asked(self, data: bytes) -> list[Question]:
        """Also a question that is part of a picture."""
        seen = self._last_two + data
        self._last_two = seen[-2:]
        frames = {question_frame(question): question for question in Question}
        pieces = (seen[at : at + 3] for at in range(len(seen) - 2))
        return [frames[piece] for piece in pieces if piece in frames]

    def _answered(self, question: Question, at: float) -> list[Act]:
        name, raw = f"status {question}", question_frame(question)
        self.trace.record(Direction.RECEIVED, raw, name)
        acts = self._mishaps.befall(
            Asked(
                name=name,
                raw=raw,
                obey=partial(self._status, question),
                refuse=lambda status, _: status,
                say=partial(self._say, name),
            ),
            at,
        )
        return [act for act in acts if self.answers or not isinstance(act, Say)]

    def _say(self, name: str, status: int) -> Say:
        answer = bytes((status,))
        if self.answers:
            self.trace.record(Direction.SENT, answer, name)
        return Say(answer)

    def _status(self, question: Question, before_block: BeforeBlock) -> int:
        before_block(0)
        return _IDLE | self._bits(question)

    def _bits(self, question: Question) -> int:
        out, error = self._paper == "out", self.settings.error
        match question:
            case Question.PRINTER:
                return _OFFLINE if out or self._cover_open or error else 0
            case Question.OFFLINE:
                cover, stopped = _COVER * self._cover_open, _STOPPED * out
                return cover | stopped | (0x40 if error else 0)
            case Question.ERROR:
                return error
            case Question.PAPER:
                return _PAPER_BITS[self._paper]

    def _print(self) -> list[Act]:
        """As long as there is paper, the cover is shut and whole commands have come in."""
        while self._paper != "out" and not self._cover_open:
            used, command = decode(self._buffer)
            raw, self._buffer = self._buffer[:used], self._buffer[used:]
            if not used:
                break
            struck = self.faults.due(type(command).__name__.lower()) if command else ()
            if any(isinstance(fault, Unplug) for fault in struck):
                return [VanishFromLine()]
            if command is not None and not any(prevents(fault) for fault in struck):
                self._put_on_paper(command, raw)
        return []

    def _put_on_paper(self, command: Printed, raw: bytes) -> None:
        self.trace.record_masked(Direction.RECEIVED, raw)
        self._receipt += raw
        if isinstance(command, Cut):
            self._receipts.append(self._receipt)
            self._receipt = b""
        if self._dots_left is not None:
            self._dots_left -= dots_high(command)
            self._paper = "out" if self._dots_left <= 0 else self._paper


def dots_high(command: Printed) -> int:
    """How much paper a command takes, in rows of dots."""
    match command:
        case Raster():
            return command.height
        case Text():
            return _TEXT_DOTS
        case Feed(lines):
            return lines * _TEXT_DOTS
        case _:
            return 0


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> EscposSimulator:
    return EscposSimulator(msgspec.convert(options, EscposSimulatorSettings), faults, trace)


def _host(device: EscposSimulator, link: Path) -> PtyHost | TcpHost:
    return TcpHost(device) if device.settings.line == "tcp" else PtyHost(device, link)


SIMULATION = Simulation(
    make=_make,
    host=_host,
    settings=lambda address: {"path": address},
    hurried={"answer_seconds": 0.1, "quiet_seconds": 0.02, "settle_seconds": 0.02},
    frames_are_checked=False,
)
