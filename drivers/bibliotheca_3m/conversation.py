"""One question, one answer on the line of a 3M pad.

An answer names its command and its tag. After anything unexpected the line is *unclean*, and
before the next question the pad is asked for its version: it answers in order, so whatever comes
before that belongs to the past (docs/protocols/readers.md, "3M conversation").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.bibliotheca_3m.commands import VERSION, Request
from drivers.bibliotheca_3m.frames import Frame, decode
from drivers.bibliotheca_3m.statuses import OK, meaning
from drivers.deadline import Deadline
from drivers.errors import DeviceSilent, FrameDamaged
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


class Conversation:
    """Owner: the thread that opened `port`. `patience` multiplies all waits."""

    def __init__(self, port: Port, patience: float, trace: FrameTrace) -> None:
        self._line = FramedLine[Frame](port, decode, trace, SILENCE * patience)
        self._path = port.path
        self._patience = patience
        self._clean = False

    def restart(self) -> None:
        """The port was opened anew: answers to an earlier program may still be on their way."""
        self._line.restart()
        self._clean = False

    def ask(self, request: Request, deadline: Deadline) -> Answer:
        """Send once and wait for the answer that belongs to it.

        Raises DeviceSilent or FrameDamaged.
        """
        self._settle(deadline)
        if not self._clean and request.command is not VERSION:
            self._exchange(Request(VERSION), deadline)
            self._settle(deadline)
        return self._exchange(request, deadline)

    def try_out(self, request: Request, deadline: Deadline) -> Answer | None:
        """Ask a question that not every pad understands; None when there is no good answer."""
        try:
            self._settle(deadline)
            return self._exchange(request, deadline)
        except (DeviceSilent, FrameDamaged):
            return None

    def _settle(self, deadline: Deadline) -> None:
        self._clean = self._line.settle(deadline) and self._clean

    def _exchange(self, request: Request, deadline: Deadline) -> Answer:
        if deadline.expired():
            raise DeviceSilent(f"no time was left to ask {self._path} for {request.command.name}")
        self._clean = False
        sent = request.frame
        self._line.send(sent.raw, str(request))
        return self._answer(request, sent, deadline.earlier(self._patience_for(request)))

    def _patience_for(self, request: Request) -> float:
        return request.command.patience * self._patience

    def _answer(self, request: Request, sent: Frame, deadline: Deadline) -> Answer:
        strangers = 0
        while (frame := self._line.next_frame(deadline)) is not None:
            answer = _answer_to(request, frame) if frame != sent else None
            if answer is not None:
                self._clean = not strangers or request.command is VERSION
                said = [request.command.name, meaning(answer.status)[1], *words(answer.fields)]
                self._line.accept(frame, " ".join(said))
                return answer
            strangers += frame != sent
            self._line.reject(frame)
        if strangers:
            raise FrameDamaged(f"{self._path} answered something else to {request.command.name}")
        raise DeviceSilent(
            f"{self._path} did not answer to {request.command.name}; check its power and cable"
        )


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
