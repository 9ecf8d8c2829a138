"""One question, one answer on the line of a 3M pad: which answer belongs to which question.

An answer names its command and its tag (docs/protocols/readers.md, "3M conversation").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.bibliotheca_3m.commands import VERSION, Request
from drivers.bibliotheca_3m.frames import Frame, decode
from drivers.bibliotheca_3m.statuses import OK, meaning
from drivers.dialogue import Dialogue
from drivers.field_layout import words
from drivers.frame_trace import FrameTrace
from drivers.framed_line import SILENCE, FramedLine
from drivers.port import Port
from drivers.uid import UID_BYTES, uid_bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """`fields` are filled where the status is good."""

    status: int
    fields: Mapping[str, Any]


class Conversation(Dialogue[Request, Frame, Answer]):
    """Owner: the thread that opened `port`. `patience` multiplies all waits."""

    def __init__(self, port: Port, patience: float, trace: FrameTrace) -> None:
        line = FramedLine[Frame](port, decode, trace, SILENCE * patience)
        super().__init__(line, patience, Request(VERSION))

    def _frame_of(self, request: Request) -> Frame:
        return request.frame

    def _in_words(self, request: Request, answer: Answer) -> str:
        return " ".join([request.command.name, meaning(answer.status)[1], *words(answer.fields)])

    def _answer_to(self, request: Request, frame: Frame) -> Answer | None:
        return _answer_to(request, frame)


def _answer_to(request: Request, frame: Frame) -> Answer | None:
    """What `frame` says to `request`, or None when it answers something else."""
    command = request.command
    if (frame.start, frame.command) != (command.start, command.code) or not frame.data:
        return None
    status, rest = frame.data[0], frame.data[1:]
    if request.uid is not None and (rest or status == OK):
        if rest[:UID_BYTES] != uid_bytes(request.uid):
            return None
        rest = rest[UID_BYTES:]
    if status != OK:
        return Answer(status, {})
    try:
        fields = command.answer.unpack(rest)
    except ValueError:
        return None
    return Answer(status, fields) if command.fits(request, fields) else None
