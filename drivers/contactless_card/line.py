"""A serial line to a PN532 as nfcpy wants one, with the failures and deadlines of this house.

nfcpy's own takes no udev names, changes the rate with `stty`, and trusts what comes in.
"""

from threading import Event

from drivers.contactless_card.frames import (
    ACK,
    BAUD_CODES,
    COMMANDS,
    COMMUNICATE,
    FIRMWARE_VERSION,
    SAM_CONFIGURATION,
    SERIAL_RATE,
    SYNTAX_ERROR,
    WAKE_UP,
    Frame,
    after_silence,
    command,
    decode,
    encode,
    first_frame,
)
from drivers.deadline import Deadline
from drivers.errors import (
    Cancelled,
    DeviceRefused,
    DeviceSilent,
    DriverError,
    FrameDamaged,
    WrongDevice,
)
from drivers.frame_trace import Direction, FrameTrace
from drivers.serial_port import SerialPort

STARTING_BAUD = 115_200
PN532 = 0x32
NORMAL_MODE = bytes((1, 0, 0))
START_TRIES = 2

LOOK_SECONDS = 0.1
"""How long a wait goes on when it was cancelled."""


class Pn532Line:
    """Owner: the driver's thread. `TYPE`, `port`, `baudrate`, `read`, `write` and `close` are what
    nfcpy uses; it writes and reads whole frames.

    What is no answer to the last command is dropped, so that a late answer about one card is never
    taken for one about another.
    """

    TYPE = "TTY"
    manufacturer_name = None
    product_name = None

    def __init__(self, path: str, patience: float, trace: FrameTrace, cancelled: Event) -> None:
        self.port = path
        self._cancelled = cancelled
        self._patience = patience
        self._trace = trace
        self._baud = STARTING_BAUD
        self._serial = SerialPort(path, STARTING_BAUD)
        self._buffer = b""
        self._noisy = False
        self._asked = FIRMWARE_VERSION
        self._acknowledged = False

    def start(self, baud: int, deadline: Deadline) -> None:
        """Open, wake the chip, make sure that it is one, and go to `baud`."""
        self._serial.open()
        version = self._firmware_version(baud, deadline)
        if version[:1] != bytes((PN532,)):
            raise WrongDevice(f"{self.port} answers, but is no PN532: correct the configuration")
        self._ask(SAM_CONFIGURATION, NORMAL_MODE)
        if baud != self._baud:
            self._ask(SERIAL_RATE, bytes((BAUD_CODES[baud],)))
            self.write(ACK)  # the chip changes its rate when it has got this
            self.baudrate = baud

    def close(self) -> None:
        self._serial.close()

    @property
    def baudrate(self) -> int:
        return self._baud

    @baudrate.setter
    def baudrate(self, baud: int) -> None:
        if baud != self._baud:
            self._serial.close()
            self._baud = baud
            self._serial = SerialPort(self.port, baud)
            self._serial.open()

    def write(self, raw: bytes) -> None:
        """Send one frame; what came in before it answers something else and is dropped."""
        sent = first_frame(bytes(raw))
        if sent is not None and sent.data:
            self._asked, self._acknowledged = sent.data[1], False
        while self._serial.waiting():
            self._serial.read_some(Deadline.after(0))
        self._buffer, self._noisy = b"", False
        self._record(Direction.SENT, bytes(raw))
        self._serial.write(bytes(raw))

    def read(self, timeout: int) -> bytearray:
        """The ACK of the last command, then its answer. `timeout` in milliseconds counts only where
        it is a card's own time. Raises DeviceSilent or FrameDamaged.
        """
        card_seconds = timeout / 1000 if self._asked == COMMUNICATE and self._acknowledged else 0.0
        deadline = Deadline.after(self._patience + card_seconds)
        while (frame := self._next_frame(deadline)) is not None:
            wanted = frame.answers(self._asked) if self._acknowledged else frame.is_ack
            raw = encode(frame)
            self._record(Direction.RECEIVED if wanted else Direction.DROPPED, raw)
            if wanted:
                self._acknowledged = True
                return bytearray(raw)
        raise self._gave_up()

    def _firmware_version(self, baud: int, deadline: Deadline) -> bytes:
        """A program that was killed may have left the chip at the raised rate."""
        problem: DriverError = DeviceSilent(f"no time was left to ask {self.port}")
        for rate in dict.fromkeys((STARTING_BAUD, baud)):
            self.baudrate = rate
            for _ in range(START_TRIES):
                if deadline.expired():
                    raise problem
                try:
                    return self._ask(FIRMWARE_VERSION, before=WAKE_UP)
                except (DeviceSilent, FrameDamaged) as silence:
                    problem = silence
        raise problem

    def _ask(self, code: int, parameters: bytes = b"", before: bytes = b"") -> bytes:
        self.write(before + encode(command(code, parameters)))
        self.read(0)
        answer = first_frame(bytes(self.read(0)))
        if answer is None or answer.data == SYNTAX_ERROR:
            raise DeviceRefused(f"{self.port} does not know {COMMANDS[code].name}", SYNTAX_ERROR[0])
        return answer.data[2:]

    def _next_frame(self, deadline: Deadline) -> Frame | None:
        while True:
            used, frame = decode(self._buffer)
            self._drop(used, noise=frame is None)
            if frame is not None:
                return frame
            if used:
                continue
            data = self._heard(deadline)
            if not data and not self._buffer:
                return None
            if not data:
                self._drop(len(self._buffer) - len(after_silence(self._buffer)), noise=True)
            self._buffer += data

    def _heard(self, deadline: Deadline) -> bytes:
        """What comes in before the deadline. Raises Cancelled when that was asked for."""
        data = b""
        while not data and not deadline.expired():
            if self._cancelled.is_set():
                self._serial.write(ACK)
                raise Cancelled(f"the wait on {self.port} was ended by the station")
            data = self._serial.read_some(deadline.earlier(LOOK_SECONDS))
        return data

    def _drop(self, count: int, *, noise: bool) -> None:
        dropped, self._buffer = self._buffer[:count], self._buffer[count:]
        if noise and dropped.strip(b"\x00"):
            self._noisy = True
            self._trace.record_masked(Direction.DROPPED, dropped)

    def _gave_up(self) -> DriverError:
        self._serial.write(ACK)  # ends a command that still runs
        name = COMMANDS[self._asked].name if self._asked in COMMANDS else f"{self._asked:02X}"
        if self._noisy:
            return FrameDamaged(f"{self.port} gave no whole answer to {name}; check its cable")
        return DeviceSilent(f"{self.port} did not answer to {name}; check its power and cable")

    def _record(self, direction: Direction, raw: bytes) -> None:
        known = COMMANDS.get(self._asked)
        if known is None or known.about_cards:
            self._trace.record_masked(direction, raw)
        else:
            self._trace.record(direction, raw, known.name)
