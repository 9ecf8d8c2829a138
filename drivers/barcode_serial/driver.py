"""Scanners that send each code by itself over a serial line, as a `BarcodeScanner`."""

from collections import deque
from math import inf
from time import monotonic
from typing import Annotated

from msgspec import Meta, Struct

from drivers.barcode_serial.frames import CodeEnd, CodeSplitter
from drivers.deadline import Deadline
from drivers.facts import Code
from drivers.frame_trace import Direction, FrameTrace
from drivers.registry import Driver
from drivers.serial_port import Parity, SerialPort

CODE_SILENCE = 0.1
"""Seconds without a byte after which a code that began does not go on."""

DEAF_SECONDS = 0.1
"""After reading was turned on, what comes may have been scanned before."""


class BarcodeSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code_end`: "silence" for a scanner that is set up without CR and LF."""

    path: str
    baud: Annotated[int, Meta(gt=0)] = 9600
    parity: Parity = "none"
    code_end: CodeEnd = "line"


class SerialBarcodeScanner:
    """Codes may be people's card numbers: the trace is masked. Owner: the thread of `open`."""

    def __init__(self, settings: BarcodeSettings, trace: FrameTrace | None = None) -> None:
        self._settings = settings
        self._port = SerialPort(settings.path, settings.baud, settings.parity)
        self._trace = trace or FrameTrace()
        self._splitter = CodeSplitter(settings.code_end)
        self._codes: deque[str] = deque()
        self._last_byte_at = 0.0
        self._hears_from = inf

    def open(self, deadline: Deadline) -> None:
        self._port.open()
        self.listen(deadline, wanted=False)

    def close(self) -> None:
        self._port.close()

    def cancel(self) -> None:
        self._port.cancel()

    def listen(self, deadline: Deadline, *, wanted: bool) -> None:  # noqa: ARG002 - never waits
        self._hears_from = monotonic() + DEAF_SECONDS if wanted else inf
        self._splitter = CodeSplitter(self._settings.code_end)
        self._codes.clear()

    def next_code(self, deadline: Deadline) -> Code | None:
        while not self._codes:
            data = self._port.read_some(self._until_silence(deadline))
            if data and monotonic() < self._hears_from:
                self._trace.record_masked(Direction.DROPPED, data)
            elif data:
                self._last_byte_at = monotonic()
                self._trace.record_masked(Direction.RECEIVED, data)
                self._codes.extend(self._splitter.feed(data))
            elif self._splitter.begun and self._silence_left() <= 0:
                self._end_in_silence()
            elif deadline.expired():
                return None
        return Code(self._codes.popleft())

    def _end_in_silence(self) -> None:
        code = self._splitter.silence()
        if code is not None:
            self._codes.append(code)

    def _until_silence(self, deadline: Deadline) -> Deadline:
        return deadline.earlier(self._silence_left()) if self._splitter.begun else deadline

    def _silence_left(self) -> float:
        return max(0.0, self._last_byte_at + CODE_SILENCE - monotonic())


DRIVER = Driver(
    name="barcode_serial",
    kind="scanner",
    summary="barcode scanners that send plain lines",
    settings=BarcodeSettings,
    make=SerialBarcodeScanner,
    simulation="drivers.barcode_serial.simulator:SIMULATION",
)
