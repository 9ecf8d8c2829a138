"""One question, one answer: pauses, silence, late and doubled answers on a FEIG line.

An answer names its command only, and all [B0] commands share one code, so a late answer could
be taken for another one. Hence after anything unexpected the line is *unclean*, and before the
next question the reader is asked for its version: it answers in order, so whatever comes before
that belongs to the past (docs/protocols/readers.md, "Which answer belongs to which question").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from drivers.deadline import Deadline
from drivers.errors import DeviceSilent, FrameDamaged
from drivers.feig_obid.commands import BAUD_DETECTION, SOFTWARE_VERSION, Request
from drivers.feig_obid.frames import ANY_READER, Frame, decode, encode, wanted
from drivers.feig_obid.statuses import NO_TRANSPONDER, Verdict, meaning
from drivers.field_layout import words
from drivers.frame_trace import Direction, FrameTrace
from drivers.port import Port
from drivers.serial_port import Parity

PAUSE_BETWEEN_FRAMES = 0.005
"""Seconds after which the reader takes the next byte for the start of a frame."""

_UNMISTAKABLE = (SOFTWARE_VERSION, BAUD_DETECTION)
"""Nobody asks them but to learn where the line stands."""

SILENCE = 0.1
"""Seconds without a byte after which a frame that began is given up.

The protocol says 12 ms; USB adapters and a busy machine hold bytes back for longer.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """`fields` are filled where the status is good; `detail` is what followed another status."""

    status: int
    fields: Mapping[str, Any]
    detail: bytes = b""


class LineSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a line is spoken on. `path` is a serial line, or `tcp://host:10001` of a reader with a
    network plug. `patience` multiplies all waits for answers: more for a line that goes through a
    slow network. Readers of the LR series may want `frames` to be advanced.
    """

    path: str
    baud: Annotated[int, Meta(gt=0)] = 38_400
    parity: Parity = "even"
    address: Annotated[int, Meta(ge=0, le=ANY_READER)] = ANY_READER
    frames: Literal["standard", "advanced"] = "standard"
    patience: Annotated[float, Meta(gt=0)] = 1.0


class Conversation:
    """Owner: the thread that opened `port`."""

    def __init__(self, port: Port, line: LineSettings, trace: FrameTrace) -> None:
        self._port = port
        self._settings = line
        self._silence = SILENCE * line.patience
        self._trace = trace
        self._buffer = b""
        self._last_byte_at = 0.0
        self._clean = False

    def restart(self) -> None:
        """The port was opened anew: answers to an earlier program may still be on their way."""
        self._buffer, self._last_byte_at, self._clean = b"", monotonic(), False

    def ask(self, request: Request, deadline: Deadline) -> Answer:
        """Send once and wait for the answer that belongs to it.

        Raises DeviceSilent or FrameDamaged.
        """
        self._settle(deadline)
        if not self._clean and request.command not in _UNMISTAKABLE:
            self._exchange(Request(SOFTWARE_VERSION), deadline)
            self._settle(deadline)
        return self._exchange(request, deadline)

    def doubt(self) -> None:
        """The last answer may belong to an earlier question."""
        self._clean = False

    def _settle(self, deadline: Deadline) -> None:
        """Keep the pause between frames, and drop what comes without being asked for."""
        sleep(max(0.0, self._last_byte_at + PAUSE_BETWEEN_FRAMES - monotonic()))
        while self._buffer or self._port.waiting():
            self._clean = False
            self._drop(self._buffer)
            self._buffer = self._port.read_some(deadline.earlier(self._silence))
            self._last_byte_at = monotonic()
            if deadline.expired():
                raise FrameDamaged(
                    f"{self._port.path} never falls silent; check its rate and parity"
                )

    def _exchange(self, request: Request, deadline: Deadline) -> Answer:
        if deadline.expired():
            raise DeviceSilent(
                f"no time was left to ask {self._port.path} for {request.command.name}"
            )
        self._clean = False
        sent = request.frame(self._settings.address, advanced=self._settings.frames == "advanced")
        self._trace.record(Direction.SENT, encode(sent), str(request))
        self._port.write(encode(sent))
        patience = request.command.patience * self._settings.patience
        return self._answer(request, sent, deadline.earlier(patience))

    def _answer(self, request: Request, sent: Frame, deadline: Deadline) -> Answer:
        strangers = 0
        while (frame := self._next_frame(deadline)) is not None:
            answer = _answer_to(request, frame) if self._may_answer(frame, sent) else None
            if answer is not None:
                self._clean = not strangers or request.command in _UNMISTAKABLE
                self._record(request, frame, answer)
                return answer
            strangers += frame != sent
            self._drop(encode(frame))
        if strangers:
            raise FrameDamaged(
                f"{self._port.path} answered something else to {request.command.name}"
            )
        raise DeviceSilent(
            f"{self._port.path} did not answer to {request.command.name}; "
            "check its power and cable, the rate and the parity"
        )

    def _may_answer(self, frame: Frame, sent: Frame) -> bool:
        """Not the echo of a two-wire bus, nor another reader on it."""
        return frame != sent and self._settings.address in {ANY_READER, frame.address}

    def _next_frame(self, deadline: Deadline) -> Frame | None:
        """The next whole frame, or None when no byte comes before the deadline."""
        while (frame := self._take_frame()) is None:
            begun = bool(self._buffer)
            limit = deadline.earlier(self._silence) if begun else deadline
            more = self._port.read(wanted(self._buffer), limit)
            if not more:
                return self._take_last_frame() if begun else None
            self._last_byte_at = monotonic()
            self._buffer += more
        return frame

    def _take_last_frame(self) -> Frame:
        """The line fell silent in the middle of a frame: what is whole behind it still counts."""
        frame = self._take_frame(silent=True)
        if frame is None:
            raise FrameDamaged(f"{self._port.path} sent a frame that fails its check; try again")
        return frame

    def _take_frame(self, *, silent: bool = False) -> Frame | None:
        used, frame = decode(self._buffer, silent=silent)
        noise = used - (len(encode(frame)) if frame else 0)
        self._drop(self._buffer[:noise])
        self._buffer = self._buffer[used:]
        return frame

    def _drop(self, raw: bytes) -> None:
        if raw:
            self._trace.record(Direction.DROPPED, raw, "answers no question")

    def _record(self, request: Request, frame: Frame, answer: Answer) -> None:
        said = [request.command.name, meaning(answer.status)[1], *words(answer.fields)]
        self._trace.record(Direction.RECEIVED, encode(frame), " ".join(said))


def _answer_to(request: Request, frame: Frame) -> Answer | None:
    """What `frame` says to `request`, or None when it answers something else."""
    if frame.command != request.command.code or not frame.data:
        return None
    status, rest = frame.data[0], frame.data[1:]
    if meaning(status)[0] is not Verdict.GOOD:
        return None if status == NO_TRANSPONDER and rest else Answer(status, {}, rest)
    try:
        fields = request.command.answer.unpack(rest)
    except ValueError:
        return None
    return Answer(status, fields) if request.command.fits(request, fields) else None
