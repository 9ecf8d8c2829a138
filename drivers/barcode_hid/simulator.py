"""A scanner as a keyboard: the kernel's events of what it types, on a pseudo-terminal.

A pseudo-terminal is no input device: the driver opens it with `grab = false`.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

import msgspec
from msgspec import Struct

from drivers.barcode_hid.keys import (
    DOWN,
    EV_KEY,
    EV_SYN,
    EVENT,
    KEY_ENTER,
    KEY_KPENTER,
    KEY_LEFTALT,
    KEY_TAB,
    KEYPAD,
    KEYS,
)
from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.device import Act, Say
from drivers.simulators.faults import FaultPlan, spoilt
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Simulation

EV_MSC, MSC_SCAN = 4, 4
KEY_LEFTSHIFT = 42
WRONG_KEY = 41

PIECE = 2400
PIECE_SECONDS = 0.005

ENDS = MappingProxyType({"enter": KEY_ENTER, "keypad enter": KEY_KPENTER, "tab": KEY_TAB})

_STROKES = {shifted: (KEY_LEFTSHIFT, code) for code, (_, shifted) in KEYS.items()}
_STROKES |= {plain: (0, code) for code, (plain, _) in reversed([*KEYS.items()])}
_DIGITS = {sign: code for code, sign in KEYPAD.items() if sign.isdigit()}


class HidSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`end`: the key behind a code. `beyond_ascii`: what it does with other characters: Alt with
    the digits of each byte, nothing, or one wrong key for each byte.
    """

    end: Literal["enter", "keypad enter", "tab", "none"] = "enter"
    beyond_ascii: Literal["alt", "dropped", "wrong key"] = "alt"


class HidSimulator:
    """Owner: the thread of its host. It is always on: a keyboard takes no commands."""

    character_seconds = 0.0
    listening = True

    def __init__(
        self,
        settings: HidSimulatorSettings | None = None,
        faults: FaultPlan | None = None,
        trace: FrameTrace | None = None,
    ) -> None:
        self.faults = faults or FaultPlan()
        self.trace = trace or FrameTrace()
        self._settings = settings or HidSimulatorSettings()

    def receive(self, data: bytes, at: float) -> Sequence[Act]:  # noqa: ARG002
        self.trace.record(Direction.DROPPED, data, "a keyboard takes no commands")
        return []

    def scan(self, text: str) -> Sequence[Act]:
        """What the scanner does when a code is held before it."""
        raw = b"".join(self._typed(text))
        self.trace.record_masked(Direction.SENT, raw)
        acts = spoilt([Say(raw)], self.faults.due("scan"))
        return [piece for act in acts for piece in _in_pieces(act)]

    def _typed(self, text: str) -> Iterator[bytes]:
        for sign in text:
            if sign in _STROKES:
                held, code = _STROKES[sign]
                yield stroke(code, held=held)
            else:
                for byte in sign.encode():
                    yield from self._beyond_ascii(byte)
        if self._settings.end != "none":
            yield stroke(ENDS[self._settings.end])

    def _beyond_ascii(self, byte: int) -> Iterator[bytes]:
        if self._settings.beyond_ascii == "alt":
            yield key(KEY_LEFTALT, DOWN)
            yield from (stroke(_DIGITS[digit]) for digit in f"{byte:04}")
            yield key(KEY_LEFTALT, 0)
        elif self._settings.beyond_ascii == "wrong key":
            yield stroke(WRONG_KEY)


def _in_pieces(act: Act) -> Iterator[Act]:
    """A long code takes its time: a pseudo-terminal holds 4,096 bytes for a reader."""
    if not isinstance(act, Say) or len(act.data) <= PIECE:
        yield act
        return
    yield Say(act.data[:PIECE], act.after)
    for at in range(PIECE, len(act.data), PIECE):
        yield Say(act.data[at : at + PIECE], PIECE_SECONDS)


def event(kind: int, code: int, value: int) -> bytes:
    """One event; nobody looks at its time."""
    return EVENT.pack(0, 0, kind, code, value)


def key(code: int, value: int) -> bytes:
    """A key goes down (1), up (0), or repeats (2)."""
    return event(EV_MSC, MSC_SCAN, code) + event(EV_KEY, code, value) + event(EV_SYN, 0, 0)


def stroke(code: int, held: int = 0) -> bytes:
    """Down and up, while another key is held."""
    struck = key(code, DOWN) + key(code, 0)
    return key(held, DOWN) + struck + key(held, 0) if held else struck


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> HidSimulator:
    return HidSimulator(msgspec.convert(options, HidSimulatorSettings), faults, trace)


SIMULATION = Simulation(
    make=_make,
    host=PtyHost,
    settings=lambda address: {"path": address, "grab": False},
    frames_are_checked=False,
)
