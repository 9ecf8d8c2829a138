"""Scanners that send each code by itself over a serial line, as a `BarcodeScanner`."""

from collections import deque
from math import inf
from time import monotonic
from typing import Annotated

from msgspec import Meta, Struct

from drivers.barcode_serial.dialects import DIALECTS, Command, DialectName
from drivers.barcode_serial.frames import CodeEnd
from drivers.barcodes.heard import Answered, Due, Verdict
from drivers.barcodes.listener import DEAF_SECONDS, CodeListener, Habits
from drivers.barcodes.rules import CodeRules
from drivers.deadline import Deadline
from drivers.errors import DeviceRefused, DeviceSilent, DriverError
from drivers.facts import Code
from drivers.frame_trace import Direction, FrameTrace
from drivers.port import port_at
from drivers.registry import Driver, UsbPlace
from drivers.serial_adapters import SERIAL_ADAPTERS
from drivers.serial_port import Parity

CODE_SILENCE = 0.1
"""Seconds without a byte after which a code that began does not go on."""

WAKE_SECONDS = 0.015
TRIES = 3


class BarcodeSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code_end`: "silence" for a scanner that is set up without CR and LF, "tab" for one that
    sends TAB. `dialect`: how it is turned on and off (drivers/barcode_serial/dialects.py).
    `setup`: False leaves the scanner as it was set up with its maker's barcodes.
    `aim_identifiers`: it sends them before each code. `answer_seconds`: how long it may take to
    answer a command; the rest of a damaged answer must be over before.
    """

    path: str
    baud: Annotated[int, Meta(gt=0)] = 9600
    parity: Parity = "none"
    code_end: CodeEnd = "line"
    dialect: DialectName = "none"
    setup: bool = True
    answer_seconds: Annotated[float, Meta(ge=2 * CODE_SILENCE, le=2)] = 0.5
    aim_identifiers: bool = False
    rules: CodeRules = CodeRules()

    def __post_init__(self) -> None:
        told = self.aim_identifiers or DIALECTS[self.dialect].tells_symbology
        if self.rules.symbologies and not told:
            raise ValueError(
                "rules.symbologies needs a scanner that tells them: aim_identifiers = true, "
                "or the dialect zebra_ssi"
            )


class SerialBarcodeScanner:
    """Codes may be people's card numbers: the trace is masked. Owner: the thread of `open`."""

    def __init__(self, settings: BarcodeSettings, trace: FrameTrace | None = None) -> None:
        self._settings = settings
        self._dialect = DIALECTS[settings.dialect]
        self._port = port_at(settings.path, settings.baud, settings.parity)
        self._trace = trace or FrameTrace()
        self._verdicts: deque[Verdict] = deque()
        self._listener = self._new_listener()
        self._on = False
        self._triggered_at = -inf
        self._heard_at_trigger = 0

    def open(self, deadline: Deadline) -> None:
        self._port.open(deadline)
        self._listener = self._new_listener()
        try:
            if self._settings.setup:
                self._obey(self._dialect.setup, deadline)
            self.listen(deadline, wanted=False)
        except DriverError:
            self.close()
            raise

    def close(self) -> None:
        self._port.close()

    def cancel(self) -> None:
        self._port.cancel()

    def listen(self, deadline: Deadline, *, wanted: bool) -> None:
        """When it returns, nothing that was scanned before is left on the line.

        Cut short by `cancel` it is to be called again.
        """
        self._on = False
        self._listener.turn(on=False)
        if not wanted:
            self._obey(self._dialect.off, deadline)
            return
        self._trigger(deadline)
        self._listener.hear_until(deadline.earlier(DEAF_SECONDS))
        self._listener.turn(on=True)
        self._on = True

    def next_code(self, deadline: Deadline) -> Code | None:
        while (code := self._listener.taken()) is None:
            if self._trigger_left() <= 0:
                self._trigger_again(deadline)
            self._listener.hear(deadline.earlier(self._trigger_left()))
            if deadline.expired():
                return self._listener.taken()
        return code

    def _new_listener(self) -> CodeListener:
        habits = Habits(CODE_SILENCE, self._settings.rules, self._settings.aim_identifiers)
        splitter = self._dialect.splitter(self._settings.code_end)
        return CodeListener(self._port, splitter, habits, self._trace, self._hear_answer)

    def _trigger(self, deadline: Deadline) -> None:
        heard = self._listener.codes_heard
        self._obey(self._dialect.on, deadline)
        self._heard_at_trigger, self._triggered_at = heard, monotonic()

    def _trigger_again(self, deadline: Deadline) -> None:
        """A call that is over before the scanner answered proves nothing: the next one tries."""
        try:
            self._trigger(deadline)
        except DeviceSilent:
            if not deadline.expired():
                raise

    def _trigger_left(self) -> float:
        """Seconds until the scanner must be turned on again, having stopped by itself."""
        if not self._on:
            return inf
        if self._dialect.once and self._listener.codes_heard != self._heard_at_trigger:
            return 0.0
        return self._triggered_at + self._dialect.again_seconds - monotonic()

    def _obey(self, commands: tuple[Command, ...], deadline: Deadline) -> None:
        for command in commands:
            self._command(command, deadline)

    def _command(self, command: Command, deadline: Deadline) -> None:
        """The one place where a command is repeated; none of them does harm twice."""
        for attempt in range(TRIES):
            self._wake(deadline)
            self._verdicts.clear()
            self._send(command.bytes_of(attempt), command.name)
            verdict = self._verdict(deadline) if command.answered else Verdict.DONE
            if verdict is Verdict.DONE:
                return
            if verdict is Verdict.REFUSED:
                raise DeviceRefused(
                    f"the scanner at {self._port.path} refuses {command.name}; set it up with "
                    "its maker's barcodes, and setup = false",
                    status=0,
                )
        raise DeviceSilent(
            f"the scanner at {self._port.path} does not answer {command.name}; "
            f"is the dialect {self._settings.dialect} right, and its baud rate?"
        )

    def _wake(self, deadline: Deadline) -> None:
        if self._dialect.wake:
            self._port.write(self._dialect.wake)
            self._listener.hear_until(deadline.earlier(WAKE_SECONDS))

    def _verdict(self, deadline: Deadline) -> Verdict | None:
        within = deadline.earlier(self._settings.answer_seconds)
        self._listener.hear_until(within, lambda: bool(self._verdicts))
        return self._verdicts.popleft() if self._verdicts else None

    def _hear_answer(self, heard: Answered | Due) -> None:
        if isinstance(heard, Due):
            self._send(heard.raw, "")
        else:
            self._trace.record(Direction.RECEIVED, heard.raw, heard.verdict)
            self._verdicts.append(heard.verdict)

    def _send(self, raw: bytes, sentence: str) -> None:
        self._trace.record(Direction.SENT, raw, sentence)
        self._port.write(raw)


DRIVER = Driver(
    name="barcode_serial",
    kind="scanner",
    summary="barcode scanners on a serial line or a virtual COM port",
    settings=BarcodeSettings,
    make=SerialBarcodeScanner,
    simulation="drivers.barcode_serial.simulator:SIMULATION",
    usb=(
        UsbPlace(0x05E0, 0x1701, "Zebra scanner as a virtual COM port"),
        UsbPlace(0x0C2E, 0x0720, "Honeywell or Metrologic scanner as a virtual COM port"),
        *SERIAL_ADAPTERS,
    ),
)
