"""Receipt printers that speak ESC/POS, as a `ReceiptPrinter` (docs/protocols/printers.md)."""

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from drivers.deadline import Deadline
from drivers.errors import DeviceLost, DeviceRefused, DeviceSilent
from drivers.escpos_printer.frames import (
    WHY_OFFLINE,
    Question,
    decode,
    is_online,
    is_sound,
    question_frame,
    status_of,
)
from drivers.escpos_printer.lines import line_to
from drivers.escpos_printer.settings import PrinterSettings
from drivers.frame_trace import Direction, FrameTrace
from drivers.interfaces import DeviceIdentity, Paper, PrinterStatus
from drivers.registry import Driver, UsbPlace

if TYPE_CHECKING:
    from drivers.escpos_printer.job import Press

PIECE = 256
"""Bytes handed to the line at once: between two, answers are dropped and a cancel is heard."""

TRIES = 2


class EscposPrinter:
    """Receipts name books beside a short name: the trace is masked. Owner: the thread of `open`."""

    def __init__(self, settings: PrinterSettings, trace: FrameTrace | None = None) -> None:
        self._settings = settings
        self._trace = trace or FrameTrace()
        self._line = line_to(settings)
        self._press: Press | None = None
        self._answers = False
        self._unanswered_until = 0.0
        self._broken_off = False

    def open(self, deadline: Deadline) -> DeviceIdentity:
        from drivers.escpos_printer.job import press_for  # noqa: PLC0415 - slow to import

        self._press = press_for(self._settings)
        self._line.open(deadline)
        self._answers, self._unanswered_until = False, 0.0
        try:
            self._greet(deadline)
        except BaseException:
            self._line.close()
            raise
        return self._press.identity

    def close(self) -> None:
        self._line.close()

    def cancel(self) -> None:
        self._line.cancel()

    def status(self, deadline: Deadline) -> PrinterStatus:
        return status_of(self._ask_all(deadline))

    def print_lines(self, lines: Sequence[str], deadline: Deadline) -> PrinterStatus:
        if self._press is None:
            raise DeviceLost(f"{self._settings.path} is not open; open it first")
        job = self._press.job(lines)
        self._expect_ready(deadline)
        if self._broken_off:
            self._send(bytes(self._press.strip_bytes), deadline)
        self._broken_off = True
        self._send(job, deadline)
        self._broken_off = False
        if not self._answers:
            return PrinterStatus()
        self._wait_for_quiet(deadline)
        return self.status(deadline)

    def _greet(self, deadline: Deadline) -> None:
        if self._ask(Question.PRINTER, deadline) is None and self._settings.must_answer:
            raise DeviceSilent(
                f"no printer answers at {self._settings.path}; check its power, cable and speed"
            )

    def _expect_ready(self, deadline: Deadline) -> None:
        answers = self._ask_all(deadline)
        status = status_of(answers)
        if status.hindrance:
            asked = Question.PAPER if status.paper is Paper.OUT else Question.PRINTER
            raise DeviceRefused(
                f"the printer at {self._settings.path} prints nothing: {status.hindrance}",
                answers.get(asked, 0),
            )

    def _ask_all(self, deadline: Deadline) -> dict[Question, int]:
        """The answers that came. After a silence nothing more is asked."""
        answers: dict[Question, int] = {}
        for question in Question:
            if question in WHY_OFFLINE and is_online(answers):
                break
            answer = self._ask(question, deadline)
            if answer is None:
                break
            answers[question] = answer
        return answers

    def _ask(self, question: Question, deadline: Deadline) -> int | None:
        """The answer, None when there is none that can be trusted."""
        for _ in range(TRIES if self._answers else 1):
            if deadline.expired():
                break
            answers = self._answers_to(question, deadline)
            if len(answers) == 1 and is_sound(question, *answers):
                self._answers = True
                return answers.pop()
            if not answers:
                self._unanswered_until = monotonic() + self._settings.answer_seconds
        return None

    def _answers_to(self, question: Question, deadline: Deadline) -> set[int]:
        """What differs among the answers until the line is quiet; one is as it should be."""
        self._drop_what_comes(deadline.earlier(max(0.0, self._unanswered_until - monotonic())))
        if not self._put(question):
            return set()
        answers = self._heard(deadline.earlier(self._settings.answer_seconds))
        return (
            answers | self._heard(deadline.earlier(self._settings.quiet_seconds))
            if answers
            else answers
        )

    def _put(self, question: Question) -> bool:
        """False when the line takes nothing: the printer is busy, or stuck."""
        frame = question_frame(question)
        self._trace.record(Direction.SENT, frame, f"status {question}: {question.name.lower()}")
        try:
            self._line.write(frame)
        except DeviceSilent:
            return False
        return True

    def _heard(self, limit: Deadline) -> set[int]:
        """The answers in what comes first; garbage is no answer."""
        while data := self._line.read_some(limit):
            answers = set(_answers_in(data))
            self._trace.record(Direction.RECEIVED, data, f"{len(answers)} answers")
            if answers or limit.expired():
                return answers
        return set()

    def _wait_for_quiet(self, deadline: Deadline) -> None:
        """Until it has printed: questions inside the picture are answered as it goes along."""
        while self._drop_what_comes(deadline.earlier(self._settings.settle_seconds)):
            pass

    def _drop_what_comes(self, limit: Deadline) -> bool:
        """True when something came for which nobody had asked."""
        dropped = False
        while data := self._line.read_some(limit):
            self._trace.record(Direction.DROPPED, data, "nobody asked")
            dropped = True
            if limit.expired():
                break
        return dropped

    def _send(self, data: bytes, deadline: Deadline) -> None:
        self._trace.record_masked(Direction.SENT, data)
        for at in range(0, len(data), PIECE):
            if deadline.expired():
                raise DeviceSilent(f"the printer at {self._settings.path} takes too long")
            self._line.write(data[at : at + PIECE])
            self._drop_what_comes(Deadline.after(0))


def _answers_in(data: bytes) -> Iterator[int]:
    while data:
        used, answer = decode(data)
        data = data[used:]
        if answer is not None:
            yield answer


DRIVER = Driver(
    name="escpos_printer",
    kind="printer",
    summary="receipt printers that speak ESC/POS: serial, USB, network",
    settings=PrinterSettings,
    make=EscposPrinter,
    simulation="drivers.escpos_printer.simulator:SIMULATION",
    usb=(
        UsbPlace(0x04B8, 0x0202, "Epson receipt printer"),
        UsbPlace(0x04B8, 0x0E15, "Epson TM-T20II"),
        UsbPlace(0x0416, 0x5011, "58 mm receipt printer (POS-58 and its like)"),
    ),
    trials=tuple(
        {"must_answer": True, **place}
        for place in (
            {"baud": 38400},
            {"baud": 9600},
            {"baud": 19200},
            {"baud": 115200},
            {"line": "usb"},
        )
    ),
)
