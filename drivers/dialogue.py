"""One question, one answer, on a line where answers may be late, doubled, lost or damaged.

An answer that comes late may look like the answer to the next question. Hence after anything
unexpected the line is *unclean*, and before the next question the device is asked something whose
answer cannot be mistaken: devices answer in order, so whatever comes before that belongs to the
past.
"""

from abc import ABC, abstractmethod
from typing import Generic, Protocol, TypeVar

from drivers.deadline import Deadline
from drivers.errors import DeviceSilent, FrameDamaged
from drivers.framed_line import Frame, FramedLine


class AnyCommand(Protocol):
    """`patience`: seconds until the answer counts as lost."""

    @property
    def name(self) -> str: ...

    @property
    def patience(self) -> float: ...


class AnyRequest(Protocol):
    """A command with what it is asked about; `str` says it in words."""

    @property
    def command(self) -> AnyCommand: ...


Request = TypeVar("Request", bound=AnyRequest)
Answer = TypeVar("Answer")


class Dialogue(ABC, Generic[Request, Frame, Answer]):
    """Owner: the thread that opened the line's port. `patience` multiplies all waits for answers;
    `unmistakable` is asked to clean the line.
    """

    remedy = "check its power and cable"
    """What to do when the device says nothing at all."""

    def __init__(self, line: FramedLine[Frame], patience: float, unmistakable: Request) -> None:
        self._line = line
        self._patience = patience
        self._unmistakable = unmistakable
        self._clean = False

    def restart(self) -> None:
        """The port was opened anew: answers to an earlier program may still be on their way."""
        self._line.restart()
        self._clean = False

    def doubt(self) -> None:
        """The last answer may belong to an earlier question."""
        self._clean = False

    def ask(self, request: Request, deadline: Deadline) -> Answer:
        """Send once and wait for the answer that belongs to it.

        Raises DeviceSilent or FrameDamaged.
        """
        self._settle(deadline)
        if not self._clean and not self._is_unmistakable(request):
            self._exchange(self._unmistakable, deadline)
            self._settle(deadline)
        return self._exchange(request, deadline)

    def try_out(self, request: Request, deadline: Deadline) -> Answer | None:
        """Ask a question that not every device understands; None when there is no good answer."""
        try:
            self._settle(deadline)
            return self._exchange(request, deadline)
        except (DeviceSilent, FrameDamaged):
            return None

    @abstractmethod
    def _frame_of(self, request: Request) -> Frame:
        """What is sent."""

    @abstractmethod
    def _answer_to(self, request: Request, frame: Frame) -> Answer | None:
        """What `frame` says to `request`, or None when it answers something else."""

    @abstractmethod
    def _in_words(self, request: Request, answer: Answer) -> str:
        """The answer, for the trace."""

    def _is_unmistakable(self, request: Request) -> bool:
        return request.command is self._unmistakable.command

    def _settle(self, deadline: Deadline) -> None:
        self._clean = self._line.settle(deadline) and self._clean

    def _exchange(self, request: Request, deadline: Deadline) -> Answer:
        if deadline.expired():
            raise DeviceSilent(
                f"no time was left to ask {self._line.path} for {request.command.name}"
            )
        self._clean = False
        sent = self._frame_of(request)
        self._line.send(sent.raw, str(request))
        patience = request.command.patience * self._patience
        return self._answer(request, sent, deadline.earlier(patience))

    def _answer(self, request: Request, sent: Frame, deadline: Deadline) -> Answer:
        """The echo of a two-wire bus is no stranger."""
        strangers = 0
        while (frame := self._line.next_frame(deadline)) is not None:
            answer = self._answer_to(request, frame) if frame != sent else None
            if answer is not None:
                self._clean = not strangers or self._is_unmistakable(request)
                self._line.accept(frame, self._in_words(request, answer))
                return answer
            strangers += frame != sent
            self._line.reject(frame)
        path, name = self._line.path, request.command.name
        if strangers:
            raise FrameDamaged(f"{path} answered something else to {name}")
        raise DeviceSilent(f"{path} did not answer to {name}; {self.remedy}")
