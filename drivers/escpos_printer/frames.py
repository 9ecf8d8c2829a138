"""Real-time status of an ESC/POS printer, without I/O (docs/protocols/printers.md, "Status").

A question is `10 04 n`, its answer one byte that does not tell which question it answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from drivers.interfaces import Paper, PrinterStatus


class Question(IntEnum):
    """What is asked, in this order; the number is `n`."""

    PRINTER = 1
    PAPER = 4
    OFFLINE = 2
    ERROR = 3


WHY_OFFLINE = frozenset({Question.OFFLINE, Question.ERROR})


Answers = Mapping[Question, int]
"""What was answered; a question without an answer is missing."""

_NEAR_END = 0x0C
_PAPER_OUT = 0x60
_PAIRS = (_NEAR_END, _PAPER_OUT)
"""Bits of the paper's answer that come together."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a bit of an answer means to a technician."""

    question: Question
    bit: int
    sentence: str


TROUBLES = (
    Trouble(Question.OFFLINE, 0x08, "paper is being fed by the button; let it go"),
    Trouble(Question.ERROR, 0x08, "the cutter is blocked; free it, then switch off and on"),
    Trouble(Question.ERROR, 0x20, "it has a fault; switch it off and on, or have it repaired"),
    Trouble(Question.ERROR, 0x40, "its head is too hot; it goes on when it has cooled"),
)

_STOPPED_BY_ERROR = 0x40
_UNNAMED_ERROR = "it has stopped because of an error; switch it off and on"


def question_frame(question: Question) -> bytes:
    """Carried out at once, whatever the printer is doing."""
    return bytes((0x10, 0x04, question))


def decode(buffer: bytes) -> tuple[int, int | None]:
    """How many bytes are used up, and the first answer among them; 0 for "read more"."""
    for at, byte in enumerate(buffer):
        if byte & 0x93 == 0x12:
            return at + 1, byte
    return len(buffer), None


def is_sound(question: Question, answer: int) -> bool:
    """False for what cannot be this question's answer."""
    return question is not Question.PAPER or all(answer & pair in {0, pair} for pair in _PAIRS)


def status_of(answers: Answers) -> PrinterStatus:
    """What the answers tell together. A printer that is online has its cover shut."""
    cover_open = _told(answers, Question.OFFLINE, 0x04)
    return PrinterStatus(
        paper=_paper(answers),
        cover_open=False if cover_open is None and is_online(answers) else cover_open,
        offline=_told(answers, Question.PRINTER, 0x08),
        trouble="; ".join(_troubles(answers)),
    )


def is_online(answers: Answers) -> bool:
    """True when it says so; there is then nothing to ask about why not."""
    return _told(answers, Question.PRINTER, 0x08) is False


def _told(answers: Answers, question: Question, bit: int) -> bool | None:
    answer = answers.get(question)
    return None if answer is None else bool(answer & bit)


def _paper(answers: Answers) -> Paper:
    if _told(answers, Question.PAPER, _PAPER_OUT) or _told(answers, Question.OFFLINE, 0x20):
        return Paper.OUT
    near_end = _told(answers, Question.PAPER, _NEAR_END)
    if near_end is None:
        return Paper.UNKNOWN
    return Paper.NEAR_END if near_end else Paper.GOOD


def _troubles(answers: Answers) -> list[str]:
    named = [
        trouble.sentence for trouble in TROUBLES if _told(answers, trouble.question, trouble.bit)
    ]
    stopped = _told(answers, Question.OFFLINE, _STOPPED_BY_ERROR)
    return named or ([_UNNAMED_ERROR] if stopped else [])
