"""The part of a scanner's driver that all of them share: from a line to judged codes."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

import structlog

from drivers.barcodes.heard import Answered, Dropped, Due, Heard, Scanned, Splitter
from drivers.barcodes.rules import REPEATED, CodeJudge, CodeRules, Refusal
from drivers.barcodes.symbologies import without_identifier
from drivers.deadline import Deadline
from drivers.facts import Code
from drivers.frame_trace import Direction, FrameTrace

DEAF_SECONDS = 0.1
"""After reading was turned on, what comes may have been scanned before."""

NO_UTF8 = Refusal("the text is no UTF-8: set the scanner to send UTF-8, not a code page")

log = structlog.get_logger()


class Line(Protocol):
    """Where the bytes come from: drivers/serial_port.py, drivers/barcode_hid/input_node.py."""

    @property
    def path(self) -> str: ...
    def read_some(self, deadline: Deadline) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Habits:
    """How this driver listens. After `silence_seconds` without a byte a code does not go on."""

    silence_seconds: float
    rules: CodeRules
    aim_identifiers: bool


class CodeListener:
    """Codes may be people's card numbers: traces are masked, logs name reasons only.

    `answer` is called with what concerns commands, in the order of the line. `codes_heard` counts
    all codes, also those that nobody gets and those that came damaged. Owner: the thread that
    opened the line.
    """

    def __init__(
        self,
        line: Line,
        splitter: Splitter,
        habits: Habits,
        trace: FrameTrace,
        answer: Callable[[Answered | Due], None] = lambda _: None,
    ) -> None:
        self._line = line
        self._splitter = splitter
        self._habits = habits
        self._trace = trace
        self._answer = answer
        self._judge = CodeJudge(habits.rules)
        self._codes: deque[Code] = deque()
        self._last_byte_at = 0.0
        self._on = False
        self._complaint = ""
        self.codes_heard = 0

    def turn(self, *, on: bool) -> None:
        """Codes are kept from now on, or dropped. What has begun is dropped in any case."""
        self._on = on
        self._codes.clear()
        self._judge.forget()
        self._splitter.drop_begun()

    def hear_until(self, deadline: Deadline, done: Callable[[], bool] = lambda: False) -> None:
        """Hear until it is done, or for the whole time."""
        while not done() and not deadline.expired():
            self.hear(deadline)

    def next_code(self, deadline: Deadline) -> Code | None:
        """The next code that is to be taken, or None at the deadline."""
        while (code := self.taken()) is None:
            self.hear(deadline)
            if deadline.expired():
                return self.taken()
        return code

    def taken(self) -> Code | None:
        """The oldest code that was heard and is to be taken."""
        return self._codes.popleft() if self._codes else None

    def hear(self, deadline: Deadline) -> None:
        """Deal with what comes next: bytes, or the end of a code in silence."""
        begun, left = self._splitter.begun, self._silence_left()
        data = self._line.read_some(deadline.earlier(left) if begun else deadline)
        if data:
            if begun and left <= 0:  # nobody looked for so long: it may be the rest or the next
                self._splitter.drop_begun()
            self._last_byte_at = monotonic()
            self._take(self._splitter.feed(data))
        elif begun and self._silence_left() <= 0:
            self._take(self._splitter.silence())

    def _silence_left(self) -> float:
        return max(0.0, self._last_byte_at + self._habits.silence_seconds - monotonic())

    def _take(self, heard: Sequence[Heard]) -> None:
        for each in heard:
            match each:
                case Scanned():
                    self._scanned(each)
                case Dropped(raw, reason):
                    self.codes_heard += 1
                    self._drop(raw, Refusal(reason))
                case _:
                    self._answer(each)

    def _scanned(self, scanned: Scanned) -> None:
        self.codes_heard += 1
        if not self._on:
            self._trace.record_masked(Direction.DROPPED, scanned.raw, "nobody wants a code now")
            return
        verdict = self._judged(scanned)
        if isinstance(verdict, Refusal):
            self._drop(scanned.raw, verdict)
            return
        self._trace.record_masked(Direction.RECEIVED, scanned.raw, verdict.symbology or "")
        self._codes.append(verdict)
        self._complaint = ""

    def _judged(self, scanned: Scanned) -> Code | Refusal:
        """A code page is never guessed: a wrong guess could be another person's number."""
        try:
            code = Code(scanned.raw.decode(), scanned.symbology)
        except UnicodeDecodeError:
            return NO_UTF8
        if self._habits.aim_identifiers:
            told = without_identifier(code.text)
            code = Code(told.text, told.symbology or scanned.symbology)
        return self._judge.judge(code, monotonic())

    def _drop(self, raw: bytes, refusal: Refusal) -> None:
        """The log says each reason once until a code was taken again."""
        self._trace.record_masked(Direction.DROPPED, raw, refusal.reason)
        if refusal is not REPEATED and refusal.reason != self._complaint:
            self._complaint = refusal.reason
            log.warning("code refused", device=self._line.path, reason=refusal.reason)
