"""One question, one answer on the line of a metraTec reader, and how it is set up.

An answer names neither its command nor its tag. After anything unexpected the line is *unclean*,
and before the next question the reader is told `BRK`: it answers in order, so whatever comes
before that answer belongs to the past (docs/protocols/readers.md, "metraTec conversation").
"""

from drivers.deadline import Deadline
from drivers.errors import DeviceLost, DeviceSilent, FrameDamaged, WrongDevice
from drivers.frame_trace import FrameTrace
from drivers.framed_line import SILENCE, FramedLine
from drivers.metratec.commands import (
    BREAK,
    CHECK_OFF,
    CHECK_ON,
    CONTINUOUS,
    END_OF_FRAME,
    WAKE,
    WAKE_CHECKED,
    Question,
)
from drivers.metratec.frames import Frame, Framing, decode, encode
from drivers.metratec.troubles import is_trouble, trouble
from drivers.port import Port

IDLE = frozenset({"BRA", "NCM"})
AWAKE = frozenset({"GMO", "DNS", "OK!"})
SLEEP_SECONDS = 0.5
"""Without an answer for so long the reader may be asleep."""

MOST_WORDS_AT_START = 200
"""A reader that never stops telling tags is no reader that obeys."""


class Conversation:
    """Owner: the thread that opened `port`. `patience` multiplies all waits."""

    def __init__(self, port: Port, patience: float, trace: FrameTrace) -> None:
        self._line = FramedLine[Frame](port, self._decode, trace, SILENCE * patience)
        self._path = port.path
        self._patience = patience
        self._framing = Framing()
        self._clean = False
        self._continuous = False

    def start(self, deadline: Deadline) -> None:
        """Bring a reader in whatever state to ended and, where it can, checked answers."""
        self._line.restart()
        self._framing, self._clean, self._continuous = Framing(), False, False
        self._wake(deadline)
        self._line.settle(deadline)
        if not self._tell(END_OF_FRAME, deadline):
            raise FrameDamaged(
                f"{self._path} does not end its answers; its firmware may be too old"
            )
        self._framing = Framing(ended=True)
        self._line.settle(deadline)
        if self._tell(CHECK_ON, deadline):
            self._framing = Framing(ended=True, checked=True)

    def ask(self, question: Question, deadline: Deadline) -> tuple[str, ...]:
        """Send once and wait for the lines that belong to it.

        Raises DeviceSilent, FrameDamaged, or what a refusal stands for.
        """
        if self._continuous:
            self._clean = False
        self._settle(deadline)
        if not self._clean:
            self._break(deadline)
        return self._exchange(question, deadline)

    def next_round(self, deadline: Deadline) -> tuple[str, ...]:
        """The next inventory of a reader that makes one after the other by itself."""
        if self._continuous:
            self._line.settle(deadline)
            return self._answer(CONTINUOUS, deadline.earlier(self._patience_for(CONTINUOUS)))
        lines = self.ask(CONTINUOUS, deadline)
        self._continuous = True
        return lines

    def doubt(self) -> None:
        """The last answer may belong to an earlier question."""
        self._clean = False

    def _decode(self, buffer: bytes, silent: bool) -> tuple[int, Frame | None]:
        return decode(buffer, self._framing, silent=silent)

    def _wake(self, deadline: Deadline) -> None:
        """`BRK` ends what runs; a reader that checks refuses it; one that sleeps is silent."""
        slept = False
        self._send(BREAK)
        for _ in range(MOST_WORDS_AT_START):
            frame = self._next_at_start(deadline.earlier(SLEEP_SECONDS * self._patience))
            word = frame.lines[0][:3] if frame is not None and frame.lines else ""
            if word in IDLE:
                return
            if frame is None and slept:
                raise DeviceSilent(f"{self._path} does not answer; check its power and cable")
            if frame is None:
                slept = True
                self._send(WAKE)
            elif word == "CCE":
                self._send(WAKE_CHECKED if slept else CHECK_OFF)
                slept = False
            elif word in AWAKE:
                self._send(BREAK)
            elif word == "UCO":
                raise WrongDevice(f"{self._path} is no metraTec reader; correct the configuration")
        raise FrameDamaged(f"{self._path} never stops telling; check what is plugged in")

    def _tell(self, question: Question, deadline: Deadline) -> bool:
        """False when the reader does not know it. The check of `CON` stands on its own answer."""
        self._send(question)
        limit = deadline.earlier(self._patience_for(question))
        while (frame := self._next_at_start(limit)) is not None:
            if any(line.startswith("OK!") for line in frame.lines):
                return True
            if is_trouble(frame.lines):
                return False
        raise DeviceSilent(f"{self._path} did not answer to {question.name}; open it again")

    def _next_at_start(self, deadline: Deadline) -> Frame | None:
        frame = self._line.next_frame(deadline)
        if frame is not None:
            self._line.accept(frame, "start")
        return frame

    def _break(self, deadline: Deadline) -> None:
        self._exchange(BREAK, deadline)
        self._continuous = False
        self._settle(deadline)

    def _settle(self, deadline: Deadline) -> None:
        self._clean = self._line.settle(deadline) and self._clean

    def _send(self, question: Question) -> None:
        self._line.send(encode(question.text, checked=self._framing.checked), question.name)

    def _exchange(self, question: Question, deadline: Deadline) -> tuple[str, ...]:
        if deadline.expired():
            raise DeviceSilent(f"no time was left to ask {self._path} for {question.name}")
        self._clean = False
        self._send(question)
        return self._answer(question, deadline.earlier(self._patience_for(question)))

    def _answer(self, question: Question, deadline: Deadline) -> tuple[str, ...]:
        strangers = 0
        while (frame := self._line.next_frame(deadline)) is not None:
            self._expect_sound(question, frame)
            lines = tuple(line for line in frame.lines if line != question.text)
            if question.fits(lines):
                self._clean = not strangers or question is BREAK
                self._line.accept(frame, question.name)
                return lines
            if is_trouble(lines) and question is not BREAK:
                self._clean = not strangers
                self._line.accept(frame, question.name)
                raise trouble(question.name, lines[0], question.uid)
            strangers += 1
            self._line.reject(frame)
        if strangers:
            raise FrameDamaged(f"{self._path} answered something else to {question.name}")
        raise DeviceSilent(
            f"{self._path} did not answer to {question.name}; check its power and cable"
        )

    def _expect_sound(self, question: Question, frame: Frame) -> None:
        if frame.damaged and question is not BREAK:
            self._line.reject(frame)
            raise FrameDamaged(f"{self._path} sent a line that fails its check; try again")
        if "SRT" in frame.lines:
            raise DeviceLost(f"{self._path} restarted by itself; open it again")

    def _patience_for(self, question: Question) -> float:
        return question.patience * self._patience
